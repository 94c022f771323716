# SPDX-License-Identifier: BSD-3-Clause
"""The soak: endless input at full rate, tables that churn, and every frame accounted for."""

import os
import time

from . import accounting, soak_input, soak_plan
from .churn import Churn, Client, Ledger, admin
from .errors import check, wait_until
from .gateway import Gateway
from .sites import Site
from .stored import objects

SHORT_S, LONG_S = 30, 600
# Allocators and caches fill up in the first minute, by 8 MB or so; a leak goes on. In the second
# half of a long run some 1,200,000 objects are changed, so that 2 bytes a change are found.
GROWTH_BYTES, GROWTH_LONG_BYTES = 5 << 20, 2 << 20

# What the input is made to be dropped for, and what the churn does to it. All of it must occur.
EXPLAINED = {
    "port_down": "ports are taken out of service",
    "runt": "frames and inner frames shorter than their headers",
    "oversized": "inner frames longer than the access ports' MTU",
    "no_attachment": "VLANs that nobody attached",
    "attachment_down": "gateways, networks and interfaces drained",
    "bad_source": "group and zero sources on both sides",
    "link_local": "01-80-C2-00-00-0X on both sides",
    "broadcast_limit": "an attachment with storm limits",
    "multicast_limit": "an attachment with storm limits",
    "unknown_unicast_limit": "an attachment with storm limits",
    "source_not_allowed": "an attachment with a list of sources",
    "ethertype_not_allowed": "an attachment with a list of ethertypes",
    "mac_limit": "an attachment for 4 MACs",
    "no_flood_target": "a network with a single attachment",
    "same_attachment": "hosts of one VLAN that speak to each other",
    "split_horizon": "hosts behind a tunnel that speak to hosts behind another",
    "inner_vlan": "tagged inner frames",
    "not_our_mac": "packets for other stations",
    "other_vlan": "tagged packets on an untagged underlay",
    "not_ip": "ARP, IPv6 and LLDP where Linux has no mirror",
    "bad_ip_header": "wrong checksum, version and length",
    "outer_fragment": "first and later fragments",
    "not_our_address": "tunnel packets for another address",
    "not_a_tunnel": "ICMP, TCP and DNS where Linux has no mirror",
    "bad_udp": "UDP lengths that are not the packet's",
    "bad_udp_checksum": "UDP checksums that are wrong",
    "bad_vxlan_header": "VXLAN without the I flag",
    "bad_gre_header": "GRE versions, protocols and checksums that are not ours",
    "unknown_remote": "tunnel packets from a stranger",
    "unknown_key": "keys of no connection",
    "connection_down": "connections and remote gateways drained",
    "ecn": "congestion that the inner packet cannot carry",
    "path_unresolved": "a remote gateway without a neighbour",
    "path_no_route": "a remote gateway in no network of ours",
    "path_link_down": "underlay ports taken out of service",
    "too_big": "frames longer than the tunnels' MTU",
}
# What may occur, by chance.
POSSIBLE = {
    "no_domain": "a network deleted with its frames in a worker",
    "stale_target": "a connection or attachment deleted with its frames in a worker",
    "to_linux_full": "more for Linux than it takes",
}
# By chance too, where a worker sends for the other.
HANDED_OVER = {"tx_handover_full": "more for the port with one queue than its owner takes"}


def soak(lab, workers):
    """All of it, with `workers` workers."""
    seconds = int(os.environ.get("BGW_SOAK_S", LONG_S if lab.long else SHORT_S))
    gateway = start(lab, workers)
    ledger = Ledger()
    fixtures = soak_plan.Fixtures(Client(gateway, ledger))
    turn = soak_plan.inputs_write(lab, gateway)
    gateway.stop()
    soak_plan.inputs_open(gateway, endless=True)
    gateway.start()
    linux_up(gateway)
    wait_until(lambda: "lan" in busy_domains(gateway), 10, "nothing is learned from the input")

    churn = Churn(lab, gateway, ledger, fixtures)
    began, used_s, received = time.monotonic(), gateway.workers_cpu_s(), rx_packets(gateway)
    resident = watch(gateway, churn, seconds)
    rate = (rx_packets(gateway) - received) / (time.monotonic() - began)
    share = (gateway.workers_cpu_s() - used_s) / (time.monotonic() - began) / workers
    churn.end()

    prove_full_rate(gateway)
    prove_agreement(gateway, ledger, fixtures, turn)
    drain(gateway)
    drops = prove_reasons(gateway, workers)
    events_lost = sum(worker["events_lost"] for worker in gateway.api.list("workers"))
    prove_terms(gateway)
    prove_drivers(gateway)
    prove_memory(resident, GROWTH_LONG_BYTES if seconds >= LONG_S else GROWTH_BYTES)
    gateway.stop(accounting.prove_balance_of_drained)
    prove_log(gateway)
    prove_store(gateway, ledger)
    print(
        f"# {rate / 1e6:.2f} Mpps in, with {share:.0%} of {workers} CPU, {events_lost} events lost;"
        f" {ledger.summary()};"
        f" resident {min(resident) >> 10} to {max(resident) >> 10} KB; drops {drops}",
        flush=True,
    )


