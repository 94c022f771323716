# SPDX-License-Identifier: BSD-3-Clause
"""A bulk create is one transaction: all or nothing."""

from lib.expect import check, equal
from lib.objects import make_all


def run(gateway):
    api = gateway.start()
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
    api.close()
    gateway.kill9()
    api = gateway.start()
    equal("number after kill -9", len(api.list("l2-remote-macs", "?fields=id")), 5003)
    equal("filter by connection",
          len(api.list("l2-remote-macs", f"?remote-connection={connection}&fields=id")), 5003)
