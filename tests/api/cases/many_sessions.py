# SPDX-License-Identifier: BSD-3-Clause
"""Thousands of negotiations of one gateway: provisioned in bulk, up with another gateway, listed by
pages, and deleted, one by one and all at once, while the API answers. With --long 100,000 of them, most
with nobody at the other end."""

import threading
import time

from lib.backup import backup, restore
from lib.expect import check, equal
from lib.far_gateways import ADDRESSES_MAX, FarGateway, provision

EARLY = True
ADDRESSES = 45
SILENT_LONG = 1500
UP_S, UP_LONG_S = 120, 300
ONE_BY_ONE = 200
GROWTH_BYTES = 16 << 20


class Watch:
    """How long GET / takes, again and again, while everything else goes on."""

    def __init__(self, gateway):
        self._gateway = gateway
        self._api = gateway.client()
        self._ending = threading.Event()
        self._times = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._began = time.monotonic()
        self._thread.start()

    def _run(self):
        while not self._ending.wait(0.005):
            began = time.monotonic()
            self._api.get("/")
            self._times.append(time.monotonic() - began)

    def lap(self, what):
        times, self._times = sorted(self._times), []
        began, self._began = self._began, time.monotonic()
        print(f"# {what}: {self._began - began:.1f} s, {resident_bytes(self._gateway) >> 20} MiB;"
              f" GET / {len(times)} times, median {times[len(times) // 2] * 1e3:.1f} ms,"
              f" longest {times[-1] * 1e3:.1f} ms" if times else f"# {what}", flush=True)

    def stop(self):
        self._ending.set()
        self._thread.join(20)


def resident_bytes(gateway):
    with open(f"/proc/{gateway.process.pid}/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * 4096


def page(api, query):
    """(sessions, query of the next page, query of the one before)."""
    answer = api.get(f"/v2.0/negotiation-sessions?{query}")
    links = {link["rel"]: link["href"].partition("?")[2]
             for link in answer.get("negotiation_sessions_links", [])}
    return answer["negotiation_sessions"], links.get("next"), links.get("previous")


def pages(api, query):
    """What all pages have, and the sizes of the pages."""
    found, sizes = [], []
    while query is not None:
        items, query, _ = page(api, query)
        found += items
        sizes.append(len(items))
    return found, sizes


def backwards(api, found, size):
    """From the last page to the first, and from each there again."""
    query, after, end = f"limit={size}&fields=id&page_reverse=True", None, len(found)
    while query is not None:
        items, following, query = page(api, query)
        equal(f"the page before {end}", [item["id"] for item in items],
              [item["id"] for item in found[max(end - size, 0):end]])
        check((following is None) == (end == len(found)), f"behind {end} follows {following}")
        if following is not None:
            equal(f"the page behind {end}", page(api, following)[0], after)
        after, end = items, end - size
    check(end <= 0, f"before {end} there is no page")
    equal("before the first", page(api, f"limit={size}&marker={found[0]['id']}&page_reverse=True"),
          ([], None, None))


def listed(api, made):
    """Each is on one page, and found by itself."""
    size = len(made) // 5 + 1
    found, sizes = pages(api, f"limit={size}&fields=id&fields=address")
    equal("sessions on all pages", sorted(item["id"] for item in found), sorted(f"udp:{one}" for one in made))
    equal("sizes of pages", sizes, [size] * 4 + [len(made) - 4 * size])
    first, after, before = page(api, f"limit={size}&fields=id")
    check(before is None, "there is something before the first page")
    second, _, back = page(api, after)
    equal("the page before the second", page(api, back)[0], first)
    last, after, _ = page(api, f"limit={size}&fields=id&marker={found[-2]['id']}")
    equal("behind the last but one", ([item["id"] for item in last], after), ([found[-1]["id"]], None))
    equal("behind the last", page(api, f"limit={size}&marker={found[-1]['id']}"), ([], None, None))
    wanted = found[len(found) // 2]
    equal("one by its id", api.show("negotiation-sessions", wanted["id"])["address"], wanted["address"])
    same = [item["id"] for item in found if item["address"] == wanted["address"]]
    some, sizes = pages(api, f"limit=10&fields=id&address={wanted['address']}")
    equal("by address", [item["id"] for item in some], same)
    equal("pages of them", sizes[:-1], [10] * (len(same) // 10 - (len(same) % 10 == 0)))
    backwards(api, found, size)
    for wrong in ("udp:x", "udp:00000000-0000-4000-8000-000000000000", "tcp:1", "x"):
        for way in ("", "&page_reverse=True"):
            api.refused(400, "GET", f"/v2.0/negotiation-sessions?limit=2&marker={wrong}{way}",
                        sentence="marker")
        api.refused(404, "GET", f"/v2.0/negotiation-sessions/{wrong}")
    equal("the second page again", page(api, f"limit={size}&fields=id&marker={first[-1]['id']}")[0], second)


def await_up(api, count, limit_s):
    """So many have been up: on a busy machine not all stay so."""
    deadline = time.monotonic() + limit_s
    while True:
        up = sum(item["sessions"] > 0
                 for item in api.list("negotiation-sessions", "?fields=sessions"))
        if up == count:
            return
        check(time.monotonic() < deadline, f"{up} sessions have been up, not {count}")
        time.sleep(0.5)


def await_told(far):
    """The other end knows long before it misses anything; some datagrams may be lost."""
    deadline = time.monotonic() + 20
    while far.told_closed() < ONE_BY_ONE // 2:
        check(time.monotonic() < deadline,
              f"of {ONE_BY_ONE} sessions the other end was told of {far.told_closed()} that they are closed")
        time.sleep(0.2)


def prove(gateway, far):
    api = gateway.start()
    nothing = backup(gateway)
    far.start()
    watch = Watch(gateway)
    watch.lap("before")
    made = provision(api, far.pairs)
    watch.lap(f"{len(made)} are provisioned")
    listed(api, made)
    watch.lap("listed")
    await_up(api, far.answering, UP_LONG_S if gateway.long else UP_S)
    watch.lap(f"{far.answering} are up")
    for one in made[:ONE_BY_ONE]:
        api.delete("l2-remote-gateways", one)
    await_told(far)
    watch.lap(f"{ONE_BY_ONE} are deleted one by one")
    had = resident_bytes(gateway)
    restore(api, nothing)
    watch.lap("the others at once")
    equal("sessions left", api.list("negotiation-sessions"), [])
    if gateway.long:
        provision(api, far.pairs)
        await_up(api, far.answering, UP_LONG_S)
        watch.lap("all again")
        grown = resident_bytes(gateway) - had
        check(grown < GROWTH_BYTES, f"the second time they take {grown} bytes more")
    watch.stop()
    far.stop()
    gateway.stop()


def run(gateway):
    far = FarGateway(gateway, ADDRESSES_MAX if gateway.long else ADDRESSES,
                     SILENT_LONG if gateway.long else 0, interval_ms=10000)
    try:
        prove(gateway, far)
    finally:
        far.close()
