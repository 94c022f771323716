# SPDX-License-Identifier: BSD-3-Clause
"""kill -9 leaves the XDP programs attached and the netdevs changed; the next start copes.

It forwards again with no client's help. What was provisioned came back from the store.
"""

from lib import traffic
from lib.errors import check
from lib.pair import Pair


def run(lab):
    pair = Pair(lab)
    pair.stretch(21)
    traffic.prove(*pair.hosts)
    for _ in range(2):
        pair.gateways[0].kill9()
        traffic.prove_unreachable(*pair.hosts)
        pair.gateways[0].start()
        traffic.prove(*pair.hosts)
    left = pair.gateways[0]
    left.stop()
    links = pair.left.namespace.ip("-d", "link", "show")
    check("xdp" not in links, "after an orderly stop an XDP program is still attached")
    left.start()
    traffic.prove(*pair.hosts)
