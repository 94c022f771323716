# SPDX-License-Identifier: BSD-3-Clause
"""Negotiators by TLS: a certificate of their own beside the API's, those of peers on either end, and
all of it anew on SIGHUP."""

import http.client
import json
import os
import socket
import ssl

from l3_peer import Original, post
from lib.certificates import Authority, shown
from lib.expect import check, equal
from lib.gateway import AS_THEY_WERE, READ_AGAIN, free_port
from lib.l3 import Site, second, wait

BOTH = "serverAuth,clientAuth"
OFFER = json.dumps({"cidrs": ["10.0.0.0/30"], "destinationNetwork": "192.168.9.0/24"})


def nothing_is_left(*sites):
    for site in (*sites, *sites):
        site.settle()
    for site in sites:
        equal("what is left", (site.negotiations(), site.agent.all()), ([], []))


def refused(status, text, wanted, why):
    body = json.loads(text)
    equal(f"status ({text})", (status, body.get("statusCode")), (wanted, wanted))
    check(why in body["description"], f"{body} does not say {why!r}")


def asks(site, url, status, why):
    answer = site.ask(url)
    refused(answer.status, answer.text, status, why)
    wait(lambda: site.negotiations() == [], lambda: f"there is {site.negotiations()}")


def agree(a, b):
    """One asks, each releases in turn: the responder tells the initiator by https as well."""
    for releases in (a, b):
        answer = a.ask(b)
        equal(f"status ({answer.text})", answer.status, 200)
        a.settle()
        b.settle()
        equal("where the initiator takes a release", b.negotiations()[0]["remote_agent"], a.url)
        releases.api.delete("negotiations", releases.negotiations()[0]["id"])
        nothing_is_left(a, b)


def clients(b, authority, stranger):
    """What a peer must show where `ca` is given, besides its address."""
    pair = authority.issue("client", "clientAuth")
    for shows, why in ((None, "there is none"), (stranger.issue("x", BOTH), "issuer is unknown"),
                       (authority.issue("server", "serverAuth"), "purpose")):
        status, text = post(b.url, OFFER, tls=authority.context(shows))
        refused(status, text, 401, why)
        check("that l3_negotiator.tls.ca signed is needed" in text, text)
    refused(*post(b.url, OFFER, "127.0.0.2", tls=authority.context(pair)), 403, "allowed_peers")
    status, text = post(b.url, "{}", tls=authority.context(pair))
    refused(status, text, 400, "cidrs must be")


def plainly(b):
    """Who speaks no TLS to it has no answer, and is told nothing."""
    plain = b.url.replace("https", "http")
    try:
        status, _ = post(plain, OFFER)
        check(False, f"a plain request was answered with {status}")
    except (OSError, http.client.HTTPException):
        pass
    with socket.create_connection(("127.0.0.1", b.port), 10) as connection:
        connection.sendall(b"POST /api/v1/handle_negotiation HTTP/1.0\r\n\r\n")
        said = b""
        while piece := connection.recv(4096):
            said += piece
        check(b"HTTP" not in said, f"it says {said!r}")
    equal("what it has", (b.negotiations(), b.agent.all()), ([], []))


def asks_plainly(a, b):
    """A peer of our kind that hangs up may have got it nonetheless, and is told of the release."""
    answer = a.ask(b.url.replace("https", "http"))
    refused(answer.status, answer.text, 502, "cannot be asked")
    equal("states", [one["state"] for one in a.negotiations()], ["releasing"])
    equal("what they have", (b.negotiations(), a.agent.all(), b.agent.all()), ([], [], []))


def servers(a, authority, stranger):
    """Whom we ask must be whom peer_ca says, by the name that the operator gave."""
    for owner, options in ((stranger, {}), (authority, {"names": "DNS:elsewhere"})):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*owner.issue("peer", BOTH, **options))
        peer = Original(["10.0.0.0/30"], "192.168.9.0/24", tls=context)
        a.config["allowed_peers"][-1:] = [peer.peer]
        a.gateway.stop()
        a.start()
        asks(a, peer.url, 502, "certificate")
        equal("requests to it", peer.requests, [])
        peer.stop()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.issue("peer", BOTH))
    peer = Original(["10.0.0.0/30"], "192.168.9.0/24", tls=context)
    a.config["allowed_peers"][-1:] = [peer.peer]
    a.gateway.stop()
    a.start()
    for url in (peer.url, peer.url.replace("127.0.0.1", "localhost")):
        answer = a.ask(url)
        equal(f"status ({answer.text})", answer.status, 200)
        a.api.delete("negotiations", answer.json["id"])
        nothing_is_left(a)
    peer.stop()


