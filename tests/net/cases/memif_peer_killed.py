# SPDX-License-Identifier: BSD-3-Clause
"""The other end of memif ports dies in full traffic, over and over: nothing of it stays."""

import os
import random
import signal
import sys
import time

from lib import generator, packets
from lib.errors import Failure, check, wait_until
from lib.memif_peer import MemifPeer

KILLS = 60
LEAST_KILLS = 5
BUDGET_S = 10
# Control looks at links once a second, and sends into no tunnel whose port had none. So most peers
# are killed when they are served from the tunnel, and one in so many when it is both ways.
BOTH_WAYS_EVERY = 15
FORWARDED = 5000  # frames out of each port that show that a peer is served
SERVED_S = 10
PUMP_S = 5e-5  # between two looks at the rings, far less than they last
MEMBER, FAR_MEMBER = "02:00:00:00:0a:01", "02:00:00:00:0b:01"


def crowd(lab, core):
    """Something else wants the worker's CPU, so that the worker is often kept in mid-burst."""
    hog = lab.process([sys.executable, "-c", "while True: pass"], name="hog")
    os.sched_setaffinity(hog.pid, {core})
    return hog


def frames():
    """What the peer sends on each port: to the member that is behind the other."""
    inner = packets.pad(packets.ethernet(FAR_MEMBER, MEMBER, b""))
    outer = packets.vxlan(generator.FAR, generator.OWN, generator.SEG_ID, inner)
    return {
        "lan": packets.pad(packets.ethernet(MEMBER, FAR_MEMBER, b"")),
        "wan": packets.ethernet(generator.FAR_MAC, generator.OWN_MAC, outer, packets.IPV4),
    }


def peer_fork(lab, log):
    """A process that is the peer of both ports until it is killed. Returns its pid."""
    pid = os.fork()
    if pid:
        return pid
    try:
        peers = [MemifPeer(lab.path(f"{name}.sock"), frame) for name, frame in frames().items()]
        while os.getppid() != 1:
            for peer in peers:
                peer.pump()
            time.sleep(PUMP_S)
    except BaseException as error:  # noqa: BLE001 - nothing may go back into the case
        with open(log, "a", encoding="utf-8") as file:
            print(error, file=file)
    finally:
        os._exit(1)


def serve_and_kill(lab, gateway, number, rest_s):
    """A peer comes, is served, and is gone in the midst of it."""
    ports = ("lan", "wan") if number % BOTH_WAYS_EVERY == 0 else ("lan",)

    def transmitted():
        try:
            return {name: gateway.port(name)["tx_packets"] for name in ports}
        except OSError:
            raise Failure(f"bgwd died after {number} peers had been killed") from None

    def served():
        now = transmitted()
        return all(now[name] - before[name] >= FORWARDED for name in before)

    before = transmitted()
    pid = peer_fork(lab, lab.path("peers.log"))
    try:
        wait_until(served, SERVED_S, f"peer {number} is not served", interval_s=0.01)
        time.sleep(rest_s)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def run(lab):
    # A worker that never naps is inside the driver when the peer goes.
    gateway = generator.memif_gateway(lab, idle="poll")
    gateway.stretch(generator.FAR, generator.SEG_ID, port="lan")
    hog = crowd(lab, gateway.config["workers"]["cores"][0])
    choice = random.Random(1)
    deadline = time.monotonic() + BUDGET_S
    kills = 0
    while kills < KILLS and time.monotonic() < deadline:
        serve_and_kill(lab, gateway, kills, choice.uniform(0, 0.02))
        kills += 1
    check(kills >= LEAST_KILLS, f"only {kills} peers could be killed in {BUDGET_S} s")
    hog.kill9()
    generator.measure_whole(
        lab, 250, "run", "--rate", "2000", "--duration", "500ms", "--stream", "lan:wan,both,macs=10",
        "--warm-up", "0",
    )  # fmt: skip
