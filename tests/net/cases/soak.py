# SPDX-License-Identifier: BSD-3-Clause
"""Full rate on an access and two underlay ports while every table churns: 30 s, or 10 minutes.

Not one frame without a counter, not one buffer lost, no drop that nothing explains, and at the end
the API, the store and the workers agree. BGW_SOAK_S in the environment sets another length.
"""

from lib.soak import soak

ALONE = True


def run(lab):
    soak(lab, workers=1)
