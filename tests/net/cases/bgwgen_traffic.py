# SPDX-License-Identifier: BSD-3-Clause
"""What bgwgen can send, through a bgwd: each tunnel, both versions of IP, tags, IMIX and jumbo."""

from lib import generator
from lib.errors import Failure

RATE_PPS = 2000
FLOWS = 20
LEAST_FRAMES = 250
FRAMES = ("--frame-size", "imix")
JUMBO = ("--frame-size", "jumbo")
IPV6 = (*FRAMES, "--ip", "6")

# What it is, encapsulation, tags on the LAN, options of the generator, keyless GRE.
TRAFFIC = (
    ("vxlan", "vxlan", None, FRAMES, False),
    ("gre", "gre", None, FRAMES, False),
    ("gre without a key", "gre", None, FRAMES, True),
    ("nvgre", "nvgre", None, FRAMES, False),
    ("IPv6 in vxlan", "vxlan", None, IPV6, False),
    ("IPv6 in gre", "gre", None, IPV6, False),
    ("a VLAN of the LAN", "vxlan", "20", FRAMES, False),
    ("QinQ on the LAN", "vxlan", "30.40", FRAMES, False),
    ("QinQ with IPv6, in nvgre", "nvgre", "30.40", IPV6, False),
    ("jumbo frames in vxlan", "vxlan", None, JUMBO, False),
    ("jumbo frames in gre", "gre", None, JUMBO, False),
)


def prove(lab, gateway, what, encapsulation, tags, options, keyless):
    """Provision it, send it, and take it away again."""
    port = "qinq" if tags and "." in tags else "lan"
    network = gateway.network("lan")
    members = gateway.attach(network, port, [tags] if tags else ())
    more = {"gre_key": "none"} if keyless else {}
    far = gateway.remote(generator.FAR, [encapsulation])
    gateway.api.update("l2-remote-gateways", far["id"], encapsulations=[encapsulation])
    connection = gateway.connect(
        members, network, generator.FAR, generator.SEG_ID, encapsulation, **more
    )
    try:
        generator.measure_whole(
            lab, LEAST_FRAMES, "run", "--rate", str(RATE_PPS), "--duration", "400ms", "--warm-up", "0",
            "--stream", f"{port}:wan,both,macs={FLOWS}", *options,
            *(("--tags", f"{port}={tags}") if tags else ()),
            lan=port, encapsulation=encapsulation, tunnel=",keyless" if keyless else "",
        )  # fmt: skip
    except Failure as failure:
        raise Failure(f"{what}: {failure}") from None
    gateway.api.delete("l2-remote-gateway-connections", connection["id"])
    for made in gateway.api.list("l2-gateway-connections"):
        gateway.api.delete("l2-gateway-connections", made["id"])
    gateway.api.delete("l2-gateways", members["id"])
    gateway.api.delete("networks", network["id"])


def run(lab):
    gateway = generator.memif_gateway(
        lab,
        lan={"mtu": 9000},
        wan={"mtu": 9100},
        more=[generator.memif_port(lab, "qinq", role="access", tpid="0x88a8")],
        memory={"hugepages": False, "mbytes": 512, "mbufs": 16384, "mbuf_bytes": 10240},
    )
    for traffic in TRAFFIC:
        prove(lab, gateway, *traffic)
