# SPDX-License-Identifier: BSD-3-Clause
"""What a gateway has, to be compared: nothing may be half done."""

from .bgwctl import Bgwctl
from .expect import Failure, equal

COLLECTIONS = ("networks", "ports", "l2-gateways", "l2-gateway-connections", "l2-remote-gateways",
               "l2-remote-gateway-connections", "l2-remote-macs", "attachments", "workers")
# What goes on by itself, or is another with each start.
PASSING = {"workers": ("cycles_per_packet", "busy_percent", "rounds", "naps"),
           "ports": ("mac_address",)}


class State:
    def __init__(self, gateway, api):
        self.gateway, self.api = gateway, api
        self.lists = self._lists()
        self.verified = self._verify()

    def _lists(self):
        lists = {}
        for name in COLLECTIONS:
            lists[name] = [{member: value for member, value in item.items()
                            if member not in PASSING.get(name, ())}
                           for item in self.api.list(name)]
        # They are in the order in which they were published, which a restart chooses anew.
        lists["attachments"].sort(key=lambda attachment: attachment["id"])
        return lists

    def _verify(self):
        return Bgwctl(self.gateway.unix)("verify")

    def must_be_same(self, when):
        for name, items in self._lists().items():
            if items != self.lists[name]:
                raise Failure(f"{name} {when}: {items}, not {self.lists[name]}")

    def must_verify(self, when):
        equal(f"what bgwctl verify says {when}", self._verify(), self.verified)
