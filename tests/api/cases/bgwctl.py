# SPDX-License-Identifier: BSD-3-Clause
"""bgwctl does with every object what the API allows, in the words of the documents that the objects
come from, by name or id, and its exit status says how it went."""

import re

from lib.bgwctl import (CONFLICT, NOT_FOUND, OK, REFUSED, UNREACHABLE, USAGE, Bgwctl)
from lib.expect import check, equal

MAC = "02:00:00:00:00:0"
NO_SUCH_ID = "00000000-0000-4000-8000-00000000dead"

# What is typed, how it ends, and what members the object then has. {NAME} is what an earlier row
# that ends in "as NAME" made.
COMMANDS = [
    ("network-create lan --segmentation-id 700", OK, {"name": "lan"}, "lan"),
    ("network-create spare --mtu 1400", OK, {"mtu": 1400}, "spare"),
    # The stock commands for gateways, and a border gateway's without interfaces.
    ("l2-gateway-create gw --device 'name=local,interface_names=member1|100#200'", OK,
     {"devices": [{"device_name": "local", "interfaces": [
         {"name": "member1", "segmentation_id": ["100", "200"]}]}]}, "gw"),
    ("l2-gateway-create gw0", OK, {"devices": []}, "gw0"),
    ("l2-gateway-update gw0 --device name=local,interface_names=member2", OK,
     {"devices": [{"device_name": "local", "interfaces": [
         {"name": "member2", "segmentation_id": []}]}]}, None),
    ("l2-gateway-update gw0 --name gw1", OK, {"name": "gw1"}, None),
    ("l2-gateway-connection-create gw lan", OK,
     {"l2_gateway_id": "{gw}", "network_id": "{lan}"}, "gw-lan"),
    ("l2-gateway-connection-create gw1 spare --default-segmentation-id 10", OK,
     {"segmentation_id": "10"}, None),
    ("l2-gateway-connection-create gw lan", CONFLICT, None, None),
    ("l2-gateway-connection-show gw/lan", OK, {"id": "{gw-lan}"}, None),
    # The remote gateway: create NAME IP; update --name, --ip-addr or --ipaddr.
    ("l2-remote-gateway-create far 192.0.2.2", OK, {"name": "far", "ipaddr": "192.0.2.2"}, "far"),
    ("l2-remote-gateway-create other 192.0.2.3 --encapsulations vxlan,gre", OK,
     {"encapsulations": ["vxlan", "gre"]}, "other"),
    ("l2-remote-gateway-update other --name=third --ip-addr 192.0.2.4", OK,
     {"name": "third", "ipaddr": "192.0.2.4"}, None),
    ("l2-remote-gateway-update third --ipaddr 192.0.2.5 --description backup", OK,
     {"ipaddr": "192.0.2.5", "description": "backup"}, None),
    ("l2-remote-gateway-show third", OK, {"id": "{other}"}, None),
    # Its connection, as both documents have it.
    ("l2-remote-gateway-connection-create gw --remote=far --segmentation-id=456", OK,
     {"gateway": "{gw}", "remote_gateway": "{far}", "seg_id": 456, "flood": True}, "tunnel"),
    ("l2-remote-gateway-connection-create gw1 spare third --seg-id 457 --flood False", OK,
     {"network": "{spare}", "seg_id": 457, "flood": False}, "third-tunnel"),
    ("l2-remote-gateway-connection-create gw1 third --seg-id 457", CONFLICT, None, None),
    ("l2-remote-gateway-connection-update gw1/third \u2013remote=far --segmentation-id=458", OK,
     {"remote_gateway": "{far}", "seg_id": 458}, None),
    ("l2-remote-gateway-connection-update {tunnel} --encapsulation gre", OK,
     {"encapsulation": "gre"}, None),
    ("l2-remote-gateway-connection-show gw/far", OK, {"id": "{tunnel}"}, None),
    # MACs: with the address as an option, by its place, or in one word with the MAC.
    (f"l2-remote-mac-create {MAC}1 gw/far --ipaddr=198.51.100.1", OK,
     {"mac": f"{MAC}1", "ipaddr": "198.51.100.1", "rgw_connection": "{tunnel}"}, "mac1"),
    (f"l2-remote-mac-create {MAC}2 198.51.100.2 gw/far", OK, {"ipaddr": "198.51.100.2"}, "mac2"),
    (f"l2-remote-mac-create '{MAC}3;198.51.100.3' gw/far", OK, {"ipaddr": "198.51.100.3"}, None),
    (f"l2-remote-mac-create {MAC}4 gw/far", OK, {"ipaddr": None}, None),
    (f"l2-remote-mac-create {MAC}1 gw1/far", OK, {"rgw_connection": "{third-tunnel}"}, None),
    (f"l2-remote-mac-create {MAC}1 gw1/far", CONFLICT, None, None),
    (f"l2-remote-mac-show {MAC}1", CONFLICT, None, None),
    (f"l2-remote-mac-update {MAC}1 gw/far --ipaddr=198.51.100.9", OK,
     {"id": "{mac1}", "ipaddr": "198.51.100.9"}, None),
    (f"l2-remote-mac-show {MAC}1 gw/far", OK, {"ipaddr": "198.51.100.9"}, None),
    (f"l2-remote-mac-show {MAC}9 gw/far", NOT_FOUND, None, None),
    ("port-update member1 --admin-state-up false", OK, {"admin_state_up": False}, None),
    ("port-update member1 --admin-state-up true", OK, {"admin_state_up": True}, None),
]

