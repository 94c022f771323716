# SPDX-License-Identifier: BSD-3-Clause
"""What is measured. A case is a row of the table and a member of the JSON."""

import dataclasses
import json
import os
import subprocess
import tempfile
from typing import Callable

from . import api, latency, machine, memory, ovs, testpmd

PROGRAM = os.path.join(machine.BUILD, "tests", "benchmarks", "bench")
# Below this a worker did not have its core, and its rate says nothing about it.
SHARE_NEEDED = 0.98

HEADING = (
    f"{'case':16} {'cycles':>8} {'floor':>7} {'over':>7} {'aim':>6} {'testpmd':>8} {'ovs':>8}"
    f" {'Mpps':>8} {'share':>6}"
)


class NotMeasured(Exception):
    """Why there is no result."""


@dataclasses.dataclass
class Bench:
    """How measurements are made in this run."""

    place: machine.Place
    windows: int
    seconds: float
    beside_ovs: bool

    def program(self, command, *options, windows=None, seconds=None, core=None):
        """One run of the bench program: the object that it prints."""
        windows = windows or self.windows
        seconds = seconds or self.seconds
        arguments = [PROGRAM, command, *map(str, options)]
        if command != "input":
            arguments += ["--core", str(self.place.core if core is None else core)]
            arguments += ["--windows", str(windows), "--seconds", str(seconds)]
        try:
            output = machine.run(arguments, 120 + 4 * windows * seconds)
        except subprocess.CalledProcessError as error:
            # A program that a signal ended said nothing.
            said = error.stderr.strip().splitlines() or [str(error)]
            raise NotMeasured(said[-1]) from error
        return json.loads(output) if output else None


@dataclasses.dataclass
class Case:
    name: str
    help: str
    measure: Callable  # (Bench) -> dict
    line: Callable  # (dict) -> str


def _mark(result):
    return "" if result["cpu_share"] >= SHARE_NEEDED else "  the worker had not all of its core"


def _row(name, result, aim=""):
    """The columns of HEADING."""
    others = (result.get("testpmd_cycles"), result.get("ovs_cycles"))
    return (
        f"{name:16} {result['cycles_per_packet']:8.1f} {result['floor_cycles']:7.1f}"
        f" {result['over_floor_cycles']:7.1f} {aim:6} "
        + " ".join(f"{cycles:8.1f}" if cycles else f"{'-':>8}" for cycles in others)
        + f" {result['mpps']:8.3f} {result['cpu_share']:6.3f}"
    )


# --- forwarding -----------------------------------------------------------------------------------

FLOWS = {"1": 1, "1k": 1000, "100k": 100000}
AIMS = {"encap": {"1": 30, "1k": 40, "100k": 80}, "decap": {"1": 45, "1k": 60, "100k": 100}}


def _forward(encapsulation, direction, size):
    flows = FLOWS[size]
    options = ["--encap", encapsulation, "--flows", flows]
    if direction == "decap":
        options.append("--decap")

    def measure(bench):
        result = bench.program("forward", *options)
        with tempfile.NamedTemporaryFile(suffix=".pcap") as capture:
            bench.program("input", *options, "--output", capture.name)
            result["testpmd_cycles"] = testpmd.cycles_per_packet(bench.place, capture.name, flows)
            if bench.beside_ovs:
                result["ovs_cycles"] = ovs.cycles_per_packet(
                    bench.place, capture.name, encapsulation, direction == "decap"
                )
        return result

    name = f"{encapsulation}-{direction}-{size}"
    aim = AIMS[direction][size]
    return Case(
        name,
        f"{encapsulation} {direction}sulation, {flows} pairs of MACs",
        measure,
        lambda result: _row(name, result, aim) + _mark(result),
    )


# --- scale: the same traffic through a large table and a small one -----------------------------------


