# SPDX-License-Identifier: BSD-3-Clause
"""A third port tells bgwgen how many MACs a bridge has learned: it sees what the bridge floods."""

from lib import generator
from lib.errors import check
from lib.gateway import Gateway
from lib.sites import underlay_pair

PORTS = ("one", "two", "three")
TABLE = 1024
FITS, TOO_MANY = 50, 2000  # MACs on each side


def run(lab):
    site, _ = underlay_pair(lab)
    gateway = Gateway(
        lab,
        site,
        [generator.memif_port(lab, name, role="access") for name in PORTS],
        tables={"macs": TABLE, "connections": 16, "networks": 16},
        underlay={},
    )
    network = gateway.network()
    for name in PORTS:
        gateway.attach(network, name, name=name)
    report = generator.measure_ports(
        lab, "sweep",
        *(f"--port={generator.device(lab, number, name)}" for number, name in enumerate(PORTS)),
        "--stream", "one:two,both", "--sweep", "macs", "--values", f"{FITS},{TOO_MANY}",
        "--rate", "5k", "--duration", "1600ms", "--warm-up", "0", "--learn-rate", "5k",
    )  # fmt: skip
    known, flooded = report["results"]
    check(known["sweep_value"] == FITS, f"the first row is of {known['sweep_value']} MACs")
    check(known["learnt_ratio"] == 1, f"{known['learnt_ratio']} of {2 * FITS} MACs were learned")
    check(known["misdelivered_frames"] == 0, f"{known['misdelivered_frames']} frames were flooded")
    most = TABLE / (2 * TOO_MANY) + 0.05
    check(
        0 < flooded["learnt_ratio"] <= most,
        f"{flooded['learnt_ratio']} of {2 * TOO_MANY} MACs are in a table of {TABLE}",
    )
    check(flooded["misdelivered_frames"] > 0, "no frame was flooded, though MACs are unknown")
