# SPDX-License-Identifier: BSD-3-Clause
"""No IV is used twice under one key, in all that two bgwd say to each other while either is killed and
started again, its store brought back from a backup, negotiation turned off and on, and the clock
always set back to the same second."""

import os
import shutil
import struct

from lib.errors import check, wait_until
from lib.gateway import BUILD
from lib.negotiating import NegotiatingPair

SECOND = 1_900_000_000
ROUNDS, ROUNDS_LONG = 3, 40
HELLO, EXCHANGE = 1, 2
TALK = 50  # datagrams of a session that is up


class Datagram:
    """What is said of keys and IVs in one that was captured."""

    def __init__(self, frame):
        self.sender, self.receiver = frame[26:30], frame[30:34]
        self.kind, self.session, self.receiver_nonce = struct.unpack("!xBxxIQ", frame[42:58])
        (self.counter,) = struct.unpack("!Q", frame[-24:-16])
        self.epoch = self.nonce = None
        if self.kind == HELLO:
            self.epoch, self.nonce = struct.unpack("!IQ", frame[62:74])

    def key(self):
        """The one that it is authenticated with: a nonce is of one session only, so that of the
        receiver says which."""
        return (self.sender, self.receiver, None if self.kind == HELLO else self.receiver_nonce)


def prove_unique(datagrams):
    ivs = set()
    for datagram in datagrams:
        iv = (*datagram.key(), datagram.epoch, datagram.counter)
        check(iv not in ivs, f"key and IV {iv} of kind {datagram.kind} come twice")
        ivs.add(iv)


def prove_nonces(datagrams):
    """A nonce is offered by one end, for one session with one nonce of the other."""
    partners = {}
    for one in datagrams:
        if one.kind == HELLO and one.receiver_nonce != 0:
            pair = (one.nonce, one.receiver_nonce)
            for nonce, partner in (pair, reversed(pair)):
                known = partners.setdefault(nonce, partner)
                check(known == partner, f"nonce {nonce:x} has sessions with {known:x} and {partner:x}")
    return len(partners) // 2


def restart(pair, end, backup):
    gateway = pair.gateways[end]
    gateway.kill9()
    store = gateway.config["store"]["path"]
    for name in (store, f"{store}-wal", f"{store}-shm"):
        if os.path.exists(name):
            os.remove(name)
    shutil.copy(backup, store)
    gateway.start()


def off_and_on(pair):
    """At one end, which begins anew in the same process."""
    identifier = pair.remotes[0]["id"]
    sessions = pair.session(1)["sessions"]
    for enabled in (False, True):
        pair.gateways[0].api.request(
            "PUT", f"/v2.0/l2-remote-gateways/{identifier}",
            {"l2_remote_gateway": {"negotiation": {
                **pair.remotes[0]["negotiation"], "enabled": enabled}}},
        )  # fmt: skip
    wait_until(
        lambda: pair.session(1)["sessions"] > sessions, 15,
        lambda: f"there is no other session: {pair.session(1)}",
    )  # fmt: skip


def talk(pair):
    """A session, and a good many datagrams of it."""
    pair.wait_up()
    before = len(pair.wire.seen)
    wait_until(lambda: len(pair.wire.seen) >= before + TALK, 15, "they say nothing to each other")


def backup_of(lab, gateway):
    """A store as it is between two lives."""
    gateway.stop()
    path = lab.path(f"{gateway.site.name}.backup")
    shutil.copy(gateway.config["store"]["path"], path)
    gateway.start()
    return path


def run(lab):
    clock = {
        "LD_PRELOAD": os.path.join(BUILD, "tests", "net", "libfixed_time.so"),
        "BGW_TIME": str(SECOND),
    }
    pair = NegotiatingPair(lab, interval_ms=20, multiplier=5, env=clock)
    pair.wait_up()
    backups = [backup_of(lab, gateway) for gateway in pair.gateways]
    lives = [2, 2]
    for number in range(ROUNDS_LONG if lab.long else ROUNDS):
        for end in ((0,), (1,), (0, 1))[number % 3]:
            restart(pair, end, backups[end])
            lives[end] += 1
        talk(pair)
        off_and_on(pair)
        talk(pair)
    datagrams = [Datagram(frame) for frame in pair.wire.seen]
    prove_unique(datagrams)
    sessions = prove_nonces(datagrams)
    hellos = [one for one in datagrams if one.kind == HELLO]
    check({one.epoch for one in hellos} == {SECOND}, "the clock was not what it should be")
    check(sessions >= sum(lives) - 1, f"{lives} lives had {sessions} sessions only")
    exchanges = len(datagrams) - len(hellos)
    # Two talks in a round, of which hellos are a small part.
    check(exchanges > TALK * (number + 1), f"only {exchanges} exchanges were captured")
