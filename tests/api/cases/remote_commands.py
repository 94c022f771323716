# SPDX-License-Identifier: BSD-3-Clause
"""With our package in tools/neutronclient, OpenStack's commands have the remote gateways, under the
names and with the arguments of the documents that these come from; and what they ask and are answered
is as proto/openapi.yaml says."""

from lib import contract
from lib.expect import check, equal
from lib.openstack import Commands

EARLY = True
MAC = "02:00:00:00:00:0"


def run(gateway):
    api = gateway.start()
    prism = contract.Prism(gateway)
    command = Commands(gateway, f"http://{prism.where}")
    made = {"lan": api.create("networks", name="lan", segmentation_id=700)["id"],
            "gw": api.create("l2-gateways", name="gw")["id"]}
    api.create("l2-gateway-connections", l2_gateway_id=made["gw"], network_id=made["lan"])
    try:
        neutron(command, api, made)
        openstack(command, api, made)
    finally:
        prism.close()


def has(what, item, **members):
    for member, value in members.items():
        equal(f"{member} of {what}", item[member], value)


def neutron(command, api, made):
    def call(text, **more):
        return command("neutron", *text.split(), **more)

    far = call("l2-remote-gateway-create far 192.0.2.2")
    has("far", api.show("l2-remote-gateways", far["id"]), name="far", ipaddr="192.0.2.2")
    call("l2-remote-gateway-update far --name=away --ip-addr 192.0.2.3", form=())
    call("l2-remote-gateway-update away --ipaddr 192.0.2.4", form=())
    has("away", call("l2-remote-gateway-show away"), id=far["id"], ipaddr="192.0.2.4")
    equal("list", [row["name"] for row in call("l2-remote-gateway-list")], ["away"])

    call("l2-remote-gateway-connection-create gw lan away --seg-id 456 --flood False")
    call("l2-remote-gateway-connection-create gw --remote=away --segmentation-id=457")
    rows = {int(row["seg_id"]): row for row in call("l2-remote-gateway-connection-list")}
    equal("keys", sorted(rows), [456, 457])
    shown = api.show("l2-remote-gateway-connections", rows[456]["id"])
    has("a connection", shown, gateway=made["gw"], network=made["lan"],
        remote_gateway=far["id"], flood=False)
    has("the other", api.show("l2-remote-gateway-connections", rows[457]["id"]), network=None,
        flood=True)
    call(f"l2-remote-gateway-connection-update {shown['id']} --remote away --segmentation-id 458",
         form=())
    has("updated", call(f"l2-remote-gateway-connection-show {shown['id']}"), seg_id=458)
    call("l2-remote-gateway-connection-create gw none", fails="Unable to find", form=())
    call("l2-remote-gateway-connection-create gw", fails="REMOTE-GATEWAY", form=())
    call(f"l2-remote-gateway-connection-update {shown['id']} --segmentation-id x", form=(),
         fails="seg_id")

    for text in (f"{MAC}1 {shown['id']} --ipaddr=10.0.0.1", f"{MAC}2 10.0.0.2 {shown['id']}",
                 f"{MAC}3;10.0.0.3 {shown['id']}", f"{MAC}4 {shown['id']}"):
        call(f"l2-remote-mac-create {text}")
    macs = {item["mac"]: item for item in api.list("l2-remote-macs")}
    equal("addresses", [macs[f"{MAC}{n}"]["ipaddr"] for n in range(1, 5)],
          ["10.0.0.1", "10.0.0.2", "10.0.0.3", None])
    equal("those behind", {row["mac"] for row in call(
        f"l2-remote-mac-list --remote-connection {shown['id']}")}, set(macs))
    equal("those behind another", call(
        f"l2-remote-mac-list --remote-connection {rows[457]['id']}"), [])
    call(f"l2-remote-mac-update {MAC}4 {shown['id']} --ipaddr=10.0.0.4", form=())
    call(f"l2-remote-mac-update {macs[f'{MAC}1']['id']} --ipaddr=10.0.0.9", form=())
    has("a MAC", call(f"l2-remote-mac-show {macs[f'{MAC}1']['id']}"), ipaddr="10.0.0.9")
    equal("updated", api.show("l2-remote-macs", macs[f"{MAC}4"]["id"])["ipaddr"], "10.0.0.4")
    call(f"l2-remote-mac-delete {macs[f'{MAC}2']['id']}", form=())
    call("l2-remote-gateway-delete away", fails="is in use by", form=())
    equal("MACs left", {row["mac"][-1] for row in call("l2-remote-mac-list")}, set("134"))
    call(f"l2-remote-gateway-connection-delete {rows[457]['id']}", form=())
    api.create("l2-remote-gateways", name="idle", ipaddr="192.0.2.9")
    call("l2-remote-gateway-delete idle", form=())


def openstack(command, api, made):
    def call(text, **more):
        return command("openstack", *text.split(), **more)

    has("near", call("l2-remote-gateway create near 192.0.2.5"), name="near")
    has("near", call("l2-remote-gateway update near --ipaddr 192.0.2.6"), ipaddr="192.0.2.6")
    connection = call("l2-remote-gateway-connection create gw --remote near --segmentation-id 9")
    has("a connection", connection, gateway=made["gw"], seg_id=9)
    identifier = connection["id"]
    has("updated", call(f"l2-remote-gateway-connection update {identifier} --flood false"),
        flood=False)
    has("shown", call(f"l2-remote-gateway-connection show {identifier}"), flood=False)
    mac = call(f"l2-remote-mac create {MAC}7 10.0.0.7 {identifier}")
    has("by its MAC", call(f"l2-remote-mac show {MAC}7 {identifier}"), id=mac["id"])
    has("by its MAC", call(f"l2-remote-mac update {MAC}7 {identifier} --ipaddr 10.0.0.8"),
        ipaddr="10.0.0.8")
    equal("those behind", [row["mac"] for row in call(
        f"l2-remote-mac list --remote-connection {identifier}")], [f"{MAC}7"])
    check(len(call("l2-remote-gateway-connection list")) == 2, "connections are missing")
    has("near", call("l2-remote-gateway show near"), ipaddr="192.0.2.6")
    call(f"l2-remote-mac delete {mac['id']}", form=())
    call(f"l2-remote-gateway-connection delete {identifier}", form=())
    call("l2-remote-gateway delete near", form=())
    call("l2-remote-gateway show near", fails="Unable to find", form=())
    equal("remote gateways left", [row["name"] for row in call("l2-remote-gateway list")],
          ["away"])
