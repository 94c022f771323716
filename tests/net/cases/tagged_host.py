# SPDX-License-Identifier: BSD-3-Clause
"""A host whose frames are tagged by a script reaches its like through a plain wire.

And not one with another tag: the tags that later cases rely on are really on the wire.
"""

from lib import netns, traffic
from lib.frames import Sniffer


def run(lab):
    middle = lab.namespace("middle")
    tagged = [lab.host(f"host{n}", n, middle, f"lan{n}", vlan=[(0x8100, 100)]) for n in (1, 2)]
    double = lab.host("host3", 3, middle, "lan3", vlan=[(0x88A8, 100), (0x8100, 5)])
    netns.bridge(middle, "br0", "lan1", "lan2", "lan3")
    sniffer = Sniffer(lab, middle, "lan1")
    traffic.prove(*tagged)
    traffic.prove_unreachable(tagged[0], double)
    seen = {frame[12:16] for frame in sniffer.frames}
    assert seen == {bytes.fromhex("81000064")}, f"frames of a host on VLAN 100 began with {seen}"
