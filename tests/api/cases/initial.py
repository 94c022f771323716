# SPDX-License-Identifier: BSD-3-Clause
"""`initial` of the configuration is made once, as a whole, when the store is new."""

from lib.expect import equal


def run(gateway):
    gateway.config["initial"] = [
        {"network": {"name": "n"}},
        {"l2_gateway": {"name": "g"}},
        {"l2_gateway_connection": {"gateway": "g", "network": "no such"}},
    ]
    gateway.refuses_to_start("initial[2].l2_gateway_connection: network names no network")
    gateway.config["initial"][2]["l2_gateway_connection"]["network"] = "n"
    api = gateway.start()
    equal("connections", len(api.list("l2-gateway-connections")), 1)
    ports = {port["name"]: port for port in api.list("ports")}
    equal("ports", sorted(ports), ["member1", "member2", "wan0"])
    equal("role", ports["wan0"]["role"], "underlay")
    api.delete("networks", api.list("networks")[0]["id"], "?cascade=true")
    api.update("ports", ports["member1"]["id"], admin_state_up=False)
    api.close()
    gateway.stop()
    del gateway.config["ports"][1]
    api = gateway.start()
    equal("networks after a restart", api.list("networks"), [])
    ports = {port["name"]: port for port in api.list("ports")}
    equal("ports after a restart", sorted(ports), ["member1", "wan0"])
    equal("the state of a port is kept", ports["member1"]["admin_state_up"], False)
