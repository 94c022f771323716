# SPDX-License-Identifier: BSD-3-Clause
"""Amid what two gateways tell each other by gRPC, at either end a connection goes, the remote gateway
goes, out of service or for good, certificates are read again, or the gateway is stopped: it ends in order,
and once all is back their tables are equal. With --long each at both ends."""

import signal

from lib.errors import check, wait_until
from lib.negotiating_slow import IS_TOLD, TELLS, SlowTelling

CONNECTIONS, REMOTES = "l2-remote-gateway-connections", "l2-remote-gateways"


def only(gateway, collection):
    items = gateway.api.list(collection)
    check(len(items) == 1, f"there are {len(items)} {collection}")
    return items[0]


def wanted(gateway, collection, *names):
    """What it was made of."""
    item = only(gateway, collection)
    return {name: item[name] for name in names}


def without_connection(gateway):
    members = wanted(gateway, CONNECTIONS, "gateway", "network", "remote_gateway", "seg_id",
                     "encapsulation", "flood")
    gateway.api.delete(CONNECTIONS, only(gateway, CONNECTIONS)["id"])
    yield
    gateway.api.create(CONNECTIONS, **members)


def without_remote(gateway):
    remote = wanted(gateway, REMOTES, "name", "ipaddr", "encapsulations", "negotiation")
    members = wanted(gateway, CONNECTIONS, "gateway", "network", "seg_id", "encapsulation", "flood")
    gateway.api.delete(REMOTES, only(gateway, REMOTES)["id"], cascade=True)
    wait_until(lambda: gateway.api.list("macs", kind="synced") == [], 10, "MACs of nobody stay")
    yield
    made = gateway.api.create(REMOTES, **remote)
    gateway.api.create(CONNECTIONS, remote_gateway=made["id"], **members)


def without_service(gateway):
    remote = only(gateway, REMOTES)["id"]
    gateway.api.update(REMOTES, remote, admin_state_up=False)
    yield
    gateway.api.update(REMOTES, remote, admin_state_up=True)


def with_other_certificates(gateway):
    gateway.signal(signal.SIGHUP)
    wait_until(lambda: "were read again" in gateway.log(), 10, "nothing is read again")
    yield


def amid(telling, who, happening):
    gateway = telling.scene.gateways[who]
    telling.learn_amid()
    steps = happening(gateway)
    next(steps)
    check(next(steps, None) is None, "it has an end")
    telling.recovers(f"{happening.__name__} at {gateway.site.name}")


def stopped(telling, who):
    telling.learn_amid()
    telling.again(who, end=lambda gateway: gateway.stop())
    telling.recovers(f"{telling.scene.gateways[who].site.name} was stopped")


def run(lab):
    telling = SlowTelling(lab)
    telling.recovers("at first")
    for who, happening in ((IS_TOLD, without_connection), (IS_TOLD, without_remote)):
        amid(telling, who, happening)
    stopped(telling, TELLS)
    if not lab.long:
        return
    for who, happening in ((IS_TOLD, without_service), (IS_TOLD, with_other_certificates),
                           (TELLS, without_connection), (TELLS, without_remote),
                           (TELLS, without_service), (TELLS, with_other_certificates)):
        amid(telling, who, happening)
    stopped(telling, IS_TOLD)
