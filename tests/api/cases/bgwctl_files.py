# SPDX-License-Identifier: BSD-3-Clause
"""bgwctl does the same to many objects of a file, and waits until objects are in force."""

import csv
import io
import json
import os
import time

from lib.bgwctl import CONFLICT, NOT_FOUND, REFUSED, TIMEOUT, USAGE, Bgwctl
from lib.expect import check, equal

COUNT = 2500


def mac(number):
    return f"02:00:00:01:{number >> 8:02x}:{number & 255:02x}"


def table(*rows):
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue()


def run(gateway):
    api = gateway.start()
    bgwctl = Bgwctl(gateway.unix)
    prove_wait(bgwctl)
    prove_create(bgwctl, api)
    prove_refusals(bgwctl, api, gateway)
    prove_change(bgwctl, api)
    prove_json(bgwctl, api)


def prove_wait(bgwctl):
    """A tunnel whose next hop is known is soon in force, another never."""
    bgwctl("network-create lan --wait")
    bgwctl("l2-gateway-create gw --device interface_names=member1 --wait=1")
    bgwctl("l2-gateway-connection-create gw lan")
    bgwctl("l2-remote-gateway-create far 192.0.2.2")
    made = bgwctl("l2-remote-gateway-connection-create gw far --seg-id 1 --wait", json_too=True)
    equal("status after --wait", made["l2_remote_gateway_connection"]["status"], "ACTIVE")
    bgwctl("l2-remote-gateway-connection-update gw/far --admin-state-up false --wait=2")
    bgwctl("l2-remote-gateway-connection-update gw/far --admin-state-up true --wait=2")
    bgwctl("l2-remote-gateway-create lost 192.0.2.77")
    began = time.monotonic()
    command = "l2-remote-gateway-connection-create gw lost --seg-id 2 --wait=1"
    done = bgwctl.run(command)
    equal("status of a wait in vain", done.returncode, TIMEOUT)
    check(time.monotonic() - began >= 1, "it did not wait")
    check("still DOWN after 1 s: " in done.stderr and "192.0.2.77" in done.stderr,
          f"it does not say why: {done.stderr}")
    check("seg_id" in done.stdout, "what was made is not shown")
    bgwctl("network-delete lan --wait", USAGE)
    bgwctl("network-create lan2 --wait=soon", USAGE)


def prove_create(bgwctl, api):
    rows = [("mac", "ip-addr", "remote_connection"),
            *((mac(n), f"10.1.{n >> 8}.{n & 255}" if n % 2 else "", "gw/far")
              for n in range(COUNT))]
    said = bgwctl("l2-remote-mac-create -f -", text=table(*rows))
    equal("what it says", said, f"created {COUNT}\n")
    known = {item["mac"]: item["ipaddr"] for item in api.list("l2-remote-macs")}
    equal("MACs", known, {mac(n): f"10.1.{n >> 8}.{n & 255}" if n % 2 else None
                          for n in range(COUNT)})
    gw = ("name", "description", "devices", "admin_state_up")
    bgwctl("l2-gateway-create -f -", text="\ufeff\r\n\r\n" + table(
        gw, ("g1", 'two "words", and\na line', "interface_names=member2|7#8;member1|9", "false"),
        ("g2", "", "", "")))
    made = {item["name"]: item for item in api.list("l2-gateways")}
    equal("a cell with quotes", made["g1"]["description"], 'two "words", and\na line')
    equal("a cell with a boolean", made["g1"]["admin_state_up"], False)
    equal("a cell with interfaces", made["g1"]["devices"][0]["interfaces"],
          [{"name": "member2", "segmentation_id": ["7", "8"]},
           {"name": "member1", "segmentation_id": ["9"]}])
    equal("empty cells", (made["g2"]["devices"], made["g2"]["admin_state_up"]), ([], True))


