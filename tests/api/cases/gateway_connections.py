# SPDX-License-Identifier: BSD-3-Clause
"""Gateway connections: into which network a gateway's interfaces and tunnels go."""

from lib.expect import equal

COLLECTION = "/v2.0/l2-gateway-connections"


def gateway_on(api, name, *ids):
    interface = {"name": name, **({"segmentation_id": list(ids)} if ids else {})}
    return api.create("l2-gateways", devices=[{"device_name": "local", "interfaces": [interface]}])


def places(api):
    return {item["id"]: item["network_id"] for item in api.list("attachments")}


def body(gateway, network, **more):
    return {"l2_gateway_connection": {"l2_gateway_id": gateway["id"], "network_id": network["id"],
                                      **more}}


def run(gateway):
    api = gateway.start()
    red, blue = (api.create("networks", name=name) for name in ("red", "blue"))
    bare, tagged = gateway_on(api, "member1"), gateway_on(api, "member2", "100", "200")
    equal("private domains", places(api),
          {"member1:0": None, "member2:100": None, "member2:200": None})

    api.refused(400, "POST", COLLECTION, body(tagged, red, segmentation_id="5"),
                "segmentation_id must be absent")
    for wrong in ("a", "-1", "4096", "4095"):
        api.refused(400, "POST", COLLECTION, body(bare, red, segmentation_id=wrong),
                    "segmentation_id must be")
    first = api.create("l2-gateway-connections", l2_gateway_id=bare["id"], network_id=red["id"],
                       segmentation_id="10")
    equal("segmentation id", first["segmentation_id"], "10")
    answer = api.refused(409, "POST", COLLECTION, body(bare, red, segmentation_id="11"), first["id"])
    equal("type", answer.error_type, "L2GatewayConnectionExists")
    api.refused(409, "POST", COLLECTION, body(bare, blue, segmentation_id="10"), "segmentation_id")
    second = api.create("l2-gateway-connections", l2_gateway_id=bare["id"], network_id=blue["id"],
                        segmentation_id="7.8")
    api.create("l2-gateway-connections", l2_gateway_id=tagged["id"], network_id=blue["id"])
    api.refused(409, "POST", COLLECTION, body(tagged, red), "one network only")
    equal("networks of attachments", places(api),
          {"member1:10": red["id"], "member1:7.8": blue["id"],
           "member2:100": blue["id"], "member2:200": blue["id"]})
    answer = api.refused(409, "DELETE", f"/v2.0/l2-gateways/{bare['id']}", None, "connection")
    equal("type", answer.error_type, "L2GatewayInUse")
    devices = [{"device_name": "local", "interfaces": [{"name": "member2",
                                                        "segmentation_id": ["100"]}]}]
    answer = api.refused(409, "PUT", f"/v2.0/l2-gateways/{tagged['id']}",
                         {"l2_gateway": {"devices": devices}}, "in use")
    equal("type", answer.error_type, "L2GatewayInUse")
    devices[0]["interfaces"][0].update({"segmentation_id": ["200", "100"], "admin_state_up": False})
    api.update("l2-gateways", tagged["id"], devices=devices, name="options may change")
    equal("states", [item["status"] for item in api.list("attachments", "?port=member2")],
          ["DOWN", "DOWN"])
    equal("change of the id", api.update("l2-gateway-connections", first["id"],
                                         segmentation_id="0")["segmentation_id"], "0")
    api.update("networks", blue["id"], admin_state_up=False)
    equal("states of a network that is down",
          {item["id"]: item["status"] for item in api.list("attachments", "?port=member1")},
          {"member1:0": "ACTIVE", "member1:7.8": "DOWN"})
    for connection in (first, second):
        api.delete("l2-gateway-connections", connection["id"])
    equal("private again", places(api)["member1:0"], None)
    follow(api)


def follow(api):
    """A tunnel that names no network is where its gateway is."""
    red, blue = (api.create("networks", name=name) for name in ("r", "b"))
    gw = api.create("l2-gateways", name="clouds")
    remote = api.create("l2-remote-gateways", ipaddr="192.0.2.2")
    tunnel = api.create("l2-remote-gateway-connections", gateway=gw["id"],
                        remote_gateway=remote["id"], seg_id=5)
    api.create("l2-remote-macs", mac="02:00:00:00:00:01", rgw_connection=tunnel["id"])
    place = "?mac=02:00:00:00:00:01"
    equal("private", api.list("macs", place)[0]["network_id"], None)
    other = api.create("l2-remote-gateway-connections", gateway=gw["id"], network=red["id"],
                       remote_gateway=remote["id"], seg_id=6)
    api.create("l2-remote-macs", mac="02:00:00:00:00:01", rgw_connection=other["id"])
    api.refused(409, "POST", COLLECTION, body(gw, red), "would come into that network")
    api.create("l2-gateway-connections", l2_gateway_id=gw["id"], network_id=blue["id"])
    equal("followed", sorted(item["network_id"] for item in api.list("macs", place)),
          sorted([red["id"], blue["id"]]))
    api.refused(409, "POST", COLLECTION, body(gw, red), "names no network")
    api.delete("l2-remote-gateway-connections", tunnel["id"], "?cascade=true")
    api.create("l2-gateway-connections", l2_gateway_id=gw["id"], network_id=red["id"])
    api.refused(400, "POST", "/v2.0/l2-remote-gateway-connections",
                {"l2_remote_gateway_connection": {"gateway": gw["id"], "remote": remote["id"],
                                                  "seg_id": 9}}, "network is required")
