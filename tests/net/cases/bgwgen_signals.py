# SPDX-License-Identifier: BSD-3-Clause
"""A Ctrl-C ends bgwgen at once, whatever it waits for, and it says so."""

import contextlib
import os
import signal
import subprocess
import time

from lib import generator
from lib.errors import check

# What bgwgen would wait for without a signal, as long as it can be told, and in what time it must end
# with one, on a busy machine.
WAITS_S = 100
ENDS_S = 60
RUNTIME = "/var/run/dpdk"


def ports(lab, device):
    words = []
    for number, name in enumerate(("a", "b")):
        words += ["--port", f"{name}={device(lab, number, name)}"]
    return words


def unconnected(lab, number, name):
    """One end of a memif that has no other."""
    return f"net_memif{number},role=server,socket-abstract=no,socket={lab.path(name)}"


def swallowing(_lab, number, _name):
    """A device that takes all frames, and gives none."""
    return f"net_null{number},no-rx=1"


def connected(lab, number, name):
    """One of the two ends of a memif in one process."""
    role = ("server", "client")[number]
    return f"net_memif{number},role={role},socket-abstract=no,socket={lab.path('both')}"


def prove_ends(lab, number, when, after_s, *options):
    """The signal comes `after_s` seconds after the words `when`, or after the start."""
    bgwgen = subprocess.Popen(
        generator.argv_of("run", *options), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    lab.defer(bgwgen.kill)
    time.sleep(after_s)
    check(bgwgen.poll() is None, f"{when}: bgwgen did not wait")
    began_s = time.monotonic()
    bgwgen.send_signal(number)
    words = bgwgen.communicate(timeout=WAITS_S)[1]
    took_s = time.monotonic() - began_s
    check(bgwgen.returncode == 130, f"{when}: it ended with {bgwgen.returncode}: {words[-300:]}")
    check("ended by a signal" in words, f"{when}: bgwgen says {words[-300:]}")
    check(took_s < ENDS_S, f"{when}: it went on for {took_s:.1f} s")


def prove_ends_whole(lab, after_s):
    """Also while the ends of a memif find each other: nothing breaks, and no directory is left."""
    bgwgen = subprocess.Popen(
        generator.argv_of("run", *ports(lab, connected), "--duration", f"{WAITS_S}s"),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    lab.defer(bgwgen.kill)
    directory = f"{RUNTIME}/bgwgen-{bgwgen.pid}"
    deadline_s = time.monotonic() + WAITS_S
    while not os.path.exists(directory) and time.monotonic() < deadline_s:
        time.sleep(0.01)
    time.sleep(after_s)
    bgwgen.send_signal(signal.SIGTERM)
    words = bgwgen.communicate(timeout=WAITS_S)[1]
    # Before it takes signals for its own it ends by one.
    check(
        bgwgen.returncode in (130, -signal.SIGTERM),
        f"after {after_s} s it ended with {bgwgen.returncode}: {words[-300:]}",
    )
    check(
        bgwgen.returncode < 0 or not os.path.exists(directory),
        f"after {after_s} s {directory} is left",
    )
    with contextlib.suppress(FileNotFoundError):
        os.remove(lab.path("both"))


def run(lab):
    for after_s in (0.05, 0.1, 0.2, 0.5):
        prove_ends_whole(lab, after_s)
    wait = f"{WAITS_S}s"
    for number in (signal.SIGINT, signal.SIGTERM):
        prove_ends(
            lab, number, "waiting for links", 5, *ports(lab, unconnected), "--link-wait", wait
        )
    # A trial of one millisecond, of which nothing comes back.
    prove_ends(
        lab, signal.SIGINT, "waiting for frames", 5, *ports(lab, swallowing), "--no-learning",
        "--warm-up", "0", "--rate", "100k", "--duration", "1ms", "--drain", wait,
    )  # fmt: skip
    prove_ends(
        lab, signal.SIGINT, "sending", 5, *ports(lab, swallowing), "--no-learning",
        "--warm-up", "0", "--rate", "1k", "--duration", wait, "--drain", wait,
    )  # fmt: skip
