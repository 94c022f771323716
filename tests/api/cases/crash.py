# SPDX-License-Identifier: BSD-3-Clause
"""kill -9 while clients write: what was acknowledged is there, the rest wholly or not at all."""

import random
import time

from lib.expect import check, equal
from lib.writer import Writer

WRITERS = 4


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