DELETES = [
    ("network-delete lan", CONFLICT),
    ("l2-remote-mac-delete {mac2}", OK),
    (f"l2-remote-mac-delete {MAC}3 {MAC}4", OK),
    ("l2-remote-mac-delete {mac2}", NOT_FOUND),
    ("l2-remote-gateway-delete far", CONFLICT),
    ("l2-remote-gateway-connection-delete gw/far", CONFLICT),
    ("l2-remote-gateway-connection-delete --cascade gw/far", OK),
    ("l2-remote-gateway-connection-delete {third-tunnel} --cascade", OK),
    ("l2-remote-gateway-delete far third", OK),
    ("l2-gateway-connection-delete gw/lan", OK),
    ("l2-gateway-delete gw1", CONFLICT),
    ("l2-gateway-delete gw1 --cascade", OK),
    ("l2-gateway-delete gw", OK),
    ("network-delete none lan spare", NOT_FOUND),
    ("network-delete lan", NOT_FOUND),
]

REFUSALS = [
    ("network-show nothing", NOT_FOUND), (f"network-show {NO_SUCH_ID}", NOT_FOUND),
    ("network-create small --mtu 1", REFUSED), ("l2-remote-gateway-create far nowhere", REFUSED),
    ("network-create", USAGE), ("network-create lan --colour red", USAGE),
    ("network-paint lan", USAGE), ("network-update lan", USAGE), ("network-show a b", USAGE),
    ("mac-create 02:00:00:00:00:01", USAGE), ("l2-remote-gateway-connection-create gw", USAGE),
    ("mac-delete 02:00:00:00:00:01", NOT_FOUND), ("mac-flush --port none", NOT_FOUND),
    ("show colours", USAGE), ("show ports --stages", USAGE), ("show workers --colour", USAGE),
    ("show workers --interval", USAGE), ("show workers --interval soon", USAGE),
    ("worker-update 0 --stages-measured maybe", REFUSED), ("worker-update 0 --core 1", USAGE),
    ("worker-update 9 --stages-measured true", NOT_FOUND),
]


def run(gateway):
    api = gateway.start()
    bgwctl = Bgwctl(gateway.unix)
    for command, expect in REFUSALS:
        bgwctl(command, expect)
    Bgwctl("unix:/nonexistent/api.sock")("network-list", UNREACHABLE)
    done = bgwctl.run("--token 'a\nX-Other: b' network-list")
    check(done.returncode == USAGE and "control character" in done.stderr, f"a token of two lines: {done}")
    bgwctl("network-list --fields id --fields name", USAGE)
    made = prove_commands(bgwctl)
    prove_lists(bgwctl)
    prove_names(api, bgwctl)
    prove_terminal(bgwctl)
    prove_views(bgwctl)
    for command, expect in DELETES:
        bgwctl(command.format(**made), expect)
    for noun in ("network", "l2-gateway", "l2-gateway-connection", "l2-remote-gateway",
                 "l2-remote-gateway-connection", "l2-remote-mac"):
        answer = bgwctl(f"{noun}-list", json_too=True)
        equal(f"what is left of {noun}", next(iter(answer.values())), [])


def prove_commands(bgwctl):
    made = {}
    for command, expect, members, name in COMMANDS:
        text = command if "interface_names" in command else command.format(**made)
        if expect != OK:
            bgwctl(text, expect)
            continue
        (root, item), = bgwctl(text, json_too=True).items()
        equal(f"root of {text}", root, re.sub("-[a-z]+$", "", text.split()[0]).replace("-", "_"))
        for member, value in members.items():
            wanted = value.format(**made) if isinstance(value, str) else value
            equal(f"{member} after {text}", item[member], wanted)
        if name is not None:
            made[name] = item["id"]
    return made


