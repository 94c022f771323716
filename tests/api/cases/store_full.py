# SPDX-License-Identifier: BSD-3-Clause
"""A store that cannot grow, or may not be written, costs the request and nothing else."""

import os
import resource
import subprocess

from lib.expect import check, equal


def limit_files(gateway, size):
    """Of the running bgwd, as a full disk would: writes beyond that size fail."""
    resource.prlimit(gateway.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def full(gateway):
    api = gateway.start()
    api.create("networks", name="before")
    size = max(os.stat(path).st_size for path in (gateway.store, gateway.store + "-wal"))
    limit_files(gateway, size + 8192)
    refused = 0
    for number in range(50):
        answer = api.request("POST", "/v2.0/networks", {"network": {"name": f"full{number}"}},
                             {"Idempotency-Key": f"full{number}"})
        check(answer.status in (201, 503), f"{answer.status} {answer.text[:200]}")
        refused += answer.status == 503
        if answer.status == 503:
            equal("type", answer.error_type, "StoreFailed")
    check(refused > 10, f"only {refused} of 50 were refused")
    equal("networks that there are", len(api.list("networks")), 51 - refused)
    answer = api.request("POST", "/v2.0/networks",
                         {"networks": [{"name": "x" * 200} for _ in range(400)]})
    equal("status of a large create", answer.status, 503)
    equal("networks after it", len(api.list("networks")), 51 - refused)
    equal("verify of a full store", api.get("/v2.0/verify")["verify"]["problems"], [])
    limit_files(gateway, resource.RLIM_INFINITY)
    # What was refused was not kept: the same keys now do it.
    for number in range(50):
        answer = api.request("POST", "/v2.0/networks", {"network": {"name": f"full{number}"}},
                             {"Idempotency-Key": f"full{number}"})
        equal(f"status with room ({answer.error})", answer.status, 201)
    names = sorted(item["name"] for item in api.list("networks"))
    equal("each once", names, sorted(["before"] + [f"full{number}" for number in range(50)]))
    api.close()
    gateway.kill9()
    api = gateway.start()
    equal("after kill -9", sorted(item["name"] for item in api.list("networks")), names)
    equal("verify", api.get("/v2.0/verify")["verify"]["problems"], [])
    api.close()
    gateway.stop()


def read_only(gateway):
    """Even root may not write an immutable file, where the file system has such."""
    with open(gateway.store, "rb") as file:
        before = file.read()
    os.chmod(gateway.store, 0o400)
    immutable = os.geteuid() == 0 and subprocess.run(
        ["chattr", "+i", gateway.store], capture_output=True, check=False).returncode == 0
    try:
        if immutable or os.geteuid() != 0:
            gateway.refuses_to_start("is read-only; check that the file")
    finally:
        if immutable:
            subprocess.run(["chattr", "-i", gateway.store], check=True)
        os.chmod(gateway.store, 0o600)
    with open(gateway.store, "rb") as file:
        check(file.read() == before, "the read-only store was changed")
    os.rename(gateway.store, gateway.store + ".away")
    os.mkdir(gateway.store)
    gateway.refuses_to_start("check that the directory exists and may be written to")
    os.rmdir(gateway.store)
    os.rename(gateway.store + ".away", gateway.store)


class SmallDisk:
    """A file system of 1 MiB, for who may mount one."""

    def __init__(self, gateway):
        self.path = os.path.join(gateway.directory, "disk")
        os.mkdir(self.path)
        self.mounted = os.geteuid() == 0 and self._mount("-t", "tmpfs", "-o", "size=1m", "tmpfs")

    def _mount(self, *words):
        return subprocess.run(["mount", *words, self.path], capture_output=True,
                              check=False).returncode == 0

    def fill(self):
        with open(os.path.join(self.path, "filler"), "wb", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    pass
            except OSError:
                pass

    def free(self):
        os.unlink(os.path.join(self.path, "filler"))

    def may_be_written(self, whether):
        check(self._mount("-o", f"remount,{'rw' if whether else 'ro'}"), "it cannot be remounted")

    def close(self):
        if self.mounted:
            subprocess.run(["umount", "-l", self.path], check=True)


def small_disk(gateway):
    """A disk that others fill, and one that became read-only."""
    disk = SmallDisk(gateway)
    if not disk.mounted:
        print("# no small disk without the right to mount one", flush=True)
        return
    path = gateway.config["store"]["path"]
    gateway.config["store"]["path"] = os.path.join(disk.path, "bgw.db")
    try:
        api = gateway.start()
        made = [api.create("networks", name="before")["id"]]
        disk.fill()
        answers = [api.request("POST", "/v2.0/networks", {"network": {"name": "x" * 200}})
                   for _ in range(100)]
        refused = [answer for answer in answers if answer.status == 503]
        check(refused and refused[0].error_type == "StoreFailed", "the full disk took everything")
        made.extend(answer.json["network"]["id"] for answer in answers if answer.status == 201)
        equal("answers that are neither", len(made) - 1 + len(refused), 100)
        equal("verify", api.get("/v2.0/verify")["verify"]["problems"], [])
        api.close()
        gateway.kill9()
        disk.free()
        api = gateway.start()
        equal("after kill -9", sorted(item["id"] for item in api.list("networks")), sorted(made))
        made.append(api.create("networks", name="room")["id"])
        gateway.stop()
        disk.may_be_written(False)
        gateway.refuses_to_start("read-only")
        disk.may_be_written(True)
        api = gateway.start()
        equal("after all", sorted(item["id"] for item in api.list("networks")), sorted(made))
        gateway.stop()
    finally:
        if gateway.process is not None:
            gateway.kill9()
        disk.close()
        gateway.config["store"]["path"] = path


def run(gateway):
    full(gateway)
    read_only(gateway)
    small_disk(gateway)
    equal("networks at the end", len(gateway.start().list("networks")), 51)