def read_again(a, where, authority, api_authority):
    """Each listener has its certificate, and both are read again together, or neither."""
    gateway, tls = a.gateway, a.config["tls"]
    contexts = {where: api_authority.context(), a.peer: authority.context()}

    def serials():
        return [shown(place, context) for place, context in contexts.items()]

    first = serials()
    check(first[0] != first[1], "both listeners show one certificate")
    authority.issue("a", BOTH)
    api_authority.issue("gateway", "serverAuth")
    equal("before SIGHUP", serials(), first)
    gateway.hang_up(READ_AGAIN)
    then = serials()
    check(not set(then) & set(first), f"{then} is what was shown before, {first}")

    good = dict(tls)
    for members, why in (({"cert": "/nothing"}, 'l3_negotiator.tls.cert "/nothing"'),
                         ({"key": gateway.config["api"]["tls"]["key"]}, "must be a certificate and"),
                         ({"ca": "/nothing"}, "l3_negotiator.tls.ca")):
        tls.update(members)
        api_authority.issue("gateway", "serverAuth")
        gateway.hang_up(AS_THEY_WERE)
        check(why in gateway.log().split(AS_THEY_WERE)[-1], gateway.last_words())
        tls.clear()
        tls.update(good)
        equal("after a bad file", serials(), then)
    del a.config["tls"]
    gateway.hang_up("l3_negotiator.tls can only be taken away by a restart")
    a.config["tls"] = tls
    equal("without the section", serials(), then)

    # Other files, and clients need a certificate from here on.
    tls["cert"], tls["key"] = authority.issue("a2", BOTH)
    tls["ca"] = authority.cert
    gateway.hang_up(READ_AGAIN)
    check(not set(serials()) & set(then + first), "the certificates are those of before")
    refused(*post(a.url, "{}", tls=authority.context()), 401, "there is none")
    refused(*post(a.url, "{}", tls=authority.context(authority.issue("client", BOTH))), 400, "cidrs")


def listens_otherwise(a, b):
    """Who has been told where to release is told again when that changes."""
    answer = a.ask(b, lease=10)
    equal(f"status ({answer.text})", answer.status, 200)
    a.gateway.stop()
    a.port = free_port()
    a.peer = f"127.0.0.1:{a.port}"
    a.config["listen"] = [a.peer]
    b.gateway.stop()
    b.config["allowed_peers"] = [a.peer]
    b.start()
    a.start()
    wait(lambda: b.negotiations()[0]["remote_agent"] == a.url,
         lambda: f"it would be released at {b.negotiations()}")
    b.api.delete("negotiations", b.negotiations()[0]["id"])
    nothing_is_left(a, b)


def guarded(a, b, where, context, tokens):
    """What others reach of the API asks for a token here too; errors are as the request has them."""
    for token, status in ((None, 401), (tokens["eyes"], 403)):
        answer = a.gateway.client(where, token=token, tls=context).request(
            "POST", "/api/v1/start_negotiation", {"remoteAgent": b.url})
        equal(f"status ({answer.text})", (answer.status, answer.json.get("statusCode")),
              (status, status))
    equal("what it has", b.negotiations(), [])
    answer = a.gateway.client(where, token=tokens["operator"], tls=context, timeout_s=60).request(
        "POST", "/api/v1/start_negotiation", {"remoteAgent": b.url})
    equal(f"status ({answer.text})", answer.status, 200)
    a.api.delete("negotiations", answer.json["id"])
    nothing_is_left(a, b)


def refused_at_start(site, authority):
    tls = site.config["tls"]
    right = dict(tls)
    for members, why in (({"cert": "/nothing"}, 'l3_negotiator.tls.cert "/nothing" cannot be used'),
                         ({"key": authority.key}, "l3_negotiator.tls.key"),
                         ({"key": None}, "l3_negotiator.tls.key")):
        tls.update(members)
        if tls["key"] is None:
            del tls["key"]
        site.gateway.refuses_to_start(why)
        tls.clear()
        tls.update(right)


def run(gateway):
    other = second(gateway)
    try:
        authority = Authority(gateway.directory, "peers")
        stranger = Authority(gateway.directory, "stranger")
        api_authority = Authority(gateway.directory, "api")
        a = Site(gateway, timeout_s=5, peer_ca=authority.cert)
        b = Site(other, internal_network="192.168.2.0/24", peer_ca=authority.cert)
        for site, name in ((a, "a"), (b, "b")):
            cert, key = authority.issue(name, BOTH)
            site.config["tls"] = {"cert": cert, "key": key}
        b.config["tls"]["ca"] = authority.cert
        where = gateway.open_to_others(api_authority)
        tokens = gateway.set_tokens(operator="admin", eyes="reader")
        a.allow(b, "127.0.0.1:1")
        b.allow(a)
        refused_at_start(a, api_authority)
        a.start()
        b.start()
        agree(a, b)
        clients(b, authority, stranger)
        plainly(b)
        read_again(a, where, authority, api_authority)
        agree(a, b)
        servers(a, authority, stranger)
        listens_otherwise(a, b)
        guarded(a, b, where, api_authority.context(), tokens)
        asks_plainly(a, b)
        other.conclude()
    finally:
        other.close()
