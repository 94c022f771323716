# SPDX-License-Identifier: BSD-3-Clause
"""The guest's gretap answers frames that scapy builds and carries a host's traffic to another.

No gateway of ours takes part: it shows that the guest is the peer that later cases take it for.
"""

from scapy.layers.inet import ICMP, IP
from scapy.layers.l2 import ARP, GRE, Ether

from lib import netns, traffic
from lib.frames import Sniffer, send
from lib.peers import guest_gretap, guest_vlan_bridge
from lib.sites import Site

TOGETHER = "guest"
KEY = 100
PROBE_MAC = "02:00:5e:00:00:99"


def run(lab):
    guest = lab.guest()
    site = Site("site", 1, lab.namespace("site"))
    guest.plug(0, site.namespace, site.dev)
    site.address()
    prove_by_hand(lab, guest, site)
    prove_vlan_hosts(lab, guest)


def prove_by_hand(lab, guest, site):
    """An ARP request and a ping in GRE, byte by byte from here, are answered the same way."""
    guest_gretap(guest, address="192.0.2.2/24", remote=site.ip4, key=KEY)
    guest.run("ip address add 198.51.100.2/24 dev gt0")
    sniffer = Sniffer(lab, site.namespace, site.dev)
    outer = (
        Ether(src=site.namespace.mac(site.dev), dst="02:00:5e:01:00:00")
        / IP(src=site.ip4, dst="192.0.2.2", flags="DF", id=0)
        / GRE(proto=0x6558, key_present=1, key=KEY)
    )
    who_has = Ether(src=PROBE_MAC, dst="ff:ff:ff:ff:ff:ff") / ARP(
        hwsrc=PROBE_MAC, psrc="198.51.100.9", pdst="198.51.100.2"
    )
    send(site.namespace, site.dev, outer / who_has)
    answer = sniffer.wait(
        lambda frame: GRE in frame and ARP in frame and frame[ARP].op == 2,
        5,
        "the guest answered no ARP request over gretap",
    )
    assert answer[GRE].key == KEY, f"the guest answered with the key {answer[GRE].key}"
    echo = (
        Ether(src=PROBE_MAC, dst=answer[ARP].hwsrc)
        / IP(src="198.51.100.9", dst="198.51.100.2")
        / ICMP(id=7, seq=3)
        / (b"x" * 1400)
    )
    send(site.namespace, site.dev, outer / echo)
    sniffer.wait(
        lambda frame: GRE in frame and ICMP in frame and frame[ICMP].type == 0,
        5,
        "the guest answered no ping of 1,400 bytes over gretap",
    )


def prove_vlan_hosts(lab, guest):
    """A tagged host on one card reaches an untagged one on another; the guest takes the tag off."""
    wires = {}
    for card, name in ((1, "tagged"), (2, "plain")):
        wires[name] = lab.namespace(f"{name}-wire")
        guest.plug(card, wires[name], "cable")
    tagged = lab.host("tagged", 11, wires["tagged"], "lan0", vlan=[(0x8100, 300)])
    plain = lab.host("plain", 12, wires["plain"], "lan0")
    for namespace in wires.values():
        netns.bridge(namespace, "br0", "cable", "lan0")
    guest_vlan_bridge(guest, tagged_card=1, vid=300, plain_card=2)
    traffic.prove(tagged, plain)
