# SPDX-License-Identifier: BSD-3-Clause
"""Whoever listens is told what happens; one who reads slowly loses events, knows how many, and holds
up nobody."""

import json
import subprocess
import time

from lib.bgwctl import OK, REFUSED, USAGE, Bgwctl
from lib.events import Listener
from lib.expect import Failure, check, equal
from lib.objects import CHANGES, make_all

MANY = 8000
LISTENERS_MAX = 64


def run(gateway):
    api = gateway.start()
    prove_objects(gateway, api)
    prove_key(gateway, api)
    prove_batches(gateway, api)
    prove_paths(gateway, api)
    prove_refusals(gateway, api)
    prove_slow(gateway, api)
    prove_resume(gateway, api)
    prove_monitor(gateway, api)
    prove_limit(gateway, api)
    last = prove_stop(gateway)
    prove_restart(gateway, last)


def prove_objects(gateway, api):
    everything = Listener(gateway.socket).opened()
    networks = Listener(gateway.socket, "?type=network&type=l2-remote-macs&event=updated").opened()
    made = make_all(api)
    for collection, members in CHANGES.items():
        api.update(collection, made[collection]["id"], **members)
    for collection in reversed(made):
        api.delete(collection, made[collection]["id"])

    seen = [entry for entry in everything.take(3 * len(made) + 1)]
    paths = [entry for entry in seen if entry[1]["type"] == "path"]
    seen = [entry for entry in seen if entry[1]["type"] != "path"]
    equal("events of paths", [name for name, _ in paths], ["path_up"])
    wanted = [("created", collection) for collection in made]
    wanted += [("updated", collection) for collection in CHANGES]
    wanted += [("deleted", collection) for collection in reversed(made)]
    equal("events", [(name, data["type"]) for name, data in seen],
          [(name, collection.replace("-", "_")[:-1]) for name, collection in wanted])
    for (name, data), (_, collection) in zip(seen, wanted):
        item = data[data["type"]]
        equal("id", (data["id"], item["id"]), (made[collection]["id"],) * 2)
        if name == "created":
            kept = {k: v for k, v in made[collection].items() if k not in ("status", "mtu")}
            equal("object", {k: item[k] for k in kept}, kept)
        if name == "updated":
            for member, value in CHANGES[collection].items():
                equal(f"{member} of {collection}", item[member], value)
    everything.nothing()
    equal("filtered", [(name, data["type"]) for name, data in networks.take(2)],
          [("updated", "network"), ("updated", "l2_remote_mac")])
    networks.nothing()
    for listener in (everything, networks):
        listener.close()


def prove_key(gateway, api):
    """Of a create with an Idempotency-Key the object is told, and not what is kept for a repeat."""
    everything = Listener(gateway.socket).opened()
    for _ in range(2):
        answer = api.request("POST", "/v2.0/networks", {"network": {"name": "once"}},
                             {"Idempotency-Key": "once"})
        equal("status", answer.status, 201)
    api.delete("networks", answer.json["network"]["id"])
    equal("events", [(name, data["type"]) for name, data in everything.take(2)],
          [("created", "network"), ("deleted", "network")])
    everything.nothing()
    everything.close()


def prove_batches(gateway, api):
    """What a bulk request makes is told in order; what it failed to make is not."""
    listener = Listener(gateway.socket).opened()
    answer = api.request("POST", "/v2.0/networks", {"networks": [{"name": f"n{i}"}
                                                                 for i in range(50)]})
    equal("status", answer.status, 201)
    api.refused(400, "POST", "/v2.0/networks",
                {"networks": [{"name": "x"}, {"name": "y", "mtu": 1}]})
    equal("names", [data["network"]["name"] for _, data in listener.take(50)],
          [f"n{i}" for i in range(50)])
    gw = api.create("l2-gateways", name="g")
    api.create("l2-gateway-connections", l2_gateway_id=gw["id"],
               network_id=answer.json["networks"][0]["id"])
    api.delete("networks", answer.json["networks"][0]["id"], "?cascade=true")
    equal("cascade", [(name, data["type"]) for name, data in listener.take(4)],
          [("created", "l2_gateway"), ("created", "l2_gateway_connection"),
           ("deleted", "l2_gateway_connection"), ("deleted", "network")])
    for network in answer.json["networks"][1:]:
        api.delete("networks", network["id"])
    api.delete("l2-gateways", gw["id"])
    listener.close()


def prove_paths(gateway, api):
    listener = Listener(gateway.socket, "?type=path").opened()
    made = make_all(api)
    port = next(port for port in api.list("ports") if port["name"] == "wan0")
    api.update("ports", port["id"], admin_state_up=False)
    api.update("ports", port["id"], admin_state_up=True)
    for wanted in ("path_up", "path_down", "path_up"):
        name, data = listener.next()
        equal("event", name, wanted)
        path = data["path"]
        equal("path", (path["remote"], path["local"], path["encapsulation"]),
              ("192.0.2.2", "192.0.2.1", "vxlan"))
        check(path["reason"], "it does not say why")
        equal("remote gateways", path["l2_remote_gateways"], [made["l2-remote-gateways"]["id"]])
    listener.nothing()
    listener.close()


def prove_refusals(gateway, api):
    events = "/v2.0/events"
    api.refused(400, "GET", f"{events}?type=colour", sentence="type must be")
    api.refused(400, "GET", f"{events}?type=worker", sentence="type must be")
    api.refused(400, "GET", f"{events}?event=painted", sentence="event must be created,")
    api.refused(400, "GET", f"{events}?name=x", sentence='no argument "name"')
    for method in ("POST", "PUT", "DELETE"):
        answer = api.refused(405, method, events, {}, "possible are GET, HEAD")
        equal("Allow", answer.headers["Allow"], "GET, HEAD")
    api.refused(404, "GET", f"{events}/1", sentence="nothing at")
    equal("HEAD", Listener(gateway.socket, method="HEAD").status, 200)
    check("events" in {item["collection"] for item in api.get("/v2.0")["resources"]},
          "GET /v2.0 does not name it")


