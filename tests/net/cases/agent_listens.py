# SPDX-License-Identifier: BSD-3-Clause
"""Where bgw-agent listens: for this host's users alone, or for who has a certificate."""

import os
import stat

from lib.agent import Agent, grpc
from lib.certificates import Authority
from lib.errors import check
from lib.gateway import BUILD
from lib.netns import veth

PROGRAM = os.path.join(BUILD, "tools", "bgw-agent", "bgw-agent")


def refused_at_start(lab, namespace, *options, says):
    process = lab.process([PROGRAM, "--state", lab.path("refused.state"), *options], namespace)
    status = process.wait(10)
    log = process.log()
    check(status == 1 and says in log, f"{options} ended with {status}: {log}")


def bytes_of(path):
    with open(path, "rb") as file:
        return file.read()


def credentials(ca, pair=None):
    key, cert = (bytes_of(pair[1]), bytes_of(pair[0])) if pair else (None, None)
    return grpc.ssl_channel_credentials(bytes_of(ca), key, cert)


def run(lab):
    here, there = lab.namespace("here"), lab.namespace("there")
    veth(here, "wan", there, "wan")
    here.ip("address", "add", "192.0.2.1/24", "dev", "wan")
    ca, other_ca = Authority(lab.directory, "ca"), Authority(lab.directory, "other")
    server = ca.issue("server", "serverAuth")
    tls = ("--cert", server[0], "--key", server[1], "--ca", ca.cert)

    for where in ("192.0.2.1:8081", "0.0.0.0:8081", "[::]:8081"):
        refused_at_start(lab, here, "--listen", where, says="would let anybody configure")
    refused_at_start(lab, here, "--listen", "localhost:8081", says="is no place")
    refused_at_start(lab, here, "--listen", "192.0.2.1:8081", *tls[:4], says="go together")
    refused_at_start(lab, here, "--listen", "192.0.2.7:8081", *tls, says="cannot listen on")
    refused_at_start(
        lab, here, "--listen", "127.0.0.1:1", "--cert", server[1], "--key", server[1], "--ca",
        ca.cert, says="holds no PEM certificate",
    )  # fmt: skip
    other = ca.issue("second", "serverAuth")
    refused_at_start(
        lab, here, "--listen", "127.0.0.1:1", "--cert", server[0], "--key", other[1], "--ca",
        ca.cert, says="is not the one of the certificate",
    )  # fmt: skip

    agent = Agent(lab, here)
    mode = stat.S_IMODE(os.stat(lab.path("agent.sock")).st_mode)
    check(mode == 0o660, f"the socket's mode is {mode:o}")
    check(stat.S_IMODE(os.stat(agent.state + ".lock").st_mode) == 0o600, "the lock is others' too")
    refused_at_start(
        lab, here, "--listen", f"unix:{lab.path('agent.sock')}", says="cannot listen on"
    )
    second = lab.process(
        [PROGRAM, "--state", agent.state, "--listen", f"unix:{lab.path('2.sock')}"], here
    )
    check(second.wait(10) == 1 and "another agent's" in second.log(), second.log())
    check(agent.applied() is not None, "the first agent does not answer any more")
    agent.process.stop()

    # Over TCP from here, so in this namespace; nothing is changed in it.
    plain = Agent(lab, None, "plain", "127.0.0.1:0")
    check(not plain.applied().ListFields(), f"a new agent has applied {plain.applied()}")
    plain.process.stop()

    secure = Agent(lab, None, "tls", "127.0.0.1:0", tls)
    client = ca.issue("client", "clientAuth")
    strangers = {
        "no certificate": credentials(ca.cert),
        "a stranger's certificate": credentials(ca.cert, other_ca.issue("c", "clientAuth")),
        "trust in another": credentials(other_ca.cert, client),
        "nothing": None,
    }
    for what, wrong in strangers.items():
        secure.credentials = wrong
        code, _ = secure.status("ListApplied", b"")
        check(code == grpc.StatusCode.UNAVAILABLE, f"with {what} it was answered {code}")
    secure.credentials = credentials(ca.cert, client)
    check(secure.applied() is not None, "who has a certificate is not answered")
    check(secure.process.stop() == 0, "the agent did not end well")
