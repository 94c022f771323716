# SPDX-License-Identifier: BSD-3-Clause
"""Leases: they are renewed while both sides are there, and what nobody renews is released, by the
initiator and by the responder. A gateway that was away renews at once."""

import json
import signal
import sqlite3
import time

from lib.expect import check, equal
from lib.l3 import Site, introduce, second, wait

EARLY = True
# A disk that takes ten seconds for some writes has been seen.
LEASE_S = 20
# Of which the milliseconds do not fit 32 bits.
LONG_S = 4294968


def agree(a, b):
    answer = a.ask(b, lease=LEASE_S)
    equal(f"status ({answer.text})", answer.status, 200)
    a.settle()
    b.settle()
    equal("leases", [site.negotiations()[0]["lease"] for site in (a, b)], [LEASE_S, LEASE_S])
    left = [site.negotiations()[0]["lease_left"] for site in (a, b)]
    check(all(0 <= one <= LEASE_S for one in left), f"of {LEASE_S} s there are {left} left")
    return answer.json["id"]


def renews(a, b, identifier):
    time.sleep(1.3 * LEASE_S)
    for site in (a, b):
        equal("states after the lease", [one["state"] for one in site.negotiations()], ["configured"])
        site.settle()
    equal("after the lease", a.negotiations()[0]["id"], identifier)


def ends(lost, left):
    """Who is left does not wait for who is gone, and who comes back lets go as well."""
    lost.gateway.kill9()
    wait(lambda: left.negotiations() == [], lambda: f"the lease never ends: {left.negotiations()}")
    equal("what the agent has", left.agent.all(), [])
    check("is released: its lease is over" in left.gateway.log(), left.gateway.last_words())
    lost.start()
    wait(lambda: lost.negotiations() == [], lambda: f"it comes back with {lost.negotiations()}")
    equal("what the other agent has", lost.agent.all(), [])


def long_leases(a, b):
    """Nobody waits for days: the end of the lease is brought near while the gateway is away."""
    answer = a.ask(b, lease=LONG_S)
    equal(f"status ({answer.text})", answer.status, 200)
    identifier = answer.json["id"]
    a.gateway.stop()
    with sqlite3.connect(a.gateway.store) as store:
        body, = store.execute("SELECT body FROM objects WHERE type = 'negotiation'").fetchone()
        stored = json.loads(body)
        stored["expires"] -= LONG_S // 2
        store.execute("UPDATE objects SET body = ? WHERE type = 'negotiation'", (json.dumps(stored),))
    store.close()
    # It takes b longer than some milliseconds to answer.
    b.gateway.process.send_signal(signal.SIGSTOP)
    a.start()
    check(a.api.show("negotiations", identifier)["lease_left"] <= LONG_S // 2, "it is renewed already")
    time.sleep(2)
    b.gateway.process.send_signal(signal.SIGCONT)
    wait(lambda: a.api.show("negotiations", identifier)["lease_left"] > LONG_S - 100,
         lambda: f"it is not renewed: {a.negotiations()}")
    a.api.delete("negotiations", identifier)
    wait(lambda: b.negotiations() == [], lambda: f"there is {b.negotiations()}")


def run(gateway):
    other = second(gateway)
    try:
        a = Site(gateway)
        b = Site(other, internal_network="192.168.2.0/24")
        introduce(a, b)
        renews(a, b, agree(a, b))
        ends(a, b)
        agree(a, b)
        ends(b, a)
        long_leases(a, b)
        other.conclude()
    finally:
        other.close()
