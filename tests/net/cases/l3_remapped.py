# SPDX-License-Identifier: BSD-3-Clause
"""Two sites whose networks are the same, or overlap, negotiate layer 3 over a stretched layer 2:
their hosts reach each other under the remapping network of the one that was asked."""

import re
import signal

from lib import traffic
from lib.errors import check, wait_until
from lib.routed import LINK, RoutedPair, Seen

LARGE, SMALL = "192.168.0.0/16", "192.168.1.0/24"
LARGE_REMAPPING, SMALL_REMAPPING = "172.16.0.0/16", "172.20.1.0/24"


def release(pair, site):
    site.api.delete("negotiations", site.negotiations()[0]["id"])
    pair.prove_undone()


class EarlyFlow:
    """A flow that the router tracks since before what it goes to was negotiated."""

    def __init__(self, lab, router, source, target):
        self._route = (f"{target.ip4}/32", "dev", LINK)
        self._router, self._target = router.namespace, target
        self._router.ip("route", "add", *self._route)
        self._ping = lab.process(["ping", "-q", "-i", "0.2", target.ip4], source.namespace, "early")
        wait_until(self._is_tracked, 5, f"the flow to {target.name} is not tracked")

    def _is_tracked(self):
        tracked = self._router.run("cat", "/proc/net/nf_conntrack", check=False)
        return f"dst={self._target.ip4} " in tracked

    def take_route(self):
        """The flow goes where the router sends it then."""
        self._router.ip("route", "delete", *self._route)

    def prove_translated(self):
        self._ping.signal(signal.SIGINT)
        self._ping.wait(5)
        received = re.search(r"(\d+) received", self._ping.log())
        check(
            received and int(received.group(1)) > 0,
            f"a flow from before is not translated: {self._ping.last_words()}",
        )


def run(lab):
    # The right one's hosts have addresses that are hosts on the left too.
    pair = RoutedPair(lab, (LARGE, SMALL), remappings=([LARGE_REMAPPING], [SMALL_REMAPPING]))
    near = pair.left.router.host("192.168.1.10")
    outside = pair.left.router.host("192.168.7.10")
    far = pair.right.router.host("192.168.1.10")
    # Somebody else's rules, with which Linux tracks flows from the start.
    pair.right.router.namespace.run(
        "nft", "add table inet other { chain c { type filter hook forward priority 0;"
               " ct state invalid accept; }; }")  # fmt: skip
    pair.start()
    early = EarlyFlow(lab, pair.right.router, far, outside)

    # The smaller one answers: its hosts are known to the left under its remapping network, and so
    # are to it those of the left that have its addresses. All others keep theirs.
    made = pair.left.ask(pair.right)
    check(made["destinationNetwork"] == SMALL_REMAPPING, f"routed is {made['destinationNetwork']}")
    pair.settle(1)
    early.take_route()
    traffic.prove(Seen(near, SMALL_REMAPPING), Seen(far, SMALL_REMAPPING))
    traffic.prove(outside, Seen(far, SMALL_REMAPPING))
    early.prove_translated()
    release(pair, pair.right)

    # The larger one answers.
    made = pair.right.ask(pair.left)
    check(made["destinationNetwork"] == LARGE_REMAPPING, f"routed is {made['destinationNetwork']}")
    pair.settle(1)
    traffic.prove(Seen(near, LARGE_REMAPPING), Seen(far, LARGE_REMAPPING))
    traffic.prove(Seen(outside, LARGE_REMAPPING), Seen(far, LARGE_REMAPPING))
    release(pair, pair.right)
