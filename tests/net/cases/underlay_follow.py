# SPDX-License-Identifier: BSD-3-Clause
"""What control makes of Linux's links, addresses, routes and neighbours, with a real kernel.

The gateway's own code follows a namespace and prints each change (tests/net/underlay_watch.c);
nothing forwards here, so what is slow or lost is netlink's doing and nothing else's.
"""

import os
import signal
import socket
import time

from scapy.layers.inet import ICMP, IP, UDP

from lib import netns
from lib.errors import check, wait_until
from lib.gateway import BUILD

EARLY = True
WATCH = os.path.join(BUILD, "tests", "net", "underlay_watch")
NEAR, FAR, DEAF = "10.77.0.2", "192.0.2.9", "10.77.0.99"
OTHER_MAC = "02:00:5e:00:77:02"
BURST = 30000


class Watch:
    """underlay_watch in a namespace: the last state of each path that it printed."""

    def __init__(self, lab, namespace, local, *remotes):
        self.process = lab.process([WATCH, "e0", local, *remotes], namespace)
        self.process.wait_log("^ready", 20)

    def state(self, remote):
        said = [line.split() for line in self.process.log().splitlines()]
        return [words for words in said if words[:2] == ["path", remote]][-1][2:6]

    def is_up(self, remote, mac, mtu=1500):
        return self.state(remote)[0] == "up" and self.state(remote)[2:] == [mac, f"{mtu}:"]

    def wait_up(self, remote, mac, mtu=1500, timeout_s=10):
        wait_until(
            lambda: self.is_up(remote, mac, mtu),
            timeout_s,
            lambda: f"{remote} is not up at {mac} with MTU {mtu}, but {self.state(remote)}",
        )

    def wait(self, remote, state, timeout_s=10):
        wait_until(
            lambda: self.state(remote)[0] == state,
            timeout_s,
            lambda: f"{remote} is not {state} but {self.state(remote)[0]}",
        )

    def own(self):
        return [line for line in self.process.log().splitlines() if line.startswith("own")][-1]


def run(lab):
    here, there = lab.namespace("here"), lab.namespace("there")
    netns.veth(here, "e0", there, "e0")
    here.ip("address", "add", "10.77.0.1/24", "dev", "e0")
    there.ip("address", "add", f"{NEAR}/24", "dev", "e0")
    here.ip("route", "add", "192.0.2.0/24", "via", NEAR)
    watch = Watch(lab, here, "-", NEAR, FAR, DEAF)
    for remote in (NEAR, FAR):
        watch.wait_up(remote, there.mac("e0"))
    watch.wait(DEAF, "unresolved")
    prove_ages_unharmed(watch, here, there, 20 if not lab.long else 120)
    prove_mac_change(watch, there)
    prove_route_changes(watch, here, there)
    prove_link_changes(watch, here, there)
    prove_address_changes(watch, here, there)
    prove_path_mtu(watch, here, there)
    prove_lost_events(lab, watch, here, there)
    prove_left_nothing(lab, watch, here, there)


def prove_ages_unharmed(watch, here, there, length_s):
    """Entries that go stale every few seconds never take a path down."""
    here.sysctl("ipv4/neigh/e0/base_reachable_time_ms", 5000)
    before = len(watch.process.log().splitlines())
    time.sleep(length_s)
    said = [x for x in watch.process.log().splitlines()[before:] if f"path {DEAF}" not in x]
    check(not said, f"with base_reachable_time at 5 s it said {said}")
    check("managed" in here.ip("neigh", "show", NEAR), "the next hop is not managed by the kernel")


def prove_mac_change(watch, there):
    there.sysctl("ipv4/conf/e0/arp_notify", 1)
    there.ip("link", "set", "e0", "address", OTHER_MAC)
    for remote in (NEAR, FAR):
        watch.wait_up(remote, OTHER_MAC)


def prove_route_changes(watch, here, there):
    here.ip("route", "delete", "192.0.2.0/24")
    watch.wait(FAR, "no_route")
    here.ip("route", "add", "192.0.2.0/24", "via", DEAF)
    watch.wait(FAR, "unresolved")
    here.ip("route", "replace", "192.0.2.0/24", "via", NEAR, "mtu", 1400)
    watch.wait_up(FAR, OTHER_MAC, mtu=1400)
    check(watch.is_up(NEAR, OTHER_MAC), "a path that the route was none of felt it")
    here.ip("route", "replace", "192.0.2.0/24", "via", NEAR)
    watch.wait_up(FAR, OTHER_MAC)


