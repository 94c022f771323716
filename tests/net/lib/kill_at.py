# SPDX-License-Identifier: BSD-3-Clause
"""A program that is killed by SIGKILL right before the n-th of its steps from now on."""

import os

from .gateway import BUILD


class KillAt:
    """`env` is for the program; `kinds`, of kill_at.c, are what counts as its steps."""

    def __init__(self, lab, name, kinds):
        self._path = lab.path(f"{name}.kill")
        self.env = {
            "LD_PRELOAD": os.path.join(BUILD, "tests", "net", "libkill_at.so"),
            "BGW_KILL_AT": self._path,
            "BGW_KILL_STEPS": ",".join(kinds),
        }

    def arm(self, step):
        """Another name first: the program counts down in the file from when it is there."""
        with open(f"{self._path}.new", "w", encoding="ascii") as file:
            file.write(f"{step:<8}\n")
        os.rename(f"{self._path}.new", self._path)

    def is_done(self):
        """Whether it was killed."""
        return not os.path.exists(self._path)

    def disarm(self):
        """It lives on. How many steps were left."""
        try:
            with open(self._path, encoding="ascii") as file:
                left = int(file.read())
            os.remove(self._path)
        except FileNotFoundError:
            return 0
        return left
