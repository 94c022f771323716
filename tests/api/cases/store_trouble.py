# SPDX-License-Identifier: BSD-3-Clause
"""A store that is damaged, locked or not ours is reported and left as it is."""

import os

from lib.expect import check, equal


def content(path):
    with open(path, "rb") as file:
        return file.read()


def run(gateway):
    api = gateway.start()
    api.request("POST", "/v2.0/networks", {"networks": [{"name": f"n{n}"} for n in range(400)]})
    api.close()
    gateway.config["api"]["listen"] = [gateway.unix + "2"]
    gateway.refuses_to_start("another process uses it")
    gateway.stop()
    whole = content(gateway.store)
    os.truncate(gateway.store, len(whole) // 2)
    half = content(gateway.store)
    gateway.refuses_to_start("left as it is")
    equal("the damaged store", content(gateway.store) == half, True)
    # What SQLite says of a damaged store may quote it.
    quoted = whole.replace(b"objects", b"\xeeb\x1b[1m\n")
    check(quoted != whole, "the store's schema is not where it was")
    with open(gateway.store, "wb") as file:
        file.write(quoted)
    gateway.refuses_to_start("left as it is")
    with open(gateway.store, "wb") as file:
        file.write(b"no store at all " * 1000)
    gateway.refuses_to_start("left as it is")
    with open(gateway.store, "wb") as file:
        file.write(whole)
    equal("networks of the whole store", len(gateway_list(gateway)), 400)
    api = gateway.client()
    os.rename(gateway.store, gateway.store + ".away")
    api.refused(503, "POST", "/v2.0/networks", {"network": {}}, "was moved away or deleted")
    equal("networks after a refusal", len(api.list("networks")), 400)
    os.rename(gateway.store + ".away", gateway.store)
    api.create("networks", name="again")


def gateway_list(gateway):
    gateway.config["api"]["listen"] = [gateway.tcp]
    return gateway.start().list("networks")