def prove_lists(bgwctl):
    check("member1|100,200" in bgwctl("l2-gateway-list"), "the list shows no VLAN ids")
    shown = bgwctl("l2-remote-gateway-connection-list --gateway gw --remote far")
    for word in ("gw", "far", "456", "gre"):
        check(word in shown.split(), f"the list of connections shows no {word}: {shown}")
    equal("connections that the filter leaves", len(shown.splitlines()), 2)
    equal("MACs of a connection", sorted(bgwctl.rows(
        "l2-remote-mac-list --remote-connection gw/far --fields mac,ipaddr,rgw_connection")),
        [[f"{MAC}1", "198.51.100.9", "gw/far"], [f"{MAC}2", "198.51.100.2", "gw/far"],
         [f"{MAC}3", "198.51.100.3", "gw/far"], [f"{MAC}4", "-", "gw/far"]])
    equal("sorted", [row[0] for row in bgwctl.rows(
        "network-list --fields name --sort-key name --sort-dir desc")], ["spare", "lan"])
    equal("the first of them", [row[0] for row in bgwctl.rows(
        "network-list --fields name --sort-key name --limit 1")], ["lan"])
    bgwctl("mac-flush --port member1")
    bgwctl("mac-flush --connection gw/far")
    check("--remote-gateway" in bgwctl("help l2-remote-gateway-connection-update"), "no help")
    check("MAC|ID [RGW-CONNECTION]" in bgwctl("help l2-remote-mac-update"), "no help for two")


def prove_names(api, bgwctl):
    """What an object says of itself does not steer the terminal of who looks at it."""
    made = api.create("networks", name="a", description="a\r\tb\n\u00e9")["id"]
    shown = bgwctl.on_terminal(f"network-show {made}", 200, NO_COLOR="1")
    check("a??b?\u00e9" in shown, f"it shows {shown!r}")
    said = bgwctl.on_terminal("network-show a\x1b[2J", 200, NO_COLOR="1")
    check("called a?[2J" in said, f"it complains {said!r}")
    equal("the text in JSON",
          bgwctl(f"network-show {made}", json_too=True)["network"]["description"], "a\r\tb\n\u00e9")
    api.delete("networks", made)


def prove_terminal(bgwctl):
    """Tables fit, and only a terminal is shown colours."""
    command = "l2-remote-gateway-connection-list"
    for columns in (60, 80, 132):
        lines = bgwctl.on_terminal(command, columns, NO_COLOR="1").splitlines()
        table = [line for line in lines if not line.startswith("(too narrow")]
        equal("rows", len(table), 3)
        check(all(len(line) <= columns for line in table), f"wider than {columns}: {table}")
    check("\033[1m" in bgwctl.on_terminal(command, 200), "a terminal shows no bold title")
    check("\033[3" in bgwctl.on_terminal(command, 200), "a terminal shows no coloured status")
    check("\033" not in bgwctl.on_terminal(command, 200, NO_COLOR="1"), "NO_COLOR is ignored")
    check("\033" not in bgwctl.on_terminal(command, 200, TERM="dumb"), "TERM=dumb is ignored")
    check("\033" not in bgwctl(command), "a pipe is shown colours")
    check("\033" not in bgwctl.on_terminal("--json " + command, 200), "JSON has colours")


def prove_views(bgwctl):
    check("pps" in bgwctl("show ports --interval 0.1"), "ports are shown without rates")
    for what in ("ports", "workers", "connections", "macs", "drops", "neighbours", "attachments", "sessions"):
        bgwctl(f"show {what} --interval 0.1")
        answer = bgwctl(f"show {what} --interval 0", json_too=True)
        check(len(answer) == 1, f"show {what} --json has {len(answer)} members")
    workers = bgwctl("show workers --interval 0", json_too=True)["workers"]
    check("cycles_per_packet" in workers[0], "a worker shows no cycles per packet")
    plain = bgwctl("show workers --interval 0")
    for value in ("true", "false"):
        shown = bgwctl(f"worker-update 0 --stages-measured {value}", json_too=True)
        equal(f"stages_measured of worker-update to {value}", shown["worker"]["stages_measured"],
              value == "true")
        check(bgwctl("show workers --interval 0").splitlines()[0] == plain.splitlines()[0],
              "show workers has other columns")
    check("--stages-measured true|false" in bgwctl("help worker-update"), "no help for it")
    check("stages_measured" in bgwctl("show workers --stages"), "no hint how to measure")
