# SPDX-License-Identifier: BSD-3-Clause
"""An initiator that asks many peers at once: no subnet is given twice, each holds until it is
released, and those for whom none is left are told so. One that has more orders for its agent than it
may give at a time fails none for that."""

import ipaddress
import json
import threading

from l3_peer import Original, post
from lib.expect import check, equal
from lib.l3 import Site, wait

PEERS = 12
# More than the orders that an agent is given at a time, with the one that is asked for last.
ORDERS = 256


def ask_all(site, peers):
    answers = {}

    def ask(peer):
        answers[peer.url] = site.ask(peer)

    threads = [threading.Thread(target=ask, args=(peer,)) for peer in peers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def many_orders(site, peer):
    """After a restart each negotiation is configured again, and all of them wait for the agent."""
    site.gateway.stop()
    site.config["cidrs"] = ["10.0.0.0/21"]
    site.start()
    subnets = [str(net) for net in ipaddress.ip_network("10.0.4.0/22").subnets(new_prefix=30)]
    answers = []

    def ask(part):
        for number in range(part, ORDERS, 16):
            answers.append(post(site.url, json.dumps({"cidrs": [subnets[number]]}))[0])

    threads = [threading.Thread(target=ask, args=(part,)) for part in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal("answers", set(answers), {200})
    let_go = threading.Event()
    site.agent.hook = lambda name: let_go.wait(60)
    site.gateway.stop()
    site.start()
    asked = []
    thread = threading.Thread(target=lambda: asked.append(site.ask(peer)))
    thread.start()
    thread.join(1)
    equal("answers while the agent has all that it takes", [answer.text for answer in asked], [])
    let_go.set()
    thread.join()
    equal(f"status ({asked[0].text})", asked[0].status, 200)
    site.settle()


def run(gateway):
    # Each peer has the whole pool, and takes what it is offered first.
    peers = [Original(["10.0.0.0/27"], f"10.77.{number}.0/24") for number in range(PEERS)]
    site = Site(gateway, cidrs=["10.0.0.0/27"])
    site.allow(*peers)
    site.start()
    answers = ask_all(site, peers)
    nets = [answer.json["net"] for answer in answers.values() if answer.status == 200]
    refused = [answer for answer in answers.values() if answer.status != 200]
    equal("subnets", (len(nets), len(set(nets))), (8, 8))
    for answer in refused:
        equal(f"status ({answer.text})", answer.status, 409)
        check("no free subnet" in answer.json["description"] or
              "was taken meanwhile" in answer.json["description"], answer.text)
    site.settle()
    equal("what holds", sorted(one["net"] for one in site.negotiations()), sorted(nets))

    # What is released is offered again, and nothing else.
    given = next(one for one in site.negotiations() if one["net"] == "10.0.0.8/30")
    site.api.delete("negotiations", given["id"])
    wait(lambda: len(site.negotiations()) == len(nets) - 1, "it is not released")
    left_out = [peer for peer in peers if answers[peer.url].status != 200][0]
    answer = site.ask(left_out)
    equal(f"status ({answer.text})", (answer.status, answer.json["net"]), (200, "10.0.0.8/30"))
    equal("what was offered", left_out.posts()[-1]["cidrs"], ["10.0.0.8/30"])
    site.api.delete("negotiations", answer.json["id"])
    wait(lambda: len(site.negotiations()) == len(nets) - 1, "it is not released")
    many_orders(site, left_out)
