# SPDX-License-Identifier: BSD-3-Clause
"""Latency through bgwd over shared memory, by bgwgen: one run gives all loads."""

import json
import os
import tempfile

from . import machine

LOADS = (10, 50, 90)
_results = {}


def _measure():
    tool = os.path.join(machine.TOP, "tools", "rfc2544")
    loads = ",".join(map(str, LOADS))
    with tempfile.TemporaryDirectory() as directory:
        machine.run(
            [tool, "--hugepages", "--measure", "latency", "--output", directory]
            + ["--", "--frame-size", "64", "--load", loads],
            900,
        )
        with open(os.path.join(directory, "report.json"), encoding="utf-8") as file:
            report = json.load(file)
    for result in report["results"]:
        if result["kind"] == "latency":
            _results[round(result["load_ratio"] * 100)] = result


def at(load):
    """The result at so many percent of the maximum."""
    if not _results:
        _measure()
    return _results[load]
