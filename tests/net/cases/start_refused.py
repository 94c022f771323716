# SPDX-License-Identifier: BSD-3-Clause
"""A gateway that cannot run says in one sentence which limit it met, and leaves nothing behind.

Each row breaks a good configuration in one way; the sentence must have the row's words in it.
"""

import copy
import json
import os

from lib import netns
from lib.errors import Failure, check
from lib.gateway import BUILD, Gateway
from lib.sites import underlay_pair

START_S = 20


def no_netdev(config):
    config["ports"][0]["device"] = "nope0"


def no_driver(config):
    config["ports"][0]["driver"] = "af_xpd"


def no_cpu(config):
    config["workers"]["cores"] = [900]


def too_many_buffers(config):
    config["memory"]["mbytes"] = 64
    config["memory"]["mbufs"] = 1048576


def too_few_buffers(config):
    config["memory"]["mbufs"] = 4200


def two_ports_one_netdev(config):
    config["ports"][1]["device"] = config["ports"][0]["device"]


def address_on_access(config):
    config["ports"][0]["device"] = "lan1"


def no_store(config):
    config["store"]["path"] = "/proc/bgw.db"


def member_unknown(config):
    config["ports"][1]["rol"] = "underlay"


ROWS = (
    (no_netdev, ("nope0",)),
    (no_driver, ("af_xpd", "af_xdp")),
    (no_cpu, ("900",)),
    (too_many_buffers, ("mbufs",)),
    (too_few_buffers, ("wan0", "memory.mbufs")),
    (two_ports_one_netdev, ("ports[1].device", "lan0")),
    (address_on_access, ("lan1", "198.51.100.1")),
    (no_store, ("/proc/bgw.db",)),
    (member_unknown, ("ports[1]", "rol")),
)


def run(lab):
    left, _ = underlay_pair(lab)
    far = lab.namespace("members")
    for dev in ("lan0", "lan1"):
        netns.veth(left.namespace, dev, far, dev)
    left.namespace.ip("address", "add", "198.51.100.1/24", "dev", "lan1")
    gateway = Gateway(lab, left)
    good = copy.deepcopy(gateway.config)
    prove_refused(lab, left, good, "second", ("lan0",))
    gateway.stop()
    before = links(left)
    for spoil, words in ROWS:
        config = copy.deepcopy(good)
        spoil(config)
        prove_refused(lab, left, config, spoil.__name__, words)
        check(links(left) == before, f"a start refused for {spoil.__name__} left netdevs changed")
    prove_refused(lab, left, good, "nobody", ("CAP_",), user=65534)


def prove_refused(lab, site, config, name, words, user=None):
    """bgwd ends by itself with a failure whose last line has all the words."""
    path = lab.path(f"{name}.json")
    config = copy.deepcopy(config)
    directory = lab.path(name)
    os.mkdir(directory)
    os.chmod(directory, 0o777)
    if name != "no_store":
        config["store"]["path"] = f"{directory}/bgw.db"
    config["api"]["listen"] = [f"unix:{directory}/api.sock"]
    with open(path, "w", encoding="utf-8") as file:
        json.dump(config, file)
    argv = [os.path.join(BUILD, "control", "bgwd"), "--config", path]
    if user is not None:
        argv = ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", *argv]
    process = lab.process(argv, site.namespace, name=name)
    status = process.wait(START_S)
    said = process.last_words()
    check(status != 0, f"bgwd ended with status 0 where it had to refuse ({name})")
    check(status > 0, f"bgwd died of signal {-status} where it had to refuse ({name}): {said}")
    missing = [word for word in words if word not in said]
    if missing:
        raise Failure(f"refusing for {name}, bgwd does not name {missing}: {said}")


def links(site):
    return [line.split("mtu")[0] for line in site.namespace.ip("-o", "link").splitlines()]
