# SPDX-License-Identifier: BSD-3-Clause
"""The machine that is measured: hugepages, priorities, CPUs, programs."""

import contextlib
import dataclasses
import os
import signal
import socket
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BUILD = os.environ.get("BGW_BUILD", os.path.join(TOP, "build"))
HUGEPAGES = "/proc/sys/vm/nr_hugepages"
# Of 2 MB: buffers for 100,000 waiting frames and the largest table.
HUGEPAGES_NEEDED = 768
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# What a program that is told to end may take for it.
END_S = 60


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


def _end(number, _frame):
    """As if the program ended by itself: whatever was begun is undone, and nothing stops that."""
    for ending in ENDING:
        signal.signal(ending, signal.SIG_IGN)
    sys.exit(128 + number)


def session_begin():
    """Goes on in a process with a session of its own. The first one stays with the terminal, where
    alone a Ctrl-C arrives; it hands on what is to end the program, and ends as that does."""
    for ending in ENDING:
        signal.signal(ending, _end)
    child = os.fork()
    if child == 0:
        os.setsid()
        return
    for ending in ENDING:
        signal.signal(ending, lambda number, _frame: os.kill(child, number))
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    os._exit(code if code >= 0 else 128 - code)


@contextlib.contextmanager
def _alone():
    """No other run on this machine: two would share CPUs, and take each other's hugepages away."""
    with socket.socket(socket.AF_UNIX) as mark:
        try:
            mark.bind("\0bgw-bench")
        except OSError:
            sys.exit("tests/bench: another one measures on this machine: wait for its end")
        yield


def _go_first():
    """Before all other work of the machine. Where the kernel groups by session a process's
    niceness means nothing to other sessions, so the session's group goes to the front."""
    os.setpriority(os.PRIO_PROCESS, 0, -20)
    with contextlib.suppress(OSError):
        _write("/proc/self/autogroup", -20)


@contextlib.contextmanager
def prepared(core):
    """Takes hugepages and priority; gives the hugepages back."""
    usable = sorted(os.sched_getaffinity(0))
    core = usable[-1] if core is None else core
    other = next((cpu for cpu in usable if cpu != core), core)
    with _alone():
        before = int(_read(HUGEPAGES))
        _go_first()
        try:
            if before < HUGEPAGES_NEEDED:
                _write(HUGEPAGES, HUGEPAGES_NEEDED)
            yield Place(core, other)
        finally:
            if before < HUGEPAGES_NEEDED:
                _write(HUGEPAGES, before)


def run(command, seconds):
    """Runs a program to its end and returns what it printed. One that takes longer, or that this
    one does not wait for any more, is told to end: it may have begun others."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            output, errors = process.communicate(timeout=seconds)
        except BaseException:
            process.terminate()
            try:
                process.communicate(timeout=END_S)
            except subprocess.TimeoutExpired:
                process.kill()
            raise
    if process.returncode != 0:
        raise subprocess.CalledProcessError(process.returncode, command, output, errors)
    return output
