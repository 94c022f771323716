# SPDX-License-Identifier: BSD-3-Clause
"""Three sites in a full mesh: flooding reaches each once, and nothing goes from tunnel to tunnel.

Then the mesh loses one side: split horizon keeps the two ends apart although both reach the
third. And a connection whose `flood` is false carries known unicast only.
"""

import time

from scapy.layers.l2 import Ether

from lib import traffic
from lib.errors import check
from lib.frames import Sniffer, send
from lib.gateway import Gateway
from lib.sites import underlay_lan

NAMES = ("one", "two", "three")
SEG_ID = 33
UNKNOWN = "02:00:5e:00:00:fe"


def run(lab):
    _, sites = underlay_lan(lab, NAMES)
    hosts = [lab.host(f"host-{s.name}", s.number, s.namespace, "lan0") for s in sites]
    gateways = [Gateway(lab, site) for site in sites]
    tunnels = {}
    for gateway in gateways:
        network = gateway.network()
        members = gateway.attach(network)
        for far in sites:
            if far is not gateway.site:
                made = gateway.connect(members, network, far.ip4, SEG_ID)
                tunnels[gateway.site.name, far.name] = made
    for source, target in ((0, 1), (1, 2), (2, 0)):
        traffic.prove(hosts[source], hosts[target])

    sniffers = [Sniffer(lab, host.namespace, host.dev) for host in hosts]
    prove_heard(hosts[0], sniffers, "ff:ff:ff:ff:ff:ff", b"broadcast", [0, 1, 1])
    prove_heard(hosts[1], sniffers, "01:00:5e:00:00:77", b"multicast", [1, 0, 1])
    prove_heard(hosts[2], sniffers, UNKNOWN, b"flooded unicast", [1, 1, 0])

    for near, far in (("two", "three"), ("three", "two")):
        gateway = gateways[NAMES.index(near)]
        gateway.api.delete("l2-remote-gateway-connections", tunnels[near, far]["id"])
    traffic.prove_unreachable(hosts[1], hosts[2])
    traffic.prove(hosts[1], hosts[0])
    prove_heard(hosts[1], sniffers, "ff:ff:ff:ff:ff:ff", b"split horizon", [1, 0, 0])

    gateways[0].api.update(
        "l2-remote-gateway-connections", tunnels["one", "three"]["id"], flood=False
    )
    prove_heard(hosts[0], sniffers, "ff:ff:ff:ff:ff:ff", b"no flood", [0, 1, 0])
    # What is known still goes there: host three, which speaks up first.
    send(hosts[2].namespace, "eth0", Ether(src=hosts[2].mac, dst="ff:ff:ff:ff:ff:ff", type=0x88B5))
    time.sleep(0.3)
    prove_heard(hosts[0], sniffers, hosts[2].mac, b"known unicast", [0, 0, 1])


def prove_heard(source, sniffers, destination, content, expected):
    """A frame from `source` is heard by each host as often as expected, in all and exactly."""
    frame = Ether(src=source.mac, dst=destination, type=0x88B5) / content.ljust(46, b".")
    send(source.namespace, source.dev, frame)
    time.sleep(0.5)
    heard = [sum(content in frame for frame in sniffer.frames) for sniffer in sniffers]
    check(
        heard == expected,
        f"the {content.decode()} frame of {source.name} was heard {heard} times by the three hosts,"
        f" not {expected}",
    )
