# SPDX-License-Identifier: BSD-3-Clause
"""20,000 MACs come, move and go at two gateways that negotiate over TCP, with the link cut in between:
their tables are equal. With --long 100,000 of them."""

from lib.negotiating_churn import Scene, age, churn, cut, first_tables, overrun, precedence, restart
from lib.negotiating_tcp import gateways

EARLY = True
MACS, MACS_LONG = 20000, 100000


def run(lab):
    each = (MACS_LONG if lab.long else MACS) // 2
    scene = Scene(lab, gateways, 2 * each)
    first_tables(scene, each)
    churn(scene, each)
    cut(scene, each)
    if lab.long:
        restart(scene, each)
    overrun(scene, each)
    precedence(scene, each)
    if lab.long:
        age(scene)
