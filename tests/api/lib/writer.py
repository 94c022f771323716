# SPDX-License-Identifier: BSD-3-Clause
"""A client that writes until the server is gone, and knows what it was told."""

import random
import threading

from .expect import Failure, equal


class Writer(threading.Thread):
    """Creates, renames and deletes networks, and keeps what was acknowledged."""

    def __init__(self, client, number, round_number, with_keys=False):
        super().__init__(daemon=True)
        self.client = client
        self.random = random.Random(number * 1000 + round_number)
        self.tag = f"w{number}r{round_number}"
        self.known = {}  # id: names it may have; None: it may be gone
        self.with_keys = with_keys
        self.keyed = {}  # Idempotency-Key: name, of creates whose ids the gateway makes

    def run(self):
        count = 0
        try:
            while True:
                count += 1
                self.step(f"{self.tag}-{count}")
        except (OSError, ValueError):
            pass
        except Failure as failure:
            if "bgwd is stopping" not in str(failure):
                raise
        except Exception as error:  # noqa: BLE001 - http.client has many ways to say "gone"
            if type(error).__module__ != "http.client":
                raise

    @staticmethod
    def create_with_key(client, name):
        answer = client.request("POST", "/v2.0/networks", {"network": {"name": name}},
                                {"Idempotency-Key": name})
        equal(f"status of a create with the key {name} ({answer.error})", answer.status, 201)
        return answer.json["network"]

    def step(self, name):
        choice = self.random.random()
        if self.with_keys and choice < 0.2:
            self.keyed[name] = None
            self.keyed[name] = self.create_with_key(self.client, name)["id"]
            return
        identifier = self.random.choice(list(self.known)) if self.known else None
        if choice < 0.7 or identifier is None:
            identifier = f"{self.random.getrandbits(128):032x}"
            identifier = "-".join((identifier[:8], identifier[8:12], identifier[12:16],
                                   identifier[16:20], identifier[20:]))
            self.known[identifier] = {None, name}
            self.client.create("networks", id=identifier, name=name)
            self.known[identifier] = {name}
        elif choice < 0.85:
            self.known[identifier] = self.known[identifier] | {name}
            self.client.update("networks", identifier, name=name)
            self.known[identifier] = {name}
        else:
            self.known[identifier] = self.known[identifier] | {None}
            self.client.delete("networks", identifier)
            del self.known[identifier]
