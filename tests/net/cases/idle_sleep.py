# SPDX-License-Identifier: BSD-3-Clause
"""With `workers.idle` "sleep" an idle gateway takes less than 5 % of a core."""

import time

from lib import traffic
from lib.errors import check
from lib.pair import Pair

SHORT_S = 5
LONG_S = 30
LIMIT = 0.05


def run(lab):
    pair = Pair(lab)
    pair.stretch(9)
    traffic.prove(*pair.hosts)
    time.sleep(1)
    seconds = LONG_S if lab.long else SHORT_S
    before = [gateway.cpu_s() for gateway in pair.gateways]
    time.sleep(seconds)
    for gateway, start_s in zip(pair.gateways, before):
        share = (gateway.cpu_s() - start_s) / seconds
        check(share < LIMIT, f"the idle gateway {gateway.site.name} takes {share:.1%} of a core")
