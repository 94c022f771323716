# SPDX-License-Identifier: BSD-3-Clause
"""Certificates for the cases of this suite."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
from certificates import Authority  # noqa: E402, F401
