# SPDX-License-Identifier: BSD-3-Clause
"""Gateways that negotiate over UDP and do not trust each other's certificates, or have no gRPC service:
they say why, heartbeats go on, and once the certificate is right the rest is negotiated."""

from lib.certificates import Authority
from lib.errors import check, wait_until
from lib.negotiating_grpc import gateways, grpc, wanted
from lib.negotiating_tcp import session, shown
from lib.sites import Site


def connect(gateways, sites):
    for gateway, far in zip(gateways, reversed(sites)):
        network = gateway.network()
        gateway.connect(gateway.attach(network), network, far.ip4, 77, flood=False)


def refused(gateway, *words):
    wait_until(lambda: any(word in session(gateway)["last_error"] for word in words), 20,
               lambda: f"not shown: {session(gateway)['last_error']!r} of {session(gateway)}")


def heartbeats_only(gateway):
    """Between two attempts, at the latest."""
    wait_until(lambda: session(gateway)["status"] == "ACTIVE" and
               session(gateway)["protocols"] == ["heartbeat"], 20,
               lambda: f"there is no session with heartbeats alone: {session(gateway)}")
    before = session(gateway)["heartbeats"]
    wait_until(lambda: session(gateway)["heartbeats"] > before, 10, "there are no heartbeats")


def restart(gateway, section):
    gateway.stop()
    gateway.config["negotiation"] = {"grpc": section} if section else {}
    gateway.start()


def agreed(a, b):
    for gateway in (a, b):
        wait_until(lambda: gateway.api.list("negotiation-sessions"), 10, "there is no session")
        shown(gateway, "connections", 1, 90)


def run(lab):
    authority, stranger = Authority(lab.path(""), "peers"), Authority(lab.path(""), "strangers")
    left, right = Site("left", 1, None), Site("right", 2, None)
    sites, _, (a, b) = gateways(lab, sections=[grpc(authority, left), None])
    connect((a, b), sites)

    # A peer without a service says no, and that is no error.
    shown(a, "status", "ACTIVE")
    shown(b, "protocols", ["heartbeat"])
    heartbeats_only(b)
    check(session(a)["sessions"] == 1, f"the session did not hold: {session(a)}")

    # One whose certificate is of another authority.
    restart(b, {**grpc(stranger, right), "ca": authority.cert})
    refused(a, "at 192.0.2.2:9697")
    check(session(a)["last_error"].startswith("a protocol failed: "), f"{session(a)}")
    heartbeats_only(a)

    # One with the name of another, which may be right.
    restart(b, grpc(authority, right, names="DNS:b.example"))
    refused(a, "at 192.0.2.2:9697", "has not the name 192.0.2.2")
    remote = a.api.list("l2-remote-gateways")[0]["id"]
    a.api.update("l2-remote-gateways", remote, **wanted(tls_name="b.example"))
    agreed(a, b)
    a.api.update("l2-remote-gateways", remote, **wanted(tls_name=""))
    refused(a, "at 192.0.2.2:9697", "has not the name 192.0.2.2")

    # And one that is right.
    restart(b, grpc(authority, right, names="IP:192.0.2.2"))
    agreed(a, b)
    for gateway in (a, b):
        check(len(session(gateway)["protocols"]) == 4, f"offered are {session(gateway)}")
