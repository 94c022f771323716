# SPDX-License-Identifier: BSD-3-Clause
"""The soak with two workers, one of which sends for both on a port with a single queue.

Where there are but two CPUs control shares one with a worker, which must sleep then when idle: the
input gives it no chance to.
"""

from lib.soak import soak

ALONE = True


def run(lab):
    soak(lab, workers=2)
