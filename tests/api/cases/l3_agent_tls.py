# SPDX-License-Identifier: BSD-3-Clause
"""The configuration agent by TLS: the right certificates on both ends, what the operator is told when
one is wrong, and all of them anew on SIGHUP."""

import shutil

import grpc

from l3_peer import Original
from lib.agent import Agent
from lib.certificates import Authority
from lib.expect import check, equal
from lib.gateway import READ_AGAIN
from lib.l3 import Site, wait

AS_THEY_WERE = "stay as they were: l3_negotiator.agent: "


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def credentials(pair, clients=None):
    """Of an agent with that certificate; with an authority its clients need one too."""
    return grpc.ssl_server_credentials(
        [(contents(pair[1]), contents(pair[0]))],
        root_certificates=contents(clients.cert) if clients is not None else None,
        require_client_auth=clients is not None)


def serve(site, given):
    """The agent with other credentials, at another port."""
    site.agent.stop()
    site.agent = Agent(credentials=given)
    site.config["agent"] = site.agent.where.replace("127.0.0.1", "localhost")
    site.gateway.stop()
    site.start()


def works(site, peer):
    answer = site.ask(peer)
    equal(f"status ({answer.text})", answer.status, 200)
    equal("what the agent has", site.agent.all(),
          ["address 10.0.0.2/30 link0", "route 192.168.2.0/24 10.0.0.1"])
    site.api.delete("negotiations", answer.json["id"])
    wait(lambda: site.negotiations() == [], lambda: f"there is {site.negotiations()}")


def fails(site, peer, why):
    """The peer has agreed, the agent is not believed: the operator is told, and it is undone."""
    calls = len(site.agent.calls)
    answer = site.ask(peer)
    equal(f"status ({answer.text})", (answer.status, answer.json["statusCode"]), (502, 502))
    said = answer.json["description"]
    check(site.config["agent"] in said and "AddIPToInterface" in said and why in said,
          f"{said!r} does not say {why!r}")
    equal("what the agent was asked", site.agent.calls[calls:], [])
    shown = site.negotiations()
    equal("what is shown of it", [(one["state"], why in (one["error"] or "")) for one in shown],
          [("releasing", True)])


def recovers(site, peer, tls):
    """It is taken back once the agent is believed."""
    site.gateway.stop()
    site.config["agent_tls"] = tls
    site.start()
    wait(lambda: site.negotiations() == [], lambda: f"there is {site.negotiations()}")
    works(site, peer)


def is_taken_back(site):
    wait(lambda: site.negotiations() == [], lambda: f"there is {site.negotiations()}")


def read_again(site, peer, authority, other):
    """The agent has another certificate and asks for another one: without a restart both ends meet
    again. What is wrong with a file is said, and changes nothing."""
    gateway, tls = site.gateway, site.config["agent_tls"]
    cert, key = other.issue("gateway", "clientAuth")
    site.agent.stop()
    site.agent = Agent(where=site.agent.where,
                       credentials=credentials(other.issue("agent", "serverAuth"), other))
    fails(site, peer, "it cannot be reached")
    tls.update(ca=other.cert, cert=cert, key=key)
    gateway.hang_up(READ_AGAIN)
    is_taken_back(site)
    works(site, peer)

    good = dict(tls)
    for members, why in (({"ca": "/nothing"}, "/nothing cannot be read"),
                         ({"ca": key}, "holds no PEM certificate"),
                         ({"key": authority.key}, "is not the one of the certificate")):
        tls.update(members)
        gateway.hang_up(AS_THEY_WERE)
        check(why in gateway.log().split(AS_THEY_WERE)[-1], gateway.last_words())
        tls.clear()
        tls.update(good)
        works(site, peer)

    # The files are others, their names are not; an order that is under way then ends as it began.
    calls = []

    def hang_up(name):
        if not calls:
            calls.append(name)
            shutil.copy(authority.cert, other.cert)
            gateway.hang_up(READ_AGAIN)

    site.agent.hook = hang_up
    answer = site.ask(peer)
    equal(f"status ({answer.text})", answer.status, 502)
    check("did not answer AddRoute, it cannot be reached" in answer.json["description"], answer.text)
    equal("what the agent has done", site.agent.all(), ["address 10.0.0.2/30 link0"])
    site.agent.stop()
    site.agent.credentials = credentials(authority.issue("agent", "serverAuth"))
    site.agent.hook = None
    site.agent.start()
    is_taken_back(site)
    equal("what the agent has", site.agent.all(), [])
    works(site, peer)

    # Without the section it is in the clear, and with it again it is not.
    del site.config["agent_tls"]
    gateway.hang_up(READ_AGAIN)
    fails(site, peer, "it cannot be reached")
    site.config["agent_tls"] = {"ca": authority.cert}
    gateway.hang_up(READ_AGAIN)
    is_taken_back(site)
    works(site, peer)


def run(gateway):
    authority = Authority(gateway.directory, "agents")
    stranger = Authority(gateway.directory, "stranger")
    peer = Original(["10.0.0.0/30"], "192.168.2.0/24")
    site = Site(gateway)
    site.allow(peer)
    right = {"ca": authority.cert}
    site.config["agent_tls"] = right
    for members, why in (({"ca": "/nothing"}, "/nothing"), ({"ca": authority.key}, authority.key),
                         ({"cert": authority.cert}, "key"), ({"key": authority.key}, "cert")):
        site.config["agent_tls"] = {**right, **members}
        gateway.refuses_to_start("l3_negotiator.agent")
        gateway.refuses_to_start(why)
    site.config["agent_tls"] = right
    site.start()

    serve(site, credentials(authority.issue("agent", "serverAuth")))
    works(site, peer)
    # Signed by another, of another host, in the clear.
    for given in (credentials(stranger.issue("agent", "serverAuth")),
                  credentials(authority.issue("agent", "serverAuth", names="DNS:elsewhere")), None):
        serve(site, given)
        fails(site, peer, "it cannot be reached")
        pair = authority.issue("agent", "serverAuth")
        site.agent.stop()
        site.agent = Agent(where=site.agent.where, credentials=credentials(pair))
        recovers(site, peer, right)
    # The agent asks for ours.
    serve(site, credentials(authority.issue("agent", "serverAuth"), authority))
    fails(site, peer, "it cannot be reached")
    cert, key = authority.issue("gateway", "clientAuth")
    recovers(site, peer, {**right, "cert": cert, "key": key})
    read_again(site, peer, authority, stranger)
    serve(site, credentials(authority.issue("agent", "serverAuth"), authority))
    # We speak plainly to one that does not.
    site.gateway.stop()
    del site.config["agent_tls"]
    site.start()
    fails(site, peer, "it cannot be reached")
    recovers(site, peer, {**right, "cert": cert, "key": key})
