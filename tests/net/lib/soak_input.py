# SPDX-License-Identifier: BSD-3-Clause
"""What the soak feeds a gateway: everything at once, good, odd and hostile.

The plan of addresses, VLANs and keys stands here; `soak_plan` provisions it.
"""

import random

from .packets import (
    ARP,
    BROADCAST,
    GRE_CHECKSUM,
    GRE_KEY,
    GRE_SEQUENCE,
    IPV4,
    IPV6,
    LLDP,
    arp_request,
    echo_request,
    ethernet,
    gre,
    ipv4,
    mac_number,
    pad,
    udp,
    vlan,
    vxlan,
    vxlan_checksummed,
)

# The underlay. Remote gateways of the first network are behind wan0, of the second behind wan1.
VTEP, VTEP_1 = "192.0.2.1", "198.51.100.1"
NEIGHBOURS = [f"192.0.2.{n}" for n in range(2, 20)]
NEIGHBOURS_1 = [f"198.51.100.{n}" for n in range(2, 20)]
UNRESOLVED, UNROUTED, STRANGER = "192.0.2.99", "203.0.113.9", "192.0.2.66"
VXLAN_PEER, GRE_PEER, NVGRE_PEER = NEIGHBOURS[:3]
FAR_PEER = NEIGHBOURS_1[0]

# The fixed tunnels, as (peer, encapsulation, segmentation id).
LAN_TUNNELS = [
    (VXLAN_PEER, "vxlan", 5001),
    (GRE_PEER, "gre", 5002),
    (NVGRE_PEER, "nvgre", 5003),
    (FAR_PEER, "vxlan", 5004),
]
# Not flooded to: what they send was addressed to a static MAC behind them.
QUIET_TUNNELS = [(VXLAN_PEER, "vxlan", 5011), (GRE_PEER, "gre", 5012)]
PLAIN_TUNNEL = (VXLAN_PEER, "vxlan", 5021)
WHOLE_TUNNEL = (GRE_PEER, "gre", 5022)
GUARDED_TUNNEL = (NVGRE_PEER, "nvgre", 5023)
FIXED_TUNNELS = [*LAN_TUNNELS, *QUIET_TUNNELS, PLAIN_TUNNEL, WHOLE_TUNNEL, GUARDED_TUNNEL]

# Those that come and go: any of the keys at any of the peers.
CHURN_PEERS = list(zip(NEIGHBOURS[8:12], ("vxlan", "vxlan", "gre", "gre")))
CHURN_KEYS = range(6000, 6032)
CHURN_VIDS = range(300, 316)

LAN_VIDS = (100, 101)
LIMITED_VID, SOURCES_VID, TYPES_VID, FULL_VID, CONTROL_VID = 110, 111, 112, 113, 114
QINQ = (115, 7)
ALONE_VID, UNCLAIMED_VID = 120, 999
ALLOWED_SOURCE = "02:a0:00:00:00:01"

ACCESS_MACS, TUNNEL_MACS, STATIC_MACS = 1000, 500, 512
WANDERERS = [mac_number("02:aa:00:00", n) for n in range(4)]


def access_mac(n):
    return mac_number("02:a1:00:00", n)


def tunnel_mac(tunnel, n):
    """A host behind the tunnel."""
    return mac_number(f"02:{0xB0 + FIXED_TUNNELS.index(tunnel):02x}:00:00", n)


def static_mac(n):
    return mac_number("02:5a:00:00", n)


def static_ip(n):
    return f"10.9.{n >> 8}.{n & 255}"


def _payload(chance, size=None):
    """An IPv4 datagram, of any size up to what Ethernet carries."""
    if size is None:
        size = chance.choice((18, 18, 18, 30, 50, chance.randint(1, 1450), 1472))
    source, destination = (f"10.1.{chance.randint(0, 3)}.{chance.randint(1, 254)}" for _ in "ab")
    return ipv4(source, destination, 17, udp(chance.randint(1, 65535), bytes(size)))


