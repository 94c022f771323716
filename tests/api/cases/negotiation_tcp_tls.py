# SPDX-License-Identifier: BSD-3-Clause
"""With TLS a peer over TCP needs a certificate that the CA signed, for its part, and of the name that
is configured; a plain peer is not served. The files are read again on SIGHUP."""

import os
import ssl

from cases.negotiation_tcp import await_status, session
from lib.certificates import Authority
from lib.expect import check
from lib.gateway import AS_THEY_WERE, READ_AGAIN, free_port
from lib.negotiator import Heartbeat, Peer, connect, listener, taken

BOTH = "serverAuth,clientAuth"


def fails(port, context, why):
    try:
        connection = connect(port, "127.0.0.2", context)
        Peer(connection, [Heartbeat()]).round()
    except (OSError, EOFError):
        return
    check(False, f"TLS was spoken with {why}")


def server_context(authority, pair):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*pair)
    context.load_verify_locations(authority.cert)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def it_refuses(api, listening, context, why):
    """The gateway does not trust that server, and says why. It may have hung up on the first
    connections, for which nobody was there."""
    for _ in range(6):
        try:
            with context.wrap_socket(taken(listening), server_side=True) as peer:
                Peer(peer, [Heartbeat()]).round()
            check(False, f"the gateway trusts a server: {why}")
        except (OSError, EOFError):
            pass
        shown = await_status(api, "c", "DOWN")
        if why in shown["last_error"]:
            return
    check(False, f"the reason is {shown['last_error']!r}, not {why!r}")


def it_connects(api, listening, authority, stranger):
    """As a client the gateway looks at the server's certificate likewise."""
    it_refuses(api, listening, server_context(authority, stranger.issue("server", BOTH)), "issuer")
    it_refuses(api, listening,
               server_context(authority, authority.issue("client-only", "clientAuth")), "purpose")
    peer = server_context(authority, authority.issue("server", BOTH)).wrap_socket(
        taken(listening), server_side=True)
    check(Peer(peer, [Heartbeat()]).rounds_for(2.2)[0] >= 2, "no heartbeats by TLS")
    await_status(api, "c", "ACTIVE")


def heartbeats(port, authority):
    """A peer for which it is answered."""
    peer = Peer(connect(port, "127.0.0.2", authority.context(authority.issue("b", BOTH))),
                [Heartbeat()])
    check(peer.rounds_for(2.2)[0] >= 2, "no heartbeats by TLS")
    return peer


def read_again(gateway, api, port, old):
    """Another CA is believed, and the one of before is not; who is there already stays."""
    new = Authority(gateway.directory, "renewed")
    good = gateway.config["negotiation"]["tcp"].pop("tls")
    gateway.hang_up("negotiation.tcp.tls can only be taken away by a restart")
    cert, key = new.issue("gateway", BOTH)
    renewed = {"cert": cert, "key": key, "ca": new.cert}
    for member in renewed:
        gateway.config["negotiation"]["tcp"]["tls"] = {**renewed, member: "/nothing"}
        gateway.hang_up(AS_THEY_WERE)
        check(f"negotiation.tcp.tls.{member}" in gateway.last_words(), gateway.last_words())
    gateway.config["negotiation"]["tcp"]["tls"] = good
    peer = heartbeats(port, old)
    gateway.config["negotiation"]["tcp"]["tls"] = renewed
    gateway.hang_up(READ_AGAIN)
    check(peer.rounds_for(2.2)[0] >= 2, "the peer that was there lost its session")
    peer.close()
    await_status(api, "b", "DOWN")
    fails(port, old.context(old.issue("b", BOTH)), "who knows the certificate of before only")
    mixed = new.context()
    mixed.load_cert_chain(*old.issue("b", BOTH))
    fails(port, mixed, "a certificate that the CA of before signed")
    heartbeats(port, new).close()
    await_status(api, "b", "DOWN")


def run(gateway):
    port = free_port()
    authority = Authority(gateway.directory, "peers")
    stranger = Authority(gateway.directory, "strangers")
    cert, key = authority.issue("gateway", BOTH)
    listening, address = listener("127.0.0.3")
    tcp = {"listen": [f"127.0.0.1:{port}"], "tls": {"cert": cert, "key": key},
           "peers": [{"name": "b", "address": "127.0.0.2:1", "connect": False,
                      "tls_name": "localhost", "protocols": ["heartbeat"]},
                     {"name": "c", "address": address, "protocols": ["heartbeat"]}]}
    gateway.config["negotiation"] = {"tcp": tcp}
    gateway.refuses_to_start("negotiation.tcp.tls.ca is needed")
    tcp["tls"]["ca"] = os.path.join(gateway.directory, "none")
    gateway.refuses_to_start("negotiation.tcp.tls.ca")
    tcp["tls"]["ca"] = authority.cert
    api = gateway.start()
    fails(port, None, "a plain peer")
    fails(port, authority.context(), "a peer without certificate")
    fails(port, authority.context(stranger.issue("b", BOTH)), "a stranger")
    fails(port, authority.context(authority.issue("b-server", "serverAuth")), "a server's certificate")
    peer = heartbeats(port, authority)
    check(session(api, "b")["status"] == "ACTIVE", "by TLS the session is not ACTIVE")
    peer.close()
    await_status(api, "b", "DOWN")
    it_connects(api, listening, authority, stranger)
    read_again(gateway, api, port, authority)
    gateway.stop()
    tcp["peers"][0]["tls_name"] = "site-x"
    gateway.start()
    fails(port, authority.context(authority.issue("b", BOTH)), "another name")
