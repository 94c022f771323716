# SPDX-License-Identifier: BSD-3-Clause
"""What a gateway should have after operations that it took: the objects, their presets and revisions,
who refers to whom, and what is free to be used."""

PRESETS = {
    "networks": {
        "name": "", "description": "", "admin_state_up": True, "shared": False, "mtu": 1500,
        "provider:network_type": "vxlan", "provider:segmentation_id": None, "mac_ageing_s": 300,
        "mac_limit": 0},
    "l2-gateways": {"name": "", "description": "", "admin_state_up": True, "devices": []},
    "l2-gateway-connections": {"segmentation_id": "", "admin_state_up": True},
    "l2-remote-gateways": {
        "name": "", "description": "", "local_ip": None, "encapsulations": ["vxlan"], "ttl": 64,
        "dscp": None, "admin_state_up": True},
    "l2-remote-gateway-connections": {
        "network": None, "flood": True, "gre_key": "segmentation_id", "mtu_signal": True,
        "admin_state_up": True},
    "l2-remote-macs": {"ipaddr": None, "router": False},
}

# member: collection
REFERENCES = {
    "networks": {},
    "l2-gateways": {},
    "l2-gateway-connections": {"l2_gateway_id": "l2-gateways", "network_id": "networks"},
    "l2-remote-gateways": {},
    "l2-remote-gateway-connections": {"gateway": "l2-gateways", "network": "networks",
                                      "remote_gateway": "l2-remote-gateways"},
    "l2-remote-macs": {"rgw_connection": "l2-remote-gateway-connections"},
}

COLLECTIONS = tuple(PRESETS)


class Model:
    def __init__(self):
        self.objects = {collection: {} for collection in COLLECTIONS}  # in the order of creation
        self.ports = {}

    def all(self, collection, **members):
        return [item for item in self.objects[collection].values()
                if all(item[name] == value for name, value in members.items())]

    def find(self, collection, identifier):
        return self.objects[collection][identifier]

    def create(self, collection, identifier, members):
        project = members.get("project_id", "")
        item = {"id": identifier, "revision_number": 1, "project_id": project,
                "tenant_id": project, **PRESETS[collection]}
        if collection == "l2-remote-macs":
            item["uuid"] = identifier
        item.update({name: value for name, value in members.items() if name != "id"})
        if collection == "l2-remote-gateway-connections":
            self.complete(item)
        self.objects[collection][identifier] = item
        return item

    def update(self, collection, identifier, members):
        item = self.objects[collection][identifier]
        item.update(members)
        item["revision_number"] += 1
        return item

    def complete(self, connection):
        """Of a tunnel, what it takes from its network and its remote gateway when it is made."""
        if connection.get("encapsulation") is None:
            remote = self.find("l2-remote-gateways", connection["remote_gateway"])
            connection["encapsulation"] = remote["encapsulations"][0]
        if connection.get("seg_id") is None:
            connection["seg_id"] = None if connection["gre_key"] == "none" else \
                self.default_seg_id(connection["gateway"], connection["network"])

    def networks_of(self, gateway):
        return [item["network_id"] for item in self.all("l2-gateway-connections",
                                                        l2_gateway_id=gateway)]

    def default_seg_id(self, gateway, network):
        networks = [network] if network is not None else self.networks_of(gateway)
        if len(networks) != 1:
            return None
        return self.find("networks", networks[0])["provider:segmentation_id"]

    def users(self, collection, identifier):
        """(collection, id) of what refers to the object."""
        return [(other, item["id"]) for other, members in REFERENCES.items()
                for name, to in members.items() if to == collection
                for item in self.all(other, **{name: identifier})]

    def delete(self, collection, identifier):
        """With all that refers to it."""
        for user in self.users(collection, identifier):
            if user[1] in self.objects[user[0]]:
                self.delete(*user)
        self.objects[collection].pop(identifier, None)

    def unique_name(self, collection, identifier):
        """A name that only this one has, or None."""
        name = self.find(collection, identifier).get("name", "")
        return name if name and len(self.all(collection, name=name)) == 1 else None

    def tags_taken(self):
        return {(interface["name"], tag) for gateway in self.all("l2-gateways")
                for device in gateway["devices"] for interface in device["interfaces"]
                for tag in interface["segmentation_id"]}

    def family(self, remote):
        """GRE or NVGRE: the wire does not tell them apart, so a remote gateway speaks one."""
        spoken = set(self.find("l2-remote-gateways", remote)["encapsulations"])
        spoken |= {item["encapsulation"] for item in self.all("l2-remote-gateway-connections",
                                                              remote_gateway=remote)}
        return "nvgre" if "nvgre" in spoken else "gre"

    def keys_taken(self, remote, encapsulation):
        return {item["seg_id"] if item["gre_key"] != "none" else "none"
                for item in self.all("l2-remote-gateway-connections", remote_gateway=remote)
                if item["encapsulation"] == encapsulation}