def access_frames(seed=1):
    """Frames of the members, on the tagged access port."""
    chance = random.Random(seed)
    frames = [*_lan_frames(chance), *_guarded_frames(chance), *_bad_access_frames(chance)]
    chance.shuffle(frames)
    return frames


def _lan_frames(chance):
    for n in range(ACCESS_MACS):
        # Even hosts are in the first VLAN, odd ones in the second.
        tags = vlan(LAN_VIDS[n % 2], priority=n % 8)
        for destination in (
            static_mac(chance.randrange(STATIC_MACS)),
            tunnel_mac(chance.choice(LAN_TUNNELS), chance.randrange(TUNNEL_MACS)),
            access_mac(chance.randrange(ACCESS_MACS)),
        ):
            yield pad(ethernet(access_mac(n), destination, _payload(chance), IPV4, tags))
        if n % 8 == 0:
            yield ethernet(access_mac(n), BROADCAST, _payload(chance), IPV4, tags)
            yield ethernet(access_mac(n), "01:00:5e:01:02:03", _payload(chance), IPV4, tags)
            yield ethernet(access_mac(n), mac_number("02:ee:00:00", n), bytes(46), tags=tags)
            asked = arp_request(access_mac(n), "10.9.9.9", static_ip(n % STATIC_MACS))
            yield pad(ethernet(access_mac(n), BROADCAST, asked, ARP, tags))
    for n in range(STATIC_MACS):
        # So every static MAC is spoken to.
        yield pad(
            ethernet(access_mac(n), static_mac(n), _payload(chance), IPV4, vlan(LAN_VIDS[n % 2]))
        )
    for n, wanderer in enumerate(WANDERERS):
        for vid in LAN_VIDS:
            yield pad(ethernet(wanderer, access_mac(n), _payload(chance), IPV4, vlan(vid)))
    for n in range(600):
        destination = tunnel_mac(PLAIN_TUNNEL, chance.randrange(TUNNEL_MACS))
        yield pad(ethernet(access_mac(2000 + n), destination, _payload(chance), IPV4))
        yield pad(ethernet(access_mac(2000 + n), destination, bytes(40), tags=vlan(0, priority=5)))
    for vid in CHURN_VIDS:
        for n in range(32):
            source, tags = access_mac(3000 + 32 * vid + n), vlan(vid)
            destination = access_mac(3000 + 32 * (vid ^ 1) + n)
            yield pad(ethernet(source, destination, _payload(chance), IPV4, tags))
        yield pad(ethernet(source, BROADCAST, _payload(chance), IPV4, tags))


def _guarded_frames(chance):
    for n in range(40):
        limited, other = vlan(LIMITED_VID), access_mac(2700 + n)
        yield pad(ethernet(other, BROADCAST, _payload(chance), IPV4, limited))
        yield pad(ethernet(other, "01:00:5e:00:00:05", _payload(chance), IPV4, limited))
        yield pad(ethernet(other, mac_number("02:ef:00:00", n), _payload(chance), IPV4, limited))
        for source in (ALLOWED_SOURCE, access_mac(2800 + n)):
            yield pad(ethernet(source, other, _payload(chance), IPV4, vlan(SOURCES_VID)))
        yield pad(ethernet(access_mac(2740), other, _payload(chance), IPV4, vlan(TYPES_VID)))
        yield pad(ethernet(access_mac(2740), other, bytes(46), IPV6, vlan(TYPES_VID)))
        yield pad(ethernet(access_mac(2750 + n), other, _payload(chance), IPV4, vlan(FULL_VID)))
        yield pad(ethernet(access_mac(2900), other, _payload(chance), IPV4, vlan(*QINQ)))
        yield pad(ethernet(access_mac(2901), other, _payload(chance), IPV4, vlan(ALONE_VID)))


