# SPDX-License-Identifier: BSD-3-Clause
"""bgwctl for the cases of this suite."""

import os
import pty
import select
import subprocess
import sys

from .expect import Failure
from .gateway import BUILD

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import bgwctl_command  # noqa: E402

OK, REFUSED, USAGE, UNREACHABLE, NOT_FOUND, CONFLICT, DENIED, BUSY, TIMEOUT = range(9)


class Bgwctl(bgwctl_command.Bgwctl):
    def __init__(self, url):
        super().__init__(BUILD, url, Failure)

    def on_terminal(self, command, columns, **environment):
        """What it writes to a terminal of so many columns."""
        ours, theirs = pty.openpty()
        subprocess.run(["stty", "cols", str(columns)], stdin=theirs, check=True)
        child = subprocess.Popen(self.argv(command), stdin=theirs, stdout=theirs, stderr=theirs,
                                 env={**os.environ, "TERM": "xterm", **environment})
        os.close(theirs)
        written = b""
        while select.select([ours], [], [], 30)[0]:
            try:
                piece = os.read(ours, 65536)
            except OSError:
                break
            if not piece:
                break
            written += piece
        os.close(ours)
        child.wait(30)
        return written.decode().replace("\r\n", "\n")
