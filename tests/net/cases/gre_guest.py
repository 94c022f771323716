# SPDX-License-Identifier: BSD-3-Clause
"""bgwd against gretap in the Linux guest: a VLAN device's host here, an untagged host there.

The guest is both the far gateway and, on two other cards, a Linux whose VLAN device tags a
host's frames for our access port. A second, keyless tunnel serves a second network.
"""

from lib import traffic
from lib.gateway import Gateway, access, underlay
from lib.host import Host
from lib.peers import guest_gretap, guest_vlan_bridge
from lib.sites import Site

TOGETHER = "guest"
EARLY = True
KEY = 5001


def run(lab):
    guest = lab.guest()
    site = Site("left", 1, lab.namespace("left"))
    guest.plug(0, site.namespace, site.dev, mtu=1600)
    site.address()
    far = wired_host(lab, guest, card=1, name="far", number=2)
    near = wired_host(lab, guest, card=2, name="near", number=1)
    guest.plug(3, site.namespace, "lan0")
    guest_gretap(guest, address="192.0.2.2/24", remote=site.ip4, key=KEY)
    guest.run("ip link add gbr0 type bridge mcast_snooping 0 forward_delay 0")
    guest.run("ip link set gt0 master gbr0; ip link set eth1 up master gbr0; ip link set gbr0 up")
    guest_vlan_bridge(guest, tagged_card=3, vid=300, plain_card=2)

    gateway = Gateway(lab, site, [access("lan0"), underlay()])
    gateway.stretch("192.0.2.2", KEY, "gre", tags=["300"])
    traffic.prove(near, far)
    traffic.prove(near, far, v6=True)
    prove_keyless(guest, gateway, site, near, far)


def wired_host(lab, guest, card, name, number):
    """A host whose cable is a card of the guest."""
    namespace = lab.namespace(name)
    guest.plug(card, namespace, "eth0", mtu=1500)
    host = Host(name, namespace, "eth0", number)
    host.address()
    return host


def prove_keyless(guest, gateway, site, near, far):
    """The same tunnel ends without a key: the connection is made again with `gre_key` none."""
    connection = gateway.api.list("l2-remote-gateway-connections")[0]
    gateway.api.delete("l2-remote-gateway-connections", connection["id"])
    guest.run("ip link delete gt0")
    traffic.prove_unreachable(near, far)
    guest.run(
        f"ip link add gt0 type gretap local 192.0.2.2 remote {site.ip4} nopmtudisc &&"
        " ip link set gt0 mtu 1500 up master gbr0"
    )
    gateway.api.create(
        "l2-remote-gateway-connections",
        gateway=connection["gateway"],
        network=connection["network"],
        remote_gateway=connection["remote_gateway"],
        encapsulation="gre",
        seg_id=KEY,
        gre_key="none",
    )
    traffic.prove(near, far)
