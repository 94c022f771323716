# SPDX-License-Identifier: BSD-3-Clause
"""Foreign gateways on the machine's own kernel."""

from . import netns


def linux_vxlan(site, access_dev, remote, vni, port=4789, device="vx0"):
    """Make `site` a Linux VTEP: `access_dev` bridged to a vxlan device towards `remote`."""
    site.namespace.ip(
        "link", "add", device, "type", "vxlan", "id", vni, "local", site.ip4, "remote", remote.ip4,
        "dstport", port, "dev", site.dev,
    )  # fmt: skip
    site.namespace.ip("link", "set", device, "up", "mtu", 1500)
    netns.bridge(site.namespace, f"br-{device}", access_dev, device)


def guest_gretap(guest, address, remote, key=None, card=0, device="gt0"):
    """In the guest: its underlay address on a card and a gretap device towards `remote`."""
    local = address.split("/")[0]
    guest.run(
        f"""set -e
        ip link set eth{card} mtu 1600 up
        ip address add {address} dev eth{card}
        ip link add {device} type gretap local {local} remote {remote} \
            {f'key {key}' if key is not None else ''} nopmtudisc
        ip link set {device} mtu 1500 up
        """
    )


def guest_vlan_bridge(guest, tagged_card, vid, plain_card, protocol="802.1Q"):
    """In the guest: VLAN `vid` of one card bridged to another card, untagged."""
    guest.run(
        f"""set -e
        ip link set eth{tagged_card} mtu 1510 up
        ip link add link eth{tagged_card} name tagged0 mtu 1500 type vlan protocol {protocol} \
            id {vid}
        ip link add vbr0 type bridge mcast_snooping 0 forward_delay 0
        ip link set tagged0 up master vbr0
        ip link set eth{plain_card} up master vbr0
        ip link set vbr0 up
        """
    )
