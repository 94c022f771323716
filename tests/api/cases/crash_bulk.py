# SPDX-License-Identifier: BSD-3-Clause
"""kill -9 while a bulk create, a restore or a cascade is under way: it is done as a whole or not at
all, and done if it was acknowledged."""

import random
import threading
import time

from lib.backup import backup, restore, verified
from lib.expect import check, equal

COUNT = 1000


def bulk(api, number, _content):
    answer = api.request("POST", "/v2.0/networks",
                         {"networks": [{"name": f"bulk{number}"} for _ in range(COUNT)]})
    equal("status of a bulk create", answer.status, 201)


def cascade(api, _number, _content):
    api.delete("l2-gateways", api.list("l2-gateways", "?name=hub")[0]["id"], "?cascade=true")


def restored(api, _number, content):
    restore(api, content)


def counts(api):
    """How many of each: what is made and deleted together is counted together."""
    names = [item["name"] for item in api.list("networks", "?fields=name")]
    return {"networks": len(names), "kept": names.count("kept"),
            "connections": len(api.list("l2-gateway-connections", "?fields=id")),
            "gateways": len(api.list("l2-gateways", "?fields=id"))}


def prepare(api):
    """COUNT networks, and a gateway that is in each of them."""
    answer = api.request("POST", "/v2.0/networks", {"networks": [{"name": "kept"}] * COUNT})
    hub = api.create("l2-gateways", name="hub")
    answer = api.request("POST", "/v2.0/l2-gateway-connections", {"l2_gateway_connections": [
        {"l2_gateway_id": hub["id"], "network_id": item["id"]} for item in answer.json["networks"]]})
    equal("status of the connections", answer.status, 201)


class Attempt(threading.Thread):
    def __init__(self, what, *arguments):
        super().__init__(daemon=True)
        self._what, self._arguments = what, arguments
        self.done = False
        self.trouble = None

    def run(self):
        try:
            self._what(*self._arguments)
            self.done = True
        except OSError:
            pass
        except Exception as error:  # noqa: BLE001 - http.client has many ways to say "gone"
            if type(error).__module__ != "http.client":
                self.trouble = error


def killed(gateway, api, what, number, delay_s, content):
    """One round. Returns the client after the restart, whether it was acknowledged, and is there."""
    if not api.list("l2-gateways", "?name=hub"):
        restore(api, content)
    before = counts(api)
    attempt = Attempt(what, gateway.client(gateway.unix, 60), number, content)
    attempt.start()
    time.sleep(delay_s)
    api.close()
    gateway.kill9()
    attempt.join(60)
    check(not attempt.is_alive() and attempt.trouble is None, f"{what.__name__}: {attempt.trouble}")
    api = gateway.start()
    after = counts(api)
    wanted = {bulk: {**before, "networks": before["networks"] + COUNT},
              cascade: {**before, "connections": 0, "gateways": 0},
              restored: {"networks": COUNT, "kept": COUNT, "connections": COUNT, "gateways": 1}}[what]
    check(after == wanted or (after == before and not attempt.done),
          f"{what.__name__}, killed after {delay_s:.3f} s, acknowledged: {attempt.done}: before "
          f"{before}, after {after}")
    verified(api)
    return api, attempt.done, after == wanted


def run(gateway):
    gateway.config["tables"]["networks"] = 60000
    gateway.config["tables"]["connections"] = 60000
    api = gateway.start()
    prepare(api)
    content = backup(gateway)
    chance = random.Random(2)
    rounds = acknowledged = there = 0
    for number in range(20 if gateway.long else 3):
        for what in (bulk, cascade, restored):
            api, done, is_there = killed(gateway, api, what, number, 0.3 * chance.random() ** 2,
                                         content)
            rounds, acknowledged, there = rounds + 1, acknowledged + done, there + is_there
    print(f"# of {rounds} {acknowledged} were acknowledged, {there} are there", flush=True)
