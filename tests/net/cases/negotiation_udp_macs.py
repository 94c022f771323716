# SPDX-License-Identifier: BSD-3-Clause
"""Two gateways negotiate over UDP, and by gRPC with mutual TLS: connections are agreed on, and each
knows what the other learned, while heartbeats go on."""

from lib.errors import check, wait_until
from lib.negotiating_grpc import gateways
from lib.negotiating_macs import prove
from lib.negotiating_tcp import session


def run(lab):
    sites, hosts, made = gateways(lab)
    prove(sites, hosts, made)
    for gateway in made:
        shown = session(gateway)
        check(shown["transport"] == "udp", f"it is {shown}")
        check(shown["protocols"] == ["heartbeat", "resync", "tunnel", "mac-sync"],
              f"the peer may initiate {shown['protocols']}")
        check(shown["mac_syncs"] > 0, f"nothing was told: {shown}")
        wait_until(lambda: session(gateway)["heartbeats"] > shown["heartbeats"] + 3, 20,
                   lambda: f"heartbeats starve: {session(gateway)}")
