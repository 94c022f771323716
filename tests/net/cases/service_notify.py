# SPDX-License-Identifier: BSD-3-Clause
"""A service manager is told when the gateway is ready and when it is stopping."""

import os
import socket

from lib import netns
from lib.errors import check
from lib.gateway import Gateway
from lib.sites import underlay_pair


def run(lab):
    left, _ = underlay_pair(lab)
    netns.veth(left.namespace, "lan0", lab.namespace("members"), "eth0")
    path = lab.path("notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.settimeout(10)
        os.environ["NOTIFY_SOCKET"] = path
        try:
            gateway = Gateway(lab, left)
        finally:
            del os.environ["NOTIFY_SOCKET"]
        check("READY=1" in told(manager), "the service manager was not told READY=1")
        gateway.stop()
        check("STOPPING=1" in told(manager), "the service manager was not told STOPPING=1")


def told(manager):
    """All that was told up to now, at least one message."""
    messages = [manager.recv(4096).decode()]
    manager.setblocking(False)
    try:
        while True:
            messages.append(manager.recv(4096).decode())
    except BlockingIOError:
        manager.settimeout(10)
    return "\n".join(messages).split("\n")
