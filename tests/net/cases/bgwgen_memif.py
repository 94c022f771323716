# SPDX-License-Identifier: BSD-3-Clause
"""bgwgen measures a bgwd over memif: both directions, at a rate that anything can keep."""

from lib import generator
from lib.errors import check

RATE_PPS = 2000
SECONDS = 1
FLOWS = 100


def prove_run(report):
    (result,) = report["results"]
    check(result["kind"] == "run", f"the result is of kind {result['kind']}")
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
    gateway = generator.memif_gateway(lab)
    gateway.stretch(generator.FAR, generator.SEG_ID, port="lan")
    report = generator.measure_whole(
        lab, RATE_PPS * SECONDS / 4, "run", "--rate", str(RATE_PPS), "--duration", f"{SECONDS}s",
        "--stream", f"lan:wan,both,macs={FLOWS}", "--frame-size", "imix", "--warm-up", "0",
    )  # fmt: skip
    prove_run(report)
    macs = len(gateway.macs())
    check(macs == 2 * FLOWS, f"the gateway knows {macs} MACs, not those of {FLOWS} on each side")
    # A tolerance, for this is about the order of things and not about the machine.
    prove_latency(
        generator.measure(
            lab, "latency", "--load", "10,90", "--max-rate", str(RATE_PPS), "--duration", "200ms",
            "--loss-tolerance", "50%", "--offered-tolerance", "50%", "--resolution", "50%",
            "--warm-up", "0",
        )
    )  # fmt: skip
