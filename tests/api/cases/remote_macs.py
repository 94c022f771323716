# SPDX-License-Identifier: BSD-3-Clause
"""Remote MACs, the table of MACs, and what may be flushed from it."""

from lib.expect import equal

COLLECTION = "/v2.0/l2-remote-macs"


def run(gateway):
    gateway.config["tables"]["macs"] = 1024
    api = gateway.start()
    gw = api.create("l2-gateways", name="g", devices=[{"device_name": "local", "interfaces": [
        {"name": "member1", "segmentation_id": ["5"]}]}])
    remote = api.create("l2-remote-gateways", ipaddr="192.0.2.2")
    one, two = (api.create("l2-remote-gateway-connections", gateway=gw["id"],
                           remote_gateway=remote["id"], seg_id=n) for n in (1, 2))
    net = api.create("networks")
    elsewhere = api.create("l2-remote-gateway-connections", gateway=gw["id"], network=net["id"],
                           remote_gateway=remote["id"], seg_id=3)

    def body(mac, connection=one, **more):
        return {"l2_remote_mac": {"mac": f"02:00:00:00:00:{mac}",
                                  "rgw_connection": connection["id"], **more}}

    def create(*arguments, **more):
        return api.create("l2-remote-macs", **body(*arguments, **more)["l2_remote_mac"])

    for mac in ("01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00"):
        api.refused(400, "POST", COLLECTION, {"l2_remote_mac": {
            "mac": mac, "rgw_connection": one["id"]}}, "mac must be the address of one station")
    for ip in ("224.0.0.1", "0.0.0.0", "ff02::1", "::", "255.255.255.255"):
        api.refused(400, "POST", COLLECTION, body("01", ip=ip), "ipaddr must be the address of one")
    host = create("01", ip="10.0.0.1")
    for again in (body("01"), body("01", ip="10.0.0.1"), body("01", two), body("02", ip="10.0.0.1"),
                  body("02", two, ip="10.0.0.1")):
        answer = api.refused(409, "POST", COLLECTION, again, host["id"])
        equal("type", answer.error_type, "L2RemoteMacExists")
    second = create("01", ip="2001:db8::1", router=True)
    create("01", elsewhere, ip="10.0.0.1")
    create("03", two)

    def table(query=""):
        return sorted(((item["mac"][-2:], item["network_id"], item["connection"], item["kind"])
                       for item in api.list("macs", query)), key=str)

    equal("the table", len(table()), 3)
    equal("in the network", table(f"?network={net['id']}"),
          [("01", net["id"], elsewhere["id"], "static")])
    equal("behind a connection", table(f"?connection={two['id']}"),
          [("03", None, two["id"], "static")])
    api.delete("l2-remote-macs", host["id"])
    equal("one of two addresses gone", table(f"?connection={one['id']}"),
          [("01", None, one["id"], "static")])
    api.update("l2-remote-macs", second["id"], rgw_connection=two["id"])
    equal("behind another", len(table(f"?connection={two['id']}")), 2)
    third = api.list("l2-remote-macs", "?mac=02:00:00:00:00:03")[0]
    api.refused(409, "PUT", f"{COLLECTION}/{third['id']}",
                {"l2_remote_mac": {"ipaddr": "2001:db8::1"}}, "another MAC of the same network")
    flush(api, net, two)
    bulk = [body(f"{n >> 8:02x}")["l2_remote_mac"] | {"mac": f"02:00:00:01:{n >> 8:02x}:{n & 255:02x}"}
            for n in range(1022)]
    api.refused(409, "POST", COLLECTION, {"l2_remote_macs": bulk}, "tables.macs")
    equal("after the refusal", len(table()), 3)
    answer = api.request("POST", COLLECTION, {"l2_remote_macs": bulk[:1021]})
    equal("a full table", (answer.status, len(table())), (201, 1024))
    api.delete("l2-remote-gateways", remote["id"], "?cascade=true")
    equal("nothing is left", (table(), api.list("l2-remote-macs")), ([], []))


def flush(api, net, connection):
    for query in ("", "?port=member1", f"?connection={connection['id']}", f"?network={net['id']}",
                  "?port=member1&segmentation_id=5", "?port=member2&segmentation_id=9"):
        answer = api.request("DELETE", f"/v2.0/macs{query}")
        equal(f"status of a flush {query}", answer.status, 204)
    equal("static entries stay", len(api.list("macs")), 3)
    for query, status, sentence in (
            ("?port=eth9", 404, "no port \"eth9\""), ("?network=x", 404, "\"x\""),
            ("?connection=x", 404, "\"x\""), ("?kind=learned", 400, "kind: MACs are flushed by"),
            ("?segmentation_id=5", 400, "segmentation_id needs port"), ("?prt=x", 400, "prt")):
        api.refused(status, "DELETE", f"/v2.0/macs{query}", None, sentence)
    one = api.list("macs", f"?connection={connection['id']}")[0]
    api.refused(409, "DELETE", f"/v2.0/macs/{one['id']}", None, "is static")
    for identifier in ("x", one["id"][:-1] + "f", "f" * len(one["id"])):
        api.refused(404, "DELETE", f"/v2.0/macs/{identifier}", None, "no mac has the id")
