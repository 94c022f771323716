# SPDX-License-Identifier: BSD-3-Clause
"""A client of the gRPC service of a gateway that means harm, and has less and more of what a peer has:
each call is refused with a status, and the session that it was about goes on as if nothing came."""

import hashlib
import hmac
import socket

from lib.agent import messages
from lib.certificates import Authority
from lib.errors import check, wait_until
from lib.frames import Sniffer
from lib.grpc_calls import Calls
from lib.negotiating import is_datagram
from lib.negotiating_grpc import BOTH, PORT, gateways, grpc
from lib.negotiating_tcp import session, shown, speak, synced
from lib.sites import underlay_lan

METHOD = "/bgw.negotiation.Gateway/Say"
SECRET = b"correct horse battery staple"
EXCHANGE = 2  # kind of a datagram


def mapped(ip):
    return b"\0" * 10 + b"\xff\xff" + socket.inet_aton(ip)


def key_of(sender, sender_nonce, receiver, receiver_nonce):
    """As docs/negotiation.md says."""
    nonces = sorted(((mapped(sender), sender_nonce), (mapped(receiver), receiver_nonce)))
    extracted = hmac.new(nonces[0][1] + nonces[1][1], SECRET, hashlib.sha256).digest()
    info = b"bgw negotiation 1 call" + mapped(sender) + mapped(receiver)
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()[:16]


def spoken_to(sniffer, site):
    """(id, nonce) by which datagrams call the session of that site."""
    to = socket.inet_aton(site.ip4)

    def last():
        frames = [frame for frame in map(bytes, sniffer.frames) if is_datagram(frame)]
        frames = [frame for frame in frames if frame[30:34] == to and frame[43] == EXCHANGE]
        return frames[-1] if frames else None

    frame = wait_until(last, 10, f"no datagram to {site.name} passes")
    return int.from_bytes(frame[46:50], "big"), frame[50:58]


def body_of(pb, number=0, round_number=1 << 30, contents=None):
    body = pb.Body(round=round_number, number=number)
    body.messages.extend([pb.Message(end=pb.End()).SerializeToString()] if contents is None
                         else contents)
    return body.SerializeToString()


def call_of(pb, session_id, body, key):
    return pb.Call(session=session_id, body=body,
                   tag=hmac.new(key, body, hashlib.sha256).digest()).SerializeToString()


def run(lab):
    authority, stranger = Authority(lab.path(""), "peers"), Authority(lab.path(""), "strangers")
    core, sites = underlay_lan(lab, ("left", "right"))
    left, right = sites
    taps = [Sniffer(lab, core, f"to-{site.name}") for site in sites]
    _, hosts, (a, b) = gateways(
        lab, sites=sites, sections=[grpc(authority, site) for site in sites])
    pb = messages(lab.directory, "negotiation")
    for gateway, far in ((a, right), (b, left)):
        network = gateway.network()
        gateway.connect(gateway.attach(network), network, far.ip4, 77, flood=False)
    for gateway in (a, b):
        wait_until(lambda: gateway.api.list("negotiation-sessions"), 10, "there is no session")
        shown(gateway, "connections", 1, 30)
    calls = Calls(lab, right.namespace, f"{left.ip4}:{PORT}", METHOD)
    own = (b.config["negotiation"]["grpc"]["cert"], b.config["negotiation"]["grpc"]["key"])
    other = authority.issue("other", BOTH, names="IP:192.0.2.3")
    sessions = session(a)["sessions"]

    for what, ca, pair in (("nothing", None, ()), ("no certificate", authority.cert, ()),
                           ("a stranger's", authority.cert, stranger.issue("x", BOTH))):
        code, said = calls.status(b"", ca, pair)
        check(code == "UNAVAILABLE", f"with {what} it was answered {code}: {said}")

    session_id, nonce = spoken_to(taps[1], left)
    far_id, far_nonce = spoken_to(taps[0], right)
    key = key_of(right.ip4, far_nonce, left.ip4, nonce)
    good = call_of(pb, session_id, body_of(pb), key)
    for what, message, expected in (
            ("nothing", b"", "PERMISSION_DENIED"),
            ("garbage", b"\xff" * 100, "INVALID_ARGUMENT"),
            ("a part of a call", good[:-5], "INVALID_ARGUMENT"),
            ("too much", b"\x12" + b"\xff\xff\x3f" + bytes((1 << 20) - 1), "RESOURCE_EXHAUSTED"),
            ("no session", call_of(pb, 0, body_of(pb), key), "PERMISSION_DENIED"),
            ("another session", call_of(pb, session_id ^ 1, body_of(pb), key),
             "PERMISSION_DENIED"),
            ("the peer's own id", call_of(pb, far_id, body_of(pb), key), "PERMISSION_DENIED"),
            ("another key", call_of(pb, session_id, body_of(pb), bytes(16)),
             "PERMISSION_DENIED"),
            ("our own key", call_of(pb, session_id, body_of(pb),
                                    key_of(left.ip4, nonce, right.ip4, far_nonce)),
             "PERMISSION_DENIED"),
            ("no tag", pb.Call(session=session_id, body=body_of(pb)).SerializeToString(),
             "PERMISSION_DENIED"),
            ("no messages", call_of(pb, session_id, body_of(pb, contents=[]), key),
             "INVALID_ARGUMENT"),
            ("a body that is none", call_of(pb, session_id, b"\xff\xff\xff", key),
             "INVALID_ARGUMENT"),
            ("too large a message", call_of(pb, session_id, body_of(pb, contents=[bytes(65537)]), key),
             "INVALID_ARGUMENT"),
            ("a call out of turn", call_of(pb, session_id, body_of(pb, number=7), key),
             "FAILED_PRECONDITION"),
            ("a round of old", call_of(pb, session_id, body_of(pb, number=1 << 20, round_number=1), key),
             "FAILED_PRECONDITION")):
        code, said = calls.status(message, authority.cert, own)
        check(code == expected, f"{what} was answered {code}: {said}")

    # Who has all but the certificate.
    code, said = calls.status(good, authority.cert, other)
    check(code == "PERMISSION_DENIED" and "certificate" in said, f"{code}: {said}")
    check("has not the name 192.0.2.2" in session(a)["last_error"], f"shown is {session(a)}")

    # It knows of no round that was not agreed; what waits for one is let go, and only one waits.
    code, said = calls.status(good, authority.cert, own, timeout=1)
    check(code in ("DEADLINE_EXCEEDED", "FAILED_PRECONDITION"), f"{code}: {said}")
    with right.namespace.entered(), socket.create_connection((left.ip4, PORT), 5) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\n\r\n" * 100)

    speak(hosts[1][0], ["02:00:5f:00:00:07"])
    wait_until(lambda: "02:00:5f:00:00:07" in synced(a), 20, lambda: f"no sync after it: {session(a)}")
    check(session(a)["sessions"] == sessions, f"the session was disturbed: {session(a)}")
