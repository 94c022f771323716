# SPDX-License-Identifier: BSD-3-Clause
"""Random operations that a gateway must take, given what a model says that it has."""

import ipaddress
import uuid

from .model import REFERENCES

MOST = {"networks": 40, "l2-gateways": 30, "l2-gateway-connections": 30, "l2-remote-gateways": 20,
        "l2-remote-gateway-connections": 60, "l2-remote-macs": 120}
NAMES = ["", "a", "b", "lan", "L\u00e4n", "\U0001f309", "with blank", "\"quoted\\\"", "x" * 255, "-f"]
KEY_MIN = {"vxlan": 0, "gre": 0, "nvgre": 4096}


class Operations:
    def __init__(self, random, model):
        self.random, self.model = random, model
        self.number = 0

    def chance(self, share):
        return self.random.random() < share

    def pick(self, items):
        return self.random.choice(list(items))

    def some(self, members):
        """Some of the members, each made when it is wanted."""
        return {name: make() for name, make in members.items() if self.chance(0.4)}

    def name(self):
        self.number += 1
        return self.pick([*NAMES, f"name {self.number}", f"name-{self.number}"])

    def integer(self, low, high):
        return self.pick([low, high, self.random.randint(low, high)])

    def flag(self):
        return self.chance(0.5)

    def any_id(self, collection):
        """None when there is none."""
        return self.pick(self.model.objects[collection]) if self.model.objects[collection] else None

    def _named(self, extra):
        return {"name": self.name, "description": self.name, "admin_state_up": self.flag, **extra}

    def _network(self):
        return self._named({
            "shared": self.flag, "mtu": lambda: self.integer(68, 65535),
            "provider:segmentation_id": lambda: self.pick([None, self.integer(4096, 16777214)]),
            "mac_ageing_s": lambda: self.integer(10, 65000),
            "mac_limit": lambda: self.integer(0, 1048576)})

    def _interface(self, taken):
        port = self.pick(["member1", "member2"])
        wanted = {self.pick([str(self.random.randint(1, 4094)),
                             f"{self.random.randint(1, 4094)}.{self.random.randint(1, 4094)}"])
                  for _ in range(self.random.randint(1, 4))}
        tags = sorted(tag for tag in wanted if (port, tag) not in taken)
        taken.update((port, tag) for tag in tags)
        if not tags:
            return None
        return {"name": port, "segmentation_id": tags, **self.some({
            "admin_state_up": self.flag, "pcp": lambda: self.integer(0, 7), "dei": self.flag,
            "mac_limit": lambda: self.integer(0, 1048576),
            "l2_control": lambda: self.pick(["drop", "tunnel"]),
            "broadcast_pps": lambda: self.integer(0, 1000000000),
            "multicast_pps": lambda: self.integer(0, 1000000000),
            "unknown_unicast_pps": lambda: self.integer(0, 1000000000),
            "source_macs": lambda: ["02:00:00:00:01:01", "02:00:00:00:01:02"],
            "ethertypes": lambda: [0x800, 0x806]})}

    def _devices(self, taken):
        devices = []
        for _ in range(self.random.randint(0, 2)):
            interfaces = [self._interface(taken) for _ in range(self.random.randint(0, 3))]
            devices.append({"device_name": self.pick(["local", "site-t"]),
                            "interfaces": [one for one in interfaces if one is not None]})
        return devices

    def new_id(self):
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def _dressed(self, members):
        if self.chance(0.3):
            members["id"] = self.new_id()
        if self.chance(0.2):
            members["project_id"] = self.name()
        return members

    def networks(self):
        members = self.some(self._network())
        if self.chance(0.3):
            members["provider:network_type"] = self.pick(["vxlan", "gre", "geneve", "vlan", "flat",
                                                          "local"])
        return members

    def l2_gateways(self):
        members = self.some(self._named({}))
        if self.chance(0.8):
            members["devices"] = self._devices(self.model.tags_taken())
        return members

    def l2_gateway_connections(self):
        """One that carries VLAN ids can be in one network, and so can one with a tunnel that names
        no network."""
        gateway, network = self.any_id("l2-gateways"), self.any_id("networks")
        if gateway is None or network is None:
            return None
        networks = self.model.networks_of(gateway)
        follows = self.model.all("l2-remote-gateway-connections", gateway=gateway, network=None)
        carries = any(device["interfaces"]
                      for device in self.model.find("l2-gateways", gateway)["devices"])
        if network in networks or (networks and (follows or carries)):
            return None
        return {"l2_gateway_id": gateway, "network_id": network,
                **self.some({"admin_state_up": self.flag})}

    def _address(self):
        free = {f"192.0.2.{n}" for n in range(2, 200)} - \
            {item["ipaddr"] for item in self.model.all("l2-remote-gateways")}
        return self.pick(sorted(free))

    def _encapsulations(self, family):
        return self.pick([["vxlan"], [family], ["vxlan", family], [family, "vxlan"]])

    def _remote_gateway(self, family):
        return self._named({
            "local_ip": lambda: self.pick([None, "192.0.2.1"]),
            "encapsulations": lambda: self._encapsulations(family),
            "ttl": lambda: self.integer(1, 255),
            "dscp": lambda: self.pick([None, self.integer(0, 63)])})

    def l2_remote_gateways(self):
        return {"ipaddr": self._address(), **self.some(self._remote_gateway(self.pick(["gre",
                                                                                      "nvgre"])))}

    def _key(self, remote, encapsulation):
        taken = self.model.keys_taken(remote, encapsulation)
        while True:
            key = self.integer(KEY_MIN[encapsulation], 16777214)
            if key not in taken:
                return key

    def l2_remote_gateway_connections(self):
        gateway, remote = self.any_id("l2-gateways"), self.any_id("l2-remote-gateways")
        if gateway is None or remote is None:
            return None
        networks = self.model.networks_of(gateway)
        members = {"gateway": gateway, "remote_gateway": remote, **self.some({
            "flood": self.flag, "mtu_signal": self.flag, "admin_state_up": self.flag})}
        network = self.any_id("networks")
        if network is not None and (len(networks) > 1 or self.chance(0.3)):
            members["network"] = network
        elif len(networks) > 1:
            return None
        encapsulation = self.pick(["vxlan", self.model.family(remote)])
        if self.chance(0.6):
            members["encapsulation"] = encapsulation
        else:
            encapsulation = self.model.find("l2-remote-gateways", remote)["encapsulations"][0]
        taken = self.model.keys_taken(remote, encapsulation)
        preset = self.model.default_seg_id(gateway, members.get("network"))
        if encapsulation == "gre" and "none" not in taken and self.chance(0.3):
            members["gre_key"] = "none"
        elif preset is None or preset in taken or self.chance(0.6):
            members["seg_id"] = self._key(remote, encapsulation)
        return members

    def l2_remote_macs(self):
        connection = self.any_id("l2-remote-gateway-connections")
        if connection is None:
            return None
        self.number += 1
        low = self.number
        members = {"mac": f"02:00:00:{low >> 16 & 255:02x}:{low >> 8 & 255:02x}:{low & 255:02x}",
                   "rgw_connection": connection, **self.some({"router": self.flag})}
        if self.chance(0.6):
            members["ipaddr"] = self._host()
        return members

    def _host(self):
        self.number += 1
        n = self.number
        return str(self.pick([ipaddress.IPv4Address(0x0a000000 + n),
                              ipaddress.IPv6Address((0x20010db8 << 96) + n)]))

    def create(self, collection):
        """Members of a new one, None when there can be none now."""
        if len(self.model.objects[collection]) >= MOST[collection]:
            return None
        members = getattr(self, collection.replace("-", "_"))()
        return members if members is None else self._dressed(members)

    def update(self, collection, identifier):
        """Members that are changed."""
        item = self.model.find(collection, identifier)
        if collection == "networks":
            return self.some(self._network())
        if collection == "l2-gateways":
            members = self.some(self._named({}))
            if not self.model.networks_of(identifier) and self.chance(0.5):
                members["devices"] = self._devices(self.model.tags_taken())
            return members
        if collection == "l2-gateway-connections":
            return self.some({"admin_state_up": self.flag})
        if collection == "l2-remote-gateways":
            return self.some({"ipaddr": self._address,
                              **self._remote_gateway(self.model.family(identifier))})
        if collection == "l2-remote-gateway-connections":
            members = self.some({"flood": self.flag, "mtu_signal": self.flag,
                                 "admin_state_up": self.flag})
            if item["gre_key"] != "none" and self.chance(0.3):
                members["seg_id"] = self._key(item["remote_gateway"], item["encapsulation"])
            return members
        return self.some({"ipaddr": lambda: self.pick([None, self._host()]), "router": self.flag,
                          "rgw_connection": lambda: self.any_id("l2-remote-gateway-connections")})

    def spelt(self, collection, members):
        """As a client may give them: names for ids, numbers and flags as strings."""
        given = {}
        for name, value in members.items():
            to = REFERENCES[collection].get(name)
            if to is not None and value is not None and self.chance(0.5):
                value = self.model.unique_name(to, value) or value
            elif type(value) in (int, bool) and self.chance(0.2):
                value = str(value)
            given[name] = value
        return given
