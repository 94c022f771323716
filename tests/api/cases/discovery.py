# SPDX-License-Identifier: BSD-3-Clause
"""A client finds out what is there, without knowing it before."""

from lib.expect import check, equal


def run(gateway):
    api = gateway.start()
    version = api.get("/")["versions"][0]
    equal("version", (version["id"], version["status"]), ("v2.0", "CURRENT"))
    equal("link", version["links"][0]["href"], f"http://{gateway.tcp}/v2.0/")
    collections = {item["collection"] for item in api.get("/v2.0/")["resources"]}
    for name in ("networks", "l2_gateways", "l2_gateway_connections", "l2_remote_gateways",
                 "l2_remote_gateway_connections", "l2_remote_macs", "ports"):
        check(name in collections, f"GET /v2.0 does not name {name}")
    extensions = {item["alias"]: item for item in api.get("/v2.0/extensions")["extensions"]}
    for alias in ("l2-gateway", "l2-gateway-connection", "l2-remote-gateway",
                  "l2-remote-gateway-connection", "l2-remote-mac"):
        check(alias in extensions, f"there is no extension {alias}")
        equal("keys of an extension", set(extensions[alias]),
              {"alias", "name", "description", "updated", "links"})
    equal("one extension", api.get("/v2.0/extensions/l2-gateway")["extension"],
          extensions["l2-gateway"])
    api.refused(404, "GET", "/v2.0/extensions/none", sentence="nothing at")
