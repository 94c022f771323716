# SPDX-License-Identifier: BSD-3-Clause
"""SIGTERM while clients write: it ends soon and in order, and no acknowledged write is lost."""

import time

from lib.expect import check
from lib.writer import Writer

ROUNDS = 5


def run(gateway):
    gateway.config["tables"]["networks"] = 60000
    expected = {}
    for number in range(ROUNDS):
        api = gateway.start()
        names = {item["id"]: item["name"] for item in api.list("networks", "?fields=id&fields=name")}
        for identifier, possible in expected.items():
            check(names.get(identifier) in possible,
                  f"network {identifier} is {names.get(identifier)!r}, not one of {possible}")
        check(not set(names) - set(expected), "there are networks that nobody made")
        expected = {identifier: {name} for identifier, name in names.items()}
        writers = [Writer(gateway.client(gateway.unix if n % 2 else None), n, number)
                   for n in range(4)]
        for writer in writers:
            writer.start()
        time.sleep(0.3)
        api.close()
        gateway.stop()
        for writer in writers:
            writer.join(20)
            check(not writer.is_alive(), "a client hangs")
            check(writer.known, "a client wrote nothing")
            expected.update(writer.known)
