# SPDX-License-Identifier: BSD-3-Clause
"""Nothing vanishes uncounted: the accounts of frames and of buffers."""

import time

from .errors import Failure, check

_IN = ("rx_packets", "replicated_packets", "originated_packets", "from_linux_packets")
_OUT = ("tx_packets", "consumed_packets", "to_linux_packets")
_SETTLE_S = 3


def balance(gateway):
    """(frames that came to be, frames that are accounted for, the figures) over all ports."""
    ports = gateway.api.list("ports")
    figures = {name: sum(port[name] for port in ports) for name in _IN + _OUT}
    figures["drops"] = gateway.drops()
    came = sum(figures[name] for name in _IN)
    went = sum(figures[name] for name in _OUT) + sum(figures["drops"].values())
    return came, went, figures


def prove_balance(gateway):
    """In + replicated + originated + from Linux = out + drops + consumed + to Linux.

    It holds when nothing is inside a worker, so a moving gateway is given time to come to rest.
    """
    deadline = time.monotonic() + _SETTLE_S
    while True:
        came, went, figures = balance(gateway)
        if came == went:
            return
        if time.monotonic() > deadline:
            shown = {name: value for name, value in figures.items() if name != "drops"}
            shown["drops"] = {name: count for name, count in figures["drops"].items() if count}
            raise Failure(
                f"the frames of {gateway.site.name} do not add up:"
                f" {came} came and {went} went: {shown}"
            )
        time.sleep(0.1)


def prove_buffers_back(gateway):
    """After its ports stopped, the gateway had every packet buffer back."""
    stopped = gateway.log().rpartition("stopping on")[2]
    check(
        "packet buffers are back" in stopped,
        f"{gateway.site.name} did not get all packet buffers back: {stopped[-300:].strip()}",
    )