def _bad_access_frames(chance):
    good = access_mac(1)
    for n in range(16):
        tags = vlan(LAN_VIDS[n % 2])
        for vid in (CONTROL_VID, LAN_VIDS[0]):
            control = f"01:80:c2:00:00:{n:02x}"
            yield pad(ethernet(access_mac(2902), control, bytes(46), tags=vlan(vid)))
        yield pad(ethernet("00:00:00:00:00:00", good, bytes(46), tags=tags))
        yield pad(ethernet(mac_number("03:00:00:00", n), good, bytes(46), tags=tags))
        yield pad(ethernet(BROADCAST, good, bytes(46), tags=tags))
        yield pad(ethernet(good, static_mac(n), bytes(46), tags=vlan(UNCLAIMED_VID)))
        yield pad(ethernet(good, static_mac(n), bytes(46), tags=vlan(LAN_VIDS[0], 5, 6)))
        yield pad(ethernet(good, static_mac(n), bytes(46), tags=[(0x88A8, LAN_VIDS[0])]))
        # Bare headers, and less than these.
        yield ethernet(good, static_mac(n), b"", tags=tags)[: 1 + n]
        yield ethernet(good, static_mac(n), b"")
        yield ethernet(good, static_mac(n), b"", 0x8100)
        yield ethernet(good, static_mac(n), bytes(n), IPV4, tags)
        # More than any MTU here, of destinations near and far.
        for destination in (access_mac(7), static_mac(n), BROADCAST):
            long = _payload(chance, 1500 + 20 * n)
            yield ethernet(access_mac(4), destination, long, IPV4, vlan(LAN_VIDS[0]))


def underlay_frames(mac, far, local, peers, seed):
    """Packets to the port whose address is `mac`; it is reached from `far`, a next hop's MAC.

    `local` is the tunnel end behind it, and `peers` are the addresses whose packets come here.
    """
    chance = random.Random(seed)
    packets = []
    for tunnel in FIXED_TUNNELS:
        if tunnel[0] in peers:
            packets += _tunnel_packets(chance, tunnel, local)
    for peer, encapsulation in CHURN_PEERS:
        for key in CHURN_KEYS if peer in peers else ():
            inner = ethernet(mac_number("02:c0:00:00", key), BROADCAST, _payload(chance), IPV4)
            packets.append(tunnel_packet(peer, local, encapsulation, key, inner))
    packets += _bad_packets(chance, peers[0], local)
    frames = [pad(ethernet(far, mac, packet, IPV4)) for packet in packets]
    frames += _other_frames(chance, mac, far, peers, local)
    chance.shuffle(frames)
    return frames


def tunnel_packet(peer, local, encapsulation, key, inner, **ip):
    if encapsulation == "vxlan":
        return vxlan(peer, local, key, inner, **ip)
    return gre(peer, local, key << 8 | 0x5A if encapsulation == "nvgre" else key, inner, **ip)


def _tunnel_packets(chance, tunnel, local):
    """What a well-behaved peer sends, and some of what its hosts send badly."""

    peer, encapsulation, key = tunnel

    def packet(inner, **ip):
        return tunnel_packet(peer, local, encapsulation, key, inner, **ip)

    for n in range(TUNNEL_MACS):
        source = tunnel_mac(tunnel, n)
        inner = ethernet(source, access_mac(n), _payload(chance), IPV4)
        yield packet(inner, tos=n & 0xFF if n & 3 != 3 else 0)
        yield packet(pad(ethernet(source, access_mac(chance.randrange(ACCESS_MACS)), bytes(20))))
    for n in range(32):
        source, target = tunnel_mac(tunnel, n), access_mac(2 * n)
        yield packet(ethernet(source, BROADCAST, _payload(chance), IPV4))
        yield packet(ethernet(source, mac_number("02:ed:00:00", n), _payload(chance), IPV4))
        yield packet(ethernet(source, tunnel_mac(LAN_TUNNELS[0], n), _payload(chance), IPV4))
        yield packet(ethernet(source, target, _payload(chance), IPV4, vlan(7)))
        # Congestion, which an inner packet carries if it can (RFC 6040).
        for inner_ecn in (0, 1, 2):
            datagram = ipv4("10.1.1.1", "10.1.1.2", 17, udp(9, bytes(30)), tos=inner_ecn)
            yield packet(ethernet(source, target, datagram, IPV4), tos=3)
        yield packet(ethernet(BROADCAST, target, bytes(46)))
        yield packet(ethernet(source, f"01:80:c2:00:00:{n % 16:02x}", bytes(46)))
        yield packet(ethernet(source, target, b"")[: n % 16])
        yield packet(ethernet(source, target, bytes(n), IPV4))
        yield packet(ethernet(source, BROADCAST, _payload(chance, 1473 + n), IPV4))
    for wanderer in WANDERERS:
        yield packet(pad(ethernet(wanderer, access_mac(0), bytes(20))))


