# SPDX-License-Identifier: BSD-3-Clause
"""A wrong member is refused with a sentence that names it and says what would be right."""

from lib.client import singular
from lib.expect import equal
from lib.objects import NO_SUCH_ID, make_all

# (collection, members beside those of a good one, words of the sentence)
BAD = [
    ("networks", {"nmae": "x"}, "nmae is not a member; members are id"),
    ("networks", {"name": 5}, "name must be a string"),
    ("networks", {"name": "x" * 256}, "at most 255 bytes"),
    ("networks", {"admin_state_up": "perhaps"}, "admin_state_up must be true or false"),
    ("networks", {"mtu": 67}, "mtu must be an integer between 68 and 65535"),
    ("networks", {"mtu": 1.5}, "mtu must be an integer"),
    ("networks", {"mtu": -1}, "mtu must be an integer"),
    ("networks", {"mtu": 1e300}, "mtu must be an integer"),
    ("networks", {"mtu": "0x"}, "mtu must be an integer"),
    ("networks", {"mtu": [1500]}, "mtu must be an integer"),
    ("networks", {"provider:segmentation_id": 16777216}, "provider:segmentation_id must be"),
    ("networks", {"provider:network_type": "token-ring"}, "must be one of \"vxlan\""),
    ("networks", {"id": "1"}, "id must be a UUID"),
    ("networks", {"status": "ACTIVE"}, "status is read-only"),
    ("networks", {"revision_number": 7}, "revision_number is read-only"),
    ("l2-gateways", {"devices": "local"}, "devices must be a list"),
    ("l2-gateways", {"devices": ["local"]}, "devices[0] must be an object"),
    ("l2-gateways", {"devices": [{}]}, "devices[0].device_name is required"),
    ("l2-gateways", {"devices": [{"device_name": ""}]}, "non-empty"),
    ("l2-gateways", {"devices": [{"device_name": "local", "interfaces": "x"}]},
     "devices[0].interfaces must be a list"),
    ("l2-gateways", {"devices": [{"device_name": "local", "interfaces": [{"name": ""}]}]},
     "devices[0].interfaces[0].name must be a non-empty"),
    ("l2-gateways", {"devices": [{"device_name": "local", "interfaces": [
        {"name": "member1", "segmentation_id": ""}]}]}, "segmentation_id must be a list"),
    ("l2-gateways", {"devices": [{"device_name": "local", "interfaces": [
        {"name": "member1", "segmentation_id": "67"}]}]}, "segmentation_id must be a list"),
    ("l2-gateways", {"devices": [{"device_name": "local", "interfaces": [
        {"name": "member1", "segmentation_id": ["4095"]}]}]}, "segmentation_id[0] must be"),
    ("l2-gateways", {"devices": [{"device_name": "local", "interfaces": [
        {"name": "member1", "segmentation_id": ["a"]}]}]}, "segmentation_id[0] must be"),
    ("l2-gateway-connections", {"segmentation_id": "4096"}, "segmentation_id must be"),
    ("l2-gateway-connections", {"segmentation_id": -1}, "segmentation_id must be"),
    ("l2-gateway-connections", {"network_id": ""}, "network_id"),
    ("l2-remote-gateways", {"ipaddr": "10.0.0.256"}, "ipaddr must be an IPv4 or IPv6 address"),
    ("l2-remote-gateways", {"ipaddr": None}, "ipaddr is required"),
    ("l2-remote-gateways", {"encapsulations": ["vxlan", "morse"]}, "encapsulations[1] must be"),
    ("l2-remote-gateways", {"encapsulations": []}, "must not be an empty list"),
    ("l2-remote-gateway-connections", {"seg_id": 16777216}, "seg_id must be an integer between 0"),
    ("l2-remote-gateway-connections", {"seg_id": "a"}, "seg_id must be an integer"),
    ("l2-remote-gateway-connections", {"flood": 3}, "flood must be true or false"),
    ("l2-remote-gateway-connections", {"encapsulation": "geneve"}, "must be one of"),
    ("l2-remote-gateway-connections", {"mtu": 1500}, "mtu is read-only"),
    ("l2-remote-macs", {"mac": "02:00:00:00:00"}, "mac must be a MAC address"),
    ("l2-remote-macs", {"mac": ""}, "mac must be a MAC address"),
    ("l2-remote-macs", {"ipaddr": "fe80::1%eth0"}, "ipaddr must be an IPv4 or IPv6 address"),
]

REFERENCES = [
    ("l2-gateway-connections", "l2_gateway_id", "L2GatewayNotFound"),
    ("l2-gateway-connections", "network_id", "NetworkNotFound"),
    ("l2-remote-gateway-connections", "gateway", "L2GatewayNotFound"),
    ("l2-remote-gateway-connections", "network", "NetworkNotFound"),
    ("l2-remote-gateway-connections", "remote_gateway", "L2RemoteGatewayNotFound"),
    ("l2-remote-macs", "rgw_connection", "L2RemoteGatewayConnectionNotFound"),
]


def good(made):
    """Members of one more object of each collection that would be taken."""
    return {
        "networks": {},
        "l2-gateways": {"name": "another"},
        "l2-gateway-connections": {"l2_gateway_id": made["l2-gateways"]["id"],
                                   "network_id": made["networks"]["id"]},
        "l2-remote-gateways": {"ipaddr": "192.0.2.99"},
        "l2-remote-gateway-connections": {"gateway": made["l2-gateways"]["id"],
                                          "remote_gateway": made["l2-remote-gateways"]["id"],
                                          "seg_id": 99},
        "l2-remote-macs": {"mac": "02:00:00:00:00:bb",
                           "rgw_connection": made["l2-remote-gateway-connections"]["id"]},
    }


def run(gateway):
    api = gateway.start()
    made = make_all(api)
    members = good(made)
    for collection, bad, sentence in BAD:
        body = {singular(collection): {**members[collection], **bad}}
        answer = api.refused(400, "POST", f"/v2.0/{collection}", body, sentence)
        equal("type of the error", answer.error_type, "InvalidInput")
        if "required" not in sentence and "id must" not in sentence:
            api.refused(400, "PUT", f"/v2.0/{collection}/{made[collection]['id']}",
                        {singular(collection): bad})
    for collection, name, kind in REFERENCES:
        for value in (NO_SUCH_ID, "no such name"):
            body = {singular(collection): {**members[collection], name: value}}
            answer = api.refused(404, "POST", f"/v2.0/{collection}", body, f"{name} names no")
            equal("type of the error", answer.error_type, kind)
    for collection, item in made.items():
        equal(f"number of {collection}", len(api.list(collection)), 1)
        equal(f"revision of one of {collection}",
              api.show(collection, item["id"])["revision_number"], 1)
