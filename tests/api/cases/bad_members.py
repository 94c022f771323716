# SPDX-License-Identifier: BSD-3-Clause
"""Every member of every collection refuses what it must not have, in a create and in an update, with
a sentence that names it and says what would be right; and nothing is half done."""

import json

from lib.bad_values import NO_SUCH_ID, bad_rows, spots
from lib.client import singular
from lib.expect import Failure, check, equal
from lib.members import MEMBERS, Description
from lib.objects import make_all
from lib.state import State

JSON = {"Content-Type": "application/json"}

# (collection, member, type of the error where it names none)
REFERENCES = [
    ("l2-gateway-connections", "l2_gateway_id", "L2GatewayNotFound"),
    ("l2-gateway-connections", "network_id", "NetworkNotFound"),
    ("l2-remote-gateway-connections", "gateway", "L2GatewayNotFound"),
    ("l2-remote-gateway-connections", "network", "NetworkNotFound"),
    ("l2-remote-gateway-connections", "remote_gateway", "L2RemoteGatewayNotFound"),
    ("l2-remote-macs", "rgw_connection", "L2RemoteGatewayConnectionNotFound"),
]


def good(made):
    """Members of one more object of each collection that would be taken."""
    return {
        "networks": {},
        "ports": {},
        "l2-gateways": {"name": "another"},
        "l2-gateway-connections": {"l2_gateway_id": made["other gateway"]["id"],
                                   "network_id": made["networks"]["id"]},
        "l2-remote-gateways": {"ipaddr": "192.0.2.99"},
        "l2-remote-gateway-connections": {"gateway": made["l2-gateways"]["id"],
                                          "remote_gateway": made["l2-remote-gateways"]["id"],
                                          "network": made["networks"]["id"], "seg_id": 99},
        "l2-remote-macs": {"mac": "02:00:00:00:00:bb",
                           "rgw_connection": made["l2-remote-gateway-connections"]["id"]},
        "workers": {},
    }


def check_table(description):
    """There are rows for every member of the description, and no others."""
    for collection in description.collections:
        members = MEMBERS.get(collection, {})
        for purpose, described in (("create", description.create(collection)),
                                   ("update", description.update(collection))):
            rows = {spot.path for spot in spots(members)
                    if getattr(spot.outermost, purpose)}
            equal(f"members of {collection} that rows of this test {purpose}", sorted(rows),
                  sorted(described))


class Sender:
    def __init__(self, gateway, api, made):
        self.api, self.made, self.good = api, made, good(made)
        self.state = State(gateway, api)
        self.count = 0

    def targets(self, collection, spot=None):
        """(method, target, members beside the spot), as far as clients may give it there."""
        if spot is None or spot.outermost.create:
            yield "POST", f"/v2.0/{collection}", self.good[collection]
        if spot is None or spot.outermost.update:
            yield "PUT", f"/v2.0/{collection}/{self.made[collection]['id']}", {}

    def refused(self, request, members, sentence, status=400, kind="InvalidInput"):
        collection, method, target = request
        text = members if isinstance(members, bytes) else json.dumps({singular(collection): members})
        answer = self.api.raw(method, target, text, JSON)
        self.count += 1
        if answer.status != status or not answer.error.startswith(sentence) or \
                answer.error_type != kind:
            raise Failure(f"{method} {target} {text[:300]} was answered {answer.status}"
                          f" {answer.error_type} {answer.error!r}, not {status} {kind}"
                          f" {sentence!r}")

    def values(self, collection, spot):
        for method, target, base in self.targets(collection, spot):
            for value, sentence in bad_rows(spot):
                self.refused((collection, method, target), spot.body(base, value), sentence)
            if method == "POST" and spot.member.required:
                self.refused((collection, method, target), spot.body(base, None),
                             f"{spot.prefix}{spot.canonical} is required: ")
        if not spot.outermost.update:
            target = f"/v2.0/{collection}/{self.made[collection]['id']}"
            self.refused((collection, "PUT", target), spot.body({}, "x"),
                         f"{spot.path} cannot be changed")

    def names(self, collection, spot):
        """Misspelt, and given twice."""
        for method, target, base in self.targets(collection, spot):
            request = (collection, method, target)
            for name in (spot.name + "x", spot.name.upper(), spot.name[1:] + " ", f"{spot.name}\u00e4"):
                wrong = spot.misspelt(name)
                self.refused(request, wrong.body(base, "x"),
                             f"{wrong.path} is not a member; members are ")
            self.refused(request, spot.misspelt("").body(base, "x"),
                         f'{spot.prefix}"" is not a member; members are ')
            body = json.dumps({singular(collection): spot.body(base, "@")})
            once = f'{json.dumps(spot.name)}: "@"'
            for other in sorted({spot.name, spot.canonical}):
                again = f'{json.dumps(other)}: null, {json.dumps(spot.name)}: "x"'
                self.refused(request, body.replace(once, again).encode(),
                             f"{spot.path} is given twice")

    def bytes(self, collection, spot):
        """What is no JSON text, in the value of this member."""
        for method, target, base in self.targets(collection, spot):
            body = json.dumps({singular(collection): spot.body(base, "@")}).encode()
            for value, words in ((b'"\xff"', "is not UTF-8"), (b'"a\xc0\xaf"', "is not UTF-8"),
                                 (b'"\xed\xa0\x80"', "is not UTF-8"),
                                 (b'"a\\u0000b"', "has a NUL character"),
                                 (b'"a\x00b"', "has a NUL character"),
                                 (b'"a\nb"', "has a control character in a string"),
                                 (b"07", "has a number that is none in JSON"),
                                 (b"1.", "has a number that is none in JSON"),
                                 (b"[" * 20 + b"]" * 20, "is nested too deep")):
                text = body.replace(b'"@"', value)
                check(text != body, f"{spot.path} is not in {body}")
                answer = self.api.raw(method, target, text, JSON)
                self.count += 1
                equal(f"status of {method} {target} {text}", answer.status, 400)
                for word in (f"the JSON text {words}", f' in {spot.name}'):
                    check(word in answer.error, f"{text}: {answer.error!r} does not say {word!r}")

    def bulk(self, collection, spot):
        """A good one and a bad one: not even the good one is made."""
        if not spot.outermost.create:
            return
        value, sentence = next(iter(bad_rows(spot)))
        plural = collection.replace("-", "_")
        text = json.dumps({plural: [self.good[collection],
                                    spot.body(self.good[collection], value)]})
        self.refused((collection, "POST", f"/v2.0/{collection}"), text.encode(),
                     f"{plural}[1]: {sentence}")