def prove_refusals(bgwctl, api, gateway):
    def networks():
        return {item["name"] for item in api.list("networks")}

    def macs():
        return len(api.list("l2-remote-macs", "?fields=id"))

    bad = table(("mac", "ipaddr", "rgw_connection"),
                *((mac(10000 + n), "x" if n == 1500 else "", "gw/far") for n in range(2000)))
    done = bgwctl.run("l2-remote-mac-create -f -", text=bad)
    equal("status", done.returncode, REFUSED)
    for words in ("l2_remote_macs[500]: ipaddr", "1000 of 2000 were created before"):
        check(words in done.stderr, f"it does not say {words}: {done.stderr}")
    equal("MACs", macs(), COUNT + 1000)
    bgwctl("l2-remote-mac-delete -f -", text="\n".join(bad.splitlines()[:1001]))
    bgwctl("l2-remote-mac-create -f - --atomic", REFUSED, text=bad)
    equal("MACs after --atomic", macs(), COUNT)
    bgwctl("l2-remote-mac-create -f - --atomic", text="\n".join(bad.splitlines()[:1501]))
    equal("MACs after --atomic", macs(), COUNT + 1500)
    bgwctl("l2-remote-mac-delete -f -", text="\n".join(bad.splitlines()[:1501]))
    for text, expect in (("", USAGE), ("[]", USAGE), ("[1]", USAGE), ("[{", USAGE),
                         ("name,colour\na,red\n", USAGE), ("name,mtu\na\n", USAGE),
                         ("name,name\na,b\n", USAGE), ("mtu,mtu\n1400,\n", USAGE),
                         ('[{"name": "a", "name": "b"}]', USAGE),
                         ('{"networks": [{"name": "a"}, {"mtu": 1, "mtu": 2}]}', USAGE),
                         ('name\n"a\n', USAGE), ('name\n"a"b\n', USAGE),
                         ('[{"name": "a", "colour": "red"}]', REFUSED)):
        done = bgwctl.run("network-create -f -", text=text)
        equal(f"status with {text!r} ({done.stderr})", done.returncode, expect)
    bgwctl("network-create -f -", USAGE, text="name\na\0b\n")
    bgwctl("network-create -f /nonexistent", USAGE)
    bgwctl("network-create a -f -", USAGE, text="name\na\n")
    bgwctl("network-list -f -", USAGE)
    bgwctl("network-create a --atomic", USAGE)
    bgwctl("network-update -f -", NOT_FOUND, text="name,mtu\nnone,1400\n")
    bgwctl("l2-remote-mac-create -f -", NOT_FOUND,
           text="mac,rgw_connection\n02:00:00:00:00:01,gw/none\n")
    equal("networks after refusals", networks(), {"lan"})
    path = os.path.join(gateway.directory, "many.csv")
    with open(path, "w", encoding="utf-8") as file:
        file.write(table(("name",), *((f"p{n}",) for n in range(200))))
    check("200 of 200" in bgwctl.on_terminal(f"network-create -f {path}", 100), "no bar")
    check(" of 200" not in bgwctl.run(f"network-create -f {path}").stderr, "a bar in a pipe")
    bgwctl("network-delete -f -", CONFLICT, text="name\np1\n")
    bgwctl("network-delete -f -", text=json.dumps(
        bgwctl("network-list --fields id", json_too=True)["networks"][1:]))
    equal("networks left", networks(), {"lan"})


def prove_change(bgwctl, api):
    bgwctl("l2-remote-mac-update -f -", text=table(
        ("mac", "rgw_connection", "ipaddr"), *((mac(n), "gw/far", f"10.2.0.{n}")
                                               for n in range(20))))
    changed = [item for item in api.list("l2-remote-macs") if item["ipaddr"] is not None
               and item["ipaddr"].startswith("10.2.")]
    equal("changed", len(changed), 20)
    bgwctl("l2-remote-gateway-connection-update -f -",
           text="gateway,remote_gateway,seg_id\ngw,lost,77\n")
    equal("key", {item["seg_id"] for item in api.list("l2-remote-gateway-connections")}, {1, 77})
    lan = api.list("networks")[0]["id"]
    bgwctl("network-update lan --segmentation-id 5")
    bgwctl("network-update -f -", text=json.dumps([{"id": lan, "name": "lan9",
                                                    "provider:segmentation_id": None}]))
    equal("what null unsets", api.show("networks", lan)["provider:segmentation_id"], None)
    equal("name", api.show("networks", lan)["name"], "lan9")
    bgwctl("l2-remote-mac-delete -f -", text=table(
        ("mac", "rgw_connection"), *((mac(n), "gw/far") for n in range(100))))
    equal("MACs left", len(api.list("l2-remote-macs", "?fields=id")), COUNT - 100)


def prove_json(bgwctl, api):
    """What a list prints can be created again, here or elsewhere."""
    kept = bgwctl("l2-remote-mac-list", json_too=True)
    for collection in ("l2-remote-macs",):
        for item in api.list(collection, "?fields=id"):
            api.delete(collection, item["id"])
    said = bgwctl("l2-remote-mac-create -f -", json_too=True, text=json.dumps(kept))

    def essence(answer):
        return sorted((item["id"], item["mac"], item["ipaddr"], item["rgw_connection"])
                      for item in answer["l2_remote_macs"])
    equal("made again", essence(said), essence(kept))
    one = api.list("l2-remote-gateways")[0]
    bgwctl("l2-remote-gateway-create -f -", text=json.dumps({"l2_remote_gateway": one}))
