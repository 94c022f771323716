# SPDX-License-Identifier: BSD-3-Clause
"""Remote gateways and the tunnels to them."""

from lib.expect import check, equal

GATEWAYS, TUNNELS = "/v2.0/l2-remote-gateways", "/v2.0/l2-remote-gateway-connections"


def refused_gateways(api):
    for members, sentence in (
            ({"ipaddr": "2001:db8::1"}, "ipaddr must be an IPv4 address"),
            ({"ipaddr": "0.0.0.0"}, "ipaddr must be the address of a host"),
            ({"ipaddr": "127.0.0.1"}, "address of a host"),
            ({"ipaddr": "224.0.0.1"}, "address of a host"),
            ({"ipaddr": "255.255.255.255"}, "address of a host"),
            ({"ipaddr": "192.0.2.1"}, "own address"),
            ({"ipaddr": "192.0.2.9", "local_ip": "2001:db8::1"}, "local_ip must be an IPv4"),
            ({"ipaddr": "192.0.2.9", "local_ip": "224.0.0.1"}, "local_ip must be the address"),
            ({"ipaddr": "192.0.2.9", "encapsulations": ["gre", "gre"]}, "\"gre\" is given twice"),
            ({"ipaddr": "192.0.2.9", "ttl": 0}, "ttl must be an integer between 1"),
            ({"ipaddr": "192.0.2.9", "dscp": 64}, "dscp must be an integer between 0"),
    ):
        api.refused(400, "POST", GATEWAYS, {"l2_remote_gateway": members}, sentence)
    api.refused(409, "POST", GATEWAYS, {"l2_remote_gateway": {
        "ipaddr": "192.0.2.9", "encapsulations": ["gre", "nvgre"]}}, "not both")


def run(gateway):
    gateway.config["underlay"]["addresses"].append("192.0.2.100/24")
    gateway.config["tables"]["remote_gateways"] = 8
    api = gateway.start()
    refused_gateways(api)
    remote = api.create("l2-remote-gateways", name="r", ipaddr="192.0.2.2", ttl=7, dscp="46",
                        encapsulations=["nvgre", "vxlan"])
    equal("outer header", (remote["ttl"], remote["dscp"]), (7, 46))
    answer = api.refused(409, "POST", GATEWAYS, {"l2_remote_gateway": {"ipaddr": "192.0.2.2"}},
                         remote["id"])
    equal("type", answer.error_type, "L2RemoteGatewayExists")
    api.refused(409, "POST", GATEWAYS, {"l2_remote_gateway": {
        "ipaddr": "192.0.2.2", "local_ip": "192.0.2.1"}}, remote["id"])
    twin = api.create("l2-remote-gateways", ipaddr="192.0.2.2", local_ip="192.0.2.100")
    api.refused(409, "PUT", f"{GATEWAYS}/{twin['id']}", {"l2_remote_gateway": {"local_ip": None}},
                remote["id"])
    tunnels(api, remote, twin)
    api.refused(409, "POST", GATEWAYS, {"l2_remote_gateways": [
        {"ipaddr": f"192.0.2.{n}"} for n in range(20, 27)]}, "tables.remote_gateways")


def tunnels(api, remote, twin):
    gw = api.create("l2-gateways", name="g")
    net = api.create("networks", segmentation_id=5000)
    bare = api.create("networks")

    def body(**members):
        return {"l2_remote_gateway_connection": {
            "gateway": gw["id"], "remote_gateway": remote["id"], **members}}

    def create(**members):
        return api.create("l2-remote-gateway-connections",
                          **body(**members)["l2_remote_gateway_connection"])

    for members, sentence in (
            ({}, "seg_id is required: the gateway is in no network"),
            ({"network": bare["id"]}, "seg_id is required: the network has no"),
            ({"seg_id": 4095}, "between 4096 and 16777214 with encapsulation \"nvgre\""),
            ({"seg_id": 16777215}, "between 4096 and 16777214"),
            ({"seg_id": 5, "encapsulation": "vxlan", "gre_key": "none"},
             "gre_key \"none\" is for encapsulation \"gre\""),
    ):
        api.refused(400, "POST", TUNNELS, body(**members), sentence)
    api.refused(409, "POST", TUNNELS, body(seg_id=5, encapsulation="gre"), "not both")
    one = create(network=net["id"])
    equal("defaults", (one["seg_id"], one["encapsulation"], one["flood"], one["mtu_signal"]),
          (5000, "nvgre", True, True))
    equal("MTU through NVGRE", one["mtu"], 1500 - 20 - 8 - 14)
    answer = api.refused(409, "POST", TUNNELS, body(seg_id=5000), one["id"])
    equal("type", answer.error_type, "L2RemoteGatewayConnectionExists")
    two = create(seg_id=5000, encapsulation="vxlan")
    equal("MTU through VXLAN", two["mtu"], 1500 - 20 - 8 - 8 - 14)
    equal("state", two["status"], "ACTIVE")
    for name in ("rx_packets", "tx_bytes", "dropped_packets", "too_big_packets", "mac_count"):
        equal(name, two[name], 0)
    api.refused(409, "PUT", f"{TUNNELS}/{two['id']}", {"l2_remote_gateway_connection": {
        "encapsulation": "nvgre"}}, one["id"])
    api.refused(400, "PUT", f"{TUNNELS}/{two['id']}", {"l2_remote_gateway_connection": {
        "network": net["id"]}}, "network cannot be changed")
    api.refused(409, "PUT", f"{GATEWAYS}/{remote['id']}", {"l2_remote_gateway": {
        "encapsulations": ["gre"]}}, one["id"])
    gre = create(remote_gateway=twin["id"], encapsulation="gre", gre_key="none")
    equal("MTU through keyless GRE", gre["mtu"], 1500 - 20 - 4 - 14)
    api.refused(409, "POST", TUNNELS, body(remote_gateway=twin["id"], encapsulation="gre",
                                           gre_key="none"), gre["id"])
    changed = api.update("l2-remote-gateway-connections", gre["id"], gre_key="segmentation_id",
                         seg_id="9")
    equal("MTU through GRE", (changed["mtu"], changed["seg_id"]), (1500 - 20 - 8 - 14, 9))
    move(api, remote, two)


def move(api, remote, tunnel):
    """An address that changes takes its tunnels along."""
    states = {item["id"]: item["status"] for item in api.list("l2-remote-gateways")}
    equal("before", states[remote["id"]], "ACTIVE")
    moved = api.update("l2-remote-gateways", remote["id"], ipaddr="192.0.2.77")
    equal("no such neighbour", moved["status"], "DOWN")
    check("192.0.2.77" in moved["status_reason"], f"{moved['status_reason']!r} says nothing")
    equal("its tunnel", api.show("l2-remote-gateway-connections", tunnel["id"])["status"], "DOWN")
    down = api.update("l2-remote-gateways", remote["id"], ipaddr="192.0.2.2", admin_state_up=False)
    equal("taken out of service", down["status_reason"], "admin_state_up is false")
    equal("its tunnel", api.show("l2-remote-gateway-connections", tunnel["id"])["status"], "DOWN")
    api.update("l2-remote-gateways", remote["id"], admin_state_up=True)
    equal("its tunnel", api.show("l2-remote-gateway-connections", tunnel["id"])["status"], "ACTIVE")
