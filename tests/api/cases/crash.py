# SPDX-License-Identifier: BSD-3-Clause
"""kill -9 while clients write: what was acknowledged is there, the rest wholly or not at all."""

import random
import threading
import time

from lib.expect import check, equal

WRITERS = 4


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


def run(gateway):
    gateway.config["tables"]["networks"] = 60000
    rounds = 200 if gateway.long else 20
    chance = random.Random(1)
    expected, acknowledged = {}, 0
    for number in range(rounds):
        api = gateway.start()
        names = {item["id"]: item["name"] for item in api.list("networks", "?fields=id&fields=name")}
        for identifier, possible in expected.items():
            check(names.get(identifier) in possible,
                  f"round {number}: network {identifier} is {names.get(identifier)!r}, not one of"
                  f" {possible}")
        check(not set(names) - set(expected), f"round {number}: networks that nobody made")
        expected = {identifier: {name} for identifier, name in names.items()}
        writers = [Writer(gateway.client(gateway.unix if n % 2 else None), n, number)
                   for n in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(0.1 + 0.2 * chance.random())
        api.close()
        gateway.kill9()
        for writer in writers:
            writer.join(20)
            check(not writer.is_alive(), "a client hangs")
            acknowledged += len(writer.known)
            expected.update(writer.known)
    check(acknowledged > rounds * 20, f"only {acknowledged} objects were written")
    api = gateway.start()
    equal("integrity", len(api.list("networks", "?fields=id")) > 0, True)
