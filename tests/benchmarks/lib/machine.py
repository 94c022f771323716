# SPDX-License-Identifier: BSD-3-Clause
"""The machine that is measured: hugepages, priorities, CPUs, programs."""

import contextlib
import dataclasses
import os
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BUILD = os.environ.get("BGW_BUILD", os.path.join(TOP, "build"))
HUGEPAGES = "/proc/sys/vm/nr_hugepages"
# Of 2 MB: buffers for 100,000 waiting frames and the largest table.
HUGEPAGES_NEEDED = 768


@dataclasses.dataclass
class Place:
    """Where to measure."""

    core: int  # of the worker
    other: int  # of everything else; the same if there is only one


def describe():
    """The CPU's model and how many of them there are."""
    model = "unknown CPU"
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{model}, {os.cpu_count()} CPUs"


def _read(path):
    with open(path, encoding="utf-8") as file:
        return file.read().strip()


def _write(path, value):
    with open(path, "w", encoding="utf-8") as file:
        file.write(str(value))


def _go_first():
    """Before all other work of the machine. Where the kernel groups by session a process's
    niceness means nothing to other sessions, so the session gets a new group, at the front."""
    with contextlib.suppress(OSError):
        os.setsid()
    os.setpriority(os.PRIO_PROCESS, 0, -20)
    with contextlib.suppress(OSError):
        _write("/proc/self/autogroup", -20)


@contextlib.contextmanager
def prepared(core):
    """Takes hugepages and priority; gives the hugepages back."""
    usable = sorted(os.sched_getaffinity(0))
    core = usable[-1] if core is None else core
    other = next((cpu for cpu in usable if cpu != core), core)
    before = int(_read(HUGEPAGES))
    _go_first()
    if before < HUGEPAGES_NEEDED:
        _write(HUGEPAGES, HUGEPAGES_NEEDED)
    try:
        yield Place(core, other)
    finally:
        if before < HUGEPAGES_NEEDED:
            _write(HUGEPAGES, before)


def run(command, seconds, stdin=None):
    """Runs a program to its end and returns what it printed."""
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, timeout=seconds, check=True
    ).stdout
