# SPDX-License-Identifier: BSD-3-Clause
"""Whatever there is, a backup of another moment can be restored over it: all is then as it was, and
store, memory and tables agree."""

import random
import time

from lib.backup import backup, restore, state, verified
from lib.expect import check, equal

COLLECTIONS = ("networks", "l2-gateways", "l2-gateway-connections", "l2-remote-gateways",
               "l2-remote-gateway-connections", "l2-remote-macs")
ENCAPSULATIONS = ("vxlan", "gre")
EACH = 4
CHANGES = 12
SHORT_S, LONG_S = 5, 300


class World:
    """A few objects of each type, which come, go and refer to each other anew."""

    def __init__(self, api, seed):
        self.api = api
        self.random = random.Random(seed)

    @staticmethod
    def identifier(collection, number):
        return f"00000000-0000-4000-8000-{COLLECTIONS.index(collection):04d}{number:08d}"

    def some(self, collection):
        return self.identifier(collection, self.random.randrange(EACH))

    def network(self):
        return {"name": self.random.choice("abc"), "segmentation_id": self.random.randrange(1, 9)}

    def l2_gateway(self):
        chosen = self.random.sample(("member1", "member2"), self.random.randrange(3))
        tags = [str(self.random.randrange(1, 5))]
        return {"devices": [{"device_name": "local", "interfaces": [
            {"name": name, "segmentation_id": tags} for name in chosen]}]}

    def l2_gateway_connection(self):
        return {"l2_gateway_id": self.some("l2-gateways"), "network_id": self.some("networks")}

    def l2_remote_gateway(self):
        return {"ipaddr": f"192.0.2.{self.random.randrange(2, 9)}",
                "encapsulations": [self.random.choice(ENCAPSULATIONS)]}

    def l2_remote_gateway_connection(self):
        return {"gateway": self.some("l2-gateways"),
                "remote_gateway": self.some("l2-remote-gateways"),
                "network": self.random.choice((None, self.some("networks"))),
                "encapsulation": self.random.choice(ENCAPSULATIONS),
                "seg_id": self.random.randrange(1, 5)}

    def l2_remote_mac(self):
        return {"mac": f"02:00:00:00:00:0{self.random.randrange(1, 5)}",
                "ipaddr": self.random.choice((None, f"10.0.0.{self.random.randrange(1, 5)}")),
                "rgw_connection": self.some("l2-remote-gateway-connections")}

    def change(self):
        """Much is refused, as it must be."""
        collection = self.random.choice(COLLECTIONS)
        root = collection.replace("-", "_")[:-1]
        target = f"/v2.0/{collection}/{self.some(collection)}"
        choice = self.random.random()
        if choice < 0.15:
            answer = self.api.request("DELETE", f"{target}?cascade=true")
        elif choice < 0.6:
            answer = self.api.request("POST", f"/v2.0/{collection}", {
                root: {"id": target.rsplit("/", 1)[1], **getattr(self, root)()}})
        else:
            members = getattr(self, root)()
            name = self.random.choice(list(members))
            answer = self.api.request("PUT", target, {root: {name: members[name]}})
        check(answer.status < 500, f"{target} was answered {answer.status}: {answer.error}")
        return answer.status < 300


def run(gateway):
    seed = time.time_ns() if gateway.long else 1
    print(f"# seed {seed}", flush=True)
    api = gateway.start()
    world = World(api, seed)
    moments = []
    end = time.monotonic() + (LONG_S if gateway.long else SHORT_S)
    while time.monotonic() < end:
        for _ in range(CHANGES):
            world.change()
        moments.append((backup(gateway), state(api, COLLECTIONS)))
        content, was = world.random.choice(moments[-8:])
        restore(api, content)
        equal("what there is", state(api, COLLECTIONS), was)
        verified(api)
