# SPDX-License-Identifier: BSD-3-Clause
"""tests/bench used wrongly, twice at once, and ended amid a case: nothing of it is left.

In the place of the program that measures is one that waits, and in the place of the kernel's number
of hugepages a file.
"""

import json
import os
import shlex
import signal
import subprocess
import time

from lib.errors import check
from lib.gateway import TOP

RUN = os.path.join(TOP, "tests", "benchmarks", "run")
HUGEPAGES = "/proc/sys/vm/nr_hugepages"
HAD = "5"
PATIENCE_S = 60
# It takes what it was begun with along when it is told to end.
WAITS = """#!/bin/sh
sleep 1000 &
trap 'kill $!; wait; echo told >"$0.ended"; exit 1' TERM
echo $! >"$0.begun"
wait
"""


def bench_make(lab):
    """A build directory whose program waits."""
    program = lab.path("tests/benchmarks/bench")
    os.makedirs(os.path.dirname(program))
    with open(program, "w", encoding="utf-8") as file:
        file.write(WAITS)
    os.chmod(program, 0o755)
    with open(lab.path("hugepages"), "w", encoding="utf-8") as file:
        file.write(HAD)
    return program


def start(lab, namespace, *options):
    file = shlex.quote(lab.path("hugepages"))
    command = f"mount --bind {file} {HUGEPAGES} && exec {shlex.join([RUN, *options])}"
    process = subprocess.Popen(
        ["ip", "netns", "exec", namespace.full, "unshare", "--mount", "sh", "-c", command],
        env={**os.environ, "BGW_BUILD": lab.directory}, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    lab.defer(process.kill)
    return process


def prove_refused(lab, namespace, status, words, *options):
    process = start(lab, namespace, *options)
    said = process.communicate(timeout=PATIENCE_S)[0]
    check(process.returncode == status, f"{options}: ended with {process.returncode}: {said}")
    check(words in said, f"{options}: it says {said[-300:]}")


def content(path):
    with open(path, encoding="utf-8") as file:
        return file.read().strip()


def wait_for(path, what):
    deadline_s = time.monotonic() + PATIENCE_S
    while not os.path.exists(path) or not content(path):
        check(time.monotonic() < deadline_s, what)
        time.sleep(0.05)


def prove_ends(lab, namespace, program, number):
    process = start(lab, namespace, "vxlan-encap-1", "--json", lab.path("results.json"))
    wait_for(program + ".begun", "tests/bench did not begin to measure")
    check(content(lab.path("hugepages")) != HAD, "it took no hugepages")
    prove_refused(lab, namespace, 1, "another one measures on this machine", "vxlan-encap-1")
    process.send_signal(number)
    said = process.communicate(timeout=PATIENCE_S)[0]
    check(process.returncode == 128 + number, f"{number}: {process.returncode}: {said}")
    check("Traceback" not in said, f"{number}: it says {said}")
    wait_for(program + ".ended", f"{number}: the program that measured was not told to end")
    pid = content(program + ".begun")
    check(not os.path.exists(f"/proc/{pid}"), f"{number}: process {pid} is left")
    check(content(lab.path("hugepages")) == HAD, f"{number}: hugepages were not given back")
    os.remove(program + ".begun")
    os.remove(program + ".ended")


def run(lab):
    # Of its own, so that it is alone there whoever measures on this machine.
    namespace = lab.namespace("bench")
    program = bench_make(lab)
    prove_refused(lab, namespace, 2, 'there is no case "vxlan"', "vxlan")
    prove_refused(lab, namespace, 2, "no/such cannot be written", "--json", lab.path("no/such"))
    prove_refused(lab, namespace, 2, "--core 4095", "--core", "4095")
    prove_refused(lab, namespace, 2, "--seconds", "--seconds", "nan")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        prove_ends(lab, namespace, program, number)
    with open(program, "w", encoding="utf-8") as file:
        file.write("#!/bin/sh\necho it does not start >&2\nexit 1\n")
    process = start(lab, namespace, "learn-1m", "--json", lab.path("results.json"))
    said = process.communicate(timeout=PATIENCE_S)[0]
    check(process.returncode == 0, f"not measured: it ended with {process.returncode}: {said}")
    check("not measured: it does not start" in said, f"not measured: it says {said}")
    results = json.loads(content(lab.path("results.json")))
    check(results["learn-1m"]["not_measured"] == "it does not start", str(results))
    prove_refused(lab, namespace, 1, "/dev/full cannot be written", "learn-1m", "--json", "/dev/full")
