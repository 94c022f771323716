# SPDX-License-Identifier: BSD-3-Clause
"""A program whose disk is slow, or bad, while a case wants it to be."""

import os

from .gateway import BUILD


class SlowDisk:
    """`env` is for the program."""

    def __init__(self, lab, name):
        self._path = lab.path(f"{name}.slow")
        self.env = {
            "LD_PRELOAD": os.path.join(BUILD, "tests", "net", "libslow_disk.so"),
            "BGW_SLOW_DISK": self._path,
        }

    def begin(self, ms=0, good=1000000):
        """So much longer for what is to be on the disk, which works so often. Another name first: the program reads the file at any time."""
        with open(f"{self._path}.new", "w", encoding="ascii") as file:
            file.write(f"{ms} {good}\n")
        os.rename(f"{self._path}.new", self._path)

    def end(self):
        os.remove(self._path)
