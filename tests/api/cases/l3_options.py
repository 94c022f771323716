# SPDX-License-Identifier: BSD-3-Clause
"""What gateways of this kind agree on besides the link: each of asn, bfd, mtu, segmentation_id and
lease, told by the request, by the configuration or by nobody, of the one side, of both or of none.
Both sides list the same, after a restart as well."""

import json

from l3_peer import Original
from lib.expect import check, equal
from lib.l3 import Site, introduce, second, wait

FULL = {"asn": 64500, "mtu": 9000, "bfd": True}
LESS = {"asn": 4294967294, "mtu": 8000, "bfd": True}
NOTHING = {"asn": None, "mtu": None, "bfd": False}
LINK = {"net": "10.0.0.0/30", "freeIp": "10.0.0.2", "assignedIp": "10.0.0.1"}


def is_shown(site, identifier, wanted):
    one = site.api.show("negotiations", identifier)
    equal(f"what {site.gateway.config['name']} lists", {name: one[name] for name in wanted}, wanted)
    left = one["lease_left"]
    check(left is None if one["lease"] is None else 0 < left <= one["lease"], f"{left} s are left")
    return one["peer_negotiation_id"]


def restart(*sites):
    for site in sites:
        site.gateway.stop()
        site.start()
        site.settle()


def agree(asks, answers, request, common, restarted=False, **asn):
    """`common` of both; `asn` of who asks and who answers."""
    answer = asks.ask(answers, **request)
    equal(f"status ({answer.text})", answer.status, 200)
    wanted = {"segmentation_id": None, "lease": None, **common}
    for again in (False, True) if restarted else (False,):
        if again:
            restart(asks, answers)
        peer = is_shown(asks, answer.json["id"],
                        {**wanted, "asn": asn["own"], "peer_asn": asn["peer"]})
        equal("its peer's id", is_shown(answers, peer, {
            **wanted, "asn": asn["peer"], "peer_asn": asn["own"]}), answer.json["id"])
    answers.api.delete("negotiations", peer)
    for site in (answers, asks):
        wait(lambda s=site: s.negotiations() == [], lambda s=site: f"there is {s.negotiations()}")


def both_are_configured(a, b):
    """a says FULL, b LESS."""
    full, less = FULL["asn"], LESS["asn"]
    agree(a, b, {}, {"mtu": 8000, "bfd": True}, own=full, peer=less)
    agree(b, a, {}, {"mtu": 8000, "bfd": True}, own=less, peer=full)
    # What the request says counts for the configuration's.
    agree(a, b, {"bfd": False}, {"mtu": 8000, "bfd": False}, own=full, peer=less)
    agree(a, b, {"asn": 1, "mtu": 1400, "segmentation_id": 0, "lease": 31536000},
          {"mtu": 1400, "bfd": True, "segmentation_id": 0, "lease": 31536000}, True,
          own=1, peer=less)
    agree(b, a, {"mtu": 65535, "bfd": True, "segmentation_id": 16777215, "lease": 10},
          {"mtu": 9000, "bfd": True, "segmentation_id": 16777215, "lease": 10},
          own=less, peer=full)


def one_is_configured(a, b):
    """a says FULL, b nothing."""
    full = FULL["asn"]
    agree(a, b, {}, {"mtu": 9000, "bfd": False}, own=full, peer=None)
    agree(b, a, {}, {"mtu": 9000, "bfd": False}, own=None, peer=full)
    agree(b, a, {"bfd": True, "mtu": 1280}, {"mtu": 1280, "bfd": True}, own=None, peer=full)


def none_is_configured(a, b):
    agree(a, b, {}, {"mtu": None, "bfd": False}, own=None, peer=None)
    agree(a, b, {"bfd": True, "asn": 7}, {"mtu": None, "bfd": False}, own=7, peer=None)


def what_is_answered(a):
    """What a peer answers counts where it can be agreed on, and is refused where not."""
    peer = Original(["10.0.0.0/30"])
    a.config["allowed_peers"][1:] = [peer.peer]
    restart(a)
    for said, why in (({"segmentation_id": 78}, "segmentation_id 78 is not what was offered"),
                      ({"segmentation_id": 77.5}, "segmentation_id must be"), ({"mtu": 67}, "mtu must"),
                      ({"asn": 0}, "asn must"), ({"bfd": "yes"}, "bfd must"),
                      ({"lease": 9}, "lease must"), ({"negotiation_id": "x"}, "negotiation_id must")):
        peer.answer = 200, json.dumps({**LINK, **said})
        answer = a.ask(peer, segmentation_id=77)
        equal(f"status ({answer.text})", answer.status, 502)
        check("the peer's answer is refused" in answer.text and why in answer.text, answer.text)
        wait(lambda: a.negotiations() == [], lambda: f"there is {a.negotiations()}")
    peer.answer = 200, json.dumps({**LINK, "asn": 9, "bfd": True, "mtu": 1300, "lease": 20,
                                   "segmentation_id": 77, "another": [1]})
    answer = a.ask(peer, segmentation_id=77, bfd=True, asn=8, lease=3600)
    equal(f"status ({answer.text})", answer.status, 200)
    is_shown(a, answer.json["id"], {"asn": 8, "peer_asn": 9, "bfd": True, "mtu": 1300,
                                    "segmentation_id": 77, "lease": 20})
    a.api.delete("negotiations", answer.json["id"])


def configure(site, members):
    site.gateway.stop()
    for name in NOTHING:
        site.config.pop(name, None)
    site.config.update(members)
    site.start()


def run(gateway):
    other = second(gateway)
    try:
        a = Site(gateway, **FULL)
        b = Site(other, internal_network="192.168.2.0/24", **LESS)
        introduce(a, b)
        both_are_configured(a, b)
        configure(b, {})
        one_is_configured(a, b)
        configure(a, {})
        none_is_configured(a, b)
        what_is_answered(a)
        other.conclude()
    finally:
        other.close()
