# SPDX-License-Identifier: BSD-3-Clause
"""Ports, workers and drops: what may be read, and that it adds up."""

import time

from lib.expect import check, equal


def drops_of_port(api, port):
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if api.show("drops", "port_down")["ports"].get(port, 0) > 0:
            return True
        time.sleep(0.05)
    return False


def run(gateway):
    gateway.config["ports"][0]["devargs"] = "net_null0"  # frames without end
    api = gateway.start()
    ports = {port["name"]: port for port in api.list("ports")}
    equal("ports", sorted(ports), ["member1", "member2", "wan0"])
    port = ports["member1"]
    equal("role and state", (port["role"], port["status"]), ("access", "ACTIVE"))
    equal("taken down", api.update("ports", port["id"], admin_state_up=False)["status"], "DOWN")
    for body, sentence in (({"name": "x"}, "name is read-only"), ({"role": "underlay"}, "role"),
                           ({"rx_packets": 0}, "rx_packets is read-only")):
        api.refused(400, "PUT", f"/v2.0/ports/{port['id']}", {"port": body}, sentence)
    api.refused(405, "DELETE", f"/v2.0/ports/{port['id']}", None, "possible are GET, HEAD, PUT")
    api.refused(405, "POST", "/v2.0/ports", {"port": {"name": "x"}}, "possible are GET")
    workers = api.list("workers")
    equal("workers", [worker["id"] for worker in workers], ["0"])
    equal("queues", workers[0]["rx_queues"], ["member1:0", "member2:0", "wan0:0"])
    equal("one worker", api.show("workers", "0")["core"], workers[0]["core"])
    api.refused(404, "GET", "/v2.0/workers/9", None, "9")
    drops = {drop["reason"]: drop for drop in api.list("drops")}
    for reason in ("port_down", "no_attachment", "split_horizon", "unknown_remote", "too_big"):
        check(drops[reason]["help"], f"{reason} is not explained")
    check(drops_of_port(api, "member1"), "a port that is down drops nothing")
    equal("one reason", api.show("drops", "too_big")["packets"], 0)
    for collection in ("workers", "drops", "attachments", "neighbours", "negotiation-sessions"):
        api.refused(405, "DELETE", f"/v2.0/{collection}", None, "possible are GET, HEAD")
    neighbours = api.list("neighbours")
    equal("a static next hop", [(item["ip"], item["state"]) for item in neighbours],
          [("192.0.2.2", "static")])
