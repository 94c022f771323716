# SPDX-License-Identifier: BSD-3-Clause
"""One of two gateways is killed amid what they tell each other by gRPC, the one that tells or the one
that is told, of a whole table or of changes, and started again: their tables are equal, nothing of what
came half is left, and the other has not grown by it. With --long again and again."""

from lib.errors import check
from lib.negotiating_slow import EACH, IS_TOLD, TELLS, SlowTelling

ROUNDS_LONG = 20
GROWTH_BYTES = 16 << 20
WHO = ("who tells", "who is told")


def amid_table(telling, who):
    """There is one to tell when one of them has just started."""
    telling.amid("resync", telling.again(who), EACH)
    telling.again(who)
    telling.recovers(f"{WHO[who]} was killed amid a table")


def amid_changes(telling, who):
    telling.learn_amid()
    telling.again(who)
    telling.recovers(f"{WHO[who]} was killed amid changes")


def run(lab):
    telling = SlowTelling(lab)
    survivor = telling.scene.gateways[TELLS]
    amid_table(telling, IS_TOLD)
    had = survivor.resident_bytes()
    for _ in range(ROUNDS_LONG if lab.long else 1):
        amid_changes(telling, IS_TOLD)
    grown = survivor.resident_bytes() - had
    print(f"# {survivor.site.name} has {had >> 20} MiB, and {grown >> 10} KiB more in the end")
    check(grown < GROWTH_BYTES, f"who was not killed has {grown} bytes more than before")
    amid_changes(telling, TELLS)
    amid_table(telling, TELLS)
