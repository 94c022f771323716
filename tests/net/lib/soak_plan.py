# SPDX-License-Identifier: BSD-3-Clause
"""The gateway of the soak: its ports with inputs that never end, and what lasts in it."""

from . import soak_input
from .packets import write_pcap

MIRROR = "bgw-soak"
FAR_MAC, FAR_MAC_1 = "02:00:00:00:00:02", "02:00:00:00:00:03"
PORTS = ("acc0", "acc1", "acc2", "wan0", "wan1")
INPUTS = ("acc0", "wan0", "wan1")


def config(lab, queues):
    """The ports and the underlay of the configuration; `inputs_open` makes the input flow.

    acc0, wan0 and wan1 take from files and send to nowhere; acc1 and acc2 have no input.
    """
    underlay = [
        {"name": "wan0", "role": "underlay", "mtu": 1600, "mirror": MIRROR},
        # A single queue: with two workers one sends for the other.
        {"name": "wan1", "role": "underlay", "rx_queues": 1, "tx_queues": 1},
    ]
    ports = [{"name": name, "role": "access"} for name in ("acc0", "acc1", "acc2")] + underlay
    for number, port in enumerate(ports):
        port["driver"] = "vdev"
        if port["name"] in INPUTS:
            write_pcap(_file(lab, port["name"]), [])
            port["devargs"] = f"net_pcap{number},rx_pcap={_file(lab, port['name'])}"
        else:
            port["devargs"] = f"net_null{number},no-rx=1"
    for port in ports[0], ports[3]:
        port["devargs"] += f",rx_pcap={_file(lab, port['name'])}" * (queues - 1)
    neighbours = [
        {"ip": ip, "mac": mac, "port": port}
        for mac, port, ips in (
            (FAR_MAC, "wan0", soak_input.NEIGHBOURS),
            (FAR_MAC_1, "wan1", soak_input.NEIGHBOURS_1),
        )
        for ip in ips
    ]
    addresses = [f"{soak_input.VTEP}/24", f"{soak_input.VTEP_1}/24"]
    return ports, {"vtep": soak_input.VTEP, "addresses": addresses, "neighbours": neighbours}


def _file(lab, name):
    return lab.path(f"{name}.pcap")


def inputs_write(lab, gateway):
    """Fill the files; the addresses of the underlay ports must be known. Returns frames in each."""
    near = soak_input.NEIGHBOURS
    frames = {
        "acc0": soak_input.access_frames(),
        "wan0": soak_input.underlay_frames(
            gateway.port("wan0")["mac_address"], FAR_MAC, soak_input.VTEP, near, seed=2
        ),
        "wan1": soak_input.underlay_frames(
            gateway.port("wan1")["mac_address"],
            FAR_MAC_1,
            soak_input.VTEP_1,
            soak_input.NEIGHBOURS_1,
            seed=3,
        ),
    }
    for name, made in frames.items():
        write_pcap(_file(lab, name), made)
    return {name: len(made) for name, made in frames.items()}


def inputs_open(gateway, endless):
    """From the next start on the files are read, over and over if `endless`."""
    for port in gateway.config["ports"]:
        if port["name"] in INPUTS:
            port["devargs"] = port["devargs"].replace(",infinite_rx=1", "")
            port["devargs"] += ",infinite_rx=1" if endless else ""


class Fixtures:
    """What is provisioned before the churn begins and stays, by name."""

    def __init__(self, client):
        self._client = client
        self.remotes = {}
        self.networks = {}
        self.gateways = {}
        self.connections = {}
        self._domains()
        self._remote_gateways()
        self._tunnels()

    def _domain(self, name, interfaces, **members):
        network = self._client.create("networks", name=name, **members)
        gateway = self._client.create(
            "l2-gateways",
            name=name,
            devices=[{"device_name": "local", "interfaces": interfaces}],
        )
        self._client.create(
            "l2-gateway-connections", l2_gateway_id=gateway["id"], network_id=network["id"]
        )
        self.networks[name] = network["id"]
        self.gateways[name] = gateway["id"]

    def _domains(self):
        plan = soak_input
        self._domain("lan", [acc0(*plan.LAN_VIDS), interface("acc1", 200)], mac_ageing_s=10)
        self._domain("plain", [interface("acc0", 0), interface("acc1", 0)], mac_limit=200)
        self._domain("whole", [{"name": "acc2", "kind": "port"}])
        self._domain("alone", [acc0(plan.ALONE_VID)])
        limits = {"broadcast_pps": 1000, "multicast_pps": 1000, "unknown_unicast_pps": 1000}
        self._domain(
            "guarded",
            [
                acc0(plan.LIMITED_VID, **limits),
                acc0(plan.SOURCES_VID, source_macs=[plan.ALLOWED_SOURCE]),
                acc0(plan.TYPES_VID, ethertypes=[0x0800]),
                acc0(plan.FULL_VID, mac_limit=4),
                acc0(plan.CONTROL_VID, l2_control="tunnel"),
                acc0(f"{plan.QINQ[0]}.{plan.QINQ[1]}"),
                interface("acc1", 210),
            ],
        )
        for n in range(4):
            vids = plan.CHURN_VIDS[2 * n : 2 * n + 2]
            self._domain(f"churn-{n}", [acc0(*vids), interface("acc1", vids[0])])

    def _remote_gateways(self):
        plan = soak_input
        self.remote(plan.VXLAN_PEER, ["vxlan"])
        self.remote(plan.GRE_PEER, ["gre"])
        self.remote(plan.NVGRE_PEER, ["nvgre"])
        self.remote(plan.FAR_PEER, ["vxlan"], local_ip=plan.VTEP_1)
        self.remote(plan.UNRESOLVED, ["vxlan"])
        self.remote(plan.UNROUTED, ["gre"])
        for ip, encapsulation in plan.CHURN_PEERS:
            self.remote(ip, [encapsulation])

    def remote(self, ip, encapsulations, **members):
        made = self._client.create(
            "l2-remote-gateways", name=ip, ipaddr=ip, encapsulations=encapsulations, **members
        )
        self.remotes[ip] = made["id"]

    def _tunnels(self):
        plan = soak_input
        for tunnel in plan.LAN_TUNNELS:
            self._connect("lan", tunnel)
        for tunnel in plan.QUIET_TUNNELS:
            self._connect("lan", tunnel, flood=False)
        self._connect("plain", plan.PLAIN_TUNNEL)
        self._connect("whole", plan.WHOLE_TUNNEL)
        self._connect("guarded", plan.GUARDED_TUNNEL)
        self._connect("plain", (plan.UNRESOLVED, "vxlan", 5031))
        self._connect("plain", (plan.UNROUTED, "gre", 5032))

    def _connect(self, domain, tunnel, **members):
        made = self._client.create(
            "l2-remote-gateway-connections",
            **self.connection(domain, *tunnel),
            **members,
        )
        self.connections[tunnel] = made["id"]

    def connection(self, domain, peer, encapsulation, key):
        """The members of a connection from the domain to a fixed remote gateway."""
        return {
            "gateway": self.gateways[domain],
            "network": self.networks[domain],
            "remote_gateway": self.remotes[peer],
            "encapsulation": encapsulation,
            "seg_id": key,
        }


def interface(port, *tags, **members):
    return {"name": port, "segmentation_id": [str(tag) for tag in tags], **members}


def acc0(*tags, **members):
    return interface("acc0", *tags, **members)
