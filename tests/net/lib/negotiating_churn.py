# SPDX-License-Identifier: BSD-3-Clause
"""Thousands of MACs come, move and go at two gateways that negotiate, whatever carries it, with the
link cut in between: each knows what the other has learned and nothing else, by the changes alone as
long as they are kept, else by the whole table; and the API answers all the while."""

import threading
import time

from .errors import check, wait_until
from .frames import open_raw
from .negotiating_tcp import local, session, shown, synced

KEPT_CHANGES = 131072
PORTS = ("lan0", "lan1")
LEARN_S = 90
# The rules' last resort is the silence of a TCP connection; then comes the wait before another.
SETTLE_S = 60
# Hosts and gateways say something of their own.
STRANGERS = 8


class Speaker:
    """Someone at a port of a gateway who speaks as any MAC, faster than a generator of packets."""

    def __init__(self, lab, gateway, host, port):
        self.gateway = gateway
        self.port = port
        self._raw = open_raw(host.namespace, host.dev)
        lab.defer(self._raw.close)
        self.anchor = bytes.fromhex(host.mac.replace(":", ""))
        self.speak([self.anchor], b"\xff" * 6)

    def count(self):
        return next(
            item["mac_count"]
            for item in self.gateway.api.list("attachments")
            if item["port"] == self.port
        )

    def speak(self, macs, to=None):
        """A frame from each, which goes no further unless `to` is elsewhere."""
        end = to or self.anchor
        rest = b"\x88\xb5" + b"here" * 12
        for number, mac in enumerate(macs):
            while True:
                try:
                    self._raw.send(end + mac + rest)
                    break
                except OSError:
                    time.sleep(0.001)
            if number % 256 == 255:
                time.sleep(0.001)

    def teach(self, macs, known):
        """Until the attachment knows `known` MACs in all: some frames may be lost."""
        deadline = time.monotonic() + LEARN_S
        while True:
            self.speak(macs)
            time.sleep(0.2)
            if self.count() >= known:
                return
            check(
                time.monotonic() < deadline,
                f"{self.count()} MACs at {self.port} of {self.gateway.site.name}, not {known}",
            )


class Stopwatch:
    """How long GET / takes, again and again, while everything else goes on."""

    def __init__(self, lab, gateway):
        self.name = gateway.site.name
        self._api = gateway.api.busy_client()
        self._ending = threading.Event()
        self._times = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        lab.defer(self.stop)

    def _run(self):
        while not self._ending.wait(0.005):
            began = time.monotonic()
            try:
                self._api.request("GET", "/")
            except Exception:  # noqa: BLE001 - it restarts
                self._api = self._api.busy_client()
                time.sleep(0.1)
                continue
            self._times.append(time.monotonic() - began)

    def lap(self, what):
        times, self._times = sorted(self._times), []
        if times:
            print(
                f"# {self.name}, {what}: GET / {len(times)} times, median"
                f" {times[len(times) // 2] * 1e3:.1f} ms, 99 % {times[len(times) * 99 // 100] * 1e3:.1f} ms,"
                f" longest {times[-1] * 1e3:.1f} ms"
            )

    def stop(self):
        self._ending.set()
        self._thread.join(10)


