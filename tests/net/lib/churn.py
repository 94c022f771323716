# SPDX-License-Identifier: BSD-3-Clause
"""Clients that change a gateway's objects as fast as it answers, and know what must be left.

Each actor is a thread with objects that no other actor touches, so every answer is certain: one
that refuses, or an object that is not as it was last answered, is a fault of the gateway.
"""

import collections
import os
import random
import threading
import time

from . import soak_input
from .api import Refused
from .errors import Failure, check, wait_until
from .frames import open_raw
from .packets import IPV4, echo_request, ethernet, pad
from .soak_plan import FAR_MAC, MIRROR, PORTS, acc0, interface
from .stored import COLLECTIONS, lasting

CONNECTIONS = "l2-remote-gateway-connections"
REMOTES = "l2-remote-gateways"
MACS = "l2-remote-macs"
# A request that must wait for the dataplane to let go of what was deleted is repeated.
_BUSY = 503


class Ledger:
    """What the gateway last said of each object, and how much it was asked."""

    def __init__(self):
        self._lock = threading.Lock()
        self.objects = {}
        self.counts = collections.Counter()
        self.slowest_s = 0.0

    def keep(self, what, collection, entries):
        with self._lock:
            self.counts[what] += len(entries)
            for entry in entries:
                self.objects[collection, entry["id"]] = lasting(entry)

    def drop(self, collection, identifier, also):
        with self._lock:
            self.counts["deleted"] += 1 + len(also)
            for key in ((collection, identifier), *also):
                del self.objects[key]

    def time(self, took_s):
        with self._lock:
            self.slowest_s = max(self.slowest_s, took_s)

    def note(self, what):
        with self._lock:
            self.counts[what] += 1

    def summary(self):
        """In words: what was asked and what is left."""
        asked = ", ".join(f"{count} {what}" for what, count in sorted(self.counts.items()))
        left = ", ".join(f"{len(self.all(kind))} {kind}" for kind in COLLECTIONS)
        return f"{asked}, slowest answer {self.slowest_s:.3f} s; left {left}"

    def all(self, collection):
        with self._lock:
            return [entry for (kind, _), entry in self.objects.items() if kind == collection]


class Client:
    """A gateway's API with a ledger."""

    def __init__(self, gateway, ledger):
        self.api = gateway.api.busy_client()
        self._ledger = ledger

    def _ask(self, question, *args, **more):
        for _ in range(200):
            asked = time.monotonic()
            try:
                answer = question(*args, **more)
                self._ledger.time(time.monotonic() - asked)
                return answer
            except Refused as refusal:
                if refusal.status != _BUSY:
                    raise
                self._ledger.note("busy")
                last = refusal
                time.sleep(0.02)
        raise last

    def create(self, collection, **members):
        made = self._ask(self.api.create, collection, **members)
        self._ledger.keep("created", collection, [made])
        return made

    def create_many(self, collection, entries):
        made = self._ask(self.api.create_many, collection, entries)
        self._ledger.keep("created", collection, made)
        return made

    def update(self, collection, identifier, **members):
        made = self._ask(self.api.update, collection, identifier, **members)
        self._ledger.keep("changed", collection, [made])
        return made

    def delete(self, collection, identifier, also=()):
        """`also` are the objects, as (collection, id), that go with it."""
        self._ask(self.api.delete, collection, identifier, cascade=bool(also))
        self._ledger.drop(collection, identifier, also)

    def ask(self, method, target, body=None):
        self._ledger.note(method)
        return self._ask(self.api.request, method, target, body)


