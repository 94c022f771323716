# SPDX-License-Identifier: BSD-3-Clause
"""The objects of clients, without what an answer says of the moment."""

COLLECTIONS = (
    "networks",
    "l2-gateways",
    "l2-gateway-connections",
    "l2-remote-gateways",
    "l2-remote-gateway-connections",
    "l2-remote-macs",
)
_RUNTIME = {"status", "status_reason", "mtu", "rx_packets", "rx_bytes", "tx_packets", "tx_bytes",
            "dropped_packets", "too_big_packets", "mac_count"}  # fmt: skip


def lasting(entry):
    """The members that only a client changes."""
    return {name: value for name, value in entry.items() if name not in _RUNTIME}


def objects(gateway):
    """All of them, by collection and id."""
    return {
        (collection, entry["id"]): lasting(entry)
        for collection in COLLECTIONS
        for entry in gateway.api.list(collection)
    }
