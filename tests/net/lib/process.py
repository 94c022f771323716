# SPDX-License-Identifier: BSD-3-Clause
"""Programs that run beside a case: started in a namespace, watched, and ended by their own pid."""

import os
import re
import signal
import subprocess
import time

from .errors import Failure

# It dies with its parent. Not by a preexec_fn: in the fork that this takes, Python lets go of what
# the other threads of the case had in hand, and grpcio crashes there.
_DIES_WITH_PARENT = ("setpriv", "--pdeathsig", "KILL")


class Process:
    """One program with its output in a file; it never outlives the run."""

    def __init__(self, argv, log_path, namespace=None, stdin=subprocess.DEVNULL, env=None):
        self.name = os.path.basename(str(argv[0]))
        self.log_path = log_path
        if namespace is not None:
            argv = ["ip", "netns", "exec", namespace.full, *argv]
        with open(log_path, "ab") as log:
            self._child = subprocess.Popen(
                [*_DIES_WITH_PARENT, *(str(a) for a in argv)], stdin=stdin, stdout=log, stderr=log,
                env=dict(os.environ, **(env or {})),
            )  # fmt: skip
        self.pid = self._child.pid

    @property
    def stdin(self):
        return self._child.stdin

    def running(self):
        return self._child.poll() is None

    @property
    def status(self):
        """The exit status, negative for a signal; None while it runs."""
        return self._child.poll()

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def last_words(self):
        lines = [line for line in self.log().splitlines() if line.strip()]
        return " / ".join(lines[-3:]) or "it said nothing"

    def wait_log(self, pattern, timeout_s):
        """Wait until the output has a line that matches `pattern`."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            found = re.search(pattern, self.log(), re.MULTILINE)
            if found:
                return found
            if not self.running():
                raise Failure(f"{self.name} ended with {self.status}: {self.last_words()}")
            time.sleep(0.05)
        raise Failure(
            f"{self.name} did not print /{pattern}/ in {timeout_s} s: {self.last_words()}"
        )

    def wait(self, timeout_s):
        try:
            return self._child.wait(timeout_s)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.name} did not end in {timeout_s} s") from None

    def signal(self, number):
        if self.running():
            os.kill(self.pid, number)

    def kill9(self):
        self.signal(signal.SIGKILL)
        self._child.wait(5)

    def stop(self, timeout_s=60):
        """End it by SIGTERM and return its status; one that does not go is killed and named."""
        if self.running():
            self.signal(signal.SIGTERM)
            try:
                self._child.wait(timeout_s)
            except subprocess.TimeoutExpired:
                self.kill9()
                raise Failure(f"{self.name} did not stop in {timeout_s} s of SIGTERM") from None
        return self.status

    def cpu_s(self):
        """Processor time used so far, of all its threads, in seconds."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def threads_cpu_s(self, name):
        """Processor time used so far, of the threads whose names begin with `name`."""
        total_ns = 0
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            with open(f"/proc/{self.pid}/task/{thread}/comm", encoding="ascii") as comm:
                if not comm.read().startswith(name):
                    continue
            with open(f"/proc/{self.pid}/task/{thread}/schedstat", encoding="ascii") as schedstat:
                total_ns += int(schedstat.read().split()[0])
        return total_ns / 1e9

    def resident_bytes(self):
        """Memory that it has in RAM."""
        with open(f"/proc/{self.pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
