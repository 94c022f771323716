# SPDX-License-Identifier: BSD-3-Clause
"""Members that are right by themselves and wrong beside others, or beside what there is, are refused
with the right 4xx, by a create and by an update; and nothing is half done."""

import json

from lib.client import singular
from lib.expect import Failure
from lib.objects import make_all
from lib.state import State

INVALID, CONFLICT = (400, "InvalidInput"), (409, "Conflict")
TAKEN = (409, "L2GatewayDuplicateSegmentationID")


def interface(name="member2", **members):
    return {"devices": [{"device_name": "local", "interfaces": [{"name": name, **members}]}]}


HERE = "devices[0].interfaces[0]"

# (members, (status, type), beginning of the sentence); "@NAME" stands for the id of one that was made
BOTH = {
    "l2-gateways": [
        (interface("member1", segmentation_id=["100"]), TAKEN, "devices: l2_gateway "),
        (interface("member1", segmentation_id=["200", "100"]), TAKEN, "devices: l2_gateway "),
        (interface("member1", kind="port"), TAKEN, "devices: l2_gateway "),
        (interface(segmentation_id=["7", 7]), TAKEN, "devices: segmentation_id 7 of port member2"),
        (interface(segmentation_id=["7.8", "9", "7.8"]), TAKEN, "devices: segmentation_id 7.8 of"),
        ({"devices": [{"device_name": "site-u"}]}, (404, "L2GatewayDeviceNotFound"),
         'devices[0].device_name: there is no device "site-u"; it must be "local" or "site-t"'),
        (interface("member3"), (404, "L2GatewayInterfaceNotFound"),
         f'{HERE}.name: this gateway has no port "member3"'),
        (interface("wan0"), INVALID, f'{HERE}.name: port "wan0" is an underlay port'),
        (interface(kind="vlan"), INVALID, f"{HERE}.segmentation_id is required with kind"),
        (interface(kind="qinq"), INVALID, f"{HERE}.segmentation_id is required with kind"),
        (interface(kind="port", segmentation_id=["7"]), INVALID,
         f"{HERE}.segmentation_id must be empty with kind"),
        (interface(kind="vlan", segmentation_id=["7.8"]), INVALID,
         f'{HERE}.segmentation_id[0] "7.8" is of kind "qinq"'),
        (interface(kind="qinq", segmentation_id=["7.8", "7"]), INVALID,
         f'{HERE}.segmentation_id[1] "7" is of kind "vlan"'),
        (interface(kind="untagged", segmentation_id=["7"]), INVALID,
         f'{HERE}.segmentation_id[0] "7" is of kind "vlan"'),
        ({"devices": [{"device_name": "local", "interfaces": [
            {"name": "member2", "segmentation_id": ["7"]}, {"name": "member1"}]}]},
         (409, "L2GatewaySegmentationRequired"), "devices[0].interfaces[1].segmentation_id is req"),
        ({"devices": [{"device_name": "local", "interfaces": [
            {"name": "member2", "kind": "port"},
            {"name": "member2", "segmentation_id": ["7"]}]}]}, TAKEN, "devices: an interface of kind"),
    ],
    "l2-remote-gateways": [
        ({"ipaddr": "192.0.2.2"}, (409, "L2RemoteGatewayExists"), "ipaddr: l2_remote_gateway "),
        ({"ipaddr": "192.0.2.1"}, INVALID, "ipaddr 192.0.2.1 is this gateway's own address"),
        ({"ipaddr": "192.0.2.3", "encapsulations": ["vxlan", "vxlan"]}, INVALID,
         'encapsulations[1] "vxlan" is given twice'),
        ({"ipaddr": "192.0.2.3", "encapsulations": ["gre", "nvgre"]}, CONFLICT,
         'encapsulations may have "gre" or "nvgre", not both'),
    ],
    "l2-remote-gateway-connections": [
        ({"remote_gateway": "@rgw", "seg_id": 700}, (409, "L2RemoteGatewayConnectionExists"),
         "seg_id: connection "),
        ({"remote": "@rgw", "segmentation_id": "0x2bc"}, (409, "L2RemoteGatewayConnectionExists"),
         "seg_id: connection "),
        ({"remote_gateway": "@rgw", "encapsulation": "vxlan", "gre_key": "none"}, INVALID,
         'gre_key "none" is for encapsulation "gre", not "vxlan"'),
        ({"remote_gateway": "@rgw", "encapsulation": "nvgre", "seg_id": 4095}, INVALID,
         'seg_id must be between 4096 and 16777214 with encapsulation "nvgre"'),
        ({"remote_gateway": "@rgw", "encapsulation": "nvgre", "seg_id": 16777215}, INVALID,
         'seg_id must be between 4096 and 16777214 with encapsulation "nvgre"'),
        ({"remote_gateway": "@far", "encapsulation": "nvgre", "seg_id": 5000}, CONFLICT,
         'encapsulation: the remote gateway uses "gre" or "nvgre", not both'),
        ({"remote_gateway": "@far", "encapsulation": "gre", "gre_key": "none"},
         (409, "L2RemoteGatewayConnectionExists"), "gre_key: connection "),
    ],
    "l2-remote-macs": [
        ({"ipaddr": "10.0.0.9"}, (409, "L2RemoteMacExists"), "ipaddr 10.0.0.9 is that of "),
    ],
}
CREATES = [
    ("l2-gateway-connections", {"l2_gateway_id": "@gw", "network_id": "@net"},
     (409, "L2GatewayConnectionExists"), "network_id: "),
    ("l2-gateway-connections", {"gateway": "@gw", "network": "@other net"},
     (409, "L2GatewayConnectionExists"), "network_id: "),
    ("l2-gateway-connections", {"gateway": "@gw", "network": "@other net", "segmentation_id": "5"},
     (409, "L2GatewayConnectionExists"), "network_id: "),
    ("l2-gateway-connections", {"gateway": "@tagged", "network": "@net", "segmentation_id": "5"},
     INVALID, "segmentation_id must be absent"),
    ("l2-remote-gateway-connections", {"gateway": "@empty", "remote_gateway": "@rgw"}, INVALID,
     "seg_id is required: the gateway is in no network"),
    ("l2-remote-gateway-connections",
     {"gateway": "@empty", "network": "@other net", "remote_gateway": "@rgw"}, INVALID,
     "seg_id is required: the network has no provider:segmentation_id"),
    ("l2-remote-gateway-connections", {"gateway": "@both", "remote_gateway": "@rgw", "seg_id": 9},
     INVALID, "network is required: the gateway is in several networks"),
    ("l2-remote-macs", {"mac": "02:00:00:00:00:aa", "ipaddr": "10.0.0.9", "rgw_connection": "@tunnel"},
     (409, "L2RemoteMacExists"), "mac: l2_remote_mac "),
    ("l2-remote-macs", {"mac": "02:00:00:00:00:aa", "rgw_connection": "@tunnel"},
     (409, "L2RemoteMacExists"), "mac: l2_remote_mac "),
    ("l2-remote-macs", {"mac": "02:00:00:00:00:aa", "ipaddr": "10.0.0.8", "rgw_connection": "@second"},
     (409, "L2RemoteMacExists"), "mac: l2_remote_mac "),
]
# What a create of one needs beside the members of BOTH.
BESIDE = {"l2-gateways": {}, "l2-remote-gateways": {},
          "l2-remote-gateway-connections": {"gateway": "@gw"},
          "l2-remote-macs": {"mac": "02:00:00:00:00:cc", "rgw_connection": "@tunnel"}}
