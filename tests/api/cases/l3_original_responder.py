# SPDX-License-Identifier: BSD-3-Clause
"""We ask a negotiator of the original kind, and one that answers what it should not."""

import json
import socket
import threading
import time

from l3_peer import PATH, Original
from lib.expect import check, equal
from lib.l3 import Site, wait

GOOD = {"net": "10.0.0.0/30", "freeIp": "10.0.0.2", "assignedIp": "10.0.0.1",
        "destinationNetwork": "192.168.9.0/24"}


def refused(answer, status, description):
    equal(f"status ({answer.text[:300]})", answer.status, status)
    equal("members of an error", sorted(answer.json), ["description", "statusCode"])
    equal("statusCode", answer.json["statusCode"], status)
    check(description in answer.json["description"],
          f"{answer.json} does not say {description!r}")


def nothing_is_left(site):
    wait(lambda: site.negotiations() == [], lambda: f"there is {site.negotiations()}")
    equal("what the agent has", site.agent.all(), [])


def vectors(site, peer):
    answer = site.ask(peer)
    equal(f"status ({answer.text})", answer.status, 200)
    equal("members", list(answer.json), ["id", "net", "freeIp", "assignedIp", "destinationNetwork"])
    equal("the answer", {name: answer.json[name] for name in answer.json if name != "id"}, {
        "net": "10.0.0.4/30", "freeIp": "10.0.0.6", "assignedIp": "10.0.0.5",
        "destinationNetwork": "192.168.2.0/24"})
    sent = peer.posts()[-1]
    equal("what was offered", sent["cidrs"],
          ["10.0.0.0/30", "10.0.0.4/30", "10.0.0.8/30", "10.0.0.12/30"])
    equal("our network", sent["destinationNetwork"], "192.168.1.0/24")
    equal("what the agent has", site.agent.all(), [
        "address 10.0.0.6/30 link0", "route 192.168.2.0/24 10.0.0.5"])
    one = site.api.show("negotiations", answer.json["id"])
    equal("the negotiation", (one["role"], one["state"], one["peer"], one["remote_agent"],
                              one["peer_negotiation_id"], one["lease"], one["error"]),
          ("initiator", "configured", "127.0.0.1", peer.url, None, None, None))
    # Once more is the same, and asks nobody.
    asked = len(peer.requests)
    equal("again", site.ask(peer).json, answer.json)
    equal("requests", len(peer.requests), asked)
    return answer.json["id"]


def keys(site, peer):
    key = {"Idempotency-Key": "one"}
    first = site.ask(peer, key, mtu=9000)
    equal(f"status ({first.text})", first.status, 200)
    equal("again", site.ask(peer, key, mtu=9000).json, first.json)
    refused(site.ask(peer, key, mtu=1500), 409, "Idempotency-Key")
    refused(site.ask(peer, {"Idempotency-Key": "\x01"}), 400, "Idempotency-Key must be")
    return first.json["id"]


def options(site, peer):
    """What it does not know is said to it, and nothing comes of that."""
    told = {"asn": 64512, "bfd": True, "mtu": 9000, "segmentation_id": 77, "lease": 60}
    answer = site.ask(peer, remoteNetwork="192.168.2.0/24", **told)
    equal(f"status ({answer.text})", answer.status, 200)
    sent = peer.posts()[-1]
    equal("what it was told", {name: sent.get(name) for name in told}, told)
    one = site.api.show("negotiations", answer.json["id"])
    equal("what holds", {name: one[name] for name in (*told, "peer_asn", "lease_left")},
          {**told, "bfd": False, "lease": None, "peer_asn": None, "lease_left": None})
    return answer.json["id"]


def same_time(site, peer):
    """Two that ask the same at once are one."""
    peer.wait = threading.Event()
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(site.ask(peer).json))
               for _ in range(2)]
    for thread in threads:
        thread.start()
        time.sleep(0.3)
    peer.wait.set()
    for thread in threads:
        thread.join()
    peer.wait = None
    equal("answers", answers[0], answers[1])
    return answers[0]["id"]


def release(site, identifier, peer):
    before = len(peer.requests)
    site.api.delete("negotiations", identifier)
    nothing_is_left(site)
    equal("an original is told nothing", len(peer.requests), before)


