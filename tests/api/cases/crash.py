# SPDX-License-Identifier: BSD-3-Clause
"""kill -9 while clients write: what was acknowledged is there, the rest wholly or not at all, and a
create with an Idempotency-Key that is repeated afterwards is there once."""

import random
import time

from lib.expect import check, equal
from lib.writer import Writer

# How much is written in so short a time is part of what it proves.
ALONE = True
WRITERS = 4
TABLE = 60000
ROUND_AT_MOST = 10000


def repeat(api, keyed):
    """Sends again what was sent with a key, answered or not."""
    made = {}
    for key, identifier in keyed.items():
        network = Writer.create_with_key(api, key)
        check(identifier in (None, network["id"]), f"the key {key} made {network['id']} now")
        equal(f"networks of the key {key}", len(api.list("networks", f"?name={key}")), 1)
        made[network["id"]] = {key}
    return made


def make_room(api, expected):
    """A fast machine fills the table in less than all rounds."""
    if len(expected) < TABLE - ROUND_AT_MOST:
        return
    for identifier in expected:
        api.delete("networks", identifier)
    expected.clear()


def run(gateway):
    gateway.config["tables"]["networks"] = TABLE
    rounds = 200 if gateway.long else 20
    chance = random.Random(1)
    expected, keyed, acknowledged = {}, {}, 0
    for number in range(rounds):
        api = gateway.start()
        names = {item["id"]: item["name"] for item in api.list("networks", "?fields=id&fields=name")}
        for identifier, possible in expected.items():
            check(names.get(identifier) in possible,
                  f"round {number}: network {identifier} is {names.get(identifier)!r}, not one of"
                  f" {possible}")
        strangers = {name for identifier, name in names.items() if identifier not in expected}
        check(strangers <= set(keyed), f"round {number}: networks that nobody made: {strangers}")
        for key, identifier in keyed.items():
            check(identifier is None or names.get(identifier) == key,
                  f"round {number}: network {identifier} of the key {key} is lost")
        expected = {identifier: {name} for identifier, name in names.items()}
        expected.update(repeat(api, keyed))
        make_room(api, expected)
        writers = [Writer(gateway.client(gateway.unix if n % 2 else None), n, number, True)
                   for n in range(WRITERS)]
        for writer in writers:
            writer.start()
        time.sleep(0.1 + 0.2 * chance.random())
        api.close()
        gateway.kill9()
        keyed = {}
        for writer in writers:
            writer.join(20)
            check(not writer.is_alive(), "a client hangs")
            acknowledged += len(writer.known)
            expected.update(writer.known)
            keyed.update(writer.keyed)
    check(acknowledged > rounds * 20, f"only {acknowledged} objects were written")
    api = gateway.start()
    equal("verify", api.get("/v2.0/verify")["verify"]["problems"], [])
