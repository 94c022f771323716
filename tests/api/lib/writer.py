# SPDX-License-Identifier: BSD-3-Clause
"""A client that writes until the server is gone, and knows what it was told."""

import random
import threading


class Writer(threading.Thread):
    """Creates, renames and deletes networks, and keeps what was acknowledged."""

    def __init__(self, client, number, round_number):
        super().__init__(daemon=True)
        self.client = client
        self.random = random.Random(number * 1000 + round_number)
        self.tag = f"w{number}r{round_number}"
        self.known = {}  # id: names it may have; None: it may be gone
        self.lost_count = 0

    def run(self):
        count = 0
        try:
            while True:
                count += 1
                self.step(f"{self.tag}-{count}")
        except (OSError, ValueError):
            pass
        except Exception as error:  # noqa: BLE001 - http.client has many ways to say "gone"
            if type(error).__module__ != "http.client":
                raise

    def step(self, name):
        choice = self.random.random()
        identifier = self.random.choice(list(self.known)) if self.known else None
        if choice < 0.6 or identifier is None:
            identifier = f"{self.random.getrandbits(128):032x}"
            identifier = "-".join((identifier[:8], identifier[8:12], identifier[12:16],
                                   identifier[16:20], identifier[20:]))
            self.known[identifier] = {None, name}
            self.client.create("networks", id=identifier, name=name)
            self.known[identifier] = {name}
        elif choice < 0.8:
            self.known[identifier] = self.known[identifier] | {name}
            self.client.update("networks", identifier, name=name)
            self.known[identifier] = {name}
        else:
            self.known[identifier] = self.known[identifier] | {None}
            self.client.delete("networks", identifier)
            del self.known[identifier]
