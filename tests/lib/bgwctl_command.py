# SPDX-License-Identifier: BSD-3-Clause
"""The operator's command line, against one gateway."""

import json
import os
import shlex
import subprocess

OK = 0
# For thousands of objects, on a busy machine, by programs that sanitizers watch.
DEADLINE_S = 200


class Bgwctl:
    def __init__(self, build, url, failure):
        """failure: the exception for what is not as expected."""
        self.program = os.path.join(build, "tools", "bgwctl", "bgwctl")
        self.url = url
        self._failure = failure

    def argv(self, command, json_too=False):
        return [self.program, "--url", self.url, *(["--json"] if json_too else []),
                *shlex.split(command)]

    def run(self, command, json_too=False, text=None):
        """What became of a command line, whatever that is."""
        return subprocess.run(self.argv(command, json_too), capture_output=True, text=True,
                              timeout=DEADLINE_S, check=False, input=text)

    def __call__(self, command, expect=OK, json_too=False, text=None):
        """Runs a command line and returns its output, parsed where json_too asks for JSON."""
        done = self.run(command, json_too, text)
        if done.returncode != expect:
            raise self._failure(f"bgwctl {command} ended with {done.returncode}, not {expect}: "
                                f"{done.stderr.strip()}")
        if expect != OK and not done.stderr.startswith("bgwctl: "):
            raise self._failure(f"bgwctl {command} says nothing of its failure")
        return json.loads(done.stdout) if json_too else done.stdout

    def rows(self, command):
        """The lines of a table, without its head, as words."""
        return [line.split() for line in self(command).splitlines()[1:]]
