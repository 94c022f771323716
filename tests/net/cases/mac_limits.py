# SPDX-License-Identifier: BSD-3-Clause
"""An attachment has as many MACs as its limit allows, and drops other sources until there is room.

A network at its limit learns no more, and goes on forwarding.
"""

from scapy.layers.l2 import Ether

from lib import traffic
from lib.errors import check, wait_until
from lib.frames import Sniffer, send
from lib.pair import Pair

LIMIT = 4


def run(lab):
    pair = Pair(lab)
    pair.stretch(26)
    traffic.prove(*pair.hosts)
    left = pair.gateways[0]
    gateway = left.api.list("l2-gateways")[0]
    network = left.api.list("networks")[0]

    interface = {"name": "lan0", "mac_limit": LIMIT}
    devices = [{"device_name": "local", "interfaces": [interface]}]
    left.api.update("l2-gateways", gateway["id"], devices=devices)
    speak_until(pair.hosts[0], range(LIMIT), lambda: attachment(left)["full"], "full")
    check(attachment(left)["mac_count"] == LIMIT, f"it has {attachment(left)['mac_count']} MACs")
    heard = Sniffer(lab, pair.hosts[1].namespace, pair.hosts[1].dev)
    before = left.drops()["mac_limit"]
    send(pair.hosts[0].namespace, pair.hosts[0].dev, *(frame(n) for n in range(100, 110)))
    wait_until(lambda: left.drops()["mac_limit"] - before >= 10, 5, "new sources are not dropped")
    check(not heard_from(heard, 100), "a source over the limit was let through")
    traffic.prove(*pair.hosts)

    interface["mac_limit"] = 0
    left.api.update("l2-gateways", gateway["id"], devices=devices)
    left.api.request("DELETE", "/v2.0/macs?port=lan0")
    count = len(left.macs())
    left.api.update("networks", network["id"], mac_limit=count + 2)
    speak_until(pair.hosts[0], range(200, 206), lambda: heard_from(heard, 205), "forwarded")
    check(left.api.show("networks", network["id"])["mac_count"] <= count + 2, "too many MACs")
    check(not attachment(left)["full"], "the attachment has no limit and is full")


def mac(number):
    return f"02:00:5e:00:01:{number:02x}"


def frame(number):
    return Ether(src=mac(number), dst="ff:ff:ff:ff:ff:ff", type=0x88B5) / (b"here" * 15)


def speak_until(host, numbers, done, what):
    def speak():
        send(host.namespace, host.dev, *(frame(number) for number in numbers))
        return done()

    wait_until(speak, 5, f"never {what}", interval_s=0.2)


def heard_from(sniffer, number):
    wanted = bytes.fromhex(mac(number).replace(":", ""))
    return any(heard[6:12] == wanted for heard in sniffer.frames)


def attachment(gateway):
    return gateway.api.list("attachments")[0]
