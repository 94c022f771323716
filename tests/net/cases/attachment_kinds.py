# SPDX-License-Identifier: BSD-3-Clause
"""Tags at the border: one VLAN id here and two tags there, and a port that keeps all tags.

The priority of a tag survives translation.
"""

import struct

from lib import traffic
from lib.frames import Sniffer, send
from lib.errors import check, wait_until
from lib.gateway import Gateway, access, underlay
from lib.sites import underlay_pair

SERVICE = 0x88A8
CUSTOMER = 0x8100


def run(lab):
    left, right = underlay_pair(lab, mtu=1700)
    hosts = [
        lab.host("vlan", 1, left.namespace, "lan0", vlan=[(CUSTOMER, 100)]),
        lab.host("qinq", 2, right.namespace, "lan0", vlan=[(SERVICE, 200), (CUSTOMER, 300)]),
        lab.host("trunk1", 3, left.namespace, "lan1", vlan=[(CUSTOMER, 77)]),
        lab.host("trunk2", 4, right.namespace, "lan1", vlan=[(CUSTOMER, 77)]),
    ]
    gateways = []
    for site, tags, more in ((left, ["100"], {}), (right, ["200.300"], {"tpid": "0x88a8"})):
        gateway = Gateway(lab, site, [access("lan0", **more), access("lan1"), underlay()])
        far = right if site is left else left
        gateway.stretch(far.ip4, 501, tags=tags, name="translated")
        trunk = gateway.network("trunk")
        members = gateway.attach(trunk, "lan1", kind="port")
        gateway.connect(members, trunk, far.ip4, 502)
        gateways.append(gateway)
    traffic.prove(hosts[0], hosts[1])
    traffic.prove(hosts[2], hosts[3])
    traffic.prove_unreachable(hosts[0], hosts[3])
    prove_priority(lab, hosts)


def prove_priority(lab, hosts):
    """A frame of priority 5 on VLAN 100 leaves with priority 5 on its outer tag there."""
    source, target = hosts[0].namespace, hosts[1].namespace
    sniffer = Sniffer(lab, target, "wire0")
    tag = struct.pack("!HH", CUSTOMER, 5 << 13 | 100)
    content = b"\x88\xb5" + b"priority".ljust(46, b".")
    send(source, "wire0", b"\xff" * 6 + bytes.fromhex("02005e000055") + tag + content)
    frame = wait_until(
        lambda: [frame for frame in sniffer.frames if b"priority" in frame],
        3,
        "the frame with priority 5 never arrived",
    )[0]
    tags = struct.unpack_from("!HHHH", frame, 12)
    check(
        tags[0] == SERVICE and tags[1] == 5 << 13 | 200 and tags[2:3] == (CUSTOMER,)
        and tags[3] & 0xFFF == 300,
        f"the translated frame carries the tags {[hex(part) for part in tags]}",
    )  # fmt: skip
