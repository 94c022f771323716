# SPDX-License-Identifier: BSD-3-Clause
"""What others refer to is not deleted, unless they go with it."""

from lib.expect import equal
from lib.objects import make_all

USED = {
    "networks": ("NetworkInUse", "l2_gateway_connection"),
    "l2-gateways": ("L2GatewayInUse", "connection"),
    "l2-remote-gateways": ("L2RemoteGatewayInUse", "l2_remote_gateway_connection"),
    "l2-remote-gateway-connections": ("L2RemoteGatewayConnectionInUse", "l2_remote_mac"),
}


def run(gateway):
    api = gateway.start()
    made = make_all(api)
    for collection, (kind, user) in USED.items():
        answer = api.refused(409, "DELETE", f"/v2.0/{collection}/{made[collection]['id']}",
                             sentence=user)
        equal("type of the error", answer.error_type, kind)
    api.delete("l2-remote-gateways", made["l2-remote-gateways"]["id"], "?cascade=true")
    for collection, left in (("l2-remote-gateways", 0), ("l2-remote-gateway-connections", 0),
                             ("l2-remote-macs", 0), ("l2-gateways", 1), ("networks", 1)):
        equal(f"what is left of {collection}", len(api.list(collection)), left)
    api.delete("l2-gateways", made["l2-gateways"]["id"], "?cascade=1")
    api.delete("networks", made["networks"]["id"])
    api.refused(400, "DELETE", f"/v2.0/networks/{made['networks']['id']}?cascade=maybe",
                sentence="cascade must be true or false")
