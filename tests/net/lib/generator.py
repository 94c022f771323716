# SPDX-License-Identifier: BSD-3-Clause
"""bgwgen beside a bgwd whose ports, a LAN and an underlay, are memif: two ends of shared memory."""

import json
import os
import subprocess

from .errors import check
from .gateway import BUILD, Gateway
from .sites import underlay_pair

OWN, FAR = "192.0.2.1", "192.0.2.2"
OWN_MAC, FAR_MAC = "02:00:00:00:00:01", "02:00:00:00:00:02"
SEG_ID = 5000
MEASURE_S = 200
TRIES = 5


def memif_port(lab, name, **more):
    memif = {"socket": lab.path(f"{name}.sock"), "id": 0, "mode": "server"}
    return {"name": name, "driver": "memif", "memif": memif, **more}


def memif_gateway(lab, lan=None, wan=None, more=(), **config):
    """A gateway with port lan, underlay port wan and `more`; nothing is provisioned."""
    site, _ = underlay_pair(lab)
    underlay = {"role": "underlay", "mtu": 1600, "devargs": f"mac={OWN_MAC}", **(wan or {})}
    return Gateway(
        lab,
        site,
        [
            memif_port(lab, "lan", role="access", **(lan or {})),
            memif_port(lab, "wan", **underlay),
            *more,
        ],
        underlay={
            "vtep": OWN,
            "addresses": [f"{OWN}/24"],
            "neighbours": [{"ip": FAR, "mac": FAR_MAC, "port": "wan"}],
        },
        **config,
    )


def device(lab, number, name, more=""):
    """The generator's end of a port of the gateway."""
    socket = lab.path(f"{name}.sock")
    return f"{name}=net_memif{number},role=client,id=0,socket-abstract=no,socket={socket}{more}"


def argv(lab, command, *more, lan="lan", encapsulation="vxlan", tunnel=""):
    """bgwgen between port wan of memif_gateway() and the access port `lan`."""
    ends = f"id={SEG_ID},local={FAR},remote={OWN},source-mac={FAR_MAC},next-hop-mac={OWN_MAC}"
    return argv_of(
        command, "--port", device(lab, 0, lan), "--port", device(lab, 1, "wan", f",mac={FAR_MAC}"),
        "--tunnel", f"wan={encapsulation},{ends}{tunnel}", *more,
    )  # fmt: skip


def argv_of(command, *options):
    """bgwgen on a CPU of its own choice, with all else from `options`."""
    core = str(sorted(os.sched_getaffinity(0))[0])
    program = os.path.join(BUILD, "tools", "bgwgen", "bgwgen")
    return [program, command, "--core", core, *options]


def measure(lab, command, *more, **ends):
    """Run bgwgen to its end as argv() says, and return its JSON."""
    return _report(lab, argv(lab, command, *more, **ends))


def measure_ports(lab, command, *options):
    """The same with ports, streams and all else from `options`."""
    return _report(lab, argv_of(command, *options))


def measure_whole(lab, least_frames, command, *more, **ends):
    """The same, of which the first result must be whole. On a busy machine the generator may have been
    given too little time to offer so many frames, and then measures again."""
    for _ in range(TRIES):
        report = measure(lab, command, *more, **ends)
        result = report["results"][0]
        offered = (stream["offered_frames"] for stream in result["streams"])
        if min(offered, default=0) >= least_frames:
            break
    prove_whole(result, least_frames)
    return report


def _report(lab, program):
    report = lab.path("bgwgen.json")
    run = subprocess.run(
        [*program, "--json", report],
        capture_output=True,
        text=True,
        timeout=MEASURE_S,
        check=False,
    )
    check(
        run.returncode == 0,
        f"bgwgen {program[1]} ended with {run.returncode}: {run.stderr.strip()[-300:]}",
    )
    with open(report, encoding="utf-8") as file:
        return json.load(file)


def prove_whole(result, least_frames):
    """What was sent came back, in both directions, and nothing else."""
    check(len(result["streams"]) == 2, f"{len(result['streams'])} streams, not both directions")
    for stream in result["streams"]:
        way = f"{stream['from']} to {stream['to']}"
        check(
            stream["offered_frames"] >= least_frames,
            f"{way}: only {stream['offered_frames']} frames were offered",
        )
        for name in ("lost", "duplicate", "out_of_order", "misdelivered"):
            count = stream[f"{name}_frames"]
            check(count == 0, f"{way}: {count} {name} frames")
    check(result["foreign_frames"] == 0, f"{result['foreign_frames']} foreign frames")
