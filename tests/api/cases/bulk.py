# SPDX-License-Identifier: BSD-3-Clause
"""A bulk create is one transaction: all or nothing."""

from lib.expect import check, equal
from lib.objects import NO_SUCH_ID, make_all


def bodies(made, n):
    """The n-th object of each collection; what refers, refers to the n-th made before."""
    return {
        "networks": {"name": f"n{n}"},
        "l2-gateways": {"name": f"g{n}"},
        "l2-gateway-connections": {"l2_gateway_id": made.get(("l2-gateways", n)),
                                   "network_id": made.get(("networks", n))},
        "l2-remote-gateways": {"ipaddr": f"192.0.2.{n + 10}"},
        "l2-remote-gateway-connections": {"gateway": made.get(("l2-gateways", n)),
                                          "remote_gateway": made.get(("l2-remote-gateways", n)),
                                          "seg_id": n},
        "l2-remote-macs": {"mac": f"02:00:00:00:00:{n:02x}",
                           "rgw_connection": made.get(("l2-remote-gateway-connections", n))},
    }


def every_collection(api):
    """Many of each kind at once, or none of them."""
    made = {}
    for collection in bodies(made, 0):
        root = collection.replace("-", "_")
        wanted = [bodies(made, n)[collection] for n in range(40)]
        api.refused(400, "POST", f"/v2.0/{collection}", {root: wanted + [{"no_member": 1}]},
                    f"{root}[40]: no_member is not a member")
        equal(f"{collection} after a refusal", api.list(collection), [])
        api.refused(400, "POST", f"/v2.0/{collection}", {root: []}, "at least one")
        answer = api.request("POST", f"/v2.0/{collection}", {root: wanted})
        equal(f"status of {collection} ({answer.error})", answer.status, 201)
        made.update({(collection, n): item["id"] for n, item in enumerate(answer.json[root])})
        equal(f"order of {collection}", [item["id"] for item in api.list(collection)],
              [made[collection, n] for n in range(40)])
    for n in range(40):
        api.delete("l2-remote-gateways", made["l2-remote-gateways", n], "?cascade=true")
        api.delete("l2-gateways", made["l2-gateways", n], "?cascade=true")
        api.delete("networks", made["networks", n])


def references(api, connection, macs):
    """They are names or ids, in long lists and short ones, and exist."""
    for count in (3, 5000):
        api.refused(404, "POST", "/v2.0/l2-remote-macs",
                    {"l2_remote_macs": macs(8000, count) + macs(20000, 1, rgw_connection=NO_SUCH_ID)},
                    f"l2_remote_macs[{count}]: rgw_connection names no l2_remote_gateway_connection")
        networks = [{"name": f"named {n}"} for n in range(count // 20 + 1)]
        answer = api.request("POST", "/v2.0/networks", {"networks": networks})
        equal("status of networks", answer.status, 201)
        made = answer.json["networks"]
        gateway = api.create("l2-gateways", name="named", devices=[])
        links = [{"l2_gateway_id": gateway["id"].upper(), "network_id": item["name"]}
                 for item in networks]
        answer = api.request("POST", "/v2.0/l2-gateway-connections",
                             {"l2_gateway_connections": links})
        equal(f"status of connections by name ({answer.error})", answer.status, 201)
        equal("what was meant", [item["network_id"] for item in answer.json["l2_gateway_connections"]],
              [item["id"] for item in made])
        api.delete("l2-gateways", gateway["id"], "?cascade=true")
        for item in made:
            api.delete("networks", item["id"])


def run(gateway):
    api = gateway.start()
    every_collection(api)
    connection = make_all(api)["l2-remote-gateway-connections"]["id"]

    def macs(first, count, **more):
        return [{"mac": f"02:00:00:01:{n >> 8:02x}:{n & 255:02x}", "rgw_connection": connection,
                 **more} for n in range(first, first + count)]

    answer = api.request("POST", "/v2.0/l2-remote-macs", {"l2_remote_macs": macs(0, 5000)})
    equal("status of a bulk create", answer.status, 201)
    made = answer.json["l2_remote_macs"]
    equal("number made", len(made), 5000)
    check(all(item["uuid"] == item["id"] for item in made), "a MAC is shown without its uuid")
    equal("order", [item["mac"] for item in made[:3]], [item["mac"] for item in macs(0, 3)])
    answer = api.request("POST", "/v2.0/l2-remote-macs", {"remote-macs": macs(5000, 2)})
    equal("status with the other root", answer.status, 201)
    api.refused(400, "POST", "/v2.0/l2-remote-macs",
                {"l2_remote_macs": macs(6000, 700) + macs(7000, 1, ip="x")},
                "l2_remote_macs[700]: ip must be")
    equal("number in all", len(api.list("l2-remote-macs", "?fields=id")), 5003)
    references(api, connection, macs)
    equal("number in all", len(api.list("l2-remote-macs", "?fields=id")), 5003)
    api.close()
    gateway.kill9()
    api = gateway.start()
    equal("number after kill -9", len(api.list("l2-remote-macs", "?fields=id")), 5003)
    equal("filter by connection",
          len(api.list("l2-remote-macs", f"?remote-connection={connection}&fields=id")), 5003)
