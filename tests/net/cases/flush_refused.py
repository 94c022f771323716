# SPDX-License-Identifier: BSD-3-Clause
"""A flush forgets MACs; one that is answered with an error, as its batch was not stored, does not."""

import http.client
import os
import signal
import socket

from scapy.layers.l2 import Ether

from lib.errors import check, wait_until
from lib.frames import send
from lib.gateway import Gateway
from lib.sites import underlay_pair

TRIES = 20
STATUS_REFUSED = 503


def run(lab):
    left, _ = underlay_pair(lab)
    host = lab.host("host", 1, left.namespace, "lan0")
    gateway = Gateway(lab, left)
    gateway.attach(gateway.network())
    learned(gateway, host)
    equal(one_flush(gateway), 204)
    check(not gateway.macs(), "a flush forgets nothing")

    store = gateway.config["store"]["path"]
    os.rename(store, store + ".away")
    # Only one that is in the batch of the other request is refused.
    statuses = []
    while STATUS_REFUSED not in statuses:
        check(len(statuses) < TRIES, f"two requests are never in a batch: {statuses}")
        learned(gateway, host)
        statuses.append(flush_beside_a_create(gateway))
        there = bool(gateway.macs())
        check(there == (statuses[-1] == STATUS_REFUSED),
              f"a flush was answered {statuses[-1]}, and the MAC is {'' if there else 'not '}there")
    os.rename(store + ".away", store)
    equal(one_flush(gateway), 204)


def equal(status, wanted):
    check(status == wanted, f"a flush was answered {status}, not {wanted}")


def learned(gateway, host):
    frame = Ether(src=host.mac, dst="ff:ff:ff:ff:ff:ff", type=0x88B5) / (b"here" * 15)
    wait_until(lambda: send(host.namespace, host.dev, frame) or gateway.macs(), 5,
               "the host is not learned", interval_s=0.1)


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(10)
        self.sock.connect(path)


def one_flush(gateway):
    connection = Connection(gateway.api.url.removeprefix("unix:"))
    connection.request("DELETE", "/v2.0/macs?port=lan0")
    status = connection.getresponse().status
    connection.close()
    return status


def flush_beside_a_create(gateway):
    """Both are there when the gateway looks again. Returns the status of the flush."""
    path = gateway.api.url.removeprefix("unix:")
    first, second = Connection(path), Connection(path)
    gateway.signal(signal.SIGSTOP)
    first.request("POST", "/v2.0/networks", '{"network": {}}', {"Content-Type": "application/json"})
    second.request("DELETE", "/v2.0/macs?port=lan0")
    gateway.signal(signal.SIGCONT)
    check(first.getresponse().status == STATUS_REFUSED, "a create was stored in a store that is gone")
    status = second.getresponse().status
    first.close()
    second.close()
    return status
