# SPDX-License-Identifier: BSD-3-Clause
"""The commands of OpenStack, unchanged, drive the collections that they know: each of their commands, by
name and by id, and what they ask and are answered is as proto/openapi.yaml says."""

from lib import contract
from lib.certificates import Authority
from lib.expect import check, equal
from lib.openstack import Commands

EARLY = True


def run(gateway):
    api = gateway.start()
    prism = contract.Prism(gateway)
    command = Commands(gateway, f"http://{prism.where}")
    try:
        neutron(command, api)
        openstack(command, api)
    finally:
        prism.close()
    gateway.stop()
    guarded(command, gateway)


def neutron(command, api):
    net = api.create("networks", name="net1")
    made = command("neutron", "l2-gateway-create", "gw1", "--device",
                   "name=local,interface_names=member1|100#200")
    gw = api.list("l2-gateways", "?name=gw1")[0]
    equal("id", made["id"], gw["id"])
    equal("devices", gw["devices"], [{"device_name": "local", "interfaces": [
        {"name": "member1", "segmentation_id": ["100", "200"]}]}])
    command("neutron", "l2-gateway-create", "gw0")
    equal("devices of a gateway without", api.list("l2-gateways", "?name=gw0")[0]["devices"], [])
    equal("pages", [row["name"] for row in command(
        "neutron", "l2-gateway-list", "-P", "1", "--sort-key", "name", "--sort-dir", "asc")],
        ["gw0", "gw1"])
    command("neutron", "l2-gateway-update", "gw0", "--name", "gw2", form=())
    equal("shown by name", command("neutron", "l2-gateway-show", "gw2")["name"], "gw2")
    equal("shown by id", command("neutron", "l2-gateway-show", gw["id"])["name"], "gw1")
    command("neutron", "l2-gateway-connection-create", "gw1", "net1")
    connection = command("neutron", "l2-gateway-connection-list")[0]
    equal("a connection", (connection["l2_gateway_id"], connection["network_id"]),
          (gw["id"], net["id"]))
    equal("that connection", command("neutron", "l2-gateway-connection-show",
                                     connection["id"])["network_id"], net["id"])
    command("neutron", "l2-gateway-delete", "gw1", fails="is in use by", form=())
    command("neutron", "l2-gateway-show", "none", fails="Unable to find")
    command("neutron", "l2-gateway-connection-delete", connection["id"], form=())
    command("neutron", "l2-gateway-delete", "gw1", form=())
    aliases = [row["alias"] for row in command("neutron", "ext-list")]
    check("l2-remote-mac" in aliases, "ext-list does not show l2-remote-mac")


def openstack(command, api):
    equal("networks", [row["Name"] for row in command("openstack", "network", "list")], ["net1"])
    equal("status", command("openstack", "network", "show", "net1")["status"], "ACTIVE")
    command("openstack", "network", "set", "--name", "net2", "net1", form=())
    equal("renamed", [item["name"] for item in api.list("networks")], ["net2"])
    command("openstack", "l2gw", "create", "gw3", "--device",
            "name=local,interface_names=member2|7")
    equal("gateways", sorted(row["Name"] for row in command("openstack", "l2gw", "list")),
          ["gw2", "gw3"])
    command("openstack", "l2gw", "connection", "create", "gw3", "net2")
    connection, = command("openstack", "l2gw", "connection", "list")
    made, = api.list("l2-gateway-connections")
    equal("a connection", connection["ID"], made["id"])
    shown = command("openstack", "l2gw", "connection", "show", connection["ID"])
    check(made["l2_gateway_id"] in shown.values(), f"it shows {shown}")
    command("openstack", "l2gw", "connection", "delete", connection["ID"], form=())
    equal("connections left", api.list("l2-gateway-connections"), [])
    command("openstack", "l2gw", "update", "gw3", "--name", "gw4", form=())
    for name in ("gw4", made["l2_gateway_id"]):
        shown = command("openstack", "l2gw", "show", name)
        check({"gw4", made["l2_gateway_id"]} <= {str(value) for value in shown.values()},
              f"{name} shows {shown}")
    command("openstack", "l2gw", "delete", "gw2", form=())
    equal("gateways left", [item["name"] for item in api.list("l2-gateways")], ["gw4"])
    command("openstack", "network", "create", "net3")
    command("openstack", "network", "delete", "net3", form=())
    equal("networks left", [item["name"] for item in api.list("networks")], ["net2"])


def guarded(command, gateway):
    authority = Authority(gateway.directory, "authority")
    where = gateway.open_to_others(authority)
    tokens = gateway.set_tokens(operator="admin", eyes="reader")
    gateway.start().close()
    create = ("neutron", "l2-gateway-create", "by token")
    command.point(where, tokens["operator"], authority.cert)
    equal("made by an admin", command(*create)["name"], "by token")
    command.point(where, tokens["eyes"], authority.cert)
    check(any(row["name"] == "by token" for row in command("neutron", "l2-gateway-list")),
          "a reader does not see it")
    command(*create, fails="may only GET")
    command.point(where, "wrong", authority.cert)
    command("neutron", "l2-gateway-list", fails="X-Auth-Token is none of api.tokens")
