# SPDX-License-Identifier: BSD-3-Clause
"""verify reads what is on the disk, and names what is not as it is in memory."""

import os
import subprocess

from lib.expect import check, equal
from lib.gateway import BUILD
from lib.objects import make_all


def overwrite(path, old, new):
    """In the file itself, behind SQLite's back. How often it was there."""
    with open(path, "r+b") as file:
        content = file.read()
        file.seek(0)
        file.write(content.replace(old, new))
    return content.count(old)


def verify(api):
    return api.get("/v2.0/verify")["verify"]


def bgwctl(gateway, status, *words):
    """What the command says, on either stream."""
    done = subprocess.run([os.path.join(BUILD, "tools", "bgwctl", "bgwctl"), "--url", gateway.unix,
                           *words], capture_output=True, text=True, timeout=30, check=False)
    equal(f"status of bgwctl {words} ({done.stderr})", done.returncode, status)
    return done.stdout + done.stderr


def by_command(gateway, api):
    """backup, restore and verify of the command line."""
    path = os.path.join(gateway.directory, "backup.db")
    before = api.list("networks")
    check("bytes" in bgwctl(gateway, 0, "backup", path), "backup says nothing")
    equal("mode of the file", os.stat(path).st_mode & 0o777, 0o600)
    api.create("networks", name="later")
    check("1 deleted" in bgwctl(gateway, 0, "restore", path), "nothing was deleted")
    equal("what is back", api.list("networks"), before)
    check("in the store and in memory" in bgwctl(gateway, 0, "verify"), "verify says nothing")
    check("cannot be written" in bgwctl(gateway, 2, "backup", path + "/none"), "no complaint")
    check("cannot be read" in bgwctl(gateway, 2, "restore", path + ".none"), "no complaint")
    with open(path, "wb") as file:
        file.write(b"no backup")
    check("must be a backup" in bgwctl(gateway, 1, "restore", path), "no complaint")


def run(gateway):
    api = gateway.start()
    made = make_all(api)
    target = api.create("networks", name="verify-me")
    answer = verify(api)
    equal("problems", answer["problems"], [])
    equal("in tables: gateway, tunnel, MAC", answer["in_tables"], 3)
    equal("in the store: with the ports", answer["stored"], len(made) + 1 + 3)
    found = sum(overwrite(path, b"verify-me", b"verify-ME")
                for path in (gateway.store, gateway.store + "-wal"))
    check(found > 0, "the name is in no file")
    check("network " + target["id"] in bgwctl(gateway, 1, "verify"), "bgwctl does not say which")
    answer = verify(api)
    equal("ok", answer["ok"], False)
    equal("problems", answer["problems"],
          [f"network {target['id']} has other members in the store than in memory"])
    for path in (gateway.store, gateway.store + "-wal"):
        overwrite(path, b"verify-ME", b"verify-me")
    equal("put right", verify(api)["ok"], True)
    by_command(gateway, api)
    os.rename(gateway.store, gateway.store + ".away")
    answer = verify(api)
    check("was moved away or deleted" in answer["problems"][0], f"{answer}")
    os.rename(gateway.store + ".away", gateway.store)
    equal("back again", verify(api)["ok"], True)
