# SPDX-License-Identifier: BSD-3-Clause
"""bgwgen measures a bgwd over memif: both directions, at a rate that anything can keep."""

import json
import os
import subprocess

from lib.errors import check
from lib.gateway import BUILD, Gateway
from lib.sites import underlay_pair

OWN, FAR = "192.0.2.1", "192.0.2.2"
OWN_MAC, FAR_MAC = "02:00:00:00:00:01", "02:00:00:00:00:02"
SEG_ID = 5000
RATE_PPS = 2000
SECONDS = 1
FLOWS = 100


def memif_port(lab, name, **more):
    memif = {"socket": lab.path(f"{name}.sock"), "id": 0, "mode": "server"}
    return {"name": name, "driver": "memif", "memif": memif, **more}


def device(lab, number, name, more=""):
    socket = lab.path(f"{name}.sock")
    return f"{name}=net_memif{number},role=client,id=0,socket-abstract=no,socket={socket}{more}"


def measure(lab, command, *more, status=0):
    """Run bgwgen and return its JSON."""
    report = lab.path(f"{command}.json")
    core = str(sorted(os.sched_getaffinity(0))[0])
    tunnel = f"wan=vxlan,id={SEG_ID},local={FAR},remote={OWN}"
    argv = [
        os.path.join(BUILD, "tools", "bgwgen", "bgwgen"), command,
        "--port", device(lab, 0, "lan"), "--port", device(lab, 1, "wan", f",mac={FAR_MAC}"),
        "--tunnel", f"{tunnel},source-mac={FAR_MAC},next-hop-mac={OWN_MAC}", "--core", core,
        "--json", report, *more,
    ]  # fmt: skip
    run = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
    check(
        run.returncode == status,
        f"bgwgen {command} ended with {run.returncode}: {run.stderr.strip()[-300:]}",
    )
    with open(report, encoding="utf-8") as file:
        return json.load(file)


def prove_run(report):
    """What was sent came back, in both directions, and nothing else."""
    (result,) = report["results"]
    check(result["kind"] == "run", f"the result is of kind {result['kind']}")
    check(len(result["streams"]) == 2, f"{len(result['streams'])} streams, not both directions")
    for stream in result["streams"]:
        way = f"{stream['from']} to {stream['to']}"
        check(
            stream["offered_frames"] >= RATE_PPS * SECONDS / 4,
            f"{way}: only {stream['offered_frames']} frames were offered",
        )
        for name in ("lost", "duplicate", "out_of_order", "misdelivered"):
            count = stream[f"{name}_frames"]
            check(count == 0, f"{way}: {count} {name} frames")
    check(result["foreign_frames"] == 0, f"{result['foreign_frames']} foreign frames")
    latency = result["latency_ns"]
    check(
        0 < latency["p50"] <= latency["p90"] <= latency["p99"] <= latency["p999"]
        and latency["p999"] <= latency["max"],
        f"the percentiles do not ascend: {latency}",
    )
    check(report["learning"]["lost_frames"] == 0, f"learning: {report['learning']}")


def prove_latency(report):
    """A throughput, then a latency at each load that was asked for."""
    kinds = [result["kind"] for result in report["results"]]
    check(kinds == ["throughput", "latency", "latency"], f"the results are {kinds}")
    throughput, *rows = report["results"]
    check(throughput["rate_pps"] > 0, "no rate passed")
    check(throughput["max_rate_pps"] <= RATE_PPS, f"tried {throughput['max_rate_pps']} frames/s")
    for load, row in zip((0.1, 0.9), rows):
        check(abs(row["load_ratio"] - load) < 1e-6, f"the load is {row['load_ratio']}")
        wanted = load * throughput["rate_pps"]
        check(abs(row["rate_pps"] - wanted) < 1, f"{row['rate_pps']} frames/s, not {wanted}")
        check(row["latency_ns"]["count"] > 0, "no latency was measured")


def run(lab):
    site, _ = underlay_pair(lab)
    gateway = Gateway(
        lab,
        site,
        [
            memif_port(lab, "lan", role="access"),
            memif_port(lab, "wan", role="underlay", mtu=1600, devargs=f"mac={OWN_MAC}"),
        ],
        underlay={
            "vtep": OWN,
            "addresses": [f"{OWN}/24"],
            "neighbours": [{"ip": FAR, "mac": FAR_MAC, "port": "wan"}],
        },
    )
    gateway.stretch(FAR, SEG_ID, port="lan")
    report = measure(
        lab, "run", "--rate", str(RATE_PPS), "--duration", f"{SECONDS}s", "--stream",
        f"lan:wan,both,macs={FLOWS}", "--frame-size", "imix", "--warm-up", "0",
    )  # fmt: skip
    prove_run(report)
    macs = len(gateway.macs())
    check(macs == 2 * FLOWS, f"the gateway knows {macs} MACs, not those of {FLOWS} on each side")
    # A tolerance, for this is about the order of things and not about the machine.
    prove_latency(
        measure(
            lab, "latency", "--load", "10,90", "--max-rate", str(RATE_PPS), "--duration", "200ms",
            "--loss-tolerance", "50%", "--offered-tolerance", "50%", "--resolution", "50%",
            "--warm-up", "0",
        )
    )  # fmt: skip
