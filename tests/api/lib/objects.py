# SPDX-License-Identifier: BSD-3-Clause
"""One object of every collection, each referring to those before it."""

NO_SUCH_ID = "00000000-0000-4000-8000-00000000dead"


def make_all(api):
    """Returns {collection: object}, in an order in which they may be created."""
    made = {}
    made["networks"] = api.create("networks", name="net1", segmentation_id=700)
    made["l2-gateways"] = api.create(
        "l2-gateways", name="gw1",
        devices=[{"device_name": "local",
                  "interfaces": [{"name": "member1", "segmentation_id": ["100"]}]}])
    made["l2-gateway-connections"] = api.create(
        "l2-gateway-connections", l2_gateway_id=made["l2-gateways"]["id"],
        network_id=made["networks"]["id"])
    made["l2-remote-gateways"] = api.create("l2-remote-gateways", name="rgw1", ipaddr="192.0.2.2")
    made["l2-remote-gateway-connections"] = api.create(
        "l2-remote-gateway-connections", gateway=made["l2-gateways"]["id"],
        remote_gateway=made["l2-remote-gateways"]["id"])
    made["l2-remote-macs"] = api.create(
        "l2-remote-macs", mac="02:00:00:00:00:aa", ipaddr="10.0.0.9",
        rgw_connection=made["l2-remote-gateway-connections"]["id"])
    return made


# A change for each collection: what is sent and what is then shown.
CHANGES = {
    "networks": {"name": "net2"},
    "l2-gateways": {"name": "gw2"},
    "l2-gateway-connections": {"admin_state_up": False},
    "l2-remote-gateways": {"ipaddr": "192.0.2.3"},
    "l2-remote-gateway-connections": {"seg_id": 4711, "flood": False},
    "l2-remote-macs": {"ipaddr": "10.0.0.10"},
}