def _scale(name, text, most, common, small, large):
    """`most`: how many times the cycles over the floor the large one may cost."""

    def measure(bench):
        result = None
        for direction, option in (("encap", []), ("decap", ["--decap"])):
            base = bench.program("forward", *common, *small, *option, seconds=bench.seconds / 2)
            scaled = bench.program("forward", *common, *large, *option, seconds=bench.seconds / 2)
            scaled["base_over_floor_cycles"] = base["over_floor_cycles"]
            scaled["base_cycles_per_packet"] = base["cycles_per_packet"]
            scaled["cpu_share"] = min(base["cpu_share"], scaled["cpu_share"])
            scaled["direction"] = direction
            scaled["ratio"] = round(scaled["over_floor_cycles"] / base["over_floor_cycles"], 3)
            if result is None:
                result = scaled
            else:
                result["decap"] = scaled
        return result

    def line(result):
        return "\n".join(
            f"{_row(name if part is result else '', part)}"
            f"  {part['direction']}: {part['ratio']:.2f} times"
            f" {part['base_over_floor_cycles']:.1f} over the floor (aim {most}){_mark(part)}"
            for part in (result, result["decap"])
        )

    return Case(name, text, measure, line)


# --- the others ---------------------------------------------------------------------------------------


def _workers(bench):
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise NotMeasured("it takes two CPUs, and this process may use one")
    common = ["--flows", 1000]
    one = bench.program("forward", *common, core=cores[1])
    two = bench.program("forward", *common, "--workers", 2, core=cores[0])
    two["one_worker_mpps"] = one["mpps"]
    two["growth"] = round(two["mpps"] / one["mpps"], 3)
    two["cpu_share"] = min(one["cpu_share"], two["cpu_share"])
    two["measured"] = two["cpu_share"] >= SHARE_NEEDED
    return two


def _workers_line(result):
    return (
        f"{_row('workers-2', result)}  {result['growth']:.2f} times one worker's"
        f" {result['one_worker_mpps']:.3f} (aim 1.9)"
        + ("" if result["measured"] else ": could not be measured, they had not all of their cores")
    )


def _learn(bench):
    return bench.program("learn", "--macs", 1048576, windows=min(bench.windows, 5))


def _learn_line(result):
    return (
        f"{'learn-1m':16} {result['new_macs_per_s']:,.0f} new MACs/s, {result['learned_per_s']:,.0f}"
        f" learned/s, {result['events_lost']} events lost, {result['lost_frames']} frames lost"
        f" of {result['mpps']:.1f} Mpps{_mark(result)}"
    )


def _churn(bench):
    return bench.program("churn", "--flows", 1000)


def _churn_line(result):
    return (
        f"{'churn-10k':16} {result['changes_per_s']:,.0f} changes/s at {result['load_mpps']:.2f} Mpps:"
        f" {result['lost_frames']} frames lost, {result['lost_frames_without_changes']} without changes;"
        f" lost in one of a pair of windows only: {result['pairs_lossy_with_changes']} with changes,"
        f" {result['pairs_lossy_without_changes']} without, of {result['pairs']} pairs{_mark(result)}"
    )


# --- negotiation ----------------------------------------------------------------------------------

NEGOTIATION = os.path.join(machine.BUILD, "tests", "benchmarks", "bench-negotiation")


def _negotiation(name, text, aim, *options):
    def measure(bench):
        arguments = [NEGOTIATION, *options, "--core", bench.place.core]
        arguments += ["--windows", bench.windows, "--seconds", bench.seconds]
        try:
            output = machine.run(list(map(str, arguments)), 120 + 4 * bench.windows * bench.seconds)
        except subprocess.CalledProcessError as error:
            said = error.stderr.strip().splitlines() or [str(error)]
            raise NotMeasured(said[-1]) from error
        return json.loads(output)

    def line(result):
        rate = f"{result['mega_datagrams_per_s']:.3f} million/s"
        if "--forged" in options:
            what = f"for a forged datagram, {rate}"
        else:
            what = f"for a datagram and its answer, {rate}"
        if "--beside" in options:
            what += f", beside packets of {result['forwarding_cycles']:.1f}"
        unanswered = result["asked"] - result["answered"]
        if result["unasked"] > result["asked"] / 100:
            what += f", {result['unasked']:,} more sent unasked"
        return (
            f"{name:16} {result['cycles_per_datagram']:8.1f} cycles {what},"
            f" {result['sessions']:,} sessions, {unanswered} of {result['asked']:,} not answered"
            f" (aim {aim}){_mark(result)}"
        )

    return Case(name, text, measure, line)


# A round of a contender takes milliseconds; the more there are, the less do odd ones matter.
TABLE_ROUNDS = 401


def _tables(bench):
    result = bench.program("tables", windows=TABLE_ROUNDS)
    result["cpu_share"] = min(contest["cpu_share"] for contest in result["contests"])
    return result