def bad_answers(site, peer):
    cases = [
        ((406, json.dumps({"statusCode": 406, "description": "No common network found for the P2P network"})),
         406, "No common network found"),
        ((400, "<html>"), 400, "the peer refuses with status 400"),
        ((500, ""), 500, "the peer refuses with status 500"),
        ((204, ""), 502, "status 204"),
        ((302, "http://127.0.0.1:1/"), 502, "status 302"),
        ((200, ""), 502, "the peer's answer is refused"),
        ((200, "nonsense"), 502, "the peer's answer is refused"),
        ((200, json.dumps([GOOD])), 502, "the peer's answer is refused"),
        ((200, "x" * 100000), 502, "too large"),
    ]
    wrong = [
        ({"net": "10.7.0.0/30"}, 502, "net 10.7.0.0/30 is none that was offered"),
        ({"net": None}, 502, "net must be"),
        ({"freeIp": "10.0.0.3"}, 502, "freeIp 10.0.0.3"),
        ({"freeIp": "10.0.0.1"}, 502, "assignedIp 10.0.0.1"),
        ({"assignedIp": "8.8.8.8"}, 502, "assignedIp 8.8.8.8"),
        ({"destinationNetwork": "0.0.0.0/0"}, 409, "the link itself"),
        ({"destinationNetwork": "192.168.1.0/24"}, 409, "our internal network"),
        ({"destinationNetwork": "192.0.2.0/25"}, 409, "underlay.vtep"),
        ({"destinationNetwork": "198.51.0.0/16"}, 409, "a remote gateway"),
        ({"destinationNetwork": "127.0.0.0/8"}, 502, "network of hosts"),
    ]
    cases += [((200, json.dumps({**GOOD, **members})), status, why)
              for members, status, why in wrong]
    for peer.answer, status, why in cases:
        refused(site.ask(peer), status, why)
        nothing_is_left(site)
        equal("redirects that were followed", [m for m, *_ in peer.requests if m == "GET"], [])
    peer.answer = None


def half_an_answer(site, begins, status):
    """A peer that begins to answer and goes to sleep does not hold it longer than another."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        where = f"127.0.0.1:{listening.getsockname()[1]}"
        site.gateway.stop()
        site.config["allowed_peers"][1:] = [where]
        site.start()
        kept = []

        def serve():
            connection, _ = listening.accept()
            kept.append(connection)
            connection.recv(65536)
            connection.sendall(begins)
            if status == 502:
                connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        refused(site.ask(f"http://{where}{PATH}"), status,
                "does not answer in time" if status == 504 else "cannot be asked")
        thread.join()
        for connection in kept:
            connection.close()
    # Whether it has agreed is not known, so it is told of the release for a while.
    wait(lambda: site.agent.all() == [] and all(
        one["state"] == "releasing" for one in site.negotiations()), "it is not undone")


def no_answer(site, peer):
    peer.wait = threading.Event()
    before = time.monotonic()
    refused(site.ask(peer), 504, "does not answer in time")
    check(time.monotonic() - before < 30, "it waits for too long")
    peer.wait.set()
    peer.wait = None
    nothing_is_left(site)
    peer.stop()
    refused(site.ask(peer), 502, "cannot be asked")
    nothing_is_left(site)


def bad_requests(site, peer):
    api = site.api
    for body, why in (("nonsense", "couldn't be parsed"), ("{}", "remoteAgent must be"),
                      ('{"remoteAgent": "http://x", "lese": 1}', "there is no member"),
                      (json.dumps({"remoteAgent": peer.url, "remoteNetwork": "x"}),
                       "remoteNetwork must be"),
                      (json.dumps({"remoteAgent": peer.url, "lease": 1}), "lease must be")):
        refused(api.raw("POST", "/api/v1/start_negotiation", body), 400, why)
    refused(api.request("GET", "/api/v1/start_negotiation"), 405, "possible is POST")
    # Peers have a listener of their own.
    equal("handle_negotiation on the API",
          api.request("POST", "/api/v1/handle_negotiation", {"cidrs": []}).status, 404)


def bad_agent(site, peer):
    for name in ("AddIPToInterface", "AddRoute"):
        site.agent.fail = {name: "the interface is on fire"}
        refused(site.ask(peer), 502, "the interface is on fire")
        nothing_is_left(site)
    site.agent.fail = {}
    site.agent.stop()
    answer = site.ask(peer)
    refused(answer, 502, "")
    # What may have been configured is asked back until the agent is there.
    check(all(one["state"] == "releasing" and one["error"] for one in
              [site.api.show("negotiations", one["id"]) for one in site.negotiations()]),
          f"there is {site.negotiations()}")
    site.agent.start()
    nothing_is_left(site)


def run(gateway):
    peer = Original(["10.0.0.4/30", "10.0.0.8/30"], "192.168.2.0/24")
    site = Site(gateway, timeout_s=2)
    site.allow(peer)
    site.start()
    site.api.create("l2-remote-gateways", name="r", ipaddr="198.51.100.7")
    release(site, vectors(site, peer), peer)
    release(site, keys(site, peer), peer)
    release(site, options(site, peer), peer)
    release(site, same_time(site, peer), peer)
    bad_answers(site, peer)
    bad_requests(site, peer)
    bad_agent(site, peer)
    no_answer(site, peer)
    half_an_answer(site, b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"net"', 504)
    half_an_answer(site, b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", 502)
