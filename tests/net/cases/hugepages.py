# SPDX-License-Identifier: BSD-3-Clause
"""The gateway runs on hugepages, and without enough of them says how many it wants and how."""

from lib import traffic
from lib.errors import Failure, Skip, check
from lib.gateway import Gateway
from lib.peers import linux_vxlan
from lib.sites import underlay_pair

KNOB = "/proc/sys/vm/nr_hugepages"
MBYTES = 256
PAGES = 2 * MBYTES // 2


def pages(count=None):
    """How many hugepages there are, after asking for `count` of them."""
    if count is not None:
        with open(KNOB, "w", encoding="ascii") as knob:
            knob.write(str(count))
    with open(KNOB, encoding="ascii") as knob:
        return int(knob.read())


def run(lab):
    left, right = underlay_pair(lab)
    host = lab.host("host", 1, left.namespace, "lan0")
    peer = lab.host("peer", 2, right.namespace, "lan0")
    linux_vxlan(right, "lan0", left, 50)
    memory = {"hugepages": True, "mbytes": MBYTES, "mbufs": 16384}
    found = pages()
    lab.defer(lambda: pages(found))
    if found == 0:
        prove_refused(lab, left, memory)
    if pages(found + PAGES) < found + PAGES:
        raise Skip(f"the kernel has no room for {PAGES} hugepages")
    gateway = Gateway(lab, left, memory=memory)
    gateway.stretch(right.ip4, 50)
    traffic.prove(host, peer)


def prove_refused(lab, site, memory):
    try:
        Gateway(lab, site, memory=memory)
    except Failure as refusal:
        check(KNOB in str(refusal), f"bgwd does not say what to do without hugepages: {refusal}")
        return
    raise Failure("the gateway started on hugepages though there are none")