def start(lab, workers):
    site = Site("left", 1, lab.namespace("left"))
    ports, underlay = soak_plan.config(lab, queues=workers)
    cores = sorted(os.sched_getaffinity(0))
    return Gateway(
        lab,
        site,
        ports,
        underlay=underlay,
        workers={"cores": cores[-workers:], "idle": "poll" if workers < len(cores) else "sleep"},
        control={"cores": cores[:1]},
        memory={"hugepages": False, "mbytes": 768, "mbufs": 131072},
        tables={"macs": 16384, "connections": 1024, "networks": 64},
    )


def linux_up(gateway):
    """Linux behind the mirror answers at the tunnel end's address."""
    namespace = gateway.site.namespace
    address = f"{soak_input.VTEP}/24"
    wait_until(
        lambda: soak_plan.MIRROR in namespace.ip("-o", "link", "show"), 5, "there is no mirror"
    )
    namespace.ip("address", "replace", address, "dev", soak_plan.MIRROR)
    namespace.ip("link", "set", soak_plan.MIRROR, "up")


def rx_packets(gateway):
    return sum(port["rx_packets"] for port in gateway.api.list("ports"))


def busy_domains(gateway):
    return {entry["name"] for entry in gateway.api.list("networks") if entry["mac_count"]}


def watch(gateway, churn, seconds):
    """Wait that long while all goes well. Returns the resident memory, each second or less often."""
    resident, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(1)
        check(gateway.running(), f"bgwd died: {gateway.log()[-300:]}")
        churn.prove_well()
        resident.append(gateway.resident_bytes())
    return resident


def prove_full_rate(gateway):
    """The input never ended: workers had frames in hand nearly always."""
    for worker in gateway.api.list("workers"):
        check(worker["busy_percent"] > 90, f"a worker idled: {worker}")


def prove_agreement(gateway, ledger, fixtures, turn):
    """What the API shows is what it answered, and what workers do is what it shows. `turn`: the
    frames of each port's input."""
    prove_objects(objects(gateway), ledger, "shown")
    prove_static_macs(gateway, ledger)
    prove_tunnels(gateway, ledger, fixtures, turn)
    learned = prove_mac_counts(gateway)
    check(learned > 500, f"only {learned} MACs are learned at the end")


def prove_objects(found, ledger, how):
    for key in sorted(ledger.objects.keys() | found.keys()):
        collection, identifier = key
        is_there, was_answered = found.get(key), ledger.objects.get(key)
        check(is_there is not None, f"one of {collection} is not {how}: {was_answered}")
        check(was_answered is not None, f"one of {collection} is {how} and was deleted: {is_there}")
        differing = sorted(
            f"{name} {is_there.get(name)!r} for {was_answered.get(name)!r}"
            for name in is_there.keys() | was_answered.keys()
            if is_there.get(name) != was_answered.get(name)
        )
        check(
            not differing,
            f"{identifier} of {collection} is {how} otherwise than it was answered:"
            f" {', '.join(differing)}",
        )


def prove_static_macs(gateway, ledger):
    """Every remote MAC is in the table, once, where it was last put; and no other is."""
    connections = {entry["id"]: entry for entry in ledger.all("l2-remote-gateway-connections")}
    wanted = sorted(
        {(entry["mac"], entry["rgw_connection"]) for entry in ledger.all("l2-remote-macs")}
    )

    def shown():
        static = gateway.macs(kind="static")
        for entry in static:
            network = connections[entry["connection"]]["network"]
            check(entry["network_id"] == network, f"{entry} is not in network {network}")
        return sorted((entry["mac"], entry["connection"]) for entry in static)

    wait_until(
        lambda: shown() == wanted,
        5,
        lambda: "the static MACs shown and those made differ by"
        f" {sorted(set(shown()) ^ set(wanted))[:5]}",
    )


def wait_paths(gateway, tunnels):
    """Until there is a way to the peers: a port that is taken into service has a carrier when Linux
    says so, which may be a second later."""

    def away():
        connections = gateway.api.list("l2-remote-gateway-connections")
        return [one for one in connections if one["id"] in tunnels and one["status"] != "ACTIVE"]

    wait_until(lambda: not away(), 10, lambda: f"these stay away: {away()}")


def wait_turns(gateway, turn):
    """Until each input has come round, whatever CPU the workers have."""

    def received():
        return {entry["name"]: entry["rx_packets"] for entry in gateway.api.list("ports")}

    before = received()
    wait_until(
        lambda: all(now >= before[name] + 3 * turn.get(name, 0) for name, now in received().items()),
        60,
        lambda: f"the input does not come round: {before}, {received()} in turns of {turn}",
    )