class Churn:
    """All actors at once, until `end`."""

    def __init__(self, lab, gateway, ledger, fixtures):
        self._gateway = gateway
        self._ledger = ledger
        self._fixtures = fixtures
        self._ending = threading.Event()
        self._faults = []
        self._threads = []
        lab.defer(self._join)
        actors = (
            remote_macs, connections, remote_gateways, networks, ports, views, bad_requests,
            ageing, linux,
        )  # fmt: skip
        for seed, actor in enumerate(actors):
            thread = threading.Thread(target=self._act, args=(actor, seed), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _act(self, actor, seed):
        # The workers' CPUs are theirs alone.
        os.sched_setaffinity(0, self._gateway.config["control"]["cores"])
        scene = Scene(self._gateway, self._ledger, self._fixtures, self._ending, seed)
        try:
            actor(scene)
        except Exception as error:  # noqa: BLE001 - the case fails with it
            self._faults.append(f"{actor.__name__}: {type(error).__name__}: {error}")
            self._ending.set()

    def prove_well(self):
        """No actor met what it should not have."""
        check(not self._faults, "while the tables churned, " + "; ".join(self._faults))

    def _join(self):
        self._ending.set()
        for thread in self._threads:
            thread.join(60)

    def end(self):
        """Everything is left as the ledger says."""
        self._join()
        self.prove_well()
        check(not any(thread.is_alive() for thread in self._threads), "an actor does not end")


class Scene:
    """What an actor works with."""

    def __init__(self, gateway, ledger, fixtures, ending, seed):
        self.gateway = gateway
        self.client = Client(gateway, ledger)
        self.fixtures = fixtures
        self.chance = random.Random(seed)
        self._ending = ending

    def goes_on(self):
        return not self._ending.is_set()

    def rest(self, seconds):
        self._ending.wait(seconds)


def remote_macs(scene):
    """Static MACs, made in bulk, moved between the tunnels of a network, and deleted."""
    tunnels = (*soak_input.LAN_TUNNELS, *soak_input.QUIET_TUNNELS)
    places = [scene.fixtures.connections[tunnel] for tunnel in tunnels]
    held = {}
    while scene.goes_on():
        free = [n for n in range(soak_input.STATIC_MACS) if n not in held]
        chosen = scene.chance.sample(free, min(64, len(free)))
        made = scene.client.create_many(
            MACS,
            [
                {
                    "mac": soak_input.static_mac(n),
                    "rgw_connection": scene.chance.choice(places),
                    **({"ipaddr": soak_input.static_ip(n)} if n % 2 else {}),
                }
                for n in chosen
            ],
        )
        held.update((n, entry["id"]) for n, entry in zip(chosen, made))
        for n in scene.chance.sample(sorted(held), len(held) // 2):
            change = scene.chance.choice(("rgw_connection", "ipaddr", "router"))
            value = {
                "rgw_connection": scene.chance.choice(places),
                "ipaddr": scene.chance.choice((None, soak_input.static_ip(n))),
                "router": scene.chance.random() < 0.5,
            }[change]
            scene.client.update(MACS, held[n], **{change: value})
        for n in scene.chance.sample(sorted(held), len(held) // 4):
            scene.client.delete(MACS, held.pop(n))


def connections(scene):
    """Tunnels that the traffic uses: made, drained, changed, and deleted with MACs behind them."""
    wanted = [(peer, key) for peer in soak_input.CHURN_PEERS for key in soak_input.CHURN_KEYS]
    held = {}
    while scene.goes_on():
        free = [place for place in wanted if place not in held]
        chosen = scene.chance.sample(free, min(8, len(free)))
        entries = [
            scene.fixtures.connection(f"churn-{scene.chance.randrange(4)}", *peer, key)
            for peer, key in chosen
        ]
        for place, made in zip(chosen, scene.client.create_many(CONNECTIONS, entries)):
            held[place] = (made["id"], [])
        for place in scene.chance.sample(sorted(held), min(8, len(held))):
            identifier, behind = held[place]
            scene.client.update(
                CONNECTIONS,
                identifier,
                admin_state_up=scene.chance.random() < 0.7,
                flood=scene.chance.random() < 0.3,
                mtu_signal=scene.chance.random() < 0.5,
            )
            if not behind:
                # The sender of this tunnel's packets, among others.
                key = soak_input.CHURN_KEYS.index(place[1]) << 8
                macs = [soak_input.mac_number("02:c1:00:00", key + n) for n in range(3)]
                entries = [{"mac": mac, "rgw_connection": identifier} for mac in macs]
                try:
                    made = scene.client.create_many(MACS, entries)
                except Refused as refusal:
                    # A MAC is behind one connection of a network at most.
                    check(refusal.status == 409, str(refusal))
                    continue
                behind.extend((MACS, entry["id"]) for entry in made)
        for place in scene.chance.sample(sorted(held), len(held) // 3):
            identifier, behind = held.pop(place)
            scene.client.delete(CONNECTIONS, identifier, behind)


def remote_gateways(scene):
    """Remote gateways whose addresses, ours towards them, encapsulations and headers change."""
    pool = [*soak_input.NEIGHBOURS[12:16], *soak_input.NEIGHBOURS_1[12:16], "192.0.2.98"]
    while scene.goes_on():
        addresses = scene.chance.sample(pool, 4)
        remotes = [
            scene.client.create(REMOTES, name=f"moving-{ip}", ipaddr=ip, encapsulations=["vxlan"])
            for ip in addresses[:3]
        ]
        gone = [[], [], []]
        for number, remote in enumerate(remotes):
            domain = f"churn-{number}"
            made = scene.client.create(
                CONNECTIONS,
                gateway=scene.fixtures.gateways[domain],
                network=scene.fixtures.networks[domain],
                remote_gateway=remote["id"],
                seg_id=8000,
            )
            gone[number].append((CONNECTIONS, made["id"]))
        for change in (
            {"ipaddr": addresses[3]},
            {"local_ip": soak_input.VTEP_1},
            {"ttl": scene.chance.randint(1, 255), "dscp": scene.chance.randint(0, 63)},
            {"encapsulations": ["gre", "vxlan"]},
            {"admin_state_up": False},
            {"admin_state_up": True, "ipaddr": addresses[0]},
            {"local_ip": None, "dscp": None},
        ):
            scene.client.update(REMOTES, remotes[0]["id"], **change)
        connection = gone[0][0][1]
        scene.client.update(CONNECTIONS, connection, encapsulation="gre", seg_id=8001)
        scene.client.update(CONNECTIONS, connection, remote_gateway=remotes[1]["id"])
        gone[1].append(gone[0].pop())
        for remote, also in zip(remotes, gone):
            scene.client.delete(REMOTES, remote["id"], also)


def networks(scene):
    """Networks with attachments of all kinds, from the first create to the last delete."""
    vids = soak_input.CHURN_VIDS[8:]
    peers = soak_input.CHURN_PEERS
    round_number = 0
    while scene.goes_on():
        round_number += 1
        chosen = scene.chance.sample(vids, 4)
        network = scene.client.create("networks", name=f"passing-{round_number}", mac_ageing_s=10)
        gateway = scene.client.create("l2-gateways", name=network["name"])
        # Ports and tags change while no network has them, the rest at any time.
        for layout in (
            [acc0(*chosen), interface("acc1", "500.7")],
            [acc0(*chosen[:2]), interface("acc1", 501, 502)],
        ):
            scene.client.update("l2-gateways", gateway["id"], devices=devices(*layout))
        joined = scene.client.create(
            "l2-gateway-connections", l2_gateway_id=gateway["id"], network_id=network["id"]
        )
        tunnels = scene.client.create_many(
            CONNECTIONS,
            [
                {
                    "gateway": gateway["id"],
                    "network": network["id"],
                    "remote_gateway": scene.fixtures.remotes[ip],
                    "seg_id": 7000,
                }
                for ip, _ in peers
            ],
        )
        for members in (
            {"admin_state_up": False},
            {"mac_limit": 2, "broadcast_pps": 100},
            {"pcp": 5, "dei": True},
        ):
            layout[0] = acc0(*chosen[:2], **members)
            scene.client.update("l2-gateways", gateway["id"], devices=devices(*layout))
        for change in (
            {"admin_state_up": False},
            {"admin_state_up": True, "mac_limit": 10},
            {"mac_ageing_s": 300, "mac_limit": 0},
        ):
            scene.client.update("networks", network["id"], **change)
        for is_up in (False, True):
            scene.client.update("l2-gateways", gateway["id"], admin_state_up=is_up)
            scene.client.update("l2-gateway-connections", joined["id"], admin_state_up=is_up)
        behind = [(CONNECTIONS, tunnel["id"]) for tunnel in tunnels]
        if round_number % 2:
            scene.client.delete(
                "networks", network["id"], [("l2-gateway-connections", joined["id"]), *behind]
            )
            scene.client.delete("l2-gateways", gateway["id"])
        else:
            scene.client.delete(
                "l2-gateways",
                gateway["id"],
                [("l2-gateway-connections", joined["id"]), *behind],
            )
            scene.client.delete("networks", network["id"])


def devices(*interfaces):
    return [{"device_name": "local", "interfaces": list(interfaces)}]


def ports(scene):
    """Ports out of service for a moment, and back."""
    identifiers = {port["name"]: port["id"] for port in scene.gateway.api.list("ports")}
    while scene.goes_on():
        for name in PORTS:
            scene.client.ask("PUT", f"/v2.0/ports/{identifiers[name]}", admin(False))
            time.sleep(0.03)
            scene.client.ask("PUT", f"/v2.0/ports/{identifiers[name]}", admin(True))
            scene.rest(0.3)


def admin(is_up):
    return {"port": {"admin_state_up": is_up}}


def views(scene):
    """All that can be looked at, and flushes of the MAC table by each of its filters."""
    fixtures = scene.fixtures
    tunnels = [fixtures.connections[tunnel] for tunnel in soak_input.LAN_TUNNELS]
    flushes = [
        "port=acc0",
        f"port=acc0&segmentation_id={soak_input.LAN_VIDS[0]}",
        f"connection={tunnels[0]}",
        f"network_id={fixtures.networks['lan']}",
        f"network_id={fixtures.networks['plain']}",
    ]
    shown = ("ports", "attachments", "workers", "drops", "neighbours", *COLLECTIONS)
    while scene.goes_on():
        for flush in flushes:
            scene.client.ask("DELETE", f"/v2.0/macs?{flush}")
            for view in shown:
                scene.client.ask("GET", f"/v2.0/{view}?limit=20")
            learned = scene.client.ask("GET", "/v2.0/macs?kind=learned&limit=4")["macs"]
            for mac in learned:
                try:
                    scene.client.ask("DELETE", f"/v2.0/macs/{mac['id']}")
                except Refused as refusal:
                    # Another actor flushed it, or took its network away.
                    check(refusal.status in (404, 409), str(refusal))
            scene.rest(0.2)


def bad_requests(scene):
    """Requests that must be refused whole: nothing of them may be left."""
    fixtures = scene.fixtures
    tunnel = fixtures.connection("lan", *soak_input.LAN_TUNNELS[0])
    static = {"rgw_connection": fixtures.connections[soak_input.LAN_TUNNELS[0]]}
    good = {"mac": soak_input.mac_number("02:5b:00:00", 1), **static}
    requests = (
        ("POST", "networks", {"network": {"name": "bad", "mtu": 1}}, 400),
        ("POST", "networks", {"networks": [{"name": "good"}, {"colour": "red"}]}, 400),
        ("POST", CONNECTIONS, {"l2_remote_gateway_connection": tunnel}, 409),
        ("POST", MACS, {"l2_remote_macs": [good, {"mac": "01:00:00:00:00:01", **static}]}, 400),
        ("POST", REMOTES, {"l2_remote_gateway": {"ipaddr": soak_input.VXLAN_PEER}}, 409),
        ("DELETE", f"networks/{fixtures.networks['lan']}", None, 409),
        ("PUT", f"networks/{fixtures.networks['lan']}", {"network": {"mac_ageing_s": 1}}, 400),
    )
    while scene.goes_on():
        for method, target, body, status in requests:
            try:
                scene.client.ask(method, f"/v2.0/{target}", body)
            except Refused as refusal:
                check(refusal.status == status, f"{refusal}, and not {status}")
                continue
            raise Failure(f"{method} {target} with {body} was not refused")
        scene.rest(0.2)


def ageing(scene):
    """A tunnel is drained until all that was learned behind it is forgotten, and speaks again."""
    tunnel = scene.fixtures.connections[soak_input.FAR_PEER, "vxlan", 5004]

    def count():
        return scene.client.ask("GET", f"/v2.0/{CONNECTIONS}/{tunnel}")[
            "l2_remote_gateway_connection"
        ]["mac_count"]

    while scene.goes_on():
        scene.client.update(CONNECTIONS, tunnel, admin_state_up=False)
        wait_until(lambda: count() == 0, 60, "what a drained tunnel taught is not forgotten", 0.25)
        scene.client.update(CONNECTIONS, tunnel, admin_state_up=True)
        wait_until(lambda: count() > 100, 60, "a tunnel that was drained teaches nothing", 0.25)


def linux(scene):
    """Linux talks by the mirror all the while."""
    namespace = scene.gateway.site.namespace
    talk = pad(
        ethernet(
            namespace.mac(MIRROR),
            FAR_MAC,
            echo_request(soak_input.VTEP, soak_input.NEIGHBOURS[0]),
            IPV4,
        )
    )
    with open_raw(namespace, MIRROR) as raw:
        while scene.goes_on():
            for _ in range(50):
                try:
                    raw.send(talk)
                except OSError:
                    # The tap's queue is full.
                    break
            scene.rest(0.01)
