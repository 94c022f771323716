# SPDX-License-Identifier: BSD-3-Clause
"""The API under load while frames are forwarded: single creates over many connections, one create
of very many objects, one list of all of them."""

import contextlib
import json
import os
import selectors
import socket
import struct
import tempfile
import time

from . import gateway

VTEP = "192.18.0.1"
FAR_VTEP = "192.18.0.2"
FAR_MAC = "02:00:00:00:ff:02"
CONNECTIONS = 32
SINGLE = 20000
BULK = 100000
FLOWS = 1000
# First bytes of the MACs that each part of the measurement has for itself.
FLOW_MACS, BULK_MACS, SINGLE_MACS = 0x02_10_00, 0x02_20_00, 0x02_30_00


def _mac(block, number):
    return f"{block:06x}{number:06x}"


def _mac_text(block, number):
    digits = _mac(block, number)
    return ":".join(digits[at : at + 2] for at in range(0, 12, 2))


def _capture_write(path):
    """Frames of 64 bytes, to stations behind the tunnel."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for number in range(FLOWS):
            frame = bytes.fromhex(_mac(FLOW_MACS, number) + _mac(0x02_40_00, number) + "88b5")
            frame += bytes(60 - len(frame))
            file.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)


def _configuration(place, capture):
    pcap = f"net_pcap0,rx_pcap={capture},infinite_rx=1"
    return {
        "name": "api",
        "workers": {"cores": [place.core]},
        "control": {"cores": [place.other]},
        "memory": {"hugepages": True, "mbytes": 512, "mbufs": 16384},
        "tables": {"macs": 262144, "connections": 64, "networks": 16},
        "ports": [
            {"name": "lan", "driver": "vdev", "devargs": pcap, "role": "access"},
            {"name": "wan", "driver": "vdev", "devargs": "net_null0,no-rx=1", "role": "underlay"},
        ],
        "underlay": {
            "vtep": VTEP,
            "addresses": [f"{VTEP}/24"],
            "neighbours": [{"ip": FAR_VTEP, "mac": FAR_MAC, "port": "wan"}],
        },
    }


def _provision(api):
    """The id of the tunnel, to which frames are on their way."""
    network = api.create("networks", name="lan")
    devices = [{"device_name": "local", "interfaces": [{"name": "lan"}]}]
    l2_gateway = api.create("l2-gateways", name="gw", devices=devices)
    remote = api.create("l2-remote-gateways", name="far", ipaddr=FAR_VTEP)
    tunnel = api.create(
        "l2-remote-gateway-connections",
        gateway=l2_gateway,
        network=network,
        remote_gateway=remote,
        seg_id=5000,
    )
    api.raw("POST", "l2-remote-macs", _bulk_body(FLOW_MACS, FLOWS, tunnel))
    api.create("l2-gateway-connections", l2_gateway_id=l2_gateway, network_id=network)
    return tunnel


def _bulk_body(block, count, tunnel):
    return json.dumps(
        {
            "l2_remote_macs": [
                {"mac": _mac_text(block, number), "rgw_connection": tunnel}
                for number in range(count)
            ]
        }
    )


def _create_request(number, tunnel):
    body = json.dumps(
        {"l2_remote_mac": {"mac": _mac_text(SINGLE_MACS, number), "rgw_connection": tunnel}}
    )
    return (
        "POST /v2.0/l2-remote-macs HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def _is_whole(answer):
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end:
        return False
    at = head.lower().index(b"content-length:") + 15
    return len(body) >= int(head[at:].split(b"\r\n", 1)[0])


def _creates_per_s(path, tunnel):
    """Each connection sends its next request when the last was answered."""
    requests = [_create_request(number, tunnel) for number in range(SINGLE)]
    selector = selectors.EpollSelector()
    waiting = {}
    for _ in range(CONNECTIONS):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.connect(path)
        selector.register(connection, selectors.EVENT_READ)
        waiting[connection] = b""
    began = time.monotonic()
    for connection in waiting:
        connection.sendall(requests.pop())
    answered = 0
    while answered < SINGLE:
        for key, _ in selector.select():
            connection = key.fileobj
            answer = waiting[connection] + connection.recv(65536)
            if not _is_whole(answer):
                waiting[connection] = answer
                continue
            if not answer.startswith(b"HTTP/1.1 201"):
                raise RuntimeError(f"a create was answered {answer[:300]!r}")
            waiting[connection] = b""
            answered += 1
            if requests:
                connection.sendall(requests.pop())
    elapsed = time.monotonic() - began
    for connection in waiting:
        connection.close()
    return SINGLE / elapsed


def _seconds(function, *arguments):
    began = time.monotonic()
    answer = function(*arguments)
    return time.monotonic() - began, answer


def _resident_reset(pid):
    """What was most so far is forgotten."""
    with open(f"/proc/{pid}/clear_refs", "w", encoding="utf-8") as file:
        file.write("5")


def _resident_mbytes(pid, member):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        for line in file:
            if line.startswith(member):
                return int(line.split()[1]) / 1024
    return 0


def _counters(api):
    """Frames forwarded, and frames lost for any reason."""
    ports = {port["name"]: port for port in api.request("GET", "ports")["ports"]}
    lost = sum(port["dropped_packets"] + port["tx_errors"] for port in ports.values())
    return ports["wan"]["tx_packets"], lost


@contextlib.contextmanager
def _beside_the_worker(place):
    """This process keeps off the worker's CPU."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {place.other})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _measure(running):
    api, tunnel = running.api, _provision(running.api)
    body = _bulk_body(BULK_MACS, BULK, tunnel)
    time.sleep(1)
    forwarded, lost = _counters(api)
    began = time.monotonic()
    creates_per_s = _creates_per_s(running.socket, tunnel)
    bulk_s, answer = _seconds(api.raw, "POST", "l2-remote-macs", body)
    made = len(json.loads(answer)["l2_remote_macs"])
    _resident_reset(running.process.pid)
    before = _resident_mbytes(running.process.pid, "VmRSS:")
    list_s, answer = _seconds(api.raw, "GET", "l2-remote-macs")
    after = _resident_mbytes(running.process.pid, "VmHWM:")
    listed = len(json.loads(answer)["l2_remote_macs"])
    if (made, listed) != (BULK, BULK + SINGLE + FLOWS):
        raise RuntimeError(f"{made} were made and {listed} are listed")
    elapsed = time.monotonic() - began
    forwarded_then, lost_then = _counters(api)
    return {
        "creates_per_s": round(creates_per_s),
        "connections": CONNECTIONS,
        "bulk_s": round(bulk_s, 3),
        "bulk_objects": BULK,
        "list_s": round(list_s, 3),
        "list_objects": listed,
        "list_mbytes": round(len(answer) / 1e6, 1),
        "list_memory_mbytes": round(after - before, 1),
        "forwarded_mpps": round((forwarded_then - forwarded) / elapsed / 1e6, 3),
        "lost_frames": lost_then - lost,
    }


def measure(place):
    with tempfile.TemporaryDirectory(prefix="bgw-bench-") as directory:
        capture = os.path.join(directory, "frames.pcap")
        _capture_write(capture)
        with gateway.running(directory, _configuration(place, capture)) as running:
            with _beside_the_worker(place):
                return _measure(running)
