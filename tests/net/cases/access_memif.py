# SPDX-License-Identifier: BSD-3-Clause
"""Two bgwd share a LAN over memif, each bridging it to the host on its access port."""

from lib import traffic
from lib.gateway import Gateway, access, underlay
from lib.sites import underlay_pair


def run(lab):
    hosts = []
    for number, (site, mode) in enumerate(zip(underlay_pair(lab), ("server", "client")), start=1):
        hosts.append(lab.host(f"host-{site.name}", number, site.namespace, "lan0"))
        memif = {"socket": lab.path("memif.sock"), "id": 0, "mode": mode}
        port = {"name": "m0", "driver": "memif", "memif": memif, "role": "access"}
        gateway = Gateway(lab, site, [access("lan0"), port, underlay()])
        network = gateway.network()
        gateway.attach(network, "lan0", name="members")
        gateway.attach(network, "m0", name="shared")
    traffic.prove(*hosts)
    traffic.prove(*hosts, v6=True)
