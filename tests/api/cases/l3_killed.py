# SPDX-License-Identifier: BSD-3-Clause
"""kill -9 of either side at every step of a negotiation: no address, route or translation is left
that the side's own list does not show, and each list agrees with the other."""

import threading

from l3_wanted import are_pairs
from lib.expect import check, equal
from lib.l3 import Site, introduce, second, wait

# Where a side is killed: when its agent is asked and when that is done, by the call.
CALLS = ("AddIPToInterface", "AddRoute", "ConfigureNat", "RemoveNat", "RemoveRoute",
         "RemoveIPFromInterface")


class Killer:
    """Kills a gateway the first time that its agent gets so far."""

    def __init__(self, site, call, is_after):
        self.site, self.call, self.is_done = site, call, threading.Event()
        self._lock = threading.Lock()
        setattr(site.agent, "after" if is_after else "hook", self)

    def __call__(self, name):
        with self._lock:
            if name == self.call and not self.is_done.is_set():
                self.site.gateway.process.kill()
                self.site.gateway.process.wait()
                self.is_done.set()

    def end(self):
        with self._lock:
            self.site.agent.hook = self.site.agent.after = None
        if self.is_done.is_set():
            self.site.gateway.process = None
            self.site.start()
        return self.is_done.is_set()


def agree_or_not(a, b):
    try:
        return a.ask(b).status
    except OSError:
        return None


def release_or_not(site):
    try:
        for one in site.negotiations():
            site.api.delete("negotiations", one["id"])
    except OSError:
        pass


def settle(a, b):
    a.settle()
    b.settle()
    wait(lambda: are_pairs(a.negotiations(), b.negotiations()),
         lambda: f"{a.negotiations()} is not {b.negotiations()}")
    a.settle()
    b.settle()


def release(a, b):
    for one in a.negotiations():
        a.api.delete("negotiations", one["id"])
    settle(a, b)
    equal("what is left", (a.agent.all(), b.agent.all()), ([], []))


def run(gateway):
    other = second(gateway)
    try:
        # The same network on both sides, and the initiator's larger: all three orders happen.
        a = Site(gateway, internal_network="192.168.0.0/23", timeout_s=3)
        b = Site(other, internal_network="192.168.1.0/24", remapping_cidrs=["172.16.0.0/24"],
                 timeout_s=3)
        introduce(a, b)
        killed = 0
        for site in (a, b):
            for call in CALLS:
                for is_after in (False, True):
                    killer = Killer(site, call, is_after)
                    agree_or_not(a, b)
                    if not killer.is_done.is_set() and call.startswith("Remove"):
                        release_or_not(a)
                        killer.is_done.wait(5)
                    killed += killer.end()
                    settle(a, b)
                    release(a, b)
        # Each side is killed at all of them but the translation of the initiator, which has none.
        check(killed >= 18, f"there were only {killed} kills")
        other.conclude()
    finally:
        other.close()
