# SPDX-License-Identifier: BSD-3-Clause
"""Two bgwd negotiate over a wire that loses 30 % of their datagrams, repeats a tenth and lets them
overtake each other.

With a multiplier of 20 a false Down takes the loss of the 20 datagrams at least that are sent in the
detection time: 0.3^20 = 3.5e-11 for each interval, 1e-8 for all intervals of this case. So none may be
seen; and a peer that is really gone is still found to be.
"""

import time

from lib import traffic
from lib.errors import check
from lib.negotiating import NegotiatingPair

INTERVAL_MS = 50
MULTIPLIER = 20
SECONDS, SECONDS_LONG = 15, 120


def run(lab):
    pair = NegotiatingPair(lab, INTERVAL_MS, MULTIPLIER)
    wire = pair.wire
    wire.loss, wire.repeat, wire.delay_s = 0.3, 0.1, (0.0, 0.01)
    before = pair.wait_up()
    before_round = [session["round"] for session in before]
    until = time.monotonic() + (SECONDS_LONG if lab.long else SECONDS)
    while time.monotonic() < until:
        for end in (0, 1):
            now = pair.session(end)
            check(now["liveness"] == "up" and now["sessions"] == before[end]["sessions"],
                  f"a false Down: {now}")
        time.sleep(0.2)
    for end in (0, 1):
        now = pair.session(end)
        check(now["round"] > before_round[end] + 20, f"rounds do not go on: {now}")
        check(now["heartbeats"] > before[end]["heartbeats"] + 10, f"heartbeats do not: {now}")
        check(now["resent_datagrams"] > 0, f"nothing was sent again: {now}")
        check(now["replayed_datagrams"] > 0, f"nothing came twice: {now}")
        check(now["forged_datagrams"] == 0, f"something was forged: {now}")
    check(wire.lost > wire.datagrams / 5 and wire.repeated > 0 and wire.overtaken > 0,
          f"the wire was not that bad: {wire.lost} of {wire.datagrams} lost, {wire.repeated}"
          f" repeated, {wire.overtaken} overtaken")
    traffic.prove(*pair.hosts)
    pair.gateways[1].kill9()
    pair.wait(0, "down", INTERVAL_MS * MULTIPLIER / 1000 + 5)
    pair.gateways[1].start()
    pair.wait_up()
