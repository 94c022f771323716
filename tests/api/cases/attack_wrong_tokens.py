# SPDX-License-Identifier: BSD-3-Clause
"""A flood of wrong tokens opens nothing, does not fill the audit log, and keeps nobody waiting."""

import json
import secrets
import threading
import time

from lib.attack import attack
from lib.expect import Failure, check

REQUESTS, CROWD = 400, 8


def flood(gateway, statuses):
    client = gateway.client()
    for number in range(REQUESTS):
        client._token = secrets.token_hex(32)  # pylint: disable=protected-access
        method = ("GET", "POST", "DELETE")[number % 3]
        statuses.append(client.request(method, "/v2.0/networks", {} if number % 2 else None).status)


def run(gateway):
    tokens = gateway.set_tokens(operator="admin", eyes="reader")
    gateway.config["api"]["tokens_everywhere"] = True
    api = gateway.start(tokens["operator"])
    statuses = []
    with attack(gateway, "wrong tokens", token=tokens["eyes"]):
        crowd = [threading.Thread(target=flood, args=(gateway, statuses)) for _ in range(CROWD)]
        for thread in crowd:
            thread.start()
        for thread in crowd:
            thread.join()
    if len(statuses) != CROWD * REQUESTS or set(statuses) != {401}:
        raise Failure(f"{len(statuses)} answers with {set(statuses)}")
    # The first that is refused a second later says how many lines there were not.
    time.sleep(1.1)
    gateway.client().refused(401, "GET", "/")
    api.create("networks", name="after")
    lines = [json.loads(line) for line in gateway.log().splitlines() if line.startswith("{")]
    refused = [line for line in lines if line["status"] == 401]
    check(0 < len(refused) < len(statuses) // 4, f"{len(refused)} lines of {len(statuses)}")
    check(any(line.get("refusals_left_out", 0) > 0 for line in refused),
          "no line says how many were left out")
    check(all("token" not in line for line in refused), "a wrong token has a name")
    secret = [line for line in gateway.log().splitlines() if tokens["operator"] in line]
    check(not secret, "the log has a token")
