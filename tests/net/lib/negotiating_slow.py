# SPDX-License-Identifier: BSD-3-Clause
"""Two gateways that tell each other of MACs by gRPC over a wire that is slow, so that something can
happen amid it."""

from .errors import check, wait_until
from .negotiating_churn import Scene, flush, macs
from .negotiating_grpc import gateways
from .negotiating_tcp import session

# Two calls and more: what one call carries is taken all at once.
EACH = 24000
# So slow that a call takes half a second.
BITS_PER_S = 800000
TELLS, IS_TOLD = 0, 1


def slow(site):
    """What goes out of the site by Linux, which datagrams of workers do not."""
    site.namespace.run("tc", "qdisc", "replace", "dev", site.dev, "root", "tbf",
                       "rate", f"{BITS_PER_S}bit", "burst", "16kb", "latency", "400ms")


class SlowTelling:
    """The left one tells, the right one is told."""

    def __init__(self, lab):
        self.scene = Scene(lab, gateways, 2 * EACH)
        self._first = 0
        for site in self.scene.sites:
            slow(site)
        self.learn()
        self.scene.connect()

    def learn(self):
        """The left one forgets what it has learned, and learns as many others."""
        a0 = self.scene.speakers[0][0]
        flush(self.scene.gateways[0], a0.port)
        wait_until(lambda: a0.count() == 0, 20, "a flush does not end", 0.02)
        self._first += EACH
        a0.teach(macs(self._first, EACH, 0), EACH)

    def taken(self):
        return session(self.scene.gateways[1])["mac_changes"]

    def again(self, who, end=lambda gateway: gateway.kill9()):
        """Ended and started again. Returns how many MACs had been taken before they go on."""
        gateway = self.scene.gateways[who]
        end(gateway)
        if who == IS_TOLD:
            gateway.start()
            return 0
        self.scene.link("down", IS_TOLD)
        gateway.start()
        self.learn()
        taken = self.taken()
        self.scene.link("up", IS_TOLD)
        return taken

    def amid(self, protocol, before, count):
        """Some MACs were taken, and not all of so many."""
        right = self.scene.gateways[1]

        def is_amid():
            shown = session(right)
            return shown["protocol"] == protocol and shown["mac_changes"] > before

        wait_until(is_amid, 40, lambda: f"no {protocol} is under way: {session(right)}", 0.005)
        taken = self.taken() - before
        check(taken < count, f"all {taken} MACs were taken before anything could happen")
        print(f"# {protocol}: {taken} of {count} were taken")

    def learn_amid(self):
        """Others were learned while the link was cut, and the changes are on their way."""
        self.scene.link("down")
        self.learn()
        before = self.taken()
        self.scene.link("up")
        self.amid("mac-sync", before, 2 * EACH)

    def recovers(self, what):
        mine, _ = self.scene.equal(what)
        check(len(mine) >= EACH, f"only {len(mine)} MACs are known")