# Of ports, which no client makes.
ONCE = [("ports", name) for name in ("id", "project_id", "tenant_id")]


def read_only(sender, description):
    """Members that only the gateway says."""
    for collection in MEMBERS:
        writable = description.create(collection) | description.update(collection)
        for name in description.answered(collection) - writable:
            for method, target, base in sender.targets(collection):
                if method == "POST" and collection in ("ports", "workers"):
                    continue
                for value in (1, "x", [], {}, False):
                    sender.refused((collection, method, target), {**base, name: value},
                                   f"{name} cannot be changed" if (collection, name) in ONCE else
                                   f"{name} is read-only")


def whole_objects(sender):
    """What is no object where the object is."""
    for collection, members in MEMBERS.items():
        root, plural = singular(collection), collection.replace("-", "_")
        creates = any(member.create for member in members.values())
        for method, target, _ in sender.targets(collection):
            if method == "POST" and not creates:
                continue
            for value in (None, [], [{}], 5, "x", True):
                sender.refused((collection, method, target), value, f"{root} must be an object")
            for value in (None, [], 5, "x", True):
                if method == "POST":
                    text = json.dumps({plural: [sender.good[collection], value]})
                    sender.refused((collection, method, target), text.encode(),
                                   f"{plural}[1]: {root} must be an object")


def references(sender, made):
    for collection, name, kind in REFERENCES:
        requests = [("POST", f"/v2.0/{collection}", sender.good[collection])]
        if MEMBERS[collection][name].update:
            requests.append(("PUT", f"/v2.0/{collection}/{made[collection]['id']}", {}))
        for method, target, base in requests:
            for value in (NO_SUCH_ID, "no such name", made["l2-remote-macs"]["id"], "0" * 32):
                sender.refused((collection, method, target), {**base, name: value},
                               f"{name} names no ", 404, kind)
            if kind != "L2RemoteGatewayConnectionNotFound":
                sender.refused((collection, method, target), {**base, name: "twin"},
                               f"{name} names more than one ", 409, "Conflict")


def taken(sender, made):
    """Spellings that are taken, of what is shown otherwise: in a member that an update may give."""
    for collection, members in MEMBERS.items():
        item = sender.api.show(collection, made[collection]["id"])
        for spot in spots(members):
            if spot.inside or not spot.member.update:
                continue
            shown = item[spot.canonical]
            for given, wanted in spot.kind.fine:
                after = sender.api.update(collection, item["id"], **{spot.name: given})
                equal(f"{collection} {spot.name} after {given!r}", after[spot.canonical],
                      given if wanted is None else wanted)
            after = sender.api.update(collection, item["id"], **{spot.name: shown})
            equal(f"{collection} {spot.name} put back", after[spot.canonical], shown)
            after = sender.api.update(collection, item["id"], **{spot.name: None})
            equal(f"{collection} {spot.name} after null", after[spot.canonical],
                  spot.kind.absent if spot.member.nullable else shown)
            sender.api.update(collection, item["id"], **{spot.name: shown})


def run(gateway):
    description = Description()
    check_table(description)
    api = gateway.start()
    made = make_all(api)
    made["other gateway"] = api.create("l2-gateways", name="other")
    for collection in ("networks", "l2-gateways"):
        for _ in range(2):
            api.create(collection, name="twin")
    for address in ("192.0.2.77", "192.0.2.78"):
        api.create("l2-remote-gateways", name="twin", ipaddr=address)
    made["ports"] = api.list("ports")[0]
    made["workers"] = api.list("workers")[0]
    sender = Sender(gateway, api, made)
    for collection, members in MEMBERS.items():
        for spot in spots(members):
            for group in (sender.values, sender.names, sender.bytes, sender.bulk):
                group(collection, spot)
            sender.state.must_be_same(f"after bad {collection} {spot.path}")
        sender.state.must_verify(f"after bad {collection}")
    read_only(sender, description)
    whole_objects(sender)
    references(sender, made)
    sender.state.must_be_same("at the end")
    sender.state.must_verify("at the end")
    print(f"# {sender.count} bad requests", flush=True)
    api.close()
    gateway.kill9()
    sender.api = sender.state.api = gateway.start()
    sender.state.must_be_same("after kill -9")
    taken(sender, made)
