# SPDX-License-Identifier: BSD-3-Clause
"""A long list is that of one moment, however slowly it is read, and hinders nobody."""

import json
import socket
import time

from lib.attack import read_all
from lib.expect import check, equal
from lib.objects import make_all

COUNT = 12000
TARGETS = ("/v2.0/l2-remote-macs", "/v2.0/l2-remote-macs?sort_key=mac&sort_dir=desc",
           "/v2.0/l2-remote-macs?limit=9000")


def ask(gateway, target):
    """The request is on its way, and next to nothing of the answer is taken."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.settimeout(20)
    connection.connect(gateway.socket)
    connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    return connection, connection.recv(100)


def read(connection, begin):
    parts = [begin]
    while parts[-1]:
        parts.append(connection.recv(65536))
    connection.close()
    head, _, rest = b"".join(parts).partition(b"\r\n\r\n")
    check(head.startswith(b"HTTP/1.1 200"), head[:200])
    check(b"chunked" in head.lower(), "the answer is not sent in pieces")
    body, at = b"", 0
    while True:
        end = rest.find(b"\r\n", at)
        check(end >= 0, f"the answer breaks off after {len(body)} bytes: {rest[-80:]}")
        size = int(rest[at:end], 16)
        if size == 0:
            return json.loads(body)
        body += rest[end + 2:end + 2 + size]
        at = end + 2 + size + 2


def table_of_macs(api, listed, tunnel):
    """The view of the same MACs, which is collected while it is sent."""
    entries = api.list("macs")
    equal("MACs in the table", sorted(item["mac"] for item in entries),
          sorted(item["mac"] for item in listed))
    equal("one of them", api.show("macs", entries[7]["id"]), entries[7])
    equal("those of the tunnel", len(api.list("macs", f"?connection={tunnel}&fields=mac")),
          len(entries))
    equal("one by filter", api.list("macs", "?mac=02:00:00:01:00:05&fields=mac"),
          [{"mac": "02:00:00:01:00:05"}])
    equal("none", api.list("macs", "?port=member1"), [])
    equal("sorted", [item["mac"] for item in api.list("macs", "?sort_key=mac&fields=mac")],
          sorted(item["mac"] for item in listed))
    equal("a page", len(api.list("macs", "?limit=10")), 10)
    for wrong in ("x", entries[7]["id"][:-1], entries[7]["id"].replace("02:00", "02:ff")):
        api.refused(404, "GET", f"/v2.0/macs/{wrong}", sentence="no mac has the id")


def nothing_found(gateway, api):
    """Who asks for what is not among them does not keep others waiting until all was looked at."""
    for _ in range(20):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(gateway.socket)
            connection.sendall(b"GET /v2.0/macs?kind=learned HTTP/1.1\r\nHost: x\r\n"
                               b"Connection: close\r\n\r\n")
            connection.settimeout(20)
            before = connection.recv(65536)
            api.get("/")
            connection.setblocking(False)
            try:
                before += connection.recv(65536)
            except BlockingIOError:
                pass
            connection.settimeout(20)
            answer = before + read_all(connection)
        check(answer.startswith(b"HTTP/1.1 200") and b"mac\"" not in answer, answer[-200:])
        if not before.endswith(b"0\r\n\r\n"):
            return
    check(False, "nothing is answered before a list that finds nothing has an end")


def head(gateway):
    """It has no body, nor the end of one, which would be taken for the next answer."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(20)
    connection.connect(gateway.socket)
    connection.sendall(f"HEAD {TARGETS[0]} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    answer = read_all(connection)
    check(answer.startswith(b"HTTP/1.") and b" 200 " in answer[:20] and answer.endswith(b"\r\n\r\n"), answer)
    equal("heads", answer.count(b"\r\n\r\n"), 1)


def run(gateway):
    gateway.config["api"]["request_timeout_s"] = 10
    api = gateway.start()
    made = make_all(api)
    tunnel = made["l2-remote-gateway-connections"]["id"]
    macs = [{"mac": f"02:00:00:01:{n >> 8:02x}:{n & 255:02x}", "rgw_connection": tunnel}
            for n in range(COUNT)]
    answer = api.request("POST", "/v2.0/l2-remote-macs", {"l2_remote_macs": macs})
    equal("status of the create", answer.status, 201)
    listed = api.get(TARGETS[0])["l2_remote_macs"]
    equal("number", len(listed), COUNT + 1)
    table_of_macs(api, listed, tunnel)
    nothing_found(gateway, api)
    head(gateway)
    waiting = [ask(gateway, target) for target in TARGETS]
    abandoned = [ask(gateway, target) for target in TARGETS]
    # Everything that they list changes, is deleted, is made again.
    for item in listed[1:200]:
        api.update("l2-remote-macs", item["id"], router=True)
    began = time.monotonic()
    api.delete("l2-remote-gateway-connections", tunnel, "?cascade=true")
    check(time.monotonic() - began < 5, "a slow reader delays a delete")
    equal("MACs left", api.list("l2-remote-macs"), [])
    for connection, _ in abandoned:
        connection.close()
    answers = [read(*one) for one in waiting]
    equal("as it was when it was asked for", answers[0]["l2_remote_macs"], listed)
    equal("sorted", [item["mac"] for item in answers[1]["l2_remote_macs"]],
          sorted((item["mac"] for item in listed), reverse=True))
    equal("a page", answers[2]["l2_remote_macs"], listed[:9000])
    check(f"marker={listed[8999]['id']}" in answers[2]["l2_remote_macs_links"][0]["href"],
          "the link does not lead on")
    equal("verify", api.get("/v2.0/verify")["verify"]["problems"], [])
    # One that never reads is given up after the timeout, and stops nothing from ending.
    networks = [{"name": f"n{n}" * 20} for n in range(400)]
    equal("networks", api.request("POST", "/v2.0/networks", {"networks": networks}).status, 201)
    ask(gateway, "/v2.0/networks")
