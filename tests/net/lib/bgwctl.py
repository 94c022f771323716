# SPDX-License-Identifier: BSD-3-Clause
"""bgwctl for the cases of this suite."""

import os
import sys

from .errors import Failure
from .gateway import BUILD

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import bgwctl_command  # noqa: E402


class Bgwctl(bgwctl_command.Bgwctl):
    def __init__(self, url):
        super().__init__(BUILD, url, Failure)
