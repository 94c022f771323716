# SPDX-License-Identifier: BSD-3-Clause
"""Resident memory of a bgwd whose tables are full: MACs that it learned from frames, connections
that were made through its API."""

import os
import subprocess
import tempfile
import time

from . import gateway, machine

VTEP = "192.18.0.1"
WAN_MAC = "02:00:00:00:ff:01"
FAR_MAC = "02:00:00:00:ff:02"
SEGMENTATION_ID = 5000
MACS = 1048576
CONNECTIONS = 16000
REMOTES = 250
BULK = 500
TEACH_S = 240


def _port(directory, name, role, **more):
    memif = {"socket": f"{directory}/{name}.sock", "id": 0, "mode": "server"}
    return {"name": name, "driver": "memif", "role": role, "memif": memif, **more}


def _configuration(place, directory):
    wan = _port(directory, "wan", "underlay", mtu=1600, devargs=f"mac={WAN_MAC}")
    neighbours = [{"ip": _address(0), "mac": FAR_MAC, "port": "wan"}]
    return {
        "name": "memory",
        "workers": {"cores": [place.core], "idle": "sleep"},
        "control": {"cores": [place.other]},
        # Huge pages would all be resident from the start, used or not.
        "memory": {"hugepages": True, "mbytes": 448, "mbufs": 65536},
        "tables": {"macs": MACS, "connections": CONNECTIONS + 1, "networks": 4096},
        "ports": [_port(directory, "lan", "access"), wan],
        "underlay": {"vtep": VTEP, "addresses": [f"{VTEP}/16"], "neighbours": neighbours},
    }


def _address(remote):
    return f"192.18.{1 + remote // 200}.{1 + remote % 200}"


def _connections_create(api, l2_gateway, network):
    """Spread over the remote gateways. Only the first, which has the traffic, is flooded to."""
    remotes = [
        api.create(
            "l2-remote-gateways",
            name=f"far-{number}",
            ipaddr=_address(number),
            encapsulations=["vxlan"],
        )
        for number in range(REMOTES)
    ]
    bodies = [
        {
            "gateway": l2_gateway,
            "network": network,
            "remote_gateway": remotes[number % REMOTES],
            "seg_id": SEGMENTATION_ID + number // REMOTES,
            "flood": number == 0,
        }
        for number in range(CONNECTIONS)
    ]
    for first in range(0, CONNECTIONS, BULK):
        api.request(
            "POST",
            "l2-remote-gateway-connections",
            {"l2_remote_gateway_connections": bodies[first : first + BULK]},
        )


def _provision(api):
    # None may be forgotten before the last is known.
    network = api.create("networks", name="lan", mac_ageing_s=65000)
    devices = [{"device_name": "local", "interfaces": [{"name": "lan"}]}]
    l2_gateway = api.create("l2-gateways", name="gw", devices=devices)
    api.create("l2-gateway-connections", l2_gateway_id=l2_gateway, network_id=network)
    _connections_create(api, l2_gateway, network)
    return network


def _learned(api, network):
    return api.request("GET", f"networks/{network}")["network"]["mac_count"]


def _teach(place, directory, is_enough):
    """Frames from as many stations as the table has room for, until that is enough."""
    client = "role=client,id=0,socket-abstract=no,socket="
    command = [
        os.path.join(machine.BUILD, "tools", "bgwgen", "bgwgen"),
        "run",
        f"--port=lan=net_memif0,{client}{directory}/lan.sock",
        f"--port=wan=net_memif1,mac={FAR_MAC},{client}{directory}/wan.sock",
        f"--tunnel=wan=vxlan,local={_address(0)},remote={VTEP},source-mac={FAR_MAC},"
        f"next-hop-mac={WAN_MAC},id={SEGMENTATION_ID}",
        f"--stream=lan:wan,flows={MACS - 1},source-macs={MACS - 1},destination-macs=1",
        "--learn-rate=200k",
        "--rate=10k",
        "--duration=1s",
        f"--core={place.other}",
        "--quiet",
    ]
    deadline_s = time.monotonic() + TEACH_S
    generator = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        while generator.poll() is None and not is_enough() and time.monotonic() < deadline_s:
            time.sleep(0.5)
        if generator.poll() == 1:
            raise RuntimeError(f"bgwgen: {generator.stderr.read().strip()}")
    finally:
        generator.terminate()
        generator.wait(30)


def _resident_mbytes(pid):
    kbytes = 0
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        for line in file:
            if line.startswith(("VmRSS:", "HugetlbPages:")):
                kbytes += int(line.split()[1])
    return kbytes / 1024


def measure(place):
    """Starts a gateway, fills it, and looks at what it holds."""
    with tempfile.TemporaryDirectory(prefix="bgw-bench-") as directory:
        with gateway.running(directory, _configuration(place, directory)) as running:
            api, pid = running.api, running.process.pid
            network = _provision(api)
            empty = _resident_mbytes(pid)
            _teach(place, directory, lambda: _learned(api, network) == MACS)
            return {
                "resident_mbytes": round(_resident_mbytes(pid), 1),
                "resident_without_macs_mbytes": round(empty, 1),
                "macs": _learned(api, network),
                "connections": CONNECTIONS,
            }
