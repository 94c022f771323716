# SPDX-License-Identifier: BSD-3-Clause
"""A backup of a live gateway is whole, and restoring it is one transaction."""

import os
import sqlite3
import threading
import time

from lib.backup import backup, restore, state, verified
from lib.expect import check, equal
from lib.objects import CHANGES, make_all

def changed(gateway, content, *statements):
    """The backup as somebody else would hand it in."""
    path = os.path.join(gateway.directory, "changed.db")
    with open(path, "wb") as file:
        file.write(content)
    with sqlite3.connect(path) as database:
        for statement in statements:
            database.execute(statement)
    database.close()
    with open(path, "rb") as file:
        return file.read()


def refuse(gateway, api, content):
    for wrong, sentence in (
            (b"", "must be a backup"), (b"no store at all " * 100, "must be a backup"),
            (content[:4096 * (len(content) // 8192)], "store in the backup"),
            (content[:100] + os.urandom(len(content) - 100), "store in the backup"),
            (changed(gateway, content, "PRAGMA user_version = 99"), "schema version 99"),
            (changed(gateway, content, "PRAGMA application_id = 7"), "another program"),
            (changed(gateway, content, "CREATE VIEW v AS SELECT 1"), "views or triggers"),
            (changed(gateway, content, "UPDATE objects SET body = '{\"mtu\":1}'"
                     " WHERE type = 'network'"), "mtu must be"),
            (changed(gateway, content, "UPDATE objects SET body = '{\"ipaddr\":\"10.0.0.9\"}'"
                     " WHERE type = 'l2_remote_mac'"), "mac is required"),
            (changed(gateway, content, "UPDATE objects SET body = replace(body, '\"name\":"
                     "\"member1\",', '') WHERE type = 'l2_gateway'"), "interfaces[0].name is required"),
            (changed(gateway, content, "UPDATE objects SET id = zeroblob(16)"
                     " WHERE type = 'network'"), "network without id"),
            (changed(gateway, content, "UPDATE objects SET body = CAST(x'7b226e616d65223a22ff227d'"
                     " AS TEXT) WHERE type = 'network'"), "is not UTF-8"),
            (changed(gateway, content, "DELETE FROM objects WHERE type = 'network'"),
             "there is no such network"),
            (changed(gateway, content, "INSERT INTO objects(type, id, revision, body) SELECT"
                     " type, id, revision, body FROM objects"), "twice"),
            (changed(gateway, content, "UPDATE objects SET body = replace(body, 'member1', 'x')"
                     " WHERE type = 'l2_gateway'", "UPDATE objects SET id = randomblob(16)"
                     " WHERE type = 'l2_remote_mac'"), "no port")):
        before = state(api, CHANGES)
        restore(api, wrong, 404 if sentence == "no port" else 400, sentence)
        equal("after a refusal", state(api, CHANGES), before)


def under_load(gateway, api):
    """Each backup holds what was acknowledged before it, and whole transactions."""
    stop = threading.Event()
    acknowledged = [0]

    def write():
        client = gateway.client(gateway.unix)
        while not stop.is_set():
            names = [{"name": f"pair-{acknowledged[0]}"}] * 2
            answer = client.request("POST", "/v2.0/networks", {"networks": names})
            check(answer.status in (201, 409), answer.text[:200])
            acknowledged[0] += answer.status == 201
        client.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(5):
            time.sleep(0.05)
            least = acknowledged[0]
            content = backup(gateway)
            path = os.path.join(gateway.directory, "copy.db")
            with open(path, "wb") as file:
                file.write(content)
            with sqlite3.connect(path) as database:
                equal("integrity", database.execute("PRAGMA integrity_check").fetchone(), ("ok",))
                count = database.execute("SELECT count(*) FROM objects WHERE body LIKE"
                                         " '%pair-%'").fetchone()[0]
            database.close()
            check(count % 2 == 0 and count >= 2 * least,
                  f"{count} in the backup, {2 * least} were acknowledged")
    finally:
        stop.set()
        writer.join()
    verified(api)


def changed_places(gateway, api):
    """What was exchanged since is no conflict; what has another place in life is made anew."""
    one, two = (api.create("l2-remote-gateways", name=f"far{number}",
                           ipaddr=f"192.0.2.{number}")["id"] for number in (21, 22))
    networks = [api.create("networks", name=f"place{number}")["id"] for number in (1, 2)]
    members = api.create("l2-gateways", name="placed")["id"]
    joined = api.create("l2-gateway-connections", l2_gateway_id=members, network_id=networks[0])
    before = state(api, CHANGES)
    content = backup(gateway)
    for identifier, number in ((one, 23), (two, 21), (one, 22)):
        api.update("l2-remote-gateways", identifier, ipaddr=f"192.0.2.{number}")
    api.delete("l2-gateway-connections", joined["id"])
    api.create("l2-gateway-connections", id=joined["id"], l2_gateway_id=members,
               network_id=networks[1])
    equal("objects changed by it", restore(api, content)["updated"], 3)
    equal("what is back", state(api, CHANGES), before)
    verified(api)
    for collection, identifier in (("l2-gateways", members), ("l2-remote-gateways", one),
                                   ("l2-remote-gateways", two), ("networks", networks[0]),
                                   ("networks", networks[1])):
        api.delete(collection, identifier, "?cascade=true")


def run(gateway):
    api = gateway.start()
    made = make_all(api)
    ports = {item["name"]: item for item in api.list("ports")}
    api.update("ports", ports["member2"]["id"], admin_state_up=False)
    before = state(api, made)
    content = backup(gateway)
    equal("restore of what there is", restore(api, content),
          {"created": 0, "updated": 0, "deleted": 0,
           "unchanged": len(made) + len(ports)})
    for collection, change in CHANGES.items():
        api.update(collection, made[collection]["id"], **change)
    api.update("ports", ports["member2"]["id"], admin_state_up=True)
    api.create("networks", name="later")
    equal("restore of what was changed", restore(api, content),
          {"created": 0, "updated": len(CHANGES) + 1, "deleted": 1, "unchanged": 2})
    equal("what is back", state(api, made), before)
    equal("revision", api.show("networks", made["networks"]["id"])["revision_number"], 3)
    equal("port", api.show("ports", ports["member2"]["id"])["admin_state_up"], False)
    equal("attachments", [item["id"] for item in api.list("attachments")], ["member1:100"])
    equal("MACs", [item["mac"] for item in api.list("macs")], ["02:00:00:00:00:aa"])
    verified(api)
    for collection in reversed(made):
        api.delete(collection, made[collection]["id"])
    equal("restore of what was deleted", restore(api, content),
          {"created": len(made), "updated": 0, "deleted": 0, "unchanged": len(ports)})
    equal("what is back", state(api, made), before)
    changed_places(gateway, api)
    refuse(gateway, api, content)
    under_load(gateway, api)
    equal("methods", api.request("POST", "/v2.0/backup", {}).status, 405)
    equal("methods of verify", api.request("DELETE", "/v2.0/verify").headers["Allow"],
          "GET, HEAD")
    for what in ("backup", "verify"):
        equal(f"status of HEAD {what}", api.request("HEAD", f"/v2.0/{what}").status, 200)
    restore(api, content)
    api.close()
    gateway.kill9()
    api = gateway.start()
    equal("what is there after kill -9", state(api, made), before)
    verified(api)
    # Into a gateway that never had any of it.
    api.close()
    gateway.stop()
    os.unlink(gateway.store)
    api = gateway.start()
    equal("networks of a new store", api.list("networks"), [])
    equal("restore into it", restore(api, content)["created"], len(made))
    equal("what is there", state(api, made), before)
    equal("what is in tables", verified(api)["in_tables"], 3)
