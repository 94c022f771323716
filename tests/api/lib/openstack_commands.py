# SPDX-License-Identifier: BSD-3-Clause
"""Runs commands of OpenStack, as a program: a line of JSON in for each command, and one out.

Most of what such a command takes is loading: seconds, and the same each time. Here each command is
still its installed script in a process of its own, with its own arguments, environment and status; but
that process is forked from this one, which by then has loaded the modules that earlier ones needed.
"""

import importlib
import json
import os
import runpy
import sys
import tempfile
import traceback

# What a command ends with that is no status.
_BROKEN = 70


def _be(argv, environment, out, err, loaded):
    """The command, in its own process."""
    status = _BROKEN
    try:
        # A shell is loaded with its arguments, which are the defaults of its function.
        for name in [name for name in sys.modules if name.endswith(".shell")]:
            del sys.modules[name]
        os.environ.clear()
        os.environ.update(environment)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        sys.argv = argv
        runpy.run_path(argv[0], run_name="__main__")
        status = 0
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as Python ends, were the command a program of its own
        traceback.print_exc()
        status = 1
    finally:
        json.dump(sorted(sys.modules), loaded)
        for file in (loaded, sys.stdout, sys.stderr):
            file.flush()
        os._exit(status)


def _run(argv, environment):
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err, \
            tempfile.TemporaryFile("w+") as loaded:
        pid = os.fork()
        if pid == 0:
            _be(argv, environment, out, err, loaded)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        for file in (out, err, loaded):
            file.seek(0)
        for name in json.loads(loaded.read() or "[]"):
            if name not in sys.modules:
                _load(name)
        return status, out.read(), err.read()


def _load(name):
    """For the commands to come. What cannot be loaded by its name, they load by themselves."""
    try:
        importlib.import_module(name)
    except Exception:  # noqa: BLE001
        pass


def main():
    # The directory of this file has another openstack.
    sys.path.pop(0)
    answers = os.fdopen(os.dup(1), "w")
    # Whatever a module says while it is loaded is no answer.
    os.dup2(2, 1)
    for line in sys.stdin:
        print(json.dumps(_run(**json.loads(line))), file=answers, flush=True)


if __name__ == "__main__":
    main()