def prove_slow(gateway, api):
    slow = Listener(gateway.socket, "?type=l2_remote_mac&event=created").opened()
    deaf = Listener(gateway.socket, "?type=network").opened()
    connection = api.list("l2-remote-gateway-connections")[0]["id"]
    for first in range(0, MANY, 1000):
        answer = api.request("POST", "/v2.0/l2-remote-macs", {"l2_remote_macs": [
            {"mac": f"02:00:00:05:{n >> 8:02x}:{n & 255:02x}", "rgw_connection": connection}
            for n in range(first, first + 1000)]})
        equal("status", answer.status, 201)
        began = time.monotonic()
        api.get("/")
        check(time.monotonic() - began < 1, "a listener holds up a request")
    seen, lost = [], 0
    while len(seen) + lost < MANY:
        name, data = slow.next()
        if name == "lost":
            equal("members of a loss", list(data), ["count"])
            lost += data["count"]
        else:
            seen.append(data["l2_remote_mac"]["mac"])
    check(lost > 0, "nothing was lost, so this proves nothing")
    check(len(seen) >= 1024, f"only {len(seen)} events fit a queue")
    equal("order", seen, sorted(seen))
    slow.nothing()
    api.create("l2-remote-macs", mac="02:00:00:06:00:00", rgw_connection=connection)
    equal("after a loss", slow.next()[1]["l2_remote_mac"]["mac"], "02:00:00:06:00:00")
    deaf.nothing()
    slow.close()
    deaf.close()


def prove_resume(gateway, api):
    first = Listener(gateway.socket, "?type=network").opened()
    api.create("networks", name="r0")
    first.next()
    first.close()
    time.sleep(0.2)
    for number in range(1, 4):
        api.create("networks", name=f"r{number}")
    again = Listener(gateway.socket, "?type=network", last=first.last).opened()
    equal("missed", [data["network"]["name"] for _, data in again.take(3)], ["r1", "r2", "r3"])
    again.nothing()
    again.close()
    other = Listener(gateway.socket, "?type=network", last="17-4").opened()
    equal("of another run", other.next(), ("lost", {"count": None}))
    other.nothing()
    other.close()
    for last in (first.last + "9999", first.last + "x", "-", "x" * 200):
        listener = Listener(gateway.socket, "?type=path", last=last).opened()
        listener.close()
    # What nobody listened for is not kept, and that is said.
    fresh = Listener(gateway.socket, "?type=l2_gateway", last=first.last).opened()
    api.create("l2-gateways", name="r9")
    entry = fresh.next()
    while entry[0] == "lost":
        entry = fresh.next()
    equal("then", entry[1]["l2_gateway"]["name"], "r9")
    fresh.close()


def prove_monitor(gateway, api):
    bgwctl = Bgwctl(gateway.unix)
    bgwctl("monitor colours", USAGE)
    bgwctl("monitor --count 0", USAGE)
    bgwctl("monitor --paint", USAGE)
    bgwctl("monitor --event painted", REFUSED)

    def watch(command, json_too=False):
        child = subprocess.Popen(bgwctl.argv(command, json_too), text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        # It listens once the gateway has one more connection; a marker tells for sure.
        return child

    for json_too in (False, True):
        child = watch("monitor networks --event created --event deleted --count 3", json_too)
        deadline = time.monotonic() + 20
        while child.poll() is None and time.monotonic() < deadline:
            marker = api.create("networks", name="marker")
            api.update("networks", marker["id"], mtu=1400)
            api.delete("networks", marker["id"])
            time.sleep(0.05)
        out, err = child.communicate(timeout=10)
        equal(f"status of monitor ({err})", child.returncode, OK)
        lines = out.splitlines()
        equal("lines", len(lines), 3)
        for line in lines:
            if json_too:
                event = json.loads(line)
                equal("name", event["data"]["network"]["name"], "marker")
                check(event["event"] in ("created", "deleted") and event["id"], f"line {line}")
            else:
                check(line.split()[1] in ("created", "deleted"), f"line {line}")
                check(" network marker " in line, f"line {line}")


def eventually(gateway):
    """A listener once those of earlier cases that are gone are noticed: when one is refused."""
    for _ in range(100):
        listener = Listener(gateway.socket)
        if listener.status == 200:
            return listener.opened()
        listener.close()
        time.sleep(0.02)
    raise Failure("those who are gone still count")


def prove_limit(gateway, api):
    many = [eventually(gateway) for _ in range(LISTENERS_MAX)]
    for _ in range(3):
        equal("one too many", Listener(gateway.socket).status, 503)
    many.pop().close()
    many.append(eventually(gateway))
    api.create("networks", name="for all")
    for listener in many:
        equal("event", listener.next()[0], "created")
        listener.close()


def prove_stop(gateway):
    """A listener does not keep the gateway from stopping, and sees the end."""
    listener = eventually(gateway)
    api = gateway.client()
    api.create("networks", name="last")
    listener.next()
    api.close()
    began = time.monotonic()
    gateway.stop()
    check(time.monotonic() - began < 10, "it waited for a listener")
    equal("end", listener.next(), None)
    listener.close()
    return listener.last


def prove_restart(gateway, last):
    gateway.start().close()
    listener = Listener(gateway.socket, last=last).opened()
    equal("after a restart", listener.next(), ("lost", {"count": None}))
    listener.close()
