# SPDX-License-Identifier: BSD-3-Clause
"""What an operator names as remoteAgent makes the gateway ask nobody but allowed peers."""

from l3_peer import PATH, Bait, Original
from lib.expect import check, equal
from lib.l3 import Site


def run(gateway):
    peer = Original(["10.0.0.0/30"], "192.168.2.0/24")
    bait = Bait()
    site = Site(gateway)
    site.allow(peer, "198.51.100.1", "0.0.0.0/0")
    site.start()
    port, api_port = bait.port, gateway.port
    for url in (
            f"http://127.0.0.1:{port}{PATH}",
            f"http://localhost:{port}{PATH}",
            f"http://127.1:{port}{PATH}",
            f"http://2130706433:{port}{PATH}",
            f"http://0x7f000001:{port}{PATH}",
            f"http://0177.0.0.1:{port}{PATH}",
            f"http://127.0.0.2:{peer.port}{PATH}",
            f"http://0.0.0.0:{port}{PATH}",
            f"http://0:{port}{PATH}",
            f"http://[::1]:{port}{PATH}",
            f"http://[::ffff:127.0.0.1]:{port}{PATH}",
            f"http://[::]:{port}{PATH}",
            f"http://127.0.0.1:{api_port}{PATH}",
            f"http://127.0.0.1:{api_port}/v2.0/networks",
            f"http://127.0.0.1:{peer.port}/",
            f"http://127.0.0.1:{peer.port}/api/v1/start_negotiation",
            f"http://127.0.0.1:{peer.port}{PATH}/",
            f"http://127.0.0.1:{peer.port}{PATH}?x=1",
            f"http://127.0.0.1:{peer.port}{PATH}#x",
            f"http://127.0.0.1:{peer.port}/x/..{PATH}",
            f"http://user@127.0.0.1:{peer.port}{PATH}",
            f"http://127.0.0.1:{peer.port}@127.0.0.1:{port}{PATH}",
            f"http://127.0.0.1:{port}\\@127.0.0.1:{peer.port}{PATH}",
            f"http://127.0.0.1:{peer.port}\r\nX: y{PATH}",
            f"ftp://127.0.0.1:{port}{PATH}",
            f"gopher://127.0.0.1:{port}{PATH}",
            f"file:///etc/passwd{PATH}",
            f"http+unix://%2frun%2fbgw{PATH}",
            f"http://255.255.255.255{PATH}",
            f"http://224.0.0.1{PATH}",
            f"127.0.0.1:{peer.port}{PATH}"):
        answer = site.ask(url)
        equal(f"status for {url!r} ({answer.text[:200]})", answer.status, 403)
        check("remoteAgent must" in answer.json["description"], f"{url}: {answer.json}")
    equal("visits", (bait.visits, peer.requests, site.negotiations()), (0, [], []))
    # A name is looked at once, and leads to no other port or address than is listed.
    answer = site.ask(f"http://localhost:{peer.port}{PATH}")
    equal(f"status by name ({answer.text})", answer.status, 200)
    equal("visits", (bait.visits, len(peer.requests)), (0, 1))
    equal("a name that is none", site.ask(f"http://peer.invalid{PATH}").status, 502)
    # A peer that sends us to somebody else is not obeyed.
    for status in (301, 302, 303, 307, 308):
        peer.answer = status, f"http://127.0.0.1:{bait.port}{PATH}"
        equal("status of a redirect", site.ask(peer, mtu=1000 + status).status, 502)
    equal("visits", bait.visits, 0)
    peer.answer = None
    gateway.stop()

    # Without a list it is the remote gateways, and never loopback.
    site.config["allowed_peers"] = []
    site.start()
    site.api.create("l2-remote-gateways", name="r", ipaddr="198.51.100.9")
    equal("loopback", site.ask(peer).status, 403)
    equal("another", site.ask(f"http://198.51.100.8{PATH}").status, 403)
    site.gateway.stop()
    site.config["timeout_s"] = 1
    site.start()
    answer = site.ask(f"http://198.51.100.9:9{PATH}")
    check(answer.status != 403, f"a remote gateway is asked: {answer.text}")
