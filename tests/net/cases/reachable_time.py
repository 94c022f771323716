# SPDX-License-Identifier: BSD-3-Clause
"""Traffic without loss while Linux's neighbour entries are made to go stale all the time.

The kernel sees nothing of the tunnel's packets, so its entry for the next hop ages although the
tunnel is busy. With base_reachable_time at 5 s and quick garbage collection that shows early.
"""

import time

from lib import traffic
from lib.pair import Pair

EARLY = True
SHORT_S = 30
LONG_S = 600


def run(lab):
    pair = Pair(lab)
    for site in (pair.left, pair.right):
        for knob, value in (("base_reachable_time_ms", 5000), ("gc_stale_time", 5)):
            site.namespace.sysctl(f"ipv4/neigh/{site.dev}/{knob}", value)
    pair.stretch(5)
    traffic.prove(*pair.hosts)
    with traffic.Stream(pair.hosts[0], pair.hosts[1]) as there:
        with traffic.Stream(pair.hosts[1], pair.hosts[0]) as back:
            time.sleep(LONG_S if lab.long else SHORT_S)
    there.prove_no_loss()
    back.prove_no_loss()