class Scene:
    """Two gateways with a network that has two attachments at each, and a tunnel between them.

    `gateways` makes them, as negotiating_tcp.gateways() or negotiating_grpc.gateways().
    """

    def __init__(self, lab, gateways, count):
        self.sites, hosts, self.gateways = gateways(
            lab,
            PORTS,
            tables={"macs": 4 * count, "connections": 64, "networks": 16},
            memory={"hugepages": False, "mbytes": 512, "mbufs": 16384},
        )
        self.networks = [gateway.network() for gateway in self.gateways]
        self.members = [
            [gateway.attach(network, port, name=port) for port in PORTS]
            for gateway, network in zip(self.gateways, self.networks)
        ]
        self.speakers = [
            [Speaker(lab, gateway, host, port) for host, port in zip(side, PORTS)]
            for gateway, side in zip(self.gateways, hosts)
        ]
        self.watches = [Stopwatch(lab, gateway) for gateway in self.gateways]
        self._began = time.monotonic()

    def connect(self):
        for gateway, network, members, far in zip(
            self.gateways, self.networks, self.members, reversed(self.sites)
        ):
            gateway.connect(members[0], network, far.ip4, 77, flood=False)

    def link(self, state, end=0):
        """Of the wire between the two, from this end. A gateway that starts raises its own."""
        site = self.sites[end]
        site.namespace.ip("link", "set", site.dev, state)

    def counters(self, name):
        return [session(gateway)[name] for gateway in self.gateways]

    def gained(self, name, before):
        return [now - then for now, then in zip(self.counters(name), before)]

    def equal(self, what):
        """Each knows what the other has learned and nothing else. Returns what each has learned."""
        a, b = self.gateways
        seen = []

        def same():
            seen[:] = local(a), synced(b), local(b), synced(a)
            return seen[0] == seen[1] and seen[2] == seen[3]

        def how():
            return f"{what}: " + ", ".join(
                f"{len(mine - theirs)} of {len(mine)} are not known and {len(theirs - mine)} are too many"
                for mine, theirs in (seen[:2], seen[2:])
            )

        wait_until(same, SETTLE_S, how, interval_s=0.3)
        now = time.monotonic()
        print(f"# {what}: {len(seen[0])} and {len(seen[2])} MACs, after {now - self._began:.1f} s;"
              f" told {self.counters('macs_told')}, tables {self.counters('resyncs_told')},"
              f" events lost {[g.api.list('workers')[0]['events_lost'] for g in self.gateways]}")
        self._began = now
        for watch in self.watches:
            watch.lap(what)
        return seen[0], seen[2]


def macs(first, count, site):
    return [
        b"\x02\x00\x5f" + (site << 22 | number).to_bytes(3, "big")
        for number in range(first, first + count)
    ]


def texts(some):
    return {mac.hex(":") for mac in some}


def flush(gateway, port):
    gateway.api.request("DELETE", f"/v2.0/macs?port={port}")


def first_tables(scene, each):
    """What was learned before the two met goes over as whole tables."""
    for site, (speaker, _) in enumerate(scene.speakers):
        speaker.teach(macs(0, each, site), each)
    scene.connect()
    scene.equal("first tables")
    check(scene.counters("resyncs_told") == [1, 1], f"tables: {scene.counters('resyncs_told')}")


def churn(scene, each):
    """MACs move, go and come while the link is up."""
    some = each // 5
    (a0, a1), (b0, _) = scene.speakers
    before = scene.counters("macs_told")
    a1.teach(macs(0, some, 0), some)
    told = scene.gained("macs_told", before)
    check(max(told) <= STRANGERS, f"moves within a site were told: {told}")
    flush(scene.gateways[0], "lan1")
    b0.teach(macs(each, some, 1), each + some)
    mine, theirs = scene.equal("changes")
    check(not texts(macs(0, some, 0)) & mine, "what was flushed is there")
    check(texts(macs(each, some, 1)) <= theirs, "what was learned is not there")
    told = scene.gained("macs_told", before)
    check(
        all(some <= count <= some + STRANGERS for count in told),
        f"{some} changes were {told} MACs on the wire",
    )
    a0.teach(macs(0, some, 0), each)
    scene.equal("and back")


