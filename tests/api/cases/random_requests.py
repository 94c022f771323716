# SPDX-License-Identifier: BSD-3-Clause
"""Whatever is sent, the answer is JSON and no 5xx, and the gateway stays and ends in order."""

import json
import random
import socket
import time

from lib.expect import check
from lib.objects import CHANGES, make_all

NAMES = ["name", "id", "mtu", "devices", "ipaddr", "ip", "local_ip", "seg_id", "segmentation_id",
         "flood", "encapsulation", "encapsulations", "gateway", "network", "remote_gateway",
         "rgw_connection", "mac", "router", "l2_gateway_id", "network_id", "admin_state_up",
         "mac_limit", "gre_key", "kind", "provider:segmentation_id"]
VIEWS = ["ports", "macs", "drops", "workers", "neighbours", "negotiation-sessions", "negotiations"]
QUERIES = NAMES + ["limit", "marker", "fields", "sort_key", "sort_dir", "page_reverse"]


class Sender:
    def __init__(self, gateway, seed):
        self.random = random.Random(seed)
        self.gateway = gateway
        self.api = gateway.start()
        self.made = {}
        self.begin_anew()

    def begin_anew(self):
        for collection in reversed(CHANGES):
            for item in self.api.list(collection, "?fields=id"):
                self.api.request("DELETE", f"/v2.0/{collection}/{item['id']}?cascade=true")
        self.made = make_all(self.api)

    def identifier(self):
        return self.random.choice(list(self.made.values()))["id"]

    def value(self, depth=0):
        choice = self.random.choice
        plain = [None, True, False, 0, 1, -1, 1.5, 1e308, 16777216, "", "0", "4094", "4095", "1.2",
                 "x" * 300, "local", "member1", "02:00:00:00:00:01", "10.0.0.1", "::1",
                 self.identifier(), [], {}]
        if depth == 3 or self.random.random() < 0.6:
            return choice(plain)
        return choice([
            [self.value(depth + 1)], {choice(NAMES): self.value(depth + 1)},
            [{"device_name": "local", "interfaces": self.value(depth + 1)}],
            [{"name": choice(["member1", "member2", "wan0"]),
              "segmentation_id": self.value(depth + 1)}]])

    def body(self, collection):
        root = collection.replace("-", "_")
        members = {self.random.choice(NAMES): self.value() for _ in range(self.random.randrange(5))}
        if self.random.random() < 0.2:
            return json.dumps({root: [members, self.value()]})
        return json.dumps({root[:-1]: members})

    def mutilated(self, collection):
        """A request with some bytes changed; what comes back is anybody's guess."""
        body = self.body(collection)
        raw = bytearray(f"POST /v2.0/{collection} HTTP/1.1\r\nHost: x\r\n"
                        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                        f"{body}".encode())
        for _ in range(self.random.randrange(1, 8)):
            raw[self.random.randrange(len(raw))] = self.random.randrange(256)
        with socket.create_connection(("127.0.0.1", self.gateway.port)) as connection:
            connection.settimeout(0.02)
            try:
                connection.sendall(raw)
                connection.recv(4096)
            except OSError:
                pass

    def send(self):
        choice = self.random.choice
        collection = choice(list(CHANGES))
        kind = self.random.random()
        headers = {"Content-Type": "application/json"}
        if kind < 0.1:
            self.mutilated(collection)
            return
        if kind < 0.6:
            request = ("POST", f"/v2.0/{collection}", self.body(collection), headers)
        elif kind < 0.75:
            request = ("PUT", f"/v2.0/{collection}/{self.identifier()}", self.body(collection),
                       headers)
        elif kind < 0.9:
            value = choice(["", "1", "true", "name", "x", self.identifier(), "%00", "%ff", "%22"])
            request = ("GET", f"/v2.0/{choice([collection] + VIEWS)}?{choice(QUERIES)}={value}")
        elif kind < 0.95:
            request = ("DELETE", f"/v2.0/{collection}/{self.identifier()}")
        else:
            request = ("DELETE", f"/v2.0/macs?{choice(['port', 'network_id'])}={self.identifier()}")
        answer = self.api.raw(*request)
        check(answer.status < 500, f"{request} was answered {answer.status}: {answer.error}")


def run(gateway):
    seed = time.time_ns() if gateway.long else 1
    print(f"# seed {seed}", flush=True)
    sender = Sender(gateway, seed)
    end = time.monotonic() + (600 if gateway.long else 5)
    count = 0
    while time.monotonic() < end:
        sender.send()
        count += 1
        if count % 300 == 0:
            sender.begin_anew()
    before = {name: sorted(item["id"] for item in sender.api.list(name)) for name in CHANGES}
    sender.api.close()
    gateway.stop()
    api = gateway.start()
    after = {name: sorted(item["id"] for item in api.list(name)) for name in CHANGES}
    check(before == after, "a restart changed what there is")
