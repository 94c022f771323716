# SPDX-License-Identifier: BSD-3-Clause
"""JSON that is nested deep, or is nothing but values, is refused before it takes memory."""

import threading

from lib.attack import attack
from lib.expect import Failure, check

JSON = {"Content-Type": "application/json"}
TEXTS = (("[" * 500000, "nested too deep"), ('{"a":' * 200000, "nested too deep"),
         ('{"network":' + "[" * 100000 + "]" * 100000 + "}", "nested too deep"),
         ('{"network":[' + "[]," * 300000 + "[]]}", "too many values"),
         ('{"network":[' + "1," * 400000 + "1]}", "too many values"))


def flood(gateway, troubles):
    try:
        api = gateway.client()
        for text, sentence in TEXTS * 4:
            answer = api.raw("POST", "/v2.0/networks", text, JSON)
            check(answer.status == 400 and sentence in answer.error,
                  f"{text[:20]}... got {answer.status} {answer.error!r}")
    except Exception as error:  # noqa: BLE001 - told by the case
        troubles.append(error)


def run(gateway):
    gateway.start().close()
    troubles = []
    with attack(gateway, "deep JSON"):
        crowd = [threading.Thread(target=flood, args=(gateway, troubles)) for _ in range(8)]
        for thread in crowd:
            thread.start()
        for thread in crowd:
            thread.join()
    if troubles:
        raise Failure(str(troubles[0]))