def prove_tunnels(gateway, ledger, fixtures, turn):
    """Each tunnel that has packets in the input receives, and each that must send sends."""
    addresses = {entry["id"]: entry["ipaddr"] for entry in ledger.all("l2-remote-gateways")}
    fed = set(soak_input.FIXED_TUNNELS)
    fed |= {(*peer, key) for peer in soak_input.CHURN_PEERS for key in soak_input.CHURN_KEYS}
    quiet = {fixtures.connections[tunnel] for tunnel in soak_input.QUIET_TUNNELS}
    spoken_to = {entry["rgw_connection"] for entry in ledger.all("l2-remote-macs")}

    def counters():
        shown = gateway.api.list("l2-remote-gateway-connections")
        return {entry["id"]: entry for entry in shown}

    wait_paths(gateway, quiet)
    before = counters()
    wait_turns(gateway, turn)
    for identifier, after in counters().items():
        tunnel = (addresses[after["remote_gateway"]], after["encapsulation"], after["seg_id"])
        receives = after["rx_packets"] > before[identifier]["rx_packets"]
        check(receives == (tunnel in fed), f"{tunnel} receives: {receives}, with {after}")
        if identifier in quiet:
            sends = after["tx_packets"] > before[identifier]["tx_packets"]
            check(
                sends == (identifier in spoken_to),
                f"{tunnel} sends: {sends}, and has MACs: {identifier in spoken_to}",
            )


def prove_mac_counts(gateway):
    """The table has as many learned MACs as networks, attachments and connections count.

    The input goes on, so it is asked until nothing was learned or forgotten meanwhile.
    """

    def counts():
        return (
            len(gateway.macs(kind="learned")),
            sum(entry["mac_count"] for entry in gateway.api.list("networks")),
            sum(
                entry["mac_count"]
                for collection in ("attachments", "l2-remote-gateway-connections")
                for entry in gateway.api.list(collection)
            ),
        )

    wait_until(
        lambda: len(set(counts())) == 1,
        20,
        lambda: f"learned MACs in the table, by network and by place differ: {counts()}",
    )
    return counts()[0]


def drain(gateway):
    """All ports out of service: what still comes in is dropped there, and nothing else moves."""
    for port in gateway.api.list("ports"):
        gateway.api.request("PUT", f"/v2.0/ports/{port['id']}", admin(False))
    gateway.site.namespace.ip("link", "set", soak_plan.MIRROR, "down")
    # The rings between threads run empty.
    time.sleep(0.5)


def prove_reasons(gateway, workers):
    drops = {reason: count for reason, count in gateway.drops().items() if count}
    expected = {**EXPLAINED, **POSSIBLE, **(HANDED_OVER if workers > 1 else {})}
    strange = {reason: count for reason, count in drops.items() if reason not in expected}
    check(not strange, f"frames were dropped for reasons that nothing here gives: {strange}")
    missing = sorted(EXPLAINED.keys() - drops.keys())
    check(
        not missing,
        "nothing was dropped for "
        + ", ".join(f"{reason} ({EXPLAINED[reason]})" for reason in missing),
    )
    return drops


def prove_terms(gateway):
    """Every term of the account stands for frames: one that is zero would prove nothing."""
    figures = accounting.balance(gateway)[2]
    idle = [name for name, count in figures.items() if not count]
    check(not idle, f"nothing was counted as {idle}: {figures}")


def prove_drivers(gateway):
    """The drivers had a buffer for each frame, and took each that they were given."""
    for port in gateway.api.list("ports"):
        for name in ("rx_missed", "rx_errors", "rx_no_mbuf", "tx_errors"):
            check(port[name] == 0, f"port {port['name']} counts {port[name]} {name}")


def prove_memory(resident, limit):
    half = len(resident) // 2
    growth = max(resident[half:]) - max(resident[:half])
    check(
        growth < limit,
        f"resident memory grew by {growth >> 10} KB in the second half: each second"
        f" {[size >> 10 for size in resident]} KB",
    )


def prove_log(gateway):
    """It had nothing to complain about."""
    complaints = [
        line
        for line in gateway.log().splitlines()
        if any(word in line.lower() for word in ("error", "cannot", "fail", "missing", "lost"))
    ]
    check(not complaints, f"bgwd complained {len(complaints)} times: {complaints[:3]}")


def prove_store(gateway, ledger):
    """A new start without input finds every object as it was last answered."""
    soak_plan.inputs_open(gateway, endless=False)
    gateway.start()
    prove_objects(objects(gateway), ledger, "stored")
    prove_static_macs(gateway, ledger)
    down = [port["name"] for port in gateway.api.list("ports") if port["admin_state_up"]]
    check(not down, f"ports {down} are up after a restart, and were down")
    gateway.stop()
