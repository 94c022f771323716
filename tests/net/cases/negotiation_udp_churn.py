# SPDX-License-Identifier: BSD-3-Clause
"""10,000 MACs come, move and go at two gateways that negotiate over UDP and tell each other of them by
gRPC, with the link cut in between: their tables are equal. With --long 100,000 of them."""

from lib.negotiating_churn import Scene, age, churn, cut, first_tables, overrun, precedence, restart
from lib.negotiating_grpc import gateways

MACS, MACS_LONG = 10000, 100000


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
        age(scene)
