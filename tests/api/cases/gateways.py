# SPDX-License-Identifier: BSD-3-Clause
"""Gateways: which devices, interfaces and VLAN ids are accepted, and what they become."""

from lib.expect import equal

IDS = "devices[0].interfaces[0].segmentation_id"


def interfaces(*items):
    return [{"device_name": "local", "interfaces": list(items)}]


def on(name, *ids, **more):
    return {"name": name, **({"segmentation_id": list(ids)} if ids else {}), **more}


def attached(api):
    return sorted(item["id"] for item in api.list("attachments"))


# (devices, status, type, words of the sentence)
REFUSED = [
    ([{"device_name": "sw1"}], 404, "L2GatewayDeviceNotFound",
     "devices[0].device_name: there is no device \"sw1\""),
    (interfaces(on("eth9")), 404, "L2GatewayInterfaceNotFound",
     "devices[0].interfaces[0].name: this gateway has no port \"eth9\""),
    (interfaces(on("wan0")), 400, "InvalidInput", "port \"wan0\" is an underlay port"),
    (interfaces(on("member1", "5"), on("member2")), 409, "L2GatewaySegmentationRequired",
     "devices[0].interfaces[1].segmentation_id is required"),
    (interfaces(on("member1", "5", "6", "5")), 409, "L2GatewayDuplicateSegmentationID",
     "segmentation_id 5 of port member1 is given twice"),
    (interfaces(on("member1"), on("member1")), 409, "L2GatewayDuplicateSegmentationID",
     "segmentation_id 0 of port member1 is given twice"),
    (interfaces(on("member1", kind="port"), on("member1", "7")), 409,
     "L2GatewayDuplicateSegmentationID", "takes all frames of port member1"),
    (interfaces(on("member1", "7", kind="port")), 400, "InvalidInput",
     f"{IDS} must be empty with kind \"port\""),
    (interfaces(on("member1", kind="vlan")), 400, "InvalidInput",
     f"{IDS} is required with kind \"vlan\""),
    (interfaces(on("member1", "7.8", kind="vlan")), 400, "InvalidInput",
     f"{IDS}[0] \"7.8\" is of kind \"qinq\""),
    (interfaces(on("member1", "0", kind="qinq")), 400, "InvalidInput", "is of kind \"untagged\""),
    (interfaces(on("member1", "7", pcp=8)), 400, "InvalidInput", "pcp must be an integer"),
    (interfaces(on("member1", "7", l2_control="bridge")), 400, "InvalidInput", "l2_control must"),
    (interfaces(on("member1", "7", source_macs=["x"])), 400, "InvalidInput", "source_macs[0]"),
    (interfaces(on("member1", "7", ethertypes=[5])), 400, "InvalidInput", "ethertypes[0] must be"),
    (interfaces(on("member1", "7", storm=5)), 400, "InvalidInput", "storm is not a member"),
]


def run(gateway):
    gateway.config["tables"].update({"attachments": 300, "gateways": 10})
    api = gateway.start()
    for devices, status, kind, sentence in REFUSED:
        answer = api.refused(status, "POST", "/v2.0/l2-gateways",
                             {"l2_gateway": {"devices": devices}}, sentence)
        equal(f"type of the error of {devices}", answer.error_type, kind)
    equal("what is left of those", (api.list("l2-gateways"), attached(api)), ([], []))

    for devices in ([], [{"device_name": "local"}], [{"device_name": "site-t", "interfaces": []}]):
        gw = api.create("l2-gateways", devices=devices)
        api.delete("l2-gateways", gw["id"])

    gw = api.create("l2-gateways", name="g", devices=interfaces(
        on("member1", "0", "100", "7.8", "7.9"), on("member2", kind="port")))
    equal("attachments", attached(api),
          ["member1:0", "member1:100", "member1:7.8", "member1:7.9", "member2:port"])
    for devices in (interfaces(on("member1", "100")), interfaces(on("member1")),
                    interfaces(on("member2", "5")), interfaces(on("member1", kind="port"))):
        answer = api.refused(409, "POST", "/v2.0/l2-gateways",
                             {"l2_gateway": {"devices": devices}}, gw["id"])
        equal("type", answer.error_type, "L2GatewayDuplicateSegmentationID")
    other = api.create("l2-gateways", devices=interfaces(on("member1", "101")))
    api.refused(409, "PUT", f"/v2.0/l2-gateways/{gw['id']}",
                {"l2_gateway": {"devices": interfaces(on("member1", "101"))}}, other["id"])
    api.update("l2-gateways", gw["id"], devices=interfaces(on("member1", "100", "102")))
    equal("attachments after the update", attached(api),
          ["member1:100", "member1:101", "member1:102"])
    api.update("l2-gateways", gw["id"], admin_state_up=False)
    equal("states", {item["id"]: item["status"] for item in api.list("attachments")},
          {"member1:100": "DOWN", "member1:101": "ACTIVE", "member1:102": "DOWN"})
    api.refused(409, "POST", "/v2.0/l2-gateways", {"l2_gateway": {"devices": interfaces(
        on("member2", *(str(vid) for vid in range(1, 299))))}}, "there may be 300")
    api.create("l2-gateways", devices=interfaces(
        on("member2", *(str(vid) for vid in range(1, 298)))))
    equal("number of attachments", len(attached(api)), 300)

    # What one lets go of another may have, in one transaction and at full tables.
    answer = api.request("DELETE", f"/v2.0/l2-gateways/{gw['id']}")
    equal("status of the delete", answer.status, 204)
    again = api.create("l2-gateways", devices=interfaces(on("member1", "100", "102")))
    equal("attachments again", len(attached(api)), 300)
    api.close()
    gateway.kill9()
    api = gateway.start()
    equal("attachments after kill -9", len(attached(api)), 300)
    for item in api.list("l2-gateways"):
        api.delete("l2-gateways", item["id"])
    equal("attachments at the end", attached(api), [])
    equal("none is left", again["id"] in [g["id"] for g in api.list("l2-gateways")], False)
    many = [{"name": f"g{n}"} for n in range(11)]
    api.refused(409, "POST", "/v2.0/l2-gateways", {"l2_gateways": many}, "tables.gateways")
