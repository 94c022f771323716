# SPDX-License-Identifier: BSD-3-Clause
"""An underlay that Linux does not have: memif, in a VLAN, with static addresses and neighbours."""

from lib import traffic
from lib.errors import check
from lib.gateway import Gateway, access
from lib.sites import underlay_pair

VLAN = 77


def run(lab):
    sites = underlay_pair(lab)
    gateways = []
    hosts = []
    for number, (site, mode) in enumerate(zip(sites, ("server", "client")), start=1):
        hosts.append(lab.host(f"host-{site.name}", number, site.namespace, "lan0"))
        wan = {
            "name": "wan",
            "driver": "memif",
            "memif": {"socket": lab.path("memif.sock"), "id": 0, "mode": mode},
            "devargs": f"mac=02:00:00:00:00:{number:02x}",
            "role": "underlay",
            "vlan": VLAN,
            "mtu": 1600,
        }
        far = 3 - number
        static = {
            "vtep": f"198.51.100.{number}",
            "addresses": [f"198.51.100.{number}/24"],
            "neighbours": [
                {"ip": f"198.51.100.{far}", "mac": f"02:00:00:00:00:{far:02x}", "port": "wan"}
            ],
        }
        gateway = Gateway(lab, site, [access("lan0"), wan], underlay=static)
        gateway.stretch(f"198.51.100.{far}", 77)
        gateways.append(gateway)
    traffic.prove(*hosts)
    for gateway in gateways:
        drops = gateway.drops()
        check(not drops.get("other_vlan"), f"packets came without the underlay's VLAN: {drops}")
