# SPDX-License-Identifier: BSD-3-Clause
"""The operator's command line, against one gateway."""

import json
import os
import subprocess

from .errors import check
from .gateway import BUILD

OK, REFUSED, USAGE, UNREACHABLE = 0, 1, 2, 3


class Bgwctl:
    def __init__(self, url):
        self.url = url

    def __call__(self, command, expect=OK, json_too=False):
        """Run a command line and return its output, parsed where json_too asks for JSON."""
        program = os.path.join(BUILD, "tools", "bgwctl", "bgwctl")
        words = [program, "--url", self.url, *(["--json"] if json_too else []), *command.split()]
        done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        check(
            done.returncode == expect,
            f"bgwctl {command} ended with {done.returncode}, not {expect}: {done.stderr.strip()}",
        )
        check(expect == OK or done.stderr, f"bgwctl {command} says nothing of its failure")
        return json.loads(done.stdout) if json_too else done.stdout

    def rows(self, command):
        """The lines of a table, without its head, as words."""
        return [line.split() for line in self(command).splitlines()[1:]]
