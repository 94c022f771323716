# SPDX-License-Identifier: BSD-3-Clause
"""What is configured in a namespace, to be compared with what was."""

import json
import re

from .errors import check, wait_until


def configuration(namespace):
    """All that an agent may change in a namespace, as text that is equal when it is the same."""
    wait_until(
        lambda: not _without_own_address(namespace), 5,
        lambda: f"{_without_own_address(namespace)} got no link-local address",
    )  # fmt: skip
    shown = (
        namespace.ip("-o", "address", "show"),
        namespace.ip("route", "show", "table", "all"),
        namespace.ip("-6", "route", "show", "table", "all"),
        namespace.ip("rule", "show"),
        namespace.ip("-6", "rule", "show"),
        namespace.run("nft", "list", "ruleset"),
    )
    return "\n".join("\n".join(sorted(part.splitlines())) for part in shown)


def check_unchanged(namespace, before, sentence):
    """It must be as configuration() said `before`."""
    after = configuration(namespace)
    old, new = set(before.splitlines()), set(after.splitlines())
    check(after == before, f"{sentence}: gone {sorted(old - new)}, new {sorted(new - old)}")


def _without_own_address(namespace):
    """The links with a carrier that Linux has not yet given the link-local address that it gives
    each, in the background; its local route comes last."""
    given = namespace.ip("-6", "route", "show", "table", "local")
    return [
        link["ifname"]
        for link in json.loads(namespace.ip("-j", "link", "show"))
        if {"UP", "LOWER_UP"} <= set(link["flags"])
        and "LOOPBACK" not in link["flags"]
        and namespace.sysctl_read(f"ipv6/conf/{link['ifname']}/disable_ipv6") == "0"
        and not re.search(rf"^local fe80::\S+ dev {re.escape(link['ifname'])} ", given, re.M)
    ]
