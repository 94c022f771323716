# SPDX-License-Identifier: BSD-3-Clause
"""Requests may use any of the names that an attribute has had; answers use one."""

from lib.expect import equal


def run(gateway):
    api = gateway.start()
    net = api.create("networks", name="n", segmentation_id="77", tenant_id="t")
    equal("segmentation id", net["provider:segmentation_id"], 77)
    equal("tenant", (net["tenant_id"], net["project_id"]), ("t", "t"))
    gw = api.create("l2-gateways", name="g", devices=[])
    equal("devices", gw["devices"], [])
    connection = api.create("l2-gateway-connections", gateway="g", network="n", seg_id=None)
    equal("gateway", connection["l2_gateway_id"], gw["id"])
    equal("network", connection["network_id"], net["id"])
    equal("segmentation id of a connection", connection["segmentation_id"], "")
    for name in ("ip_addr", "ip", "ipaddr"):
        remote = api.create("l2-remote-gateways", **{name: f"192.0.2.1{len(name)}"})
        equal("ipaddr", remote["ipaddr"], f"192.0.2.1{len(name)}")
    tunnel = api.create("l2-remote-gateway-connections", l2_gateway_id=gw["id"],
                        network_id=net["id"], remote=remote["id"], segmentation_id="456",
                        flood="False")
    equal("names of a tunnel", [tunnel[name] for name in (
        "gateway", "network", "remote_gateway", "seg_id", "flood")],
        [gw["id"], net["id"], remote["id"], 456, False])
    tunnel = api.create("l2-remote-gateway-connections", gateway=gw["id"], network=net["id"],
                        remote_gateway=remote["id"], seg_id=None, flood=None)
    equal("flood by default", tunnel["flood"], True)
    answer = api.request("POST", "/v2.0/l2-remote-macs", {"remote-mac": {
        "mac": "02-00-00-00-00-0A", "ip_addr": "10.0.0.1", "remote_gateway_conn": tunnel["id"]}})
    equal("status with the old root", answer.status, 201)
    mac = answer.json["l2_remote_mac"]
    equal("a MAC", (mac["mac"], mac["ipaddr"], mac["rgw_connection"], mac["uuid"]),
          ("02:00:00:00:00:0a", "10.0.0.1", tunnel["id"], mac["id"]))
    api.create("networks", name="twice")
    api.create("networks", name="twice")
    api.refused(409, "POST", "/v2.0/l2-gateway-connections",
                {"l2_gateway_connection": {"gateway": "g", "network": "twice"}}, "not unique")
    api.refused(400, "POST", "/v2.0/l2-remote-gateways",
                {"l2_remote_gateway": {"ip": "192.0.2.9", "ipaddr": "192.0.2.8"}}, "given twice")
