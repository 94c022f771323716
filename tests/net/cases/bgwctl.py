# SPDX-License-Identifier: BSD-3-Clause
"""bgwctl does with every object what the API allows, by name, and its exit status says how it went."""

from lib.bgwctl import REFUSED, UNREACHABLE, USAGE, Bgwctl
from lib.errors import check
from lib.gateway import Gateway
from lib.sites import Site

def run(lab):
    site = Site("site", 1, lab.namespace("site"))
    ports = [
        {"name": "lan0", "driver": "vdev", "devargs": "net_null0,no-rx=1", "role": "access"},
        {"name": "wan0", "driver": "vdev", "devargs": "net_null1,no-rx=1", "role": "underlay"},
    ]
    neighbour = {"ip": "192.0.2.2", "mac": "02:00:5e:00:00:02", "port": "wan0"}
    underlay = {"vtep": site.ip4, "addresses": [f"{site.ip4}/24"], "neighbours": [neighbour]}
    gateway = Gateway(lab, site, ports, underlay=underlay)
    bgwctl = Bgwctl(gateway.api.url)
    prove_objects(bgwctl)
    prove_views(bgwctl)
    prove_refusals(bgwctl)


def prove_objects(bgwctl):
    """Each object is created, listed, shown, updated and deleted by name."""
    bgwctl("network-create lan --mtu 1400")
    bgwctl("l2-gateway-create gw --device interface_names=lan0|100#200")
    bgwctl("l2-gateway-connection-create gw lan")
    bgwctl("l2-remote-gateway-create far 192.0.2.2 --encapsulations vxlan,gre")
    made = bgwctl("l2-remote-gateway-connection-create gw lan far --seg-id 456", json_too=True)
    connection = made["l2_remote_gateway_connection"]
    check(connection["seg_id"] == 456, f"seg_id is {connection['seg_id']}")
    made = bgwctl(
        f"l2-remote-mac-create 02:00:00:00:00:09 198.51.100.9 {connection['id'][:8]}", json_too=True
    )
    check(made["l2_remote_mac"]["rgw_connection"] == connection["id"], "the MAC is elsewhere")

    check("lan0|100,200" in bgwctl("l2-gateway-list"), "the list shows no VLAN ids")
    shown = bgwctl("l2-remote-gateway-connection-list --gateway gw")
    for word in ("gw", "lan", "far", "456"):
        check(word in shown, f"the list of connections shows no {word}: {shown}")
    check(bgwctl.rows("l2-remote-mac-list --fields mac,ipaddr")[0]
          == ["02:00:00:00:00:09", "198.51.100.9"], "the list of MACs is wrong")  # fmt: skip

    bgwctl("l2-remote-gateway-update far --description backup --admin-state-up false")
    check("backup" in bgwctl("l2-remote-gateway-show far"), "an update was not kept")
    bgwctl(f"l2-remote-gateway-connection-update {connection['id']} --encapsulation gre")
    bgwctl("port-update lan0 --admin-state-up false")
    bgwctl("port-update lan0 --admin-state-up true")
    bgwctl("mac-flush --port lan0")
    bgwctl(f"mac-flush --connection {connection['id']}")

    bgwctl("l2-remote-mac-delete 02:00:00:00:00:09")
    bgwctl("network-delete lan", REFUSED)
    bgwctl(f"l2-remote-gateway-connection-delete {connection['id']}")
    bgwctl("l2-remote-gateway-delete far")
    for line in bgwctl("l2-gateway-connection-list", json_too=True)["l2_gateway_connections"]:
        bgwctl(f"l2-gateway-connection-delete {line['id']}")
    bgwctl("l2-gateway-connection-create gw lan")
    bgwctl("l2-gateway-delete gw", REFUSED)
    bgwctl("l2-gateway-delete gw --cascade")
    bgwctl("network-delete lan")


def prove_views(bgwctl):
    check("pps" in bgwctl("show ports --interval 0.1"), "ports are shown without rates")
    for what in ("ports", "workers", "connections", "macs", "drops", "neighbours", "attachments"):
        bgwctl(f"show {what} --interval 0.1")
        answer = bgwctl(f"show {what} --interval 0", json_too=True)
        check(len(answer) == 1, f"show {what} --json has {len(answer)} members")
    workers = bgwctl("show workers --interval 0", json_too=True)["workers"]
    check("cycles_per_packet" in workers[0], "a worker shows no cycles per packet")
    plain = bgwctl("show workers --interval 0")
    for value in ("true", "false"):
        shown = bgwctl(f"worker-update 0 --stages-measured {value}", json_too=True)
        check(
            shown["worker"]["stages_measured"] == (value == "true"),
            f"worker-update to {value} shows {shown}",
        )
        check(
            bgwctl("show workers --interval 0").splitlines()[0] == plain.splitlines()[0],
            "show workers has other columns",
        )
    check("--stages-measured true|false" in bgwctl("help worker-update"), "no help for it")
    check("stages_measured" in bgwctl("show workers --stages"), "no hint how to measure")


def prove_refusals(bgwctl):
    bgwctl("network-show nothing", REFUSED)
    bgwctl("network-create small --mtu 1", REFUSED)
    bgwctl("l2-remote-gateway-create far nowhere", REFUSED)
    bgwctl("network-create", USAGE)
    bgwctl("network-create lan --colour red", USAGE)
    bgwctl("network-paint lan", USAGE)
    bgwctl("show colours", USAGE)
    bgwctl("show ports --stages", USAGE)
    bgwctl("show workers --colour", USAGE)
    bgwctl("show workers --interval", USAGE)
    bgwctl("show workers --interval soon", USAGE)
    bgwctl("worker-update 0 --stages-measured maybe", REFUSED)
    bgwctl("worker-update 0 --core 1", USAGE)
    bgwctl("worker-update 9 --stages-measured true", REFUSED)
    Bgwctl("unix:/nonexistent/api.sock")("network-list", UNREACHABLE)
