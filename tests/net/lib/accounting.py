# SPDX-License-Identifier: BSD-3-Clause
"""Nothing vanishes uncounted: the accounts of frames and of buffers."""

import collections
import time

from .errors import Failure, check

_IN = ("rx_packets", "replicated_packets", "originated_packets", "from_linux_packets")
_OUT = ("tx_packets", "consumed_packets", "to_linux_packets")
_SETTLE_S = 3
_READINGS = 400


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


def _residues(gateway):
    """By port, in less dropped and whatever else: what is left to be explained by other ports."""
    return {
        port["name"]: sum(port[name] for name in _IN)
        - sum(port[name] for name in _OUT)
        - port["dropped_packets"]
        for port in gateway.api.list("ports")
    }


def _residues_seen(gateway):
    """How often each port had which residue, in so many readings that one is seen to be the usual."""
    seen = collections.defaultdict(collections.Counter)
    for number in range(_READINGS):
        for name, residue in _residues(gateway).items():
            seen[name][residue] += 1
        often = min(counter.most_common(1)[0][1] for counter in seen.values())
        if number >= _READINGS / 4 and often > number / 2:
            break
    return seen


def prove_balance_of_drained(gateway):
    """The same of a gateway with all its ports down, though frames still come in.

    They are all dropped where they came, so what a port adds to the account stands still, but for
    the readings that meet a worker within a burst. Those are scattered, and the most frequent
    value is the one between bursts: it must be the same twice, and add up over all ports.
    """
    settled = []
    for _ in range(2):
        seen = _residues_seen(gateway)
        for name, counter in seen.items():
            often = counter.most_common(1)[0][1]
            check(
                often > counter.total() / 5,
                f"the account of port {name} does not stand still: {counter.most_common(5)}",
            )
        settled.append({name: counter.most_common(1)[0][0] for name, counter in seen.items()})
    check(
        settled[0] == settled[1],
        f"the accounts of drained ports move: {settled[0]}, then {settled[1]}",
    )
    surplus = sum(settled[0].values())
    check(
        surplus == 0,
        f"the frames of {gateway.site.name} do not add up: {abs(surplus)} more"
        f" {'came than went' if surplus > 0 else 'went than came'}: by port {settled[0]},"
        f" counters {balance(gateway)[2]}",
    )


def prove_buffers_back(gateway):
    """After its ports stopped, the gateway had every packet buffer back."""
    stopped = gateway.log().rpartition("stopping on")[2]
    check(
        "packet buffers are back" in stopped,
        f"{gateway.site.name} did not get all packet buffers back: {stopped[-300:].strip()}",
    )
