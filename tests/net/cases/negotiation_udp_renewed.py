# SPDX-License-Identifier: BSD-3-Clause
"""The certificates by which two gateways negotiate are renewed under another authority, and read again
on SIGHUP: nothing that they tell each other fails meanwhile, and in the end the old ones are worth
nothing. What is wrong is not taken."""

import shutil
import signal

from lib.certificates import Authority
from lib.errors import check, wait_until
from lib.grpc_calls import Calls
from lib.negotiating_grpc import BOTH, PORT, gateways, grpc
from lib.negotiating_tcp import session, shown, speak, synced
from lib.sites import Site

METHOD = "/bgw.negotiation.Gateway/Say"
READ_AGAIN = "certificates and tokens were read again"


class Renewal:
    """Two gateways whose files of certificates become others."""

    def __init__(self, lab):
        self.authorities = [Authority(lab.path(""), name) for name in ("old", "new")]
        sites = [Site("left", 1, None), Site("right", 2, None)]
        self.sections = [grpc(self.authorities[0], site) for site in sites]
        for section, site in zip(self.sections, sites):
            section["ca"] = shutil.copy(section["ca"], lab.path(f"{site.name}.trusted"))
        self.sites, self.hosts, self.gateways = gateways(lab, sections=self.sections)
        self._told = 0

    def connect(self):
        for gateway, far in zip(self.gateways, reversed(self.sites)):
            network = gateway.network()
            gateway.connect(gateway.attach(network), network, far.ip4, 77, flood=False)
        for gateway in self.gateways:
            wait_until(lambda: gateway.api.list("negotiation-sessions"), 10, "there is no session")
            shown(gateway, "connections", 1, 30)

    def trust(self, *authorities):
        for section in self.sections:
            with open(section["ca"], "w", encoding="ascii") as file:
                for authority in authorities:
                    with open(authority.cert, encoding="ascii") as cert:
                        file.write(cert.read())

    def tell(self):
        """Each tells the other of a MAC, by what its files say now."""
        self._told += 1
        for (host, *_), knows in zip(self.hosts, reversed(self.gateways)):
            mac = f"02:00:5f:0{host.mac[-1]}:00:{self._told:02x}"
            speak(host, [mac])
            wait_until(lambda: mac in synced(knows), 20,
                       lambda: f"{knows.site.name} was not told of {mac}: {session(knows)}")

    def read_again(self, gateway, says=READ_AGAIN):
        said = gateway.log().count(says)
        gateway.signal(signal.SIGHUP)
        wait_until(lambda: gateway.log().count(says) > said, 10,
                   lambda: f"it does not say {says!r}: {gateway.log()[-500:]}")

    def all_read_again(self):
        for gateway in self.gateways:
            self.read_again(gateway)
            self.tell()


def run(lab):
    renewal = Renewal(lab)
    old, new = renewal.authorities
    left, right = renewal.gateways
    renewal.connect()
    renewal.tell()
    own = [shutil.copy(renewal.sections[1][what], lab.path(f"before.{what}")) for what in ("cert", "key")]

    renewal.trust(old, new)
    renewal.all_read_again()
    for section, site in zip(renewal.sections, renewal.sites):
        for file, renewed in zip((section["cert"], section["key"]),
                                 new.issue(f"new-{site.name}", BOTH, names=f"IP:{site.ip4}")):
            shutil.copy(renewed, file)
    renewal.all_read_again()
    renewal.trust(new)
    renewal.all_read_again()

    calls = Calls(lab, right.site.namespace, f"{left.site.ip4}:{PORT}", METHOD)
    for what, ca, pair, expected in (
            ("what it had", new.cert, own, "UNAVAILABLE"),
            ("whom it trusted", old.cert, own, "UNAVAILABLE"),
            ("what it has", new.cert, [renewal.sections[1][w] for w in ("cert", "key")],
             "PERMISSION_DENIED")):
        code, said = calls.status(b"", ca, pair)
        check(code == expected, f"with {what} it was answered {code}: {said}")

    # The key of another: all stays as it was, also what is right.
    shutil.copy(own[1], renewal.sections[0]["key"])
    renewal.read_again(left, "certificates and tokens stay as they were: negotiation.grpc: the key in ")
    renewal.tell()
    code, said = calls.status(b"", new.cert, [renewal.sections[1][w] for w in ("cert", "key")])
    check(code == "PERMISSION_DENIED", f"after what was wrong it was answered {code}: {said}")
    # On a busy machine silence may have ended one.
    for gateway in renewal.gateways:
        check("failed" not in session(gateway)["last_error"], f"a session failed: {session(gateway)}")
