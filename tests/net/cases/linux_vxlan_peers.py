# SPDX-License-Identifier: BSD-3-Clause
"""Two hosts behind the vxlan devices of two Linux gateways reach each other.

No gateway of ours takes part: where this fails, so will every case that rests on the same
namespaces, peers and proofs, and not because of bgwd.
"""

from lib import traffic
from lib.peers import linux_vxlan
from lib.sites import underlay_pair


def run(lab):
    left, right = underlay_pair(lab)
    hosts = []
    for number, (site, remote) in enumerate([(left, right), (right, left)], start=1):
        hosts.append(lab.host(f"host{number}", number, site.namespace, "lan0"))
        linux_vxlan(site, "lan0", remote, vni=77)
    traffic.prove(*hosts)
    traffic.prove(*hosts, v6=True)
