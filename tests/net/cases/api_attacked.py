# SPDX-License-Identifier: BSD-3-Clause
"""Frames are forwarded, none is lost, while the API is attacked and made to work: connections that say
nothing, JSON that is deep or nothing, heads and bodies beyond the limits, and bulk creates some of whose
networks are deleted again. Each of these is answered, and done once."""

import json
import socket
import struct
import threading
import time
import uuid

from lib import traffic
from lib.errors import check, wait_until
from lib.gateway import Gateway
from lib.peers import linux_vxlan
from lib.sites import underlay_pair

SECONDS = 5
EACH_S = 60  # so long until each attack has come about
ANSWER_S = 30
BULK, DELETED = 500, 20


def connect(path, timeout_s=10):
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # One that may not block is refused where the queue of the listener is full, and here is a crowd.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", timeout_s, 0))
    connection.connect(path)
    connection.settimeout(timeout_s)
    return connection


def post(collection, body, method="POST", more=""):
    # Of HTTP/1.0, so that no answer comes in chunks.
    return (f"{method} /v2.0/{collection} HTTP/1.0\r\n{more}"
            f"Content-Length: {len(body)}\r\n\r\n{body}").encode()


def says(path, request):
    """Sends it, and takes all that comes, whatever that is."""
    try:
        return exchange(path, request)
    except OSError:
        return b""


def exchange(path, request, timeout_s=10):
    """What comes until the gateway ends it, however it does; an OSError if that is nothing."""
    answer = b""
    with connect(path, timeout_s) as connection:
        connection.sendall(request)
        try:
            while data := connection.recv(65536):
                answer += data
        except ConnectionError:
            if not answer:
                raise
    return answer


def answered(path, request, status):
    """The body of its answer. For a crowd the gateway ends connections whose request it does not have
    yet: who is let go without a word asks again."""
    deadline = time.monotonic() + ANSWER_S
    answer = b""
    while not answer and time.monotonic() < deadline:
        try:
            answer = exchange(path, request, ANSWER_S)
        except ConnectionError:
            time.sleep(0.005)
    head, _, body = answer.partition(b"\r\n\r\n")
    check(head.split(b" ")[1:2] == [b"%d" % status],
          f"{request[:60]!r} was answered {answer[:200]!r} in {ANSWER_S} s")
    return body


def silent(path):
    opened = []
    for _ in range(300):
        opened.append(connect(path))
        try:
            opened[-1].sendall(b"GET / HTTP/1.1\r\nHost: ")
        except OSError:
            pass
    for connection in opened:
        connection.close()


def deep(path):
    says(path, post("networks", '{"network": ' + "[" * 20000 + "]" * 20000 + "}"))
    says(path, post("networks", '{"network": [' + "0," * 400000 + "0]}"))


def oversized(path):
    says(path, b"GET / HTTP/1.1\r\nX: " + b"y" * 1000000)
    says(path, post("networks", "x" * 2000000))
    says(path, b"\x16\x03\x01" * 1000)


def bulk(path):
    create = post("networks", json.dumps({"networks": [{"name": "bulk"}] * BULK}),
                  more=f"Idempotency-Key: {uuid.uuid4()}\r\n")
    made = json.loads(answered(path, create, 201))["networks"]
    check(len(made) == BULK, f"a bulk create of {BULK} made {len(made)}")
    for item in made[:DELETED]:
        answered(path, post(f"networks/{item['id']}", "", "DELETE"), 204)


class Attackers:
    def __init__(self, path):
        self.over = threading.Event()
        self.rounds, self.troubles = {}, []
        self._threads = [threading.Thread(target=self._run, args=(what, path), daemon=True)
                         for what in (silent, deep, oversized, bulk)]

    def _run(self, what, path):
        try:
            while not self.over.is_set():
                what(path)
                self.rounds[what.__name__] = self.rounds.get(what.__name__, 0) + 1
        except Exception as error:  # noqa: BLE001 - whatever it is, the case must know
            self.troubles.append(error)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def wait(self):
        """So long as they attack: until each has come about, or one has failed."""
        time.sleep(SECONDS)
        wait_until(lambda: len(self.rounds) == len(self._threads) or self.troubles, EACH_S,
                   lambda: f"not every attack came about: {self.rounds}")

    def __exit__(self, *_):
        self.over.set()
        for thread in self._threads:
            thread.join(60)


def run(lab):
    left, right = underlay_pair(lab)
    host = lab.host("host", 1, left.namespace, "lan0")
    peer = lab.host("peer", 2, right.namespace, "lan0")
    linux_vxlan(right, "lan0", left, 40)
    gateway = Gateway(lab, left, tables={"macs": 4096, "connections": 256, "networks": 60000})
    gateway.stretch(right.ip4, 40)
    traffic.prove(host, peer)
    path = gateway.config["api"]["listen"][0].removeprefix("unix:")
    with traffic.Stream(host, peer, pps=200) as stream:
        with Attackers(path) as attackers:
            attackers.wait()
    stream.prove_no_loss()
    check(not attackers.troubles, f"{attackers.troubles}")
    left = sum(network["name"] == "bulk" for network in gateway.api.list("networks"))
    answered_for = attackers.rounds["bulk"] * (BULK - DELETED)
    check(left == answered_for, f"{answered_for} networks were made and left, and there are {left}")
    print(f"# no frame was lost in {attackers.rounds}", flush=True)
