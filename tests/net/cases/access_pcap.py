# SPDX-License-Identifier: BSD-3-Clause
"""vdev ports with raw devargs: frames from a file travel, and answers end in another file.

The underlay is a vdev too, with addresses and neighbours from the configuration. The file is read
once, at the start: so what was provisioned must be in force before the first frame is taken.
"""

import time

from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.utils import rdpcap, wrpcap

from lib import static_underlay
from lib.errors import check, wait_until
from lib.frames import Sniffer, send
from lib.gateway import Gateway
from lib.peers import linux_vxlan
from lib.sites import underlay_pair

COUNT = 100
FILE_MAC = "02:00:5e:00:00:50"


def run(lab):
    left, right = underlay_pair(lab)
    peer = lab.host("peer", 2, right.namespace, "lan0")
    linux_vxlan(right, "lan0", left, 80)
    # The peer's VTEP cannot ask for our address where no Linux answers.
    left_mac = left.namespace.mac(left.dev)
    right.namespace.ip(
        "neigh", "replace", left.ip4, "lladdr", left_mac, "dev", right.dev, "nud", "permanent"
    )
    sniffer = Sniffer(lab, peer.namespace, peer.dev)
    taken, written = lab.path("in.pcap"), lab.path("out.pcap")
    wrpcap(taken, [frame(peer, number) for number in range(COUNT)])
    devargs = f"net_pcap0,rx_pcap={taken},tx_pcap={written}"
    file_port = {"name": "file", "driver": "vdev", "role": "access", "devargs": devargs}
    wan, underlay = static_underlay.take(left, right)
    gateway = Gateway(lab, left, [file_port, wan], underlay=underlay)
    gateway.stretch(right.ip4, 80, port="file")
    gateway.stop()
    sniffer.forget()
    gateway.start()

    def arrived():
        return sum(b"number " in heard for heard in sniffer.frames)

    wait_until(
        lambda: arrived() == COUNT, 10, lambda: f"{arrived()} of {COUNT} frames from a file arrived"
    )
    answer = Ether(src=peer.mac, dst=FILE_MAC, type=0x88B5) / (b"answer" * 20)
    send(peer.namespace, peer.dev, answer)
    time.sleep(0.5)
    gateway.stop()
    answers = [heard for heard in rdpcap(written) if b"answer" in bytes(heard)]
    check(len(answers) == 1, f"{len(answers)} answers were written to the file, not 1")


def frame(peer, number):
    return (
        Ether(src=FILE_MAC, dst=peer.mac)
        / IP(src="198.51.100.80", dst=peer.ip4)
        / UDP(sport=1000 + number, dport=9)
        / f"number {number:04d}".encode().ljust(200, b".")
    )
