# SPDX-License-Identifier: BSD-3-Clause
"""A listener that reads nothing at all is cut off; one to whom there is nothing to say is not."""

import time

from lib.events import Listener
from lib.expect import check, equal
from lib.objects import make_all

MANY = 6000
TIMEOUT_S = 1


def run(gateway):
    gateway.config["api"]["request_timeout_s"] = TIMEOUT_S
    api = gateway.start()
    made = make_all(api)
    idle = Listener(gateway.socket, "?type=network").opened()
    deaf = Listener(gateway.socket, "?type=l2_remote_mac").opened()
    connection = made["l2-remote-gateway-connections"]["id"]
    for first in range(0, MANY, 1000):
        answer = api.request("POST", "/v2.0/l2-remote-macs", {"l2_remote_macs": [
            {"mac": f"02:00:00:07:{n >> 8:02x}:{n & 255:02x}", "rgw_connection": connection}
            for n in range(first, first + 1000)]})
        equal("status", answer.status, 201)
    api.close()
    time.sleep(TIMEOUT_S * 4)

    seen = 0
    while deaf.next() is not None:
        seen += 1
        check(seen < MANY, "it was not cut off")
    api = gateway.client()
    api.create("networks", name="later")
    equal("what the idle one is told", idle.next()[1]["network"]["name"], "later")
    idle.close()
    deaf.close()
