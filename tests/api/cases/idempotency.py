# SPDX-License-Identifier: BSD-3-Clause
"""A create with an Idempotency-Key happens once: whoever repeats it is told what was made then."""

from lib.client import singular
from lib.expect import check, equal
from lib.objects import CHANGES, make_all

# What a gateway measures is not part of what was made.
MEASURED = ("status", "status_reason", "mtu", "mac_count")


def post(api, collection, body, key):
    return api.request("POST", f"/v2.0/{collection}", body, {"Idempotency-Key": key})


def lasting(item):
    return {name: value for name, value in item.items() if name not in MEASURED}


def once(api, collection, members, key):
    """Creates, and says what was told."""
    root = singular(collection)
    answer = post(api, collection, {root: members}, key)
    equal(f"status of POST {collection} ({answer.error})", answer.status, 201)
    return answer.json[root]


BODIES = {
    "networks": {"name": "net1"},
    "l2-gateways": {"name": "gw1", "devices": [
        {"device_name": "local",
         "interfaces": [{"name": "member1", "segmentation_id": ["100"]}]}]},
    "l2-gateway-connections": {"l2_gateway_id": "gw1", "network_id": "net1"},
    "l2-remote-gateways": {"name": "rgw1", "ipaddr": "192.0.2.2"},
    "l2-remote-gateway-connections": {"gateway": "gw1", "remote_gateway": "rgw1", "seg_id": 5},
}


def every_collection(api):
    first = {}
    for collection, members in BODIES.items():
        first[collection] = once(api, collection, members, f"key of {collection}")
        equal(f"the repeat in {collection}",
              once(api, collection, members, f"key of {collection}"), first[collection])
        equal(f"number of {collection}", len(api.list(collection)), 1)
    tunnel = first["l2-remote-gateway-connections"]["id"]
    BODIES["l2-remote-macs"] = {"mac": "02:00:00:00:00:01", "rgw_connection": tunnel}
    first["l2-remote-macs"] = once(api, "l2-remote-macs", BODIES["l2-remote-macs"],
                                   "key of l2-remote-macs")
    return first


def repeats(api, first, when):
    for collection, members in BODIES.items():
        equal(f"the repeat in {collection} {when}",
              lasting(once(api, collection, members, f"key of {collection}")),
              lasting(first[collection]))


def bulk(api, connection):
    body = {"l2_remote_macs": [
        {"mac": f"02:00:00:01:{n >> 8:02x}:{n & 255:02x}", "ipaddr": f"10.1.{n >> 8}.{n & 255}",
         "rgw_connection": connection} for n in range(3000)]}
    first = post(api, "l2-remote-macs", body, "many")
    equal("status of a bulk create", first.status, 201)
    second = post(api, "l2-remote-macs", body, "many")
    equal("its repeat", second.text == first.text, True)
    equal("number", len(api.list("l2-remote-macs", "?fields=id")), 3001)
    body["l2_remote_macs"].pop()
    equal("one less with the same key", post(api, "l2-remote-macs", body, "many").status, 409)


def run(gateway):
    api = gateway.start()
    first = every_collection(api)
    # What is refused is not kept: put right, it may be sent with the same key.
    equal("a bad body", post(api, "networks", {"network": {"mtu": 1}}, "retry").status, 400)
    once(api, "networks", {"name": "right"}, "retry")
    for body in ({"network": {"name": "other"}}, {"networks": [{"name": "right"}]}):
        answer = post(api, "networks", body, "retry")
        equal(f"status of {body}", answer.status, 409)
        check("was that of another request" in answer.error, answer.error)
    equal("another collection",
          post(api, "l2-gateways", {"l2_gateway": {"name": "right"}}, "retry").status, 409)
    equal("blanks in the body", api.raw(
        "POST", "/v2.0/networks", '{ "network" :\n{"name":"right"} }',
        {"Idempotency-Key": "retry", "Content-Type": "application/json"}).status, 201)
    equal("number", len(api.list("networks", "?name=right")), 1)
    for key in ("", "x" * 256, "a\tb"):
        api.refused(400, "POST", "/v2.0/networks", {"network": {}}, "Idempotency-Key must be",
                    {"Idempotency-Key": key})
    bulk(api, first["l2-remote-gateway-connections"]["id"])
    for collection, change in CHANGES.items():
        api.update(collection, first[collection]["id"], **change)
    repeats(api, first, "after an update")
    api.close()
    gateway.kill9()
    api = gateway.start()
    repeats(api, first, "after kill -9")
    api.delete("l2-gateways", first["l2-gateways"]["id"], "?cascade=true")
    api.delete("l2-remote-gateways", first["l2-remote-gateways"]["id"])
    api.delete("networks", first["networks"]["id"])
    # The references in the bodies are no longer looked at.
    repeats(api, first, "after a delete")
    equal("what is left of the gateways", len(api.list("l2-gateways")), 0)
    for answer in (api.request("GET", "/v2.0/kept-answers"),
                   api.request("POST", "/v2.0/kept-answers", {"kept_answer": {}})):
        equal("what is kept is not shown", answer.status, 404)
    for name in make_all(api):
        check(len(api.list(name)) >= 1, f"no {name} were made again")
