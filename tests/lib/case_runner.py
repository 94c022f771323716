# SPDX-License-Identifier: BSD-3-Clause
"""Runs the cases of a suite: modules with a function `run`, each in a process of its own, several
side by side.

A module may say more of itself:
  ALONE = True       what it measures suffers from company: nothing runs beside it
  EARLY = True       it takes long: it begins before others
  TOGETHER = "name"  those of one name share a process and run one after the other, so that what the
                     first one prepared serves the next

What a case owns is an object with `conclude`, which proves what every case ends with, `diagnose`,
which keeps what explains a failure, `close`, which undoes everything, and `directory`, with logs. If
the case failed their last lines are printed, for readers who cannot get at the directory.
"""

import argparse
import ctypes
import functools
import glob
import importlib.util
import os
import pkgutil
import shutil
import signal
import sys
import tempfile
import time
import traceback
import types

_PR_SET_PDEATHSIG = 1
LOG_LINES = 12
LOG_COLUMNS = 240
_libc = ctypes.CDLL(None, use_errno=True)


def _fail(error, _owner):
    raise error


def _ends_of_logs(directory):
    """The last lines of every log in it, each as a line of its own."""
    lines = []
    for path in sorted(glob.glob(os.path.join(directory, "**", "*.log"), recursive=True)):
        try:
            with open(path, encoding="utf-8", errors="replace") as log:
                said = log.read().splitlines()
        except OSError:  # there is nothing to be said by a socket
            continue
        lines += [f"#   | {os.path.relpath(path, directory)}: {line[:LOG_COLUMNS]}"
                  for line in said[-LOG_LINES:] if line.strip()]
    return lines


class Suite:
    def __init__(self, name, directory, failures, skip):
        """`failures` are the exceptions whose text is a sentence that needs no place in the code."""
        self.name = name
        self._directory = os.path.join(directory, "cases")
        self._failures = (*failures, skip)
        self._skip = skip
        self._modules = {}

    def known(self):
        return sorted(module.name for module in pkgutil.iter_modules([self._directory]))

    def load(self, name):
        """One that cannot be loaded fails when it is run."""
        path = os.path.join(self._directory, f"{name}.py")
        spec = importlib.util.spec_from_file_location(f"cases.{name}", path)
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except Exception as error:  # noqa: BLE001
            module = types.SimpleNamespace(run=functools.partial(_fail, error))
        self._modules[name] = module

    def says(self, name, what):
        return getattr(self._modules[name], what, None)

    def one_line(self, error):
        text = " ".join(str(error).split())[:600] or type(error).__name__
        if isinstance(error, self._failures):
            return text
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {text} ({os.path.basename(where.filename)}:{where.lineno})"

    def judge(self, name, make_owner, limit_s):
        """Runs a case. Returns (verdict, why)."""

        def too_long(_signal, _frame):
            raise self._failures[0](f"the case did not end in {limit_s} s")

        owner = make_owner(name)
        signal.signal(signal.SIGALRM, too_long)
        signal.alarm(limit_s)
        verdict, why = "ok", ""
        try:
            self._modules[name].run(owner)
            owner.conclude()
        except self._skip as skip:
            verdict, why = "SKIP", self.one_line(skip)
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the case failed
            verdict, why = "FAIL", f"{self.one_line(error)}; logs in {owner.directory}"
            owner.diagnose()
        finally:
            signal.alarm(0)
            try:
                owner.close()
            except Exception as error:  # noqa: BLE001
                if verdict == "ok":
                    verdict = "FAIL"
                    why = f"at the end: {self.one_line(error)}; logs in {owner.directory}"
        if verdict == "FAIL":
            why = "\n".join((why, *_ends_of_logs(owner.directory)))
        else:
            shutil.rmtree(owner.directory)
        return verdict, why


class _Child:
    """A process that runs some cases; what it writes is kept until it has ended."""

    def __init__(self, names, work):
        self.names = names
        self._output = tempfile.TemporaryFile()
        sys.stdout.flush()
        parent = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            self._be(parent, work)

    def _be(self, parent, work):
        status = 1
        try:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() == parent:
                os.dup2(self._output.fileno(), 1)
                os.dup2(self._output.fileno(), 2)
                work(self.names)
                status = 0
        except KeyboardInterrupt:
            status = 130
        except BaseException:  # noqa: BLE001 - the parent knows it by the status
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(status)

    def ended(self, status, suite):
        """Prints what it wrote. Returns how many of its cases did not pass."""
        self._output.seek(0)
        written = self._output.read().decode(errors="replace")
        sys.stdout.write(written)
        lines = written.splitlines()
        passed = [name for name in self.names
                  if any(line.startswith((f"ok {suite}:{name} ", f"SKIP {suite}:{name} "))
                         for line in lines)]
        for name in self.names:
            if not any(line.startswith(f"FAIL {suite}:{name} ") for line in lines) \
                    and name not in passed:
                print(f"FAIL {suite}:{name} its process ended with {status}")
        sys.stdout.flush()
        return len(self.names) - len(passed)


def _jobs(suite, names):
    """The cases by process, in the order in which they begin; first those that run alone."""
    together = {}
    for name in names:
        together.setdefault(suite.says(name, "TOGETHER") or name, []).append(name)

    def order(job):
        return (not any(suite.says(name, "ALONE") for name in job),
                not any(suite.says(name, "EARLY") for name in job))

    return sorted(together.values(), key=order)


def _run_all(suite, names, work, at_a_time):
    """Returns how many cases failed."""
    waiting = _jobs(suite, names)
    running = {}
    failed = 0
    try:
        while waiting or running:
            alone = bool(waiting) and any(suite.says(name, "ALONE") for name in waiting[0])
            if waiting and len(running) < (1 if alone else at_a_time):
                child = _Child(waiting.pop(0), work)
                running[child.pid] = child
                if not alone:
                    continue
            pid, status = os.wait()
            if pid in running:
                failed += running.pop(pid).ended(os.waitstatus_to_exitcode(status), suite.name)
    finally:
        for pid in running:
            os.kill(pid, signal.SIGTERM)
        for pid, child in running.items():
            child.ended(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), suite.name)
    return failed


def main(suite, description, at_a_time, limits_s, make_owner, prepare=None, finish=None):
    """The command of a suite. Returns its exit status.

    limits_s: (short, long), how long a case may take. make_owner(name, long) makes what a case owns;
    `prepare` is called once before the first case, and `finish` by each process after its last one.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("cases", nargs="*", metavar="CASE", help="run these only")
    parser.add_argument("--long", action="store_true", help="run at full length")
    parser.add_argument("--jobs", type=int, default=at_a_time, metavar="N",
                        help=f"run N cases side by side ({at_a_time})")
    parser.add_argument("--list", action="store_true", help="print the names of the cases")
    options = parser.parse_args()
    known = suite.known()
    if options.list:
        print("\n".join(known))
        return 0
    for name in options.cases:
        if name not in known:
            parser.error(f"there is no case {name}; there are {', '.join(known)}")
    if options.jobs < 1:
        parser.error("--jobs takes a number from 1")

    def work(names):
        try:
            for name in names:
                began = time.monotonic()
                verdict, why = suite.judge(name, lambda name: make_owner(name, options.long),
                                           limits_s[options.long])
                why = why or f"({time.monotonic() - began:.1f} s)"
                print(f"{verdict} {suite.name}:{name} {why}", flush=True)
        finally:
            if finish is not None:
                finish()

    names = options.cases or known
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if prepare is not None:
        prepare()
    for name in names:
        suite.load(name)
    try:
        return 1 if _run_all(suite, names, work, options.jobs) else 0
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
