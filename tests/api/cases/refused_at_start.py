# SPDX-License-Identifier: BSD-3-Clause
"""What the configuration no longer allows is kept and reported, and can be put right."""

from lib.expect import check, equal


def run(gateway):
    api = gateway.start()
    devices = [{"device_name": "site-t", "interfaces": [{"name": "member2"}]}]
    lost = api.create("l2-gateways", name="lost", devices=devices)
    net = api.create("networks", segmentation_id=7)
    api.create("l2-gateway-connections", l2_gateway_id=lost["id"], network_id=net["id"])
    remote = api.create("l2-remote-gateways", ipaddr="192.0.2.2")
    tunnel = api.create("l2-remote-gateway-connections", gateway=lost["id"],
                        remote_gateway=remote["id"])
    mac = api.create("l2-remote-macs", mac="02:00:00:00:00:01", rgw_connection=tunnel["id"])
    api.close()
    gateway.stop()
    ports = gateway.config["ports"]
    gateway.config["ports"] = [ports[0], ports[2]]
    api = gateway.start()
    check(f"l2_gateway {lost['id']} is kept but has no effect: devices[0].interfaces[0].name"
          in gateway.log(), "the log does not say what is wrong")
    equal("what is kept", api.show("l2-gateways", lost["id"])["devices"], lost["devices"])
    equal("attachments", api.list("attachments"), [])
    equal("its tunnel", api.show("l2-remote-gateway-connections", tunnel["id"])["status"],
          "ACTIVE")
    equal("the MAC behind it", [item["mac"] for item in api.list("macs")], [mac["mac"]])
    devices[0]["interfaces"][0]["name"] = "member1"
    api.update("l2-gateways", lost["id"], devices=devices)
    equal("put right", [item["id"] for item in api.list("attachments")], ["member1:0"])
    api.delete("l2-gateways", lost["id"], "?cascade=true")
    equal("attachments at the end", api.list("attachments"), [])
