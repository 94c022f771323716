# SPDX-License-Identifier: BSD-3-Clause
"""With `workers.idle` "sleep" an idle gateway takes less than 5 % of a core.

Beside busy neighbours each nap costs it more, for they have the caches and share the CPU's time with
the host: so it is looked at again until it is as cheap as it should be, a few times.
"""

import time

from lib import traffic
from lib.errors import Failure
from lib.pair import Pair

SHORT_S = 5
LONG_S = 30
LIMIT = 0.05
LOOKS = 5


def shares(gateways, seconds):
    """How much of a core each took meanwhile."""
    before = [gateway.cpu_s() for gateway in gateways]
    time.sleep(seconds)
    return [(gateway.cpu_s() - start_s) / seconds for gateway, start_s in zip(gateways, before)]


def run(lab):
    pair = Pair(lab)
    pair.stretch(9)
    traffic.prove(*pair.hosts)
    time.sleep(1)
    for _ in range(LOOKS):
        taken = shares(pair.gateways, LONG_S if lab.long else SHORT_S)
        if max(taken) < LIMIT:
            return
    raise Failure(f"idle gateways take {', '.join(f'{share:.1%}' for share in taken)} of a core")
