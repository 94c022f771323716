# SPDX-License-Identifier: BSD-3-Clause
"""With hugepages: AF_XDP in them, and the refusal when there are too few."""

import json
import os
import subprocess

from lib import traffic
from lib.errors import Skip, check
from lib.gateway import BUILD, Gateway
from lib.peers import linux_vxlan
from lib.sites import underlay_pair

POOL = "/sys/kernel/mm/hugepages/hugepages-2048kB"
MBYTES = 512


def read(name):
    with open(f"{POOL}/{name}", encoding="ascii") as file:
        return int(file.read())


def reserve(pages):
    with open(f"{POOL}/nr_hugepages", "w", encoding="ascii") as file:
        file.write(str(pages))


def run(lab):
    if not os.path.exists(POOL):
        raise Skip("this kernel has no hugepages of 2 MB")
    before = read("nr_hugepages")
    lab.defer(lambda: reserve(before))
    wanted = MBYTES // 2 + 16
    reserve(before + wanted)
    if read("free_hugepages") < wanted:
        raise Skip(f"this machine finds no {MBYTES} MB in pieces of 2 MB")
    left, right = underlay_pair(lab)
    host = lab.host("host", 1, left.namespace, "lan0")
    peer = lab.host("peer", 2, right.namespace, "lan0")
    linux_vxlan(right, "lan0", left, 33)
    memory = {"hugepages": True, "mbytes": MBYTES, "mbufs": 16384}
    gateway = Gateway(lab, left, memory=memory)
    gateway.stretch(right.ip4, 33)
    traffic.prove(host, peer)
    gateway.stop()
    prove_refusal(lab, gateway)


def prove_refusal(lab, gateway):
    """More than there are: one sentence with the member and the remedy."""
    path = lab.path("greedy.json")
    config = {**gateway.config, "memory": {"hugepages": True, "mbytes": 1 << 20}}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(config, file)
    done = subprocess.run(
        ["ip", "netns", "exec", gateway.site.namespace.full,
         os.path.join(BUILD, "control", "bgwd"), "--config", path],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    check(done.returncode == 1, f"bgwd ended with {done.returncode}")
    for words in ("memory.mbytes is 1048576", "of hugepages are free", "nr_hugepages"):
        check(words in done.stderr, f"bgwd does not say {words!r}: {done.stderr}")
