# SPDX-License-Identifier: BSD-3-Clause
"""What a configuration agent must have, by what its gateway lists of negotiations; as texts."""

import ipaddress


def address(ip, interface):
    return f"address {ip} {interface}"


def route(network, next_hop):
    return f"route {network} {next_hop}"


def nat(remapping, internal, interface, table, mark, next_hop, peer=""):
    return f"nat {remapping} {internal} {interface} {table} {mark} {next_hop} {peer}".strip()


def is_inside(network, other):
    return other is not None and ipaddress.ip_network(network).subnet_of(
        ipaddress.ip_network(other))


def wanted(negotiations):
    things = []
    for one in negotiations:
        if one["net"] is None or one["state"] == "releasing":
            continue
        initiator = one["role"] == "initiator"
        own = one["free_ip"] if initiator else one["assigned_ip"]
        hop = one["assigned_ip"] if initiator else one["free_ip"]
        routed = one["destination_network"] is not None and (initiator or not is_inside(
            one["destination_network"], one["internal_network"]))
        things.append(address(f"{own}/{one['net'].split('/')[1]}", one["interface"]))
        if one["remapping_network"] is not None:
            things.append(nat(one["remapping_network"], one["internal_network"], one["interface"],
                              one["table"], hex(one["mark"]), hop,
                              one["destination_network"] if routed else ""))
        if routed:
            things.append(route(one["destination_network"], hop))
    return sorted(things)


def are_pairs(ours, theirs):
    """Whether two gateways list the same negotiations with each other."""
    return {(one["id"], one["peer_negotiation_id"], one["net"]) for one in ours} == {
        (one["peer_negotiation_id"], one["id"], one["net"]) for one in theirs}
