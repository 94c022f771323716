# SPDX-License-Identifier: BSD-3-Clause
"""A netdev that holds somebody else's XDP program is refused by name, and the program stays."""

from lib import netns, xdp
from lib.errors import Failure, check
from lib.gateway import Gateway
from lib.sites import underlay_pair


def run(lab):
    left, _ = underlay_pair(lab)
    netns.veth(left.namespace, "lan0", lab.namespace("members"), "eth0")
    for dev in ("lan0", left.dev):
        xdp.attach_stranger(left.namespace, dev)
        prove_refused(lab, left, dev)
        check("xdp" in shown(left, dev), f"the stranger's program on {dev} is gone")
        left.namespace.ip("link", "set", dev, "xdp", "off")
    Gateway(lab, left)


def prove_refused(lab, site, dev):
    try:
        Gateway(lab, site)
    except Failure as refusal:
        check(dev in str(refusal) and "XDP" in str(refusal), f"the refusal is unclear: {refusal}")
        return
    raise Failure(f"the gateway started although {dev} holds an XDP program of somebody else")


def shown(site, dev):
    return site.namespace.ip("link", "show", dev)