# Which one is updated with them.
UPDATED = {"l2-gateways": "@empty", "l2-remote-gateways": "@third",
           "l2-remote-gateway-connections": "@second", "l2-remote-macs": "@other mac"}


def make(api):
    """{"@NAME": id}"""
    made = make_all(api)
    one = {"@gw": made["l2-gateways"], "@net": made["networks"], "@rgw": made["l2-remote-gateways"],
           "@tunnel": made["l2-remote-gateway-connections"], "@mac": made["l2-remote-macs"]}
    one["@other net"] = api.create("networks", name="other")
    one["@empty"] = api.create("l2-gateways", name="empty")
    one["@tagged"] = api.create("l2-gateways", name="tagged",
                                **interface("member2", segmentation_id=["300"]))
    one["@both"] = api.create("l2-gateways", name="both")
    for network in ("@net", "@other net"):
        api.create("l2-gateway-connections", gateway=one["@both"]["id"],
                   network=one[network]["id"])
    one["@far"] = api.create("l2-remote-gateways", ipaddr="192.0.2.4", encapsulations=["gre"])
    one["@third"] = api.create("l2-remote-gateways", ipaddr="192.0.2.5")
    gateway, remote = one["@gw"]["id"], one["@rgw"]["id"]
    api.create("l2-remote-gateway-connections", gateway=gateway, remote_gateway=one["@far"]["id"],
               gre_key="none")
    one["@second"] = api.create("l2-remote-gateway-connections", gateway=gateway,
                                remote_gateway=remote, seg_id=701)
    one["@other mac"] = api.create("l2-remote-macs", mac="02:00:00:00:00:ab", ip="10.0.0.10",
                                   rgw_connection=one["@tunnel"]["id"])
    return {name: item["id"] for name, item in one.items()}


def refused(api, made, method, target, members, wanted, sentence):
    text = json.dumps(members)
    for name, identifier in made.items():
        text = text.replace(f'"{name}"', f'"{identifier}"')
    collection = target.split("/")[2]
    answer = api.request(method, target, {singular(collection): json.loads(text)})
    if (answer.status, answer.error_type) != wanted or not answer.error.startswith(sentence):
        raise Failure(f"{method} {target} {text} was answered {answer.status} {answer.error_type}"
                      f" {answer.error!r}, not {wanted} {sentence!r}")


def identifiers(api, made):
    """An id is that of one object, whatever its members."""
    for collection, members in (("networks", {"name": "x"}), ("l2-gateways", {"name": "x"}),
                                ("l2-remote-gateways", {"ipaddr": "192.0.2.9"})):
        taken = api.list(collection)[0]["id"]
        refused(api, made, "POST", f"/v2.0/{collection}", {"id": taken, **members}, CONFLICT,
                f"id {taken} is that of another ")


def run(gateway):
    api = gateway.start()
    made = make(api)
    state = State(gateway, api)
    for collection, rows in BOTH.items():
        for members, wanted, sentence in rows:
            refused(api, made, "POST", f"/v2.0/{collection}", {**BESIDE[collection], **members},
                    wanted, sentence)
            refused(api, made, "PUT", f"/v2.0/{collection}/{made[UPDATED[collection]]}", members,
                    wanted, sentence)
            state.must_be_same(f"after {members}")
    for collection, members, wanted, sentence in CREATES:
        refused(api, made, "POST", f"/v2.0/{collection}", members, wanted, sentence)
        state.must_be_same(f"after {members}")
    # Which attachments there are is fixed while a connection stands on them.
    refused(api, made, "PUT", f"/v2.0/l2-gateways/{made['@gw']}", {"devices": []},
            (409, "L2GatewayInUse"), "devices: l2_gateway ")
    identifiers(api, made)
    state.must_be_same("at the end")
    state.must_verify("at the end")
    api.close()
    gateway.kill9()
    state.api = gateway.start()
    state.must_be_same("after kill -9")