def cut(scene, each):
    """The link goes in the middle of it; what happens until it is back goes over as changes."""
    some = each // 5
    (a0, a1), (b0, b1) = scene.speakers
    before = scene.counters("macs_told")
    resyncs, sessions = scene.counters("resyncs"), scene.counters("sessions")
    more = threading.Thread(target=a0.teach, args=(macs(2 * each, some, 0), each + some))
    more.start()
    wait_until(lambda: a0.count() > each + some // 4, 20, "the left learns nothing", 0.01)
    scene.link("down")
    more.join()
    # Those that the other end knows as synced are not learned there; those it never heard of are.
    roamers, twins = macs(some, some // 10, 0), macs(4 * each, some // 10, 0)
    b1.speak(roamers)
    a1.teach(twins, len(twins))
    b1.teach(twins, len(twins))
    flush(scene.gateways[1], "lan0")
    b0.teach(macs(0, each, 1), each)
    shown(scene.gateways[0], "status", "DOWN", SETTLE_S)
    scene.link("up")
    for gateway in scene.gateways:
        shown(gateway, "status", "ACTIVE", SETTLE_S)
    # What both have learned one of them gives up, or both until somebody says something.
    wait_until(
        lambda: not local(scene.gateways[0]) & local(scene.gateways[1]),
        SETTLE_S,
        "both keep what both have",
        interval_s=0.3,
    )
    anchor = macs(each - 1, 1, 0)[0]
    deadline = time.monotonic() + SETTLE_S
    moves = 3
    while not texts(roamers + twins) <= local(scene.gateways[1]):
        moves += 1
        check(time.monotonic() < deadline, "MACs that moved to the other site are not learned there")
        b1.speak(roamers + twins, anchor)
        time.sleep(0.3)
    mine, theirs = scene.equal("after a cut link")
    check(texts(macs(2 * each, some, 0)) <= mine, "what was learned meanwhile is lost")
    check(texts(roamers + twins) <= theirs, "what has moved is not where it is")
    check(scene.counters("resyncs") == resyncs, "after a cut link whole tables were taken")
    told = scene.gained("macs_told", before)
    roaming = moves * len(roamers + twins)
    # A session that ends amid its changes, as that of the cut does while the left learns, has them
    # told again by the next one.
    changes = [2 * some + roaming, 2 * (each + some) + roaming]
    times = scene.gained("sessions", sessions)
    check(
        all(count <= most * n + STRANGERS for count, most, n in zip(told, changes, times)),
        f"{told} MACs were told, of at most {changes} changes, in {times} sessions",
    )


def overrun(scene, each):
    """So much happens while the link is cut that the whole table is less."""
    a0 = scene.speakers[0][0]
    resyncs, told = scene.counters("resyncs"), scene.counters("macs_told")
    scene.link("down")
    changes = 0
    while changes <= KEPT_CHANGES:
        changes += 2 * each
        flush(scene.gateways[0], "lan0")
        wait_until(lambda: a0.count() == 0, SETTLE_S, "a flush does not end", 0.02)
        a0.teach(macs(each, each, 0), each)
    shown(scene.gateways[0], "status", "DOWN", SETTLE_S)
    scene.link("up")
    scene.equal("after more changes than are kept")
    taken = scene.gained("resyncs", resyncs)
    check(taken == [0, 1], f"left took {taken[0]} tables and right {taken[1]}, not 0 and 1")
    told = scene.gained("macs_told", told)
    check(told[0] < 2 * each and told[1] <= STRANGERS, f"{told} MACs were told")


def restart(scene, each):
    """One that restarted has nothing, and its peer has what it does not have any more."""
    a, a0 = scene.gateways[0], scene.speakers[0][0]
    resyncs = scene.counters("resyncs")[1]
    a.kill9()
    a.start()
    a0.speak([a0.anchor], b"\xff" * 6)
    a0.teach(macs(5 * each, each // 2, 0), each // 2)
    mine, _ = scene.equal("after a restart")
    check(len(mine) <= each // 2 + STRANGERS, f"{len(mine)} MACs are known of a fresh table")
    check(scene.counters("resyncs")[0] == 1, "who restarted did not take the whole table")
    check(scene.counters("resyncs")[1] > resyncs, "who did not restart did not take the whole table")


def precedence(scene, each):
    """Static, synced, learned."""
    b = scene.gateways[1]
    mac = macs(each, 1, 0)[0].hex(":")
    tunnel = b.api.list("l2-remote-gateway-connections")[0]

    def kind():
        return [item["kind"] for item in b.macs(mac=mac)]

    check(kind() == ["synced"], f"what the peer learned is {kind()}")
    fixed = b.api.create("l2-remote-macs", mac=mac, rgw_connection=tunnel["id"])
    check(kind() == ["static"], f"what is configured is {kind()}")
    scene.speakers[1][1].speak(macs(each, 1, 0))
    time.sleep(0.3)
    check(kind() == ["static"], f"what is configured and speaks elsewhere is {kind()}")
    b.api.delete("l2-remote-macs", fixed["id"])
    wait_until(lambda: kind() == ["synced"], SETTLE_S, "what was hidden does not come back")


def age(scene):
    """What is silent here is forgotten there."""
    a = scene.gateways[0]
    a.api.update("networks", scene.networks[0]["id"], mac_ageing_s=10)
    wait_until(lambda: len(local(a)) <= STRANGERS, SETTLE_S, "silent MACs stay", 1)
    scene.equal("after ageing")
