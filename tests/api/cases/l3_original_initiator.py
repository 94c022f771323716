# SPDX-License-Identifier: BSD-3-Clause
"""A negotiator of the original kind asks: the vectors of the protocol, and what the original lacks."""

import json
import threading

from l3_peer import Original, post
from lib.expect import check, equal
from lib.l3 import Site


def answer_of(status_and_text):
    status, text = status_and_text
    equal(f"status ({text[:200]})", status, 200)
    return json.loads(text)


def refused(status_and_text, status, description):
    is_status, text = status_and_text
    equal(f"status ({text[:200]})", is_status, status)
    body = json.loads(text)
    equal("members of an error", sorted(body), ["description", "statusCode"])
    equal("statusCode", body["statusCode"], status)
    check(description in body["description"], f"{body} does not say {description!r}")


def wrong_bodies(site):
    for body in ("", "nonsense", "[]", "{"):
        refused(post(site.url, body), 400, "Bad Request: the request body couldn't be parsed")
    refused(post(site.url, "{}"), 400, "cidrs must be")
    refused(post(site.url, '{"cidrs": ["10.0.0.0/30", 7]}'), 400, "cidrs[1] must be")
    refused(post(site.url, '{"cidrs": ["10.0.0.0/30"], "destinationNetwork": "x"}'), 400,
            "destinationNetwork must be")
    refused(post(site.url, '{"cidrs": ["10.0.0.0/30"], "destinationNetwork": "127.0.0.0/8"}'), 400,
            "network of hosts")
    refused(post(site.url, '{"cidrs": ["%s"]}' % ("1" * (1 << 20))), 413, "the body may have at most")
    refused(post(site.url, "", method="GET"), 405, "possible is POST")
    refused(post(site.url + "/", "{}"), 405, "possible is DELETE")
    refused(post(site.url.replace("handle", "start"), "{}"), 404, "nothing here but")
    refused(post(site.url.replace("/api/v1/handle_negotiation", "/v2.0/networks"), "{}"), 404,
            "nothing here but")
    refused(post(site.url, '{"cidrs": ["10.0.0.0/30"]}', source="127.0.0.2"), 403, "allowed_peers")
    equal("after wrong bodies", (site.negotiations(), site.agent.all()), ([], []))


def vectors(site):
    first = Original(["10.0.0.0/29"], "192.168.2.0/24")
    answer = answer_of(first.ask(site.url))
    equal("the first answer", {name: answer[name] for name in (
        "net", "freeIp", "assignedIp", "destinationNetwork")}, {
            "net": "10.0.0.4/30", "freeIp": "10.0.0.6", "assignedIp": "10.0.0.5",
            "destinationNetwork": "192.168.1.0/24"})
    equal("what the agent has", site.agent.all(), [
        "address 10.0.0.5/30 link0", "route 192.168.2.0/24 10.0.0.6"])
    equal("again", answer_of(first.ask(site.url)), answer)
    equal("negotiations", [(one["role"], one["state"], one["peer"], one["net"])
                           for one in site.negotiations()],
          [("responder", "configured", "127.0.0.1", "10.0.0.4/30")])
    # The subnet is taken, whoever asks for it.
    refused(Original(["10.0.0.4/30"], "192.168.3.0/24").ask(site.url), 406,
            "No common network found for the P2P network")
    refused(Original(["10.9.0.0/28"], "192.168.3.0/24").ask(site.url), 406,
            "No common network found for the P2P network")
    # So is the network that is routed.
    refused(Original(["10.0.0.8/30"], "192.168.2.128/25").ask(site.url), 409,
            "routed to a peer already")


def remapping(site):
    same = Original(["10.0.0.8/30"], "192.168.1.0/24")
    answer = answer_of(same.ask(site.url))
    equal("the network that is seen", answer["destinationNetwork"], "172.16.0.0/24")
    check("nat 172.16.0.0/24 192.168.1.0/24 link0 100 0x100 10.0.0.10" in site.agent.all(),
          f"the agent has {site.agent.all()}")
    equal("again", answer_of(same.ask(site.url)), answer)
    # A key says that it is the same, and must not be that of something else.
    key = {"Idempotency-Key": "one"}
    keyed = Original(["10.1.0.0/26"], "10.66.0.0/24")
    first = answer_of(keyed.ask(site.url, headers=key))
    equal("again by key", answer_of(keyed.ask(site.url, headers=key)), first)
    other = Original(["10.1.0.0/26"], "10.67.0.0/24")
    refused(other.ask(site.url, headers=key), 409, "Idempotency-Key is that of another request")
    refused(keyed.ask(site.url, headers={"Idempotency-Key": "x" * 300}), 400, "Idempotency-Key must")
    site.api.delete("negotiations", next(one["id"] for one in site.negotiations()
                                         if one["net"] == first["net"]))
    site.settle()
    # One that has more, under the next remapping network, and the rest of it by a route.
    wide = answer_of(Original(["10.0.0.12/30"], "192.168.0.0/23").ask(site.url))
    equal("the next remapping network", wide["destinationNetwork"], "172.16.1.0/24")
    check({"nat 172.16.1.0/24 192.168.1.0/24 link0 101 0x101 10.0.0.14 192.168.0.0/23",
           "route 192.168.0.0/23 10.0.0.14"} <= set(site.agent.all()),
          f"the agent has {site.agent.all()}")
    refused(Original(["10.1.0.0/30"], "192.168.1.0/24").ask(site.url), 406,
            "No remapping network left")


def whole_subnets_and_ipv6(site):
    body = '{"cidrs": ["10.0.1.0/31", "10.1.0.0/31", "10.2.0.6/31"]}'
    answer = answer_of(post(site.url, body))
    equal("a /31", (answer["net"], answer["assignedIp"], answer["freeIp"]),
          ("10.2.0.6/31", "10.2.0.6", "10.2.0.7"))


def many_at_once(site):
    before = len(site.negotiations())
    answers = []

    def ask(number):
        peer = Original(["10.1.0.0/26"], f"10.77.{number}.0/24")
        answers.append(peer.ask(site.url))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    nets = [json.loads(text)["net"] for status, text in answers if status == 200]
    equal("answers", (len(nets), len(set(nets))), (16, 16))
    equal("refused", [status for status, _ in answers if status != 200], [406] * 8)
    equal("negotiations", len(site.negotiations()), before + 16)


def release_all(site):
    site.settle()
    for one in site.negotiations():
        site.api.delete("negotiations", one["id"])
    site.settle()
    equal("what is left", (site.negotiations(), site.agent.all()), ([], []))
    # What is free again is given again.
    answer = answer_of(Original(["10.0.0.0/29"], "192.168.2.0/24").ask(site.url))
    equal("given again", answer["net"], "10.0.0.4/30")
    same = Original(["10.0.0.8/30"], "192.168.1.0/24")
    equal("the remapping network", answer_of(same.ask(site.url))["destinationNetwork"],
          "172.16.0.0/24")


def run(gateway):
    site = Site(gateway, cidrs=["10.0.0.4/30", "10.0.0.8/29", "10.1.0.0/26", "10.2.0.6/31"],
                remapping_cidrs=["172.16.0.0/24", "172.16.1.0/24"])
    site.allow("127.0.0.1:1")
    site.start()
    wrong_bodies(site)
    vectors(site)
    remapping(site)
    whole_subnets_and_ipv6(site)
    many_at_once(site)
    release_all(site)
