# SPDX-License-Identifier: BSD-3-Clause
"""Tags at the border: one VLAN id here and two tags there, and a port that keeps all tags.

The priority of a tag survives translation on one gateway; a pushed tag has the attachment's.
"""

import struct

from lib import traffic
from lib.frames import Sniffer, send
from lib.errors import check, wait_until
from lib.gateway import Gateway, access, underlay
from lib.sites import underlay_pair

SERVICE = 0x88A8
CUSTOMER = 0x8100
PUSHED = 3
BROADCAST = b"\xff" * 6


def run(lab):
    left, right = underlay_pair(lab, mtu=1700)
    hosts = [
        lab.host("vlan", 1, left.namespace, "lan0", vlan=[(CUSTOMER, 100)]),
        lab.host("qinq", 2, right.namespace, "lan0", vlan=[(SERVICE, 200), (CUSTOMER, 300)]),
        lab.host("trunk1", 3, left.namespace, "lan1", vlan=[(CUSTOMER, 77)]),
        lab.host("trunk2", 4, right.namespace, "lan1", vlan=[(CUSTOMER, 77)]),
        lab.host("other", 5, left.namespace, "lan2", vlan=[(CUSTOMER, 102)]),
    ]
    gateways = []
    for site, tags, more in ((left, ["100"], {}), (right, ["200.300"], {"tpid": "0x88a8"})):
        ports = [access("lan0", **more), access("lan1"), underlay()]
        gateway = Gateway(lab, site, [access("lan2"), *ports] if site is left else ports)
        far = right if site is left else left
        translated = gateway.network("translated")
        members = gateway.attach(translated, "lan0", tags, pcp=PUSHED)
        gateway.connect(members, translated, far.ip4, 501)
        trunk = gateway.network("trunk")
        members = gateway.attach(trunk, "lan1", kind="port")
        gateway.connect(members, trunk, far.ip4, 502)
        gateways.append(gateway)
    traffic.prove(hosts[0], hosts[1])
    traffic.prove(hosts[2], hosts[3])
    traffic.prove_unreachable(hosts[0], hosts[3])
    prove_pushed_priority(lab, hosts[0], hosts[1])
    prove_priority(lab, gateways[0], hosts[0], hosts[4])


def prove_pushed_priority(lab, source, target):
    """What came out of the tunnel is tagged twice, with the attachment's priority outside."""
    sniffer = Sniffer(lab, target.namespace, "wire0")
    traffic.prove_ping(source, target)
    frames = [frame for frame in sniffer.frames if frame[12:14] == SERVICE.to_bytes(2, "big")]
    check(frames, "no frame with a service tag was heard")
    tags = struct.unpack_from("!HHHH", frames[0], 12)
    check(
        tags == (SERVICE, PUSHED << 13 | 200, CUSTOMER, PUSHED << 13 | 300),
        f"the frame from the tunnel carries the tags {[hex(part) for part in tags]}",
    )


def prove_priority(lab, gateway, source, target):
    """A frame of priority 5 on one VLAN leaves with priority 5 on the other."""
    network = gateway.network("local")
    gateway.attach(network, "lan0", tags=["101"])
    gateway.attach(network, "lan2", tags=["102"])
    sniffer = Sniffer(lab, target.namespace, "wire0")
    tag = struct.pack("!HH", CUSTOMER, 5 << 13 | 101)
    content = b"\x88\xb5" + b"priority".ljust(46, b".")
    send(source.namespace, "wire0", BROADCAST + bytes.fromhex("02005e000055") + tag + content)
    frame = wait_until(
        lambda: [frame for frame in sniffer.frames if b"priority" in frame],
        3,
        "the frame with priority 5 never arrived",
    )[0]
    tags = struct.unpack_from("!HH", frame, 12)
    check(
        tags == (CUSTOMER, 5 << 13 | 102),
        f"the translated frame carries the tag {[hex(part) for part in tags]}",
    )
