# SPDX-License-Identifier: BSD-3-Clause
"""proto/openapi.yaml is a sound description, and what clients ask and the gateway answers is what it
says: bgwctl, OpenStack's commands and plain requests pass a proxy that holds both against it."""

from lib import contract
from lib.bgwctl import Bgwctl
from lib.client import Client
from lib.expect import Failure, check, equal
from lib.objects import CHANGES, make_all
from lib.openstack import Commands

EARLY = True


def run(gateway):
    said = contract.lint()
    check(not said, f"redocly: {said}")
    gateway.start().close()
    prism = contract.Prism(gateway)
    try:
        prove_judge(prism)
        prove_requests(prism)
        prove_bgwctl(prism)
        prove_commands(gateway, prism)
    finally:
        prism.close()


def prove_judge(prism):
    """It does see what is wrong."""
    api = Client(prism.where)
    answer = api.request("POST", "/v2.0/networks", {"network": {"colour": "red"}})
    equal("status of a member that there is not", answer.status, 422)
    answer = api.request("GET", "/v2.0/nothing")
    equal("status of a path that there is not", answer.status, 404)
    api.close()


def prove_requests(prism):
    """Every collection: create, list, show, update, delete."""
    api = Client(prism.where)
    made = make_all(api)
    for collection, members in CHANGES.items():
        api.update(collection, made[collection]["id"], **members)
    for collection in (*made, "ports", "attachments", "macs", "workers", "drops", "neighbours",
                       "negotiation-sessions", "negotiations"):
        for item in api.list(collection)[:3]:
            api.show(collection, item["id"])
        api.list(collection, "?limit=1&fields=id" if collection in made else "")
    for target in ("/", "/v2.0", "/v2.0/extensions", "/v2.0/extensions/l2-gateway"):
        api.get(target)
    answer = api.request("POST", "/v2.0/networks", {"networks": [{"name": "a"}, {"name": "b"}]})
    equal("status of a bulk create", answer.status, 201)
    # What the gateway refuses, in the form that the description has for it.
    nobody = "00000000-0000-4000-8000-00000000dead"
    api.refused(404, "GET", f"/v2.0/networks/{nobody}")
    api.refused(409, "DELETE", f"/v2.0/l2-gateways/{made['l2-gateways']['id']}")
    api.refused(412, "PUT", f"/v2.0/networks/{made['networks']['id']}",
                {"network": {"name": "x"}}, headers={"If-Match": "revision_number=77"})
    answer = api.request("DELETE", "/v2.0/macs?port=member1")
    equal("status of a flush", answer.status, 204)
    for collection in reversed(made):
        api.delete(collection, made[collection]["id"])
    api.close()


def prove_bgwctl(prism):
    bgwctl = Bgwctl(prism.where)
    for command in (
            "network-create lan --segmentation-id 700 --mtu 1400",
            "l2-gateway-create gw --device interface_names=member1|100#200",
            "l2-gateway-connection-create gw lan",
            "l2-remote-gateway-create far 192.0.2.2 --encapsulations vxlan,gre",
            "l2-remote-gateway-connection-create gw --remote=far --segmentation-id=456 --wait",
            "l2-remote-mac-create 02:00:00:00:00:01 gw/far --ipaddr=198.51.100.1",
            "l2-remote-mac-update 02:00:00:00:00:01 gw/far --ipaddr=198.51.100.2",
            "l2-remote-gateway-connection-list --gateway gw --sort-key seg_id --sort-dir desc",
            "l2-remote-mac-list --remote-connection gw/far",
            "port-update member1 --admin-state-up true",
            "worker-update 0 --stages-measured true",
            "show ports --interval 0", "show workers --stages", "show drops --interval 0",
            "show connections --interval 0", "show neighbours --interval 0",
            "mac-flush --port member1",
            "l2-gateway-delete gw --cascade", "l2-remote-gateway-delete far",
            "network-delete lan"):
        bgwctl(command.replace("|", "\\|").replace("#", "\\#"))
    bgwctl("network-create -f -", text="name,mtu\nx,1400\ny,\n")
    bgwctl("network-delete x y")


def prove_commands(gateway, prism):
    command = Commands(gateway, f"http://{prism.where}")
    for text, form in (
            ("openstack network list", ("-f", "json")),
            ("neutron l2-gateway-create gw1 --device name=local,interface_names=member1|100", ()),
            ("neutron l2-gateway-list --name gw1 -F id -F name", ()),
            ("neutron l2-remote-gateway-create far 192.0.2.2", ()),
            ("neutron l2-remote-gateway-connection-create gw1 far --seg-id 5 --flood True", ()),
            ("openstack l2-remote-gateway-connection list", ("-f", "json")),
            ("neutron l2-remote-gateway-update far --name away", ()),
            ("neutron ext-list", ())):
        try:
            command(*text.split(), form=form)
        except Failure as failure:
            raise Failure(f"through prism: {failure}; see {prism.log}") from None
