# SPDX-License-Identifier: BSD-3-Clause
"""An underlay port that Linux does not run: a raw vdev on the site's netdev."""

from .sites import UNDERLAY_MTU


def take(site, far, mirror=None):
    """Take `wan0` away from the site's Linux. Returns (port, `underlay` of the configuration).

    With `mirror`, Linux gets it back through a tap of that name.
    """
    far_mac = far.namespace.mac(far.dev)
    site.namespace.ip("address", "flush", "dev", site.dev)
    site.namespace.quiet(site.dev)
    port = {
        "name": "wan0",
        "driver": "vdev",
        "devargs": f"net_af_packet0,iface={site.dev}",
        "role": "underlay",
        "mtu": UNDERLAY_MTU,
        **({"mirror": mirror} if mirror else {}),
    }
    underlay = {
        "vtep": site.ip4,
        "addresses": [f"{site.ip4}/24"],
        "neighbours": [{"ip": far.ip4, "mac": far_mac, "port": "wan0"}],
    }
    return port, underlay
