# SPDX-License-Identifier: BSD-3-Clause
"""The route to a remote gateway changes from one router to another and back, under traffic.

The tunnel follows without loss, keeps its source address, and a tunnel elsewhere feels nothing.
"""

from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether

from lib import netns, traffic
from lib.errors import check
from lib.frames import Sniffer
from lib.gateway import Gateway
from lib.peers import linux_vxlan
from lib.sites import Site, underlay_lan

FAR = "203.0.113.2"
CHANGES = 4


def run(lab):
    _, (here, first, second) = underlay_lan(lab, ("here", "first", "second"))
    far = Site("far", 9, lab.namespace("far"))
    far.ip4 = FAR
    for number, router in enumerate((first, second), start=1):
        netns.veth(router.namespace, "down0", far.namespace, f"up{number}", mtu=1600)
        router.namespace.ip("address", "add", f"203.0.113.{16 * number + 1}/28", "dev", "down0")
        router.namespace.ip("route", "add", f"{FAR}/32", "dev", "down0")
        router.namespace.sysctl("ipv4/conf/all/forwarding", 1)
        far.namespace.ip("address", "add", f"203.0.113.{16 * number + 2}/28", "dev", f"up{number}")
    far.namespace.ip("address", "add", f"{FAR}/32", "dev", "lo")
    far.namespace.ip("route", "add", f"{here.ip4}/32", "via", "203.0.113.17", "dev", "up1")
    host = lab.host("host", 1, here.namespace, "lan0")
    peer = lab.host("peer", 2, far.namespace, "lan0")
    far.dev = "up1"
    linux_vxlan(far, "lan0", here, 44)
    gateway = Gateway(lab, here)
    route(here, first)
    gateway.stretch(FAR, 44)
    traffic.prove(host, peer)

    sniffers = [Sniffer(lab, router.namespace, router.dev) for router in (first, second)]
    with traffic.Stream(host, peer) as stream:
        for number in range(CHANGES):
            towards = (second, first)[number % 2]
            sniffer = sniffers[1 - number % 2]
            sniffer.forget()
            route(here, towards)
            sniffer.wait(
                lambda frame: UDP in frame and frame[UDP].dport == 4789,
                5,
                f"the tunnel did not follow the route to {towards.name}",
            )
    stream.prove_no_loss()
    sources = {
        frame[IP].src
        for sniffer in sniffers
        for frame in map(Ether, sniffer.frames)
        if UDP in frame and frame[UDP].dport == 4789
    }
    check(sources == {here.ip4}, f"the tunnel's source address was {sources}")


def route(site, router):
    site.namespace.ip("route", "replace", f"{FAR}/32", "via", router.ip4, "dev", site.dev)
