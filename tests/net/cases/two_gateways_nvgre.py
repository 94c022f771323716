# SPDX-License-Identifier: BSD-3-Clause
"""Two bgwd join an untagged LAN and a VLAN over NVGRE."""

from lib import traffic
from lib.pair import Pair


def run(lab):
    pair = Pair(lab, tags=([], ["200"]))
    pair.stretch(70000, "nvgre")
    traffic.prove(*pair.hosts)
    traffic.prove(*pair.hosts, v6=True)
