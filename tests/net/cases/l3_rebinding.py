# SPDX-License-Identifier: BSD-3-Clause
"""A name that leads to an allowed peer when it is looked at, and somewhere else a moment later: it is
looked up once, and no request leaves to anybody else, neither then nor for as long as what was
agreed holds."""

import json
import threading
import time
import uuid

from l3_peer import Bait, Original, PATH
from lib.agent import Agent
from lib.api import Api, Refused
from lib.errors import Failure, check, wait_until
from lib.gateway import Gateway
from lib.names import A, Names
from lib.netns import veth
from lib.routed import null_ports
from lib.sites import underlay_pair

PORT = 8000
PEER, BAIT, AWAY = "192.0.2.2", "192.0.2.3", "192.0.2.4"
URL = f"http://peer.example:{PORT}{PATH}"
LINK = {"net": "10.255.0.0/30", "freeIp": "10.255.0.2", "assignedIp": "10.255.0.1",
        "destinationNetwork": "192.168.9.0/24", "lease": 10}  # fmt: skip


class Test:
    def __init__(self, lab):
        left, right = underlay_pair(lab)
        for address in (BAIT, AWAY):
            right.namespace.ip("address", "add", f"{address}/24", "dev", right.dev)
        with right.namespace.entered():
            self.peer = Original([], address=PEER, port=PORT)
            self.bait = Bait(BAIT, PORT)
        self.peer.answer = 200, json.dumps({**LINK, "negotiation_id": str(uuid.uuid4())})
        veth(left.namespace, "link0", right.namespace, "far0")
        agent = Agent(lab, left.namespace)
        self.names = Names(lab, left.namespace)
        self.gateway = Gateway(lab, left, **null_ports(left), l3_negotiator={
            "listen": [f"{left.ip4}:{PORT}"], "cidrs": ["10.255.0.0/28"], "interface": "link0",
            "internal_network": "192.168.1.0/24", "agent": agent.listen, "timeout_s": 2,
            "allowed_peers": [PEER, AWAY],
        })  # fmt: skip

    def ask(self, *answers):
        """With what the name leads to, one after the other."""
        self.peer.requests.clear()
        self.names.prepare(*answers)
        return self.gateway.api.request("POST", "/api/v1/start_negotiation", {"remoteAgent": URL})

    def is_refused(self, status, *answers):
        try:
            made = self.ask(*answers)
        except Refused as refused:
            check(refused.status == status, f"{answers}: {refused.status}, not {status}: {refused}")
            return
        raise Failure(f"{answers}: it was answered {made}")

    def methods(self):
        return [method for method, *_ in self.peer.requests]

    def nobody_else_was_asked(self, what):
        check(self.bait.visits == 0, f"{what}: {self.bait.visits} connections to the other address")
        check(self.names.asked[A] == 1, f"{what}: looked up {self.names.asked[A]} times")

    def release(self):
        for one in self.gateway.api.list("negotiations"):
            self.gateway.api.delete("negotiations", one["id"])
        wait_until(lambda: self.gateway.api.list("negotiations") == [], 20, "it is not released")


def silent_name_server(test):
    """Requests that wait for a name server hold up no others."""
    api = test.gateway.api
    test.names.prepare([BAIT])
    test.names.silence()
    ended = []

    def ask(mtu):
        try:
            patient = Api(api.url.removeprefix("unix:"), 60)
            patient.request("POST", "/api/v1/start_negotiation", {"remoteAgent": URL, "mtu": mtu})
        except Refused as refused:
            ended.append(refused.status)

    threads = [threading.Thread(target=ask, args=(1400 + n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    wait_until(lambda: test.names.asked[A] >= 2, 10, "nothing is looked up")
    time.sleep(1)
    api.create("networks", name="meanwhile")
    check(ended == [], f"meanwhile {len(ended)} requests were answered")
    test.names.speak()
    for thread in threads:
        thread.join()
    check(ended == [403] * 8, f"then they are answered {ended}")


def run(lab):
    test = Test(lab)
    # As long as it holds, renewed and released after a restart, by a name that leads away.
    test.ask([PEER], [BAIT])
    test.nobody_else_was_asked("when asked")
    wait_until(lambda: test.methods() == ["POST", "POST"], 20, "the lease is not renewed")
    test.gateway.stop()
    test.gateway.start()
    test.release()
    check(test.methods()[-1] == "DELETE", f"the peer was asked {test.methods()}")
    test.nobody_else_was_asked("as long as it held")

    for status, answers in (
        (403, ([BAIT], [PEER])),
        (403, ([f"::ffff:{BAIT}"], [PEER])),
        (403, (["127.0.0.1", "::1", "0.0.0.0"], [PEER])),
        (502, ([AWAY], [BAIT])),
        (502, ([AWAY, BAIT], [BAIT])),
        (502, ([], [PEER])),
    ):
        test.is_refused(status, *answers)
        test.nobody_else_was_asked(answers)
        check(test.methods() == [], f"{answers}: the peer was asked {test.methods()}")
        test.release()

    # Of several addresses it is the one that is allowed.
    for answer in ([BAIT, PEER], [BAIT, f"::ffff:{PEER}"]):
        test.ask(answer, [BAIT])
        check(test.methods() == ["POST"], f"{answer}: the peer was asked {test.methods()}")
        test.nobody_else_was_asked(answer)
        test.release()
    silent_name_server(test)
