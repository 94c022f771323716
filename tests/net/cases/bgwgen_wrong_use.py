# SPDX-License-Identifier: BSD-3-Clause
"""bgwgen and tools/rfc2544 used wrongly: they say what is wrong, and leave nothing behind."""

import json
import os
import subprocess

from lib import generator
from lib.errors import check
from lib.gateway import TOP

# Two devices that take all frames, and give none: a run of them measures a loss of 100 %.
PORTS = ("--port", "a=net_null0,no-rx=1", "--port", "b=net_null1,no-rx=1")
SHORT = ("--no-learning", "--warm-up", "0", "--rate", "10k", "--duration", "1ms", "--drain", "1ms")


def bgwgen(lab, *options, stdout=subprocess.DEVNULL):
    return subprocess.run(
        generator.argv_of("run", *PORTS, *SHORT, *options), cwd=lab.directory, stdout=stdout,
        stderr=subprocess.PIPE, text=True, timeout=200, check=False,
    )  # fmt: skip


def prove_reports_outlive_the_table(lab):
    """Where nobody takes the table, what else was asked for is written all the same."""
    read, write = os.pipe()
    os.close(read)
    with open("/dev/full", "wb") as full, os.fdopen(write, "wb") as closed:
        for place, stdout in (("a full disk", full), ("a closed pipe", closed)):
            report = lab.path("report.json")
            ended = bgwgen(lab, "--json", report, stdout=stdout)
            check(ended.returncode == 1, f"{place}: bgwgen ended with {ended.returncode}")
            check(
                "the table cannot be written to standard output" in ended.stderr,
                f"{place}: bgwgen says {ended.stderr[-300:]}",
            )
            with open(report, encoding="utf-8") as file:
                check(len(json.load(file)["results"]) == 1, f"{place}: the report is not whole")
            os.remove(report)


def prove_learning_is_as_fast_as_told():
    """It ends with its flows, so no rate that the help offers is too high for it."""
    ended = subprocess.run(
        generator.argv_of("run", *PORTS, "--duration", "1ms", "--warm-up", "0", "--drain", "1ms",
                          "--learn-rate", "1G"),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=200, check=False,
    )  # fmt: skip
    check("no frame came back" in ended.stderr, f"learning at 1G: {ended.stderr[-300:]}")


def prove_no_frame_is_no_loss():
    """Half a frame is due: that nothing came back says nothing of the device."""
    ended = subprocess.run(
        generator.argv_of("run", *PORTS, "--no-learning", "--warm-up", "0", "--rate", "1",
                          "--duration", "500ms", "--drain", "1ms"),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=200, check=False,
    )  # fmt: skip
    check(ended.returncode == 1, f"half a frame: it ended with {ended.returncode}")
    check("not one frame was sent" in ended.stderr, f"half a frame: {ended.stderr[-300:]}")


def prove_what_is_not_offered_is_told(lab):
    """No loss of a billion frames a second is no billion frames a second without loss."""
    report = lab.path("report.json")
    bgwgen(lab, "--rate", "1G", "--json", report)
    with open(report, encoding="utf-8") as file:
        result = json.load(file)["results"][0]
    os.remove(report)
    check(result["offered_frames"] < result["intended_frames"], f"a billion a second: {result}")
    check(result["limit"] in ("port", "generator"), f"not offered, and its limit: {result}")


def prove_reports_are_apart(lab):
    ended = bgwgen(lab, "--json", "both", "--html", lab.path("both"))
    check(ended.returncode == 2, f"one file for two: bgwgen ended with {ended.returncode}")
    check("are one file" in ended.stderr, f"one file for two: {ended.stderr[-300:]}")
    check(not os.path.exists(lab.path("both")), "one file for two: it is there")


def rfc2544(lab, *options):
    return subprocess.run(
        [os.path.join(TOP, "tools", "rfc2544"), *options], cwd=lab.directory,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip


def prove_rfc2544_refuses(lab):
    before = sorted(os.listdir(lab.directory))
    with open(lab.path("file"), "wb"):
        pass
    for options, status, words in (
        (["--ouptut", "here"], 2, "there is no option --ouptut"),
        (["here"], 2, "there is no option here"),
        (["--output"], 2, "--output needs a value"),
        (["--measure", ""], 2, "--measure needs a value"),
        (["--measure", "all"], 2, "--measure all: it is rfc2544, throughput"),
        (["--encapsulation", "geneve"], 2, "--encapsulation geneve: it is one of vxlan gre nvgre"),
        (["--encapsulation", "vxlan gre"], 2, "--encapsulation vxlan gre: it is one of"),
        (["--output", lab.path("file")], 1, "file cannot be made"),
        (["--output", lab.path("file/under")], 1, "file/under cannot be made"),
    ):
        ended = rfc2544(lab, *options)
        check(ended.returncode == status, f"{options}: it ended with {ended.returncode}")
        said = ended.stdout + ended.stderr
        check(words in said, f"{options}: it says {said[-300:]}")
    os.remove(lab.path("file"))
    check(sorted(os.listdir(lab.directory)) == before, f"left: {os.listdir(lab.directory)}")


def run(lab):
    prove_learning_is_as_fast_as_told()
    prove_no_frame_is_no_loss()
    prove_what_is_not_offered_is_told(lab)
    prove_rfc2544_refuses(lab)
    prove_reports_are_apart(lab)
    prove_reports_outlive_the_table(lab)