def _tables_line(result):
    def cell(contender):
        return f"{contender['cycles']:6.1f} cycles, {contender['bytes_per_entry']:.0f} bytes"

    return "\n".join(
        f"{'' if i else 'tables':16} {contest['active']:,} active of {contest['entries']:,}:"
        f" {cell(contest['exact_match'])}; rte_hash {cell(contest['rte_hash'])}"
        f" ({contest['rte_hash_hashed']['cycles']:.1f} given the hashes){_mark(contest)}"
        for i, contest in enumerate(result["contests"])
    )


def _memory_line(result):
    return (
        f"{'memory':16} {result['resident_mbytes']:.0f} MB with {result['macs']:,} MACs and"
        f" {result['connections']:,} connections (aim 512)"
    )


def _api_line(result):
    return (
        f"{'api':16} {result['creates_per_s']:,} creates/s over {result['connections']} connections"
        f" (aim 5,000), {result['bulk_objects']:,} in one create {result['bulk_s']:.2f} s (aim 1),"
        f" list of {result['list_objects']:,} {result['list_s']:.2f} s (aim 1) with"
        f" {result['list_memory_mbytes']:.0f} MB,"
        f" {result['lost_frames']} frames lost at {result['forwarded_mpps']:.1f} Mpps"
    )


def _latency(load):
    name = f"latency-{load}"

    def measure(bench):
        return latency.at(load)

    def line(result):
        nanoseconds = result["latency_ns"]
        return (
            f"{name:16} p50 {nanoseconds['p50'] / 1000:.1f} µs, p99"
            f" {nanoseconds['p99'] / 1000:.1f} µs, p99.9 {nanoseconds['p999'] / 1000:.1f} µs at"
            f" {result['received_pps'] / 1e6:.2f} Mpps, {load} % of the most"
        )

    return Case(name, f"through bgwd at {load} % of the most that it forwards", measure, line)


ALL = [
    _forward(encapsulation, direction, size)
    for encapsulation in ("vxlan", "gre")
    for direction in ("encap", "decap")
    for size in FLOWS
] + [
    _scale(
        "macs-1m",
        "a full table of 1,048,576 MACs against one of 200,000; 100,000 of them are active",
        1.4,
        ["--flows", 50000, "--fill"],
        ["--macs", 200000],
        ["--macs", 1048576],
    ),
    _scale(
        "connections-16k",
        "16,000 connections of 250 remote gateways against one",
        1.3,
        ["--flows", 16000],
        ["--connections", 1],
        ["--connections", 16000],
    ),
    _scale(
        "networks-4k",
        "4,096 networks against one, with as many connections and attachments",
        1.3,
        ["--flows", 16384, "--connections", 4096, "--attachments", 4096],
        ["--networks", 1],
        ["--networks", 4096],
    ),
    _negotiation(
        "negotiation-1k",
        "datagrams of 1,000 sessions answered, and nothing else",
        "5 million/s",
        *("--sessions", 1000, "--interval-ms", 10),
    ),
    _negotiation(
        "negotiation-100k",
        "datagrams of 100,000 sessions answered",
        "1 million/s",
        *("--sessions", 100000, "--interval-ms", 1000),
    ),
    _negotiation(
        "negotiation-forwarding",
        "datagrams of 1,000 sessions answered beside forwarding",
        "500 cycles",
        *("--sessions", 1000, "--interval-ms", 10, "--beside", 48),
    ),
    _negotiation(
        "negotiation-forged",
        "forged datagrams dropped, 48 for 16 good ones of 1,000 sessions, which are answered",
        "no good one unanswered",
        *("--sessions", 1000, "--interval-ms", 10, "--forged", 48),
    ),
    Case("workers-2", "two workers against one", _workers, _workers_line),
    Case("learn-1m", "a million new MACs a second", _learn, _learn_line),
    Case("churn-10k", "10,000 changes of tables a second at 90 % load", _churn, _churn_line),
    Case("tables", "lookups of our table and of DPDK's rte_hash", _tables, _tables_line),
    Case(
        "memory",
        "resident memory with 1,048,576 MACs and 16,000 connections",
        lambda bench: memory.measure(bench.place),
        _memory_line,
    ),
    Case(
        "api",
        "creates, one of 100,000 objects, and their list, while frames are forwarded",
        lambda bench: api.measure(bench.place),
        _api_line,
    ),
    *(_latency(load) for load in latency.LOADS),
]
