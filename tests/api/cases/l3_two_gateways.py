# SPDX-License-Identifier: BSD-3-Clause
"""Two gateways of this kind: what one agrees with the other holds, and goes, on both sides."""

import threading

from l3_peer import post
from lib.expect import check, equal
from lib.l3 import Site, introduce, second, wait


def both_settle(*sites):
    for site in sites:
        site.settle()


def nothing_is_left(*sites):
    both_settle(*sites)
    for site in sites:
        equal("what is left", (site.negotiations(), site.agent.all()), ([], []))


def agree(a, b, **members):
    answer = a.ask(b, **members)
    equal(f"status ({answer.text})", answer.status, 200)
    both_settle(a, b)
    return answer.json


def options(a, b):
    made = agree(a, b, asn=64512, mtu=9000, segmentation_id=77)
    equal("the link", (made["net"], made["freeIp"], made["assignedIp"], made["destinationNetwork"]),
          ("10.0.0.0/30", "10.0.0.2", "10.0.0.1", "192.168.2.0/24"))
    ours = a.api.show("negotiations", made["id"])
    theirs = b.api.show("negotiations", ours["peer_negotiation_id"])
    equal("the other's", theirs["peer_negotiation_id"], ours["id"])
    for name, here, there in (("asn", 64512, 64513), ("peer_asn", 64513, 64512),
                              ("mtu", 8000, 8000), ("segmentation_id", 77, 77),
                              ("bfd", False, False), ("lease", None, None)):
        equal(name, (ours[name], theirs[name]), (here, there))
    return ours, theirs


def releases(a, b):
    ours, _ = options(a, b)
    a.api.delete("negotiations", ours["id"])
    nothing_is_left(a, b)
    _, theirs = options(a, b)
    b.api.delete("negotiations", theirs["id"])
    nothing_is_left(a, b)
    # Nobody else releases it: neither who does not know its id, nor who is somewhere else.
    ours, theirs = options(a, b)
    for identifier, source in ((theirs["id"], "127.0.0.1"), (ours["id"], "127.0.0.2"),
                               ("x", "127.0.0.1")):
        status, _ = post(f"{b.url}/{identifier}", None, source, method="DELETE")
        check(status in (403, 404), f"status {status} for a stranger's release")
    both_settle(a, b)
    equal("what holds", (len(a.negotiations()), len(b.negotiations())), (1, 1))
    a.api.delete("negotiations", ours["id"])
    nothing_is_left(a, b)


def failures(a, b):
    for site, name in ((a, "AddIPToInterface"), (a, "AddRoute"), (b, "AddIPToInterface"),
                       (b, "AddRoute")):
        site.agent.fail = {name: "no such device"}
        answer = a.ask(b)
        equal(f"status ({answer.text})", answer.status, 502)
        check("no such device" in answer.json["description"], answer.text)
        site.agent.fail = {}
        nothing_is_left(a, b)


def crossing(a, b):
    """Both ask each other at once: one of the two goes on."""
    for _ in range(20):
        answers = []
        threads = [threading.Thread(target=lambda x=x, y=y: answers.append(x.ask(y)))
                   for x, y in ((a, b), (b, a))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        both_settle(a, b)
        equal("negotiations", (len(a.negotiations()), len(b.negotiations())), (1, 1))
        equal("answers", sorted(answer.status for answer in answers), [200, 409])
        for one in a.negotiations():
            a.api.delete("negotiations", one["id"])
        nothing_is_left(a, b)


def restarts(a, b):
    made = agree(a, b)
    for site in (a, b):
        site.gateway.stop()
        site.agent.forget()
        site.start()
        both_settle(a, b)
    equal("what holds", [one["id"] for one in a.negotiations()], [made["id"]])
    # The peer is away when it is released, and told when it is back.
    b.gateway.kill9()
    a.api.delete("negotiations", made["id"])
    wait(lambda: a.agent.all() == [], "it is not taken back")
    wait(lambda: "cannot be told" in (a.api.show("negotiations", made["id"])["error"] or ""),
         "it does not say what it waits for")
    b.start()
    nothing_is_left(a, b)


def listen_on_all(a, b):
    """A socket of both IP versions tells of IPv4 addresses as of IPv6: they are the same peers."""
    for site in (a, b):
        site.gateway.stop()
        site.config["listen"] = [f"[::]:{site.port}"]
        site.start()
    for releases in (a, b):
        agree(a, b)
        for site in (a, b):
            equal("peer", site.negotiations()[0]["peer"], "127.0.0.1")
        releases.api.delete("negotiations", releases.negotiations()[0]["id"])
        nothing_is_left(a, b)


def run(gateway):
    other = second(gateway)
    try:
        a = Site(gateway, mtu=8500, asn=64500)
        b = Site(other, internal_network="192.168.2.0/24", mtu=8000, asn=64513)
        introduce(a, b)
        releases(a, b)
        failures(a, b)
        crossing(a, b)
        restarts(a, b)
        listen_on_all(a, b)
        other.conclude()
    finally:
        other.close()
