# SPDX-License-Identifier: BSD-3-Clause
"""Agents that carry out an order when nobody waits for it any more: on either side it is taken back
again, and meanwhile the list shows it; also where the gateway is killed in between."""

import threading

from lib.expect import check, equal
from lib.l3 import Site, introduce, second, wait

ORDER = "AddIPToInterface"
UNDO = "RemoveIPFromInterface"


class Late:
    """Has an agent hold its next order back until it is let go, and carry it out then."""

    def __init__(self, site):
        self.site = site
        self._let_go = threading.Event()
        self._is_done = threading.Event()
        self._is_first = True
        site.agent.is_heedless = True
        site.agent.hook, site.agent.after = self._before, self._after

    def _before(self, name):
        if name == ORDER and self._is_first:
            self._is_first = False
            self._let_go.wait(60)

    def _after(self, name):
        if name == ORDER:
            self._is_done.set()

    def is_taken_back(self):
        """Of what was not carried out yet."""
        return UNDO in self.site.agent.calls

    def let_go(self):
        self.site.agent.hook = None
        self._let_go.set()
        check(self._is_done.wait(10), "the agent did not carry it out")
        self.site.agent.after = None


def is_shown(site):
    """What the agent has belongs to something that is listed, looked at before the agent."""
    states = [one["state"] for one in site.negotiations()]
    has = site.agent.all()
    equal("what is listed while the agent has an address", states, ["releasing"])
    return has == []


def nothing_is_left(*sites):
    for site in sites:
        site.settle()
        equal("what is left", (site.negotiations(), site.agent.all()), ([], []))


def run(gateway):
    other = second(gateway)
    try:
        a = Site(gateway)
        b = Site(other, internal_network="192.168.2.0/24")
        introduce(a, b)
        # The initiator's agent.
        late = Late(a)
        answer = a.ask(b)
        equal(f"status ({answer.text})", answer.status, 502)
        check(f"the agent at {a.agent.where} did not answer {ORDER} within 10000 ms" in answer.text,
              answer.text)
        wait(late.is_taken_back, "it is not taken back")
        wait(lambda: b.negotiations() == [], "the other side does not know")
        late.let_go()
        wait(lambda: is_shown(a), lambda: f"the agent keeps {a.agent.all()}")
        check("carry out an order late" in a.negotiations()[0]["error"], a.negotiations())

        # The responder's, and it is killed.
        late = Late(b)
        answer = a.ask(b, mtu=1400)
        equal(f"status ({answer.text})", answer.status, 504)
        wait(late.is_taken_back, "it is not taken back")
        wait(lambda: b.negotiations()[0]["error"], "it does not say what it waits for")
        b.gateway.kill9()
        b.start()
        equal("states", [one["state"] for one in b.negotiations()], ["releasing"])
        late.let_go()
        wait(lambda: is_shown(b), lambda: f"the agent keeps {b.agent.all()}")
        nothing_is_left(a, b)
        other.conclude()
    finally:
        other.close()
