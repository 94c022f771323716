# SPDX-License-Identifier: BSD-3-Clause
"""Gateways that negotiate layer 3, each with an agent that only keeps what it is asked for."""

import os
import time

import l3_wanted
from l3_peer import PATH

from .agent import Agent
from .expect import Failure
from .gateway import Gateway, free_port

WAIT_S = 30


class Site:
    """A gateway with a negotiator, and its agent."""

    def __init__(self, gateway, agent=None, host="127.0.0.1", **members):
        self.gateway = gateway
        self.agent = agent or Agent()
        self.port = free_port()
        self.peer = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"
        self.api = None
        self.config = {
            "listen": [self.peer],
            "cidrs": ["10.0.0.0/28"],
            "internal_network": "192.168.1.0/24",
            "interface": "link0",
            "agent": self.agent.where,
            "timeout_s": 5,
            "allowed_peers": [],
            **members,
        }
        gateway.config["l3_negotiator"] = self.config

    @property
    def url(self):
        return f"http{'s' if 'tls' in self.config else ''}://{self.peer}{PATH}"

    def allow(self, *peers):
        self.config["allowed_peers"] += [getattr(peer, "peer", peer) for peer in peers]

    def start(self):
        self.api = self.gateway.start()
        return self.api

    def ask(self, peer, headers=None, **members):
        """start_negotiation; the answer as it is."""
        return self.gateway.client(timeout_s=90).request(
            "POST", "/api/v1/start_negotiation",
            {"remoteAgent": getattr(peer, "url", peer), **members}, headers)

    def negotiations(self):
        return self.gateway.client().list("negotiations")

    def wanted(self):
        return l3_wanted.wanted(self.negotiations())

    def settle(self):
        """Waits until nothing is under way and the agent has what the list shows."""
        def is_settled():
            states = {one["state"] for one in self.negotiations()}
            return states <= {"configured"} and self.agent.all() == self.wanted()

        wait(is_settled, lambda: f"the agent has {self.agent.all()}, and there is "
                                 f"{self.negotiations()}")


def wait(condition, sentence, limit_s=WAIT_S):
    deadline = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > deadline:
            raise Failure(sentence() if callable(sentence) else sentence)
        time.sleep(0.05)


def introduce(a, b):
    """Starts two sites that are each other's peers."""
    a.allow(b)
    b.allow(a)
    a.start()
    b.start()


def second(gateway):
    """Another gateway beside that of the case, which the case must close."""
    directory = os.path.join(gateway.directory, "b")
    os.makedirs(directory)
    other = Gateway(directory, gateway.long)
    other.config["name"] = "site-u"
    return other
