# SPDX-License-Identifier: BSD-3-Clause
"""Two gateways negotiate over TCP: connections are agreed on, and each knows what the other learned."""

from lib.negotiating_macs import prove
from lib.negotiating_tcp import gateways


def run(lab):
    prove(*gateways(lab))
