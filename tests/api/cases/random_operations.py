# SPDX-License-Identifier: BSD-3-Clause
"""Any valid operations, in all collections and by all verbs, answer and leave what a model says: as
they go, at the end, and after kill -9."""

import os
import random
import time
import urllib.parse

from lib.client import singular
from lib.expect import check, equal
from lib.model import COLLECTIONS, Model
from lib.operations import Operations

SECONDS, SECONDS_LONG = 10, 600
STEPS_A_COMPARISON = 400
STEPS_A_CRASH = 4000


class Run:
    def __init__(self, gateway, seed):
        self.gateway = gateway
        self.random = random.Random(seed)
        self.model = Model()
        self.operations = Operations(self.random, self.model)
        self.counts = {}
        self.api = gateway.start()
        self.model.ports = {port["id"]: port["admin_state_up"] for port in self.api.list("ports")}

    def counted(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    def answered(self, status, method, target, body=None, headers=None):
        answer = self.api.request(method, target, body, headers)
        equal(f"status of {method} {target} {body} {headers} ({answer.error})", answer.status, status)
        self.counted(f"{method} {status}")
        return answer

    def like(self, collection, shown, wanted, when):
        """What the gateway shows has all that the model has of an object."""
        is_now = {name: shown.get(name) for name in wanted}
        equal(f"{collection} {when}", is_now, wanted)

    def create(self, collection):
        members = self.operations.create(collection)
        if members is None:
            return
        headers = {}
        if self.random.random() < 0.2:
            headers["Idempotency-Key"] = f"key {self.random.getrandbits(64)}"
        body = {singular(collection): self.operations.spelt(collection, members)}
        answer = self.answered(201, "POST", f"/v2.0/{collection}", body, headers)
        shown = answer.json[singular(collection)]
        item = self.model.create(collection, members.get("id", shown["id"]), members)
        self.like(collection, shown, item, f"after POST {body}")
        # With a key or an id of its own it may be sent again.
        if headers or "id" in members:
            again = self.answered(201, "POST", f"/v2.0/{collection}", body, headers)
            self.like(collection, again.json[singular(collection)], item, f"after POST {body} again")

    def create_many(self, collection):
        """In one transaction; each is made on top of those before it."""
        plural = collection.replace("-", "_")
        given, wanted = [], []
        for _ in range(self.random.randint(2, 6)):
            members = self.operations.create(collection)
            if members is None:
                break
            members.setdefault("id", self.operations.new_id())
            given.append(self.operations.spelt(collection, members))
            wanted.append(self.model.create(collection, members["id"], members))
        if not given:
            return
        answer = self.answered(201, "POST", f"/v2.0/{collection}", {plural: given})
        equal("number of those made", len(answer.json[plural]), len(wanted))
        for shown, item in zip(answer.json[plural], wanted):
            self.like(collection, shown, item, "after a bulk create")

    def update(self, collection, identifier):
        members = self.operations.update(collection, identifier)
        target = f"/v2.0/{collection}/{identifier}"
        body = {singular(collection): self.operations.spelt(collection, members)}
        headers, revision = {}, self.model.find(collection, identifier)["revision_number"]
        choice = self.random.random()
        if choice < 0.2:
            stale = self.random.choice([revision + 1, revision - 1 or 4294967295])
            self.answered(412, "PUT", target, body, {"If-Match": f"revision_number={stale}"})
        elif choice < 0.5:
            headers["If-Match"] = f"revision_number={revision}"
        answer = self.answered(200, "PUT", target, body, headers)
        item = self.model.update(collection, identifier, members)
        self.like(collection, answer.json[singular(collection)], item, f"after PUT {body}")

    def delete(self, collection, identifier):
        target = f"/v2.0/{collection}/{identifier}"
        revision = self.model.find(collection, identifier)["revision_number"]
        if self.random.random() < 0.2:
            self.answered(412, "DELETE", target,
                          headers={"If-Match": f"revision_number={revision + 1}"})
        if self.model.users(collection, identifier):
            if self.random.random() < 0.5:
                self.answered(409, "DELETE", target)
                return
            target += "?cascade=true"
        self.answered(204, "DELETE", target, headers={"If-Match": f"revision_number={revision}"})
        self.model.delete(collection, identifier)
        self.answered(404, "GET", f"/v2.0/{collection}/{identifier}")

    def show(self, collection, identifier):
        item = self.model.find(collection, identifier)
        answer = self.answered(200, "GET", f"/v2.0/{collection}/{identifier}")
        self.like(collection, answer.json[singular(collection)], item, "as shown")

    def choose(self, collection, identifier):
        """A list by a filter, and page by page."""
        item = self.model.find(collection, identifier)
        name = self.random.choice([name for name, value in item.items()
                                   if isinstance(value, (str, int)) and value != ""])
        wanted = [one["id"] for one in self.model.all(collection, **{name: item[name]})]
        query = urllib.parse.urlencode({name: str(item[name])})
        shown = self.api.list(collection, f"?{query}")
        equal(f"{collection} with {query}", [one["id"] for one in shown], wanted)
        pages, marker = [], ""
        while True:
            page = self.api.list(collection, f"?{query}&limit=7{marker}&fields=id")
            pages += [one["id"] for one in page]
            if len(page) < 7:
                break
            marker = f"&marker={page[-1]['id']}"
        equal(f"pages of {collection} with {query}", pages, wanted)
        self.counted("GET lists")

    def port(self):
        identifier = self.random.choice(list(self.model.ports))
        self.model.ports[identifier] = self.random.random() < 0.7
        self.api.update("ports", identifier, admin_state_up=self.model.ports[identifier])
        self.counted("PUT ports")

    def view(self):
        """What changes no object."""
        for name in ("attachments", "macs", "workers", "drops", "neighbours"):
            self.api.list(name)
        worker = self.api.list("workers")[0]["id"]
        self.api.update("workers", worker, stages_measured=self.random.random() < 0.5)
        self.answered(204, "DELETE", "/v2.0/macs?port=member1")

    def step(self):
        collection = self.random.choice(COLLECTIONS)
        choice = self.random.random()
        identifier = self.operations.any_id(collection)
        if identifier is None or choice < 0.35:
            self.create(collection)
        elif choice < 0.45:
            self.create_many(collection)
        elif choice < 0.70:
            self.update(collection, identifier)
        elif choice < 0.82:
            self.delete(collection, identifier)
        elif choice < 0.90:
            self.show(collection, identifier)
        elif choice < 0.97:
            self.choose(collection, identifier)
        elif choice < 0.99:
            self.port()
        else:
            self.view()

    def compare(self, when):
        for collection in COLLECTIONS:
            shown = self.api.list(collection)
            wanted = self.model.all(collection)
            equal(f"ids of {collection} {when}", [item["id"] for item in shown],
                  [item["id"] for item in wanted])
            for one, item in zip(shown, wanted):
                self.like(collection, one, item, when)
        equal(f"ports {when}", {port["id"]: port["admin_state_up"] for port in self.api.list("ports")},
              self.model.ports)
        equal(f"problems {when}", self.api.get("/v2.0/verify")["verify"]["problems"], [])

    def crash(self):
        self.api.close()
        self.gateway.kill9()
        self.api = self.gateway.start()
        self.compare("after kill -9")
        self.counted("kill -9")


def run(gateway):
    gateway.config["tables"]["attachments"] = 4096
    seed = int(os.environ.get("BGW_SEED", time.time_ns() if gateway.long else 1))
    print(f"# seed {seed}", flush=True)
    one = Run(gateway, seed)
    end = time.monotonic() + (SECONDS_LONG if gateway.long else SECONDS)
    count = 0
    while time.monotonic() < end:
        one.step()
        count += 1
        if count % STEPS_A_COMPARISON == 0:
            one.compare(f"after {count} steps")
        if count % STEPS_A_CRASH == 0:
            one.crash()
    one.compare("at the end")
    one.crash()
    check(all(one.model.objects.values()), "a collection is empty: that proves little")
    print(f"# {count} steps: " + ", ".join(f"{number} {what}"
                                           for what, number in sorted(one.counts.items())), flush=True)
