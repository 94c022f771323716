# SPDX-License-Identifier: BSD-3-Clause
"""openstacksdk drives the gateway's objects, with the resources of tools/neutronclient, and what it asks
and is answered is as proto/openapi.yaml says."""

import subprocess

from lib import contract
from lib.expect import Skip, equal
from lib.openstack import OURS

PROGRAM = r"""
import sys
import openstack
from openstack import exceptions
from bgw_neutronclient import sdk

conn = openstack.connect(auth_type="none", auth={"endpoint": sys.argv[1]})
net = conn.network
lan = net.create_network(name="lan")
assert [n.name for n in net.networks()] == ["lan"]
assert net.find_network("lan").id == lan.id
net.update_network(lan, name="lan2")
assert net.get_network(lan.id).name == "lan2"

devices = [{"device_name": "local", "interfaces": [{"name": "member1",
                                                    "segmentation_id": ["7"]}]}]
gw = net._create(sdk.Gateway, name="gw", devices=devices)
assert gw.devices == devices, gw.devices
joined = net._create(sdk.GatewayConnection, l2_gateway_id=gw.id, network_id=lan.id)
assert net._get(sdk.GatewayConnection, joined.id).network_id == lan.id
assert [c.id for c in net._list(sdk.GatewayConnection)] == [joined.id]
gw = net._update(sdk.Gateway, gw, name="gw2")
assert net._get(sdk.Gateway, gw.id).name == net._find(sdk.Gateway, "gw2").name == "gw2"
assert [g.id for g in net._list(sdk.Gateway, name="gw2")] == [gw.id]
far = net._create(sdk.RemoteGateway, name="far", ipaddr="192.0.2.2")
assert far.encapsulations == ["vxlan"], far.encapsulations
assert net._find(sdk.RemoteGateway, "far").id == far.id
assert net._find(sdk.RemoteGateway, "none") is None
far = net._update(sdk.RemoteGateway, far, name="away")
assert (far.name, far.ipaddr, far.revision_number) == ("away", "192.0.2.2", 2), far
tunnel = net._create(sdk.RemoteGatewayConnection, gateway=gw.id, remote_gateway=far.id, seg_id=456)
assert (tunnel.seg_id, tunnel.flood, tunnel.status) == (456, True, "ACTIVE"), tunnel
tunnel = net._update(sdk.RemoteGatewayConnection, tunnel, flood=False)
assert tunnel.flood is False
assert net._get(sdk.RemoteGatewayConnection, tunnel.id).flood is False
assert [t.id for t in net._list(sdk.RemoteGatewayConnection, gateway=gw.id)] == [tunnel.id]
assert [g.name for g in net._list(sdk.RemoteGateway)] == ["away"]
for number in range(5):
    net._create(sdk.RemoteMac, mac=f"02:00:00:00:00:0{number}", rgw_connection=tunnel.id,
                ipaddr=f"10.0.0.{number + 1}")
macs = list(net._list(sdk.RemoteMac, limit=2, rgw_connection=tunnel.id))
assert [m.mac[-1] for m in sorted(macs, key=lambda m: m.mac)] == list("01234"), macs
assert not list(net._list(sdk.RemoteMac, mac="02:00:00:00:00:99"))
assert net._update(sdk.RemoteMac, macs[0], ipaddr="10.0.0.77").ipaddr == "10.0.0.77"
assert net._get(sdk.RemoteMac, macs[0].id).ipaddr == "10.0.0.77"
try:
    net._delete(sdk.RemoteGateway, far.id)
    raise SystemExit("a remote gateway in use was deleted")
except exceptions.ConflictException as error:
    assert "is in use by" in str(error), error
try:
    net._create(sdk.RemoteGateway, name="x", ipaddr="nowhere")
    raise SystemExit("nowhere is no address")
except exceptions.BadRequestException as error:
    assert "ipaddr" in str(error), error
for mac in macs:
    net._delete(sdk.RemoteMac, mac.id)
net._delete(sdk.RemoteGatewayConnection, tunnel.id)
net._delete(sdk.RemoteGateway, far.id)
net._delete(sdk.GatewayConnection, joined.id)
net._delete(sdk.Gateway, gw.id)
net.delete_network(lan)
print("done")
"""


def run(gateway):
    if subprocess.run(["/usr/bin/python3", "-c", "import openstack"], check=False,
                      capture_output=True).returncode != 0:
        raise Skip("python3-openstacksdk is not installed")
    api = gateway.start()
    prism = contract.Prism(gateway)
    try:
        ended = subprocess.run(
            ["/usr/bin/python3", "-c", PROGRAM, f"http://{prism.where}"], capture_output=True,
            text=True, timeout=120, check=False,
            env={"PATH": "/usr/bin:/bin", "HOME": gateway.directory, "PYTHONPATH": OURS,
                 "PYTHONDONTWRITEBYTECODE": "1"})
    finally:
        prism.close()
    equal(f"what it says ({ended.stderr[-600:]})", ended.stdout, "done\n")
    for collection in ("networks", "l2-gateways", "l2-remote-gateways", "l2-remote-macs"):
        equal(collection, api.list(collection), [])
