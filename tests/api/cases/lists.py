# SPDX-License-Identifier: BSD-3-Clause
"""Filters, fields, sorting and pages, as OpenStack's clients ask for them."""

from urllib.parse import urlsplit

from lib.expect import check, equal

NAMES = ["d", "b", "e", "a", "c"]


def names(items):
    return [item["name"] for item in items]


def follow(api, target, rel):
    """All items of all pages, going by the links."""
    seen, pages = [], 0
    while target:
        answer = api.get(target)
        seen.append(names(answer["networks"]))
        links = {link["rel"]: link["href"] for link in answer.get("networks_links", [])}
        parts = urlsplit(links.get(rel, ""))
        target = f"{parts.path}?{parts.query}" if parts.path else None
        pages += 1
        check(pages < 10, "the links lead in a circle")
    return seen


def run(gateway):
    api = gateway.start()
    for number, name in enumerate(NAMES):
        api.create("networks", name=name, mtu=1500 + number, shared=number % 2 == 0)
    made = api.list("networks")
    equal("order of creation", names(made), NAMES)
    for query, wanted in (
            ("?name=b", ["b"]), ("?name=b&name=a", ["b", "a"]), ("?name=none", []),
            ("?name=b&mtu=1501", ["b"]), ("?name=b&mtu=1500", []),
            ("?shared=False", ["b", "a"]), ("?shared=true&name=d", ["d"]),
            (f"?id={made[2]['id'].upper()}", ["e"]), ("?id=gw1", []), ("?status=ACTIVE", NAMES),
            ("?segmentation_id=", NAMES), ("?tenant_id=", NAMES), ("?tenant_id=x", []),
            ("?sort_key=name", sorted(NAMES)),
            ("?sort_key=name&sort_dir=desc", sorted(NAMES, reverse=True)),
            ("?sort_key=shared&sort_dir=asc&sort_key=name&sort_dir=desc",
             ["b", "a", "e", "d", "c"]),
            ("?limit=2", ["d", "b"]), ("?limit=0", NAMES),
            (f"?limit=2&marker={made[1]['id']}", ["e", "a"]),
            (f"?marker={made[4]['id']}", []),
            (f"?limit=2&marker={made[3]['id']}&page_reverse=True", ["b", "e"])):
        equal(f"networks{query}", names(api.list("networks", query)), wanted)
    equal("one field", api.list("networks", "?fields=name&name=a"), [{"name": "a"}])
    equal("two fields", sorted(api.list("networks", "?fields=id&fields=tenant_id&name=a")[0]),
          ["id", "tenant_id"])
    equal("fields of one", api.get(f"/v2.0/networks/{made[0]['id']}?fields=name"),
          {"network": {"name": "d"}})
    equal("pages", follow(api, "/v2.0/networks?limit=2", "next"),
          [["d", "b"], ["e", "a"], ["c"]])
    equal("sorted pages with fields",
          follow(api, "/v2.0/networks?limit=3&sort_key=name&sort_dir=desc&fields=name", "next"),
          [["e", "d", "c"], ["b", "a"]])
    equal("filtered pages", follow(api, "/v2.0/networks?limit=1&shared=False", "next"),
          [["b"], ["a"]])
    equal("pages backwards", follow(api, "/v2.0/networks?limit=2&page_reverse=True", "previous"),
          [["a", "c"], ["b", "e"], ["d"]])
    for query, sentence in (
            ("?nmae=a", "nmae"), ("?fields=colour", "colour"), ("?sort_key=colour", "colour"),
            ("?sort_dir=up", "asc or desc"), ("?limit=x", "whole number"), ("?limit=-1", "whole"),
            ("?marker=none", "marker"), ("?page_reverse=x", "page_reverse")):
        api.refused(400, "GET", f"/v2.0/networks{query}", sentence=sentence)
    by_runtime(api)
    macs(api)


def by_runtime(api):
    """What is only known now selects and sorts like what is stored."""
    for number in (3, 2, 4):
        api.create("l2-remote-gateways", name=str(number), ipaddr=f"192.0.2.{number}")
    gateway = api.create("l2-gateways", name="gw")
    api.create("l2-remote-gateway-connections", gateway=gateway["id"], remote_gateway="2", seg_id=2)
    for query, wanted in (
            ("?sort_key=status&sort_key=name", ["2", "3", "4"]),
            ("?sort_key=status&sort_dir=desc&sort_key=name&sort_dir=desc", ["4", "3", "2"]),
            ("?status=DOWN&sort_key=status&limit=1", ["3"]), ("?status=ACTIVE", ["2"])):
        equal(f"remote gateways{query}", names(api.list("l2-remote-gateways", query)), wanted)


def macs(api):
    """A table is sorted and parted into pages, too."""
    tunnel = api.list("l2-remote-gateway-connections")[0]["id"]
    wanted = [f"02:00:00:00:{number >> 8:02x}:{number & 255:02x}" for number in range(1500)]
    answer = api.request("POST", "/v2.0/l2-remote-macs", {"l2_remote_macs": [
        {"mac": mac, "rgw_connection": tunnel} for mac in wanted]})
    equal("status", answer.status, 201)
    equal("MACs in order", [item["mac"] for item in api.list("macs", "?sort_key=mac")], wanted)
    seen = []
    while len(seen) < len(wanted):
        marker = f"&marker={seen[-1]['id']}" if seen else ""
        page = api.list("macs", f"?limit=400&sort_key=mac&sort_dir=desc{marker}")
        check(page, f"a page is empty after {len(seen)}")
        seen += page
    equal("MACs in pages", [item["mac"] for item in seen], wanted[::-1])
    equal("one page", len(api.list("macs", "?limit=10")), 10)
    equal("one of them", [item["mac"] for item in api.list("macs", f"?mac={wanted[7]}&limit=5")],
          [wanted[7]])
