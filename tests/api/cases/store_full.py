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


def run(gateway):
    full(gateway)
    read_only(gateway)
    equal("networks at the end", len(gateway.start().list("networks")), 51)
