# SPDX-License-Identifier: BSD-3-Clause
"""A busy worker says where its cycles go: every stage that frames met, and what they cost there.

Two files feed it without end: hosts' frames that go into a tunnel, and packets of its far end.
"""

import time

from scapy.utils import wrpcap

from lib.accounting import prove_balance_of_drained
from lib.bgwctl import Bgwctl
from lib.errors import check, wait_until
from lib.gateway import Gateway
from lib.packets import IPV4, ethernet, ipv4, mac_number, pad, udp, vxlan
from lib.sites import Site

VTEP, FAR = "192.0.2.1", "192.0.2.2"
FAR_MAC = "02:00:5e:00:00:02"
SEG_ID = 80
HOSTS = 64
MEASURED = 50000  # frames: several hundred measured rounds
PATIENCE_S = 60
# Both figures take in whatever else the machine did meanwhile: 63 rounds of 64 are in one alone.
WITHIN = 4
STAGES = [
    "receive",
    "access_input",
    "underlay_input",
    "decap",
    "bridge",
    "access_output",
    "encap",
    "transmit",
]


def near(number):
    return mac_number("02:0a:00:00", number)


def distant(number):
    return mac_number("02:0b:00:00", number)


def datagram():
    return ipv4("198.51.100.1", "198.51.100.2", 17, udp(9, b"stage"))


def inputs(lab, wan_mac):
    inward, outward = lab.path("access.pcap"), lab.path("underlay.pcap")
    frames = [pad(ethernet(near(n), distant(n), datagram(), IPV4)) for n in range(HOSTS)]
    packets = [
        ethernet(
            FAR_MAC,
            wan_mac,
            vxlan(FAR, VTEP, SEG_ID, pad(ethernet(distant(n), near(n), datagram(), IPV4))),
            IPV4,
        )
        for n in range(HOSTS)
    ]
    wrpcap(inward, frames, linktype=1)
    wrpcap(outward, packets, linktype=1)
    return inward, outward


def pcap(name, number, role, file):
    devargs = f"net_pcap{number},rx_pcap={file},infinite_rx=1"
    return {"name": name, "driver": "vdev", "devargs": devargs, "role": role}


def worker(gateway):
    return gateway.api.show("workers", "0")


def stages(gateway):
    return {stage["name"]: stage for stage in worker(gateway)["stages"]}


def wait_measured(gateway):
    """Until every stage that must have run was given so many frames, since measuring began."""

    def enough():
        now = stages(gateway)
        given = [now.get(name, {"packets": 0})["packets"] for name in STAGES]
        return now if min(given) >= MEASURED else None

    return wait_until(enough, PATIENCE_S, lambda: f"too little was measured: {stages(gateway)}")


def run(lab):
    site = Site("site", 1, lab.namespace("site"))
    gateway = start(lab, site)
    bgwctl = Bgwctl(gateway.api.url)
    idle_table = bgwctl("show workers --interval 0")
    check(worker(gateway)["stages"] == [], "something is measured that nobody asked for")
    check("stages_measured" in bgwctl("show workers --stages"), "no hint how to measure")

    bgwctl("worker-update 0 --stages-measured true")
    measured = wait_measured(gateway)
    prove_costs(worker(gateway), measured)
    prove_table(bgwctl, idle_table)
    prove_stillness(gateway, bgwctl)
    prove_fresh(gateway, bgwctl)

    for port in gateway.api.list("ports"):
        gateway.api.update("ports", port["id"], admin_state_up=False)
    gateway.stop(prove_balance=prove_balance_of_drained)


def start(lab, site):
    """A gateway whose files are written for the address that its underlay port turned out to have."""
    inward, outward = inputs(lab, "02:00:00:00:00:00")
    ports = [pcap("lan0", 0, "access", inward), pcap("wan0", 1, "underlay", outward)]
    neighbour = {"ip": FAR, "mac": FAR_MAC, "port": "wan0"}
    underlay = {"vtep": VTEP, "addresses": [f"{VTEP}/24"], "neighbours": [neighbour]}
    gateway = Gateway(lab, site, ports, underlay=underlay)
    inputs(lab, gateway.port("wan0")["mac_address"])
    gateway.stretch(FAR, SEG_ID)
    gateway.kill9()
    gateway.start()
    wait_until(lambda: worker(gateway)["rx_packets"] > 0, 10, "no frame came out of the files")
    return gateway


def prove_costs(shown, measured):
    for name in STAGES:
        check(measured[name]["cycles_per_packet"] > 0, f"stage {name} costs nothing: {measured}")
        check(measured[name]["share_percent"] > 0, f"stage {name} has no share: {measured}")
    for name in ("flood", "too_big"):
        check(measured.get(name, {"packets": 0})["packets"] < MEASURED / 100, f"{name}: {measured}")
    received = measured["receive"]["packets"]
    given = measured["access_input"]["packets"] + measured["underlay_input"]["packets"]
    # Counters of a round that is just over are not read all at once.
    check(abs(received - given) < received / 10, f"{received} came and {given} were taken in")
    cycles = sum(stage["packets"] * stage["cycles_per_packet"] for stage in measured.values())
    ratio = cycles / received / shown["cycles_per_packet"]
    check(
        1 / WITHIN < ratio < WITHIN,
        f"the stages take {cycles / received:.0f} cycles a frame, the worker"
        f" {shown['cycles_per_packet']}",
    )


def prove_table(bgwctl, idle_table):
    rows = bgwctl.rows("show workers --stages")
    names = [row[1] for row in rows]
    check([name for name in names if name in STAGES] == STAGES, f"stages are out of order: {names}")
    check(all(row[0] == "0" for row in rows), f"whose stages are these: {rows}")
    head = bgwctl("show workers --interval 0").splitlines()[0]
    check(head.split() == idle_table.splitlines()[0].split(), f"workers are shown anew: {head}")
    answer = bgwctl("show workers --stages", json_too=True)["workers"]
    check([stage["name"] for stage in answer[0]["stages"]] == names, f"{answer} are not {names}")


def prove_stillness(gateway, bgwctl):
    bgwctl("worker-update 0 --stages-measured false")
    time.sleep(0.1)
    kept, received = stages(gateway), worker(gateway)["rx_packets"]
    check(kept["receive"]["packets"] >= MEASURED, f"what was measured is gone: {kept}")
    wait_until(
        lambda: worker(gateway)["rx_packets"] > received + 64 * MEASURED // 10,
        PATIENCE_S,
        "the gateway stands still",
    )
    check(stages(gateway) == kept, f"what is switched off goes on: {kept}, then {stages(gateway)}")


def prove_fresh(gateway, bgwctl):
    """Measured anew, what was before is not in it."""
    kept = stages(gateway)
    begun = bgwctl("worker-update 0 --stages-measured true", json_too=True)["worker"]
    packets = {stage["name"]: stage["packets"] for stage in begun["stages"]}
    check(
        packets.get("receive", 0) < kept["receive"]["packets"],
        f"measuring did not begin afresh: {packets} after {kept}",
    )
    wait_measured(gateway)