def prove_link_changes(watch, here, there):
    there.ip("link", "set", "e0", "down")
    watch.wait(FAR, "link_down")
    there.ip("link", "set", "e0", "up")
    watch.wait_up(FAR, OTHER_MAC)
    here.ip("link", "set", "e0", "down")
    watch.wait(NEAR, "link_down")
    here.ip("link", "set", "e0", "up")
    watch.wait_up(NEAR, OTHER_MAC)
    watch.wait(FAR, "no_route")  # the kernel took the route with the link, without a word
    here.ip("route", "add", "192.0.2.0/24", "via", NEAR)
    watch.wait_up(FAR, OTHER_MAC)


def prove_address_changes(watch, here, there):
    here.ip("address", "add", "10.78.0.1/24", "dev", "e0")
    wait_until(lambda: watch.own() == "own 10.77.0.1 10.78.0.1", 5, "the address was not seen")
    here.ip("address", "delete", "10.77.0.1/24", "dev", "e0")
    wait_until(lambda: watch.own() == "own 10.78.0.1", 5, "the removal was not seen")
    watch.wait(NEAR, "no_route")
    here.ip("address", "add", "10.77.0.1/24", "dev", "e0")
    watch.wait_up(NEAR, OTHER_MAC)
    here.ip("route", "replace", "192.0.2.0/24", "via", NEAR)
    watch.wait_up(FAR, OTHER_MAC)


def frag_needed(there, quote, mtu):
    """A router beyond `there` says that the quoted packet was too big."""
    bytes_ = bytes(ICMP(type=3, code=4, nexthopmtu=mtu) / quote)
    with there.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
        raw.sendto(bytes_, ("10.77.0.1", 0))


def prove_path_mtu(watch, here, there):
    tunnel = IP(src="10.77.0.1", dst=FAR, len=1500, flags="DF") / UDP(sport=50000, dport=4789)
    frag_needed(there, tunnel / bytes(20), 1300)
    watch.wait_up(FAR, OTHER_MAC, mtu=1300)
    check(watch.is_up(NEAR, OTHER_MAC), "another path's MTU was lowered")
    # What Linux learned by itself, of a packet of its own.
    with here.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.IPPROTO_IP, 10, 2)  # IP_MTU_DISCOVER: always
        sender.connect((FAR, 9))
        sender.send(bytes(100))
        port = sender.getsockname()[1]
        own = IP(src="10.77.0.1", dst=FAR, len=1500, flags="DF") / UDP(sport=port, dport=9)
        frag_needed(there, own / bytes(20), 1200)
        watch.wait_up(FAR, OTHER_MAC, mtu=1200, timeout_s=25)


def prove_lost_events(lab, watch, here, there):
    """More changes than the socket can hold, while control is held up: it finds out."""
    watch.process.signal(signal.SIGSTOP)
    batch = lab.path("routes")
    with open(batch, "w", encoding="ascii") as file:
        for i in range(BURST):
            file.write(f"route add 10.{100 + i // 65536}.{i // 256 % 256}.{i % 256}/32 dev e0\n")
    here.ip("-batch", batch)
    there.ip("link", "set", "e0", "address", "02:00:5e:00:77:03")
    here.ip("link", "set", "e0", "mtu", 1450)
    watch.process.signal(signal.SIGCONT)
    watch.wait_up(NEAR, "02:00:5e:00:77:03", mtu=1450, timeout_s=20)
    watch.process.wait_log("faster than it could be followed", 1)


def prove_left_nothing(lab, watch, here, there):
    """Neither in the kernel after an end, nor after the end that follows a kill -9."""
    watch.process.kill9()
    check("managed" in here.ip("neigh", "show", NEAR), "a killed process took its entries along")
    again = Watch(lab, here, "10.77.0.1", NEAR)
    again.wait_up(NEAR, "02:00:5e:00:77:03", mtu=1450)
    here.ip("neigh", "replace", DEAF, "lladdr", OTHER_MAC, "dev", "e0", "nud", "permanent")
    again.process.stop()
    left = here.ip("neigh", "show")
    check("managed" not in left.replace(DEAF, ""), f"it left behind {left}")
