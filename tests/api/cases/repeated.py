# SPDX-License-Identifier: BSD-3-Clause
"""Clients may choose ids, repeat a create, and update only what they have seen."""

from lib.expect import equal

ID = "0a1b2c3d-0000-4000-8000-000000000001"


def run(gateway):
    api = gateway.start()
    first = api.create("networks", id=ID, name="a")
    equal("id", first["id"], ID)
    equal("the same again", api.create("networks", id=ID.upper(), name="a"), first)
    api.refused(409, "POST", "/v2.0/networks", {"network": {"id": ID, "name": "b"}},
                "another network")
    equal("number", len(api.list("networks")), 1)
    gateway_of = {"id": ID, "name": "g", "devices": [
        {"device_name": "local", "interfaces": [{"name": "member1", "segmentation_id": [5, "6"]}]}]}
    made = api.create("l2-gateways", **gateway_of)
    equal("a gateway with devices again", api.create("l2-gateways", **gateway_of), made)
    gateway_of["devices"][0]["interfaces"][0]["segmentation_id"].pop()
    api.refused(409, "POST", "/v2.0/l2-gateways", {"l2_gateway": gateway_of}, "another l2_gateway")
    target = f"/v2.0/networks/{ID}"
    match = {"If-Match": "revision_number=1"}
    equal("update of the first revision",
          api.request("PUT", target, {"network": {"name": "c"}}, match).status, 200)
    api.refused(412, "PUT", target, {"network": {"name": "d"}}, "revision_number is 2", match)
    api.refused(412, "DELETE", target, None, "revision_number is 2", match)
    api.refused(400, "PUT", target, {"network": {}}, "If-Match must be", {"If-Match": "*"})
    api.refused(400, "PUT", target, {"network": {"id": ID}}, "id cannot be changed")
    equal("name", api.show("networks", ID)["name"], "c")
