# SPDX-License-Identifier: BSD-3-Clause
"""Gateways that negotiate with each other over UDP, and the wire between them."""

import heapq
import os
import random
import select
import threading
import time

from . import netns
from .errors import check, wait_until
from .frames import open_raw, receive
from .gateway import Gateway
from .sites import UNDERLAY_MTU, Site

PORT = 9698
_UDP_DESTINATION = 36  # in an untagged IPv4 frame without options


def is_datagram(frame):
    """Whether the frame is a datagram of a negotiation."""
    return (
        frame[12:14] == b"\x08\x00"
        and frame[23] == 17
        and int.from_bytes(frame[_UDP_DESTINATION : _UDP_DESTINATION + 2], "big") == PORT
    )


def secret(lab, name, content="correct horse battery staple"):
    """A file for `secrets` of the configuration."""
    path = lab.path(f"{name}.secret")
    with open(path, "w", encoding="ascii", opener=lambda p, f: os.open(p, f, 0o600)) as file:
        file.write(content + "\n")
    return path


class Wire:
    """A cable between two interfaces of `namespace` that loses, repeats and delays datagrams.

    Everything else passes as it is. What passes by is kept in `seen`.
    """

    def __init__(self, lab, namespace, devs):
        self.loss = self.repeat = 0.0
        self.delay_s = (0.0, 0.0)
        self.seen = []
        self.datagrams = self.lost = self.repeated = self.overtaken = 0
        self._random = random.Random(1)
        self._raws = [open_raw(namespace, dev) for dev in devs]
        self._flying = []
        self._number = 0
        self._ending = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        lab.defer(self.close)

    def _fly(self, to, frame):
        if self._random.random() < self.loss:
            self.lost += 1
            return
        due = time.monotonic() + self._random.uniform(*self.delay_s)
        self.overtaken += any(due < other[0] and other[2] == to for other in self._flying)
        self._number += 1
        heapq.heappush(self._flying, (due, self._number, to, frame))

    def _take(self, at):
        frame, went_out = receive(self._raws[at])
        if went_out:
            return
        if not is_datagram(frame):
            self._raws[1 - at].send(frame)
            return
        self.datagrams += 1
        self.seen.append(frame)
        self._fly(1 - at, frame)
        if self._random.random() < self.repeat:
            self.repeated += 1
            self._fly(1 - at, frame)

    def _run(self):
        while not self._ending:
            wait = 0.1
            if self._flying:
                wait = max(0.0, self._flying[0][0] - time.monotonic())
            ready = select.select(self._raws, [], [], min(wait, 0.1))[0]
            for raw in ready:
                try:
                    self._take(self._raws.index(raw))
                except OSError:
                    time.sleep(0.01)
            while self._flying and self._flying[0][0] <= time.monotonic():
                _, _, to, frame = heapq.heappop(self._flying)
                try:
                    self._raws[to].send(frame)
                except OSError:
                    continue

    def close(self):
        if not self._ending:
            self._ending = True
            self._thread.join(2)
            for raw in self._raws:
                raw.close()


class NegotiatingPair:
    """Two gateways with a wire between them that a case may spoil."""

    def __init__(self, lab, interval_ms=100, multiplier=20, secrets=None, **config):
        """On a busy machine one is silent for a while and not gone: by default for up to 2 s."""
        self.lab = lab
        self.core = lab.namespace("core")
        self.sites = [Site("left", 1, lab.namespace("left")), Site("right", 2, lab.namespace("right"))]
        for site in self.sites:
            netns.veth(self.core, f"to-{site.name}", site.namespace, site.dev, mtu=UNDERLAY_MTU)
            self.core.quiet(f"to-{site.name}")
            self.core.ip("link", "set", f"to-{site.name}", "promisc", "on")
            site.address()
        self.wire = Wire(lab, self.core, [f"to-{site.name}" for site in self.sites])
        self.hosts = [
            lab.host(f"host-{site.name}", site.number, site.namespace, "lan0") for site in self.sites
        ]
        files = secrets or [secret(lab, "shared")] * 2
        self.gateways = [
            Gateway(lab, site, secrets={"far": file}, **config)
            for site, file in zip(self.sites, files)
        ]
        self.remotes = []
        self.connections = []
        for gateway, far in zip(self.gateways, reversed(self.sites)):
            self.remotes.append(
                gateway.api.create(
                    "l2-remote-gateways",
                    name=far.name,
                    ipaddr=far.ip4,
                    negotiation={
                        "enabled": True,
                        "secret": "far",
                        "interval_ms": interval_ms,
                        "multiplier": multiplier,
                    },
                )
            )
            network = gateway.network()
            members = gateway.attach(network)
            self.connections.append(
                gateway.api.create(
                    "l2-remote-gateway-connections",
                    gateway=members["id"],
                    network=network["id"],
                    remote_gateway=self.remotes[-1]["id"],
                    seg_id=77,
                )
            )

    def session(self, end):
        """What that gateway shows of its session."""
        sessions = self.gateways[end].api.list("negotiation-sessions")
        check(len(sessions) == 1, f"there are {len(sessions)} sessions, not 1")
        return sessions[0]

    def wait(self, end, liveness, timeout_s=15):
        wait_until(
            lambda: self.session(end)["liveness"] == liveness,
            timeout_s,
            lambda: f"the session of {self.sites[end].name} is not {liveness} but"
            f" {self.session(end)}",
        )
        return self.session(end)

    def wait_up(self):
        return [self.wait(end, "up") for end in (0, 1)]