def _bad_packets(chance, peer, local):
    for n in range(24):
        inner = pad(ethernet(mac_number("02:bd:00:00", n), access_mac(n), _payload(chance), IPV4))
        for encapsulation in ("vxlan", "gre"):
            yield tunnel_packet(STRANGER, local, encapsulation, 5001, inner)
            yield tunnel_packet(peer, local, encapsulation, 900 + n, inner)
            yield tunnel_packet(peer, "192.0.2.222", encapsulation, 5001, inner)
            yield tunnel_packet(peer, local, encapsulation, 5001, inner, wrong=True)
            yield tunnel_packet(peer, local, encapsulation, 5001, inner, fragment=0x2000)
            yield tunnel_packet(peer, local, encapsulation, 5001, inner, fragment=100 + n)
            yield tunnel_packet(peer, local, encapsulation, 5001, inner, options=b"\1" * 8)
            yield tunnel_packet(peer, local, encapsulation, 5001, inner)[: 20 + n]
        yield vxlan_checksummed(peer, local, 5001, inner)
        yield vxlan_checksummed(peer, local, 5001, inner, spoil=0x0101)
        yield vxlan(peer, local, 5001, inner, flags=0)
        yield ipv4(peer, local, 17, udp(4789, bytes(60), length=300 + n))
        yield ipv4(peer, local, 17, udp(4789, bytes(60), length=n % 8))
        yield b"\x65" + vxlan(peer, local, 5001, inner)[1:]
        yield b"\x43" + vxlan(peer, local, 5001, inner)[1:]
        yield gre(GRE_PEER, local, 5002, inner, flags=GRE_KEY | GRE_SEQUENCE)
        yield gre(GRE_PEER, local, 5002, inner, flags=GRE_KEY | GRE_CHECKSUM)
        yield gre(GRE_PEER, local, 5002, inner, flags=GRE_KEY | GRE_CHECKSUM, spoil=0x0101)
        yield gre(GRE_PEER, local, 5002, inner, flags=GRE_KEY | 1)
        yield gre(GRE_PEER, local, 5002, inner, flags=0)
        yield gre(GRE_PEER, local, 5002, inner, protocol=0x0800)


def _other_frames(chance, mac, far, peers, local):
    """What is no tunnel's: Linux's, where it has a way to it."""
    for n in range(8):
        yield pad(ethernet(far, BROADCAST, arp_request(far, peers[0], local), ARP))
        yield pad(ethernet(far, mac, echo_request(peers[0], local, 56 + n), IPV4))
        yield pad(ethernet(far, mac, ipv4(peers[0], local, 6, bytes(20 + n)), IPV4))
        yield pad(ethernet(far, mac, ipv4(peers[0], local, 17, udp(53, bytes(n))), IPV4))
        yield pad(ethernet(far, mac, bytes(40), IPV6))
        yield pad(ethernet(far, "01:80:c2:00:00:0e", bytes(46), LLDP))
        yield pad(ethernet(far, mac, vxlan(peers[0], local, 5001, bytes(60)), IPV4, vlan(9)))
        yield pad(ethernet(far, mac_number("02:99:00:00", n), _payload(chance), IPV4))
        yield ethernet(far, mac, b"", IPV4)[: n + 6]
