# SPDX-License-Identifier: BSD-3-Clause
"""The members that clients may give, as the tests have them: written by hand, so that a table of the
gateway that says otherwise is found out. And what proto/openapi.yaml has."""

import os

import yaml

from .bad_values import Address, Choice, Flag, Id, Integer, List, Mac, Member, Object, Place, \
    Reference, Tags, Text

_TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

_SEG_ID = 16777215
_MACS = 1048576
_PPS = 1000000000
_ENCAPSULATIONS = ("vxlan", "gre", "nvgre")
_NO_HOST = [(address, "must be the address of a host")
            for address in ("0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255")]
_NO_HOST += [(address, "must be an IPv4 address") for address in ("::1", "2001:db8::1")]
_GROUP = [(address, "must be the address of one host")
          for address in ("0.0.0.0", "224.0.0.1", "255.255.255.255", "::", "ff02::1")]

_COMMON = {
    "id": Member(Id(), when="create"),
    "project_id": Member(Text(), "tenant_id", when="create"),
}
_NAME = {"name": Member(Text()), "description": Member(Text(lines=True))}
_ADMIN_STATE_UP = {"admin_state_up": Member(Flag())}

_INTERFACE = {
    "name": Member(Text(empty=False), required=True),
    "segmentation_id": Member(List(Tags(), 4096, example="200")),
    "kind": Member(Choice("untagged", "vlan", "qinq", "port")),
    **_ADMIN_STATE_UP,
    "pcp": Member(Integer(0, 7)),
    "dei": Member(Flag()),
    "mac_limit": Member(Integer(0, _MACS)),
    "l2_control": Member(Choice("drop", "tunnel")),
    "broadcast_pps": Member(Integer(0, _PPS)),
    "multicast_pps": Member(Integer(0, _PPS)),
    "unknown_unicast_pps": Member(Integer(0, _PPS)),
    "source_macs": Member(List(Mac(), 64, example="02:00:00:00:00:01")),
    "ethertypes": Member(List(Integer(0x600, 0xffff), 16, example=0x800)),
}
_DEVICE = {
    "device_name": Member(Text(empty=False), required=True),
    "interfaces": Member(List(_INTERFACE, example={"name": "member2", "segmentation_id": ["200"]})),
}

_NEGOTIATION = {
    "enabled": Member(Flag()),
    "secret": Member(Text(most=63)),
    "interval_ms": Member(Integer(10, 60000)),
    "multiplier": Member(Integer(1, 255)),
    "grpc": Member(Place()),
    "tls_name": Member(Text()),
}

MEMBERS = {
    "networks": {
        **_COMMON, **_NAME, **_ADMIN_STATE_UP,
        "shared": Member(Flag()),
        "mtu": Member(Integer(68, 65535)),
        "provider:network_type": Member(Choice("vxlan", "gre", "geneve", "vlan", "flat", "local"),
                                        "network_type", when="create"),
        "provider:segmentation_id": Member(Integer(0, _SEG_ID), "segmentation_id", nullable=True),
        "mac_ageing_s": Member(Integer(10, 65000)),
        "mac_limit": Member(Integer(0, _MACS)),
    },
    "ports": {"admin_state_up": Member(Flag(), when="update")},
    "l2-gateways": {
        **_COMMON, **_NAME, **_ADMIN_STATE_UP,
        "devices": Member(List(_DEVICE, example={"device_name": "local"})),
    },
    "l2-gateway-connections": {
        **_COMMON, **_ADMIN_STATE_UP,
        "l2_gateway_id": Member(Reference("l2_gateway"), "gateway", when="create", required=True),
        "network_id": Member(Reference("network"), "network", when="create", required=True),
        "segmentation_id": Member(Tags(empty=True), "seg_id", "default_segmentation_id", nullable=True),
    },
    "l2-remote-gateways": {
        **_COMMON, **_NAME, **_ADMIN_STATE_UP,
        "ipaddr": Member(Address(_NO_HOST + [("192.0.2.1", "192.0.2.1 is this gateway's own")]),
                         "ip_addr", "ip", required=True),
        "local_ip": Member(Address(_NO_HOST), nullable=True),
        "encapsulations": Member(List(Choice(*_ENCAPSULATIONS), 3, empty=False, example="vxlan")),
        "ttl": Member(Integer(1, 255)),
        "dscp": Member(Integer(0, 63), nullable=True),
        "negotiation": Member(Object(_NEGOTIATION)),
    },
    "l2-remote-gateway-connections": {
        **_COMMON, **_ADMIN_STATE_UP,
        "gateway": Member(Reference("l2_gateway"), "l2_gateway_id", "l2_gateway", when="create",
                          required=True),
        "network": Member(Reference("network"), "network_id", when="create"),
        "remote_gateway": Member(Reference("l2_remote_gateway"), "remote", "remote_gateway_id",
                                 required=True),
        "seg_id": Member(Integer(0, _SEG_ID), "segmentation_id"),
        "flood": Member(Flag()),
        "encapsulation": Member(Choice(*_ENCAPSULATIONS, "auto")),
        "peer_name": Member(Text()),
        "gre_key": Member(Choice("segmentation_id", "none")),
        "mtu_signal": Member(Flag()),
    },
    "l2-remote-macs": {
        **_COMMON,
        "id": Member(Id(), "uuid", when="create"),
        "mac": Member(Mac(), when="create", required=True),
        "ipaddr": Member(Address(_GROUP), "ip_addr", "ip", nullable=True),
        "rgw_connection": Member(Reference("l2_remote_gateway_connection"), "remote_gateway_conn",
                                 "remote_connection", required=True),
        "router": Member(Flag()),
    },
    "workers": {"stages_measured": Member(Flag(), when="update")},
}


class Description:
    """proto/openapi.yaml."""

    def __init__(self):
        with open(os.path.join(_TOP, "proto", "openapi.yaml"), encoding="utf-8") as file:
            self._yaml = yaml.safe_load(file)
        paths = self._yaml["paths"]
        self.collections = [path.split("/")[2] for path in paths
                            if path.endswith("/{id}") and path.startswith("/v2.0/")]

    def _resolve(self, schema):
        while "$ref" in schema:
            schema = self._yaml["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def methods(self, target):
        return {method.upper() for method in self._yaml["paths"][target] if method != "parameters"}

    def _paths(self, schema, prefix=""):
        for name, member in schema.get("properties", {}).items():
            yield prefix + name
            yield from self._paths(member.get("items", {}), f"{prefix}{name}[0].")
            yield from self._paths(self._resolve(member), f"{prefix}{name}.")

    def _object(self, schema):
        """Of a body with one object in it."""
        root = next(iter(schema.get("oneOf", [schema])[0]["properties"].values()))
        return self._resolve(root)

    def _body(self, target, method):
        operation = self._yaml["paths"].get(target, {}).get(method)
        if operation is None:
            return set()
        content = operation["requestBody"]["content"]["application/json"]
        return set(self._paths(self._object(content["schema"])))

    def create(self, collection):
        return self._body(f"/v2.0/{collection}", "post")

    def update(self, collection):
        return self._body(f"/v2.0/{collection}/{{id}}", "put")

    def answered(self, collection):
        """Members of an object itself."""
        answer = self._yaml["paths"][f"/v2.0/{collection}/{{id}}"]["get"]["responses"]["200"]
        return set(self._object(answer["content"]["application/json"]["schema"])["properties"])
