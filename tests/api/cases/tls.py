# SPDX-License-Identifier: BSD-3-Clause
"""A listener that others reach: TLS 1.2 or later, a token, and a client's certificate when a CA is
configured. bgwctl knows how to talk to it."""

import http.client
import os
import socket
import ssl
import subprocess
import time

from lib.certificates import Authority, shown
from lib.expect import check, equal
from lib.gateway import BUILD

BGWCTL = os.path.join(BUILD, "tools", "bgwctl", "bgwctl")


def refused_files(gateway, authority):
    """What is wrong with a file is said before anything starts."""
    tls = gateway.config["api"]["tls"]
    right = dict(tls)
    _, other_key = authority.issue("other", "serverAuth")
    text = os.path.join(gateway.directory, "text")
    with open(text, "w", encoding="utf-8") as file:
        file.write("no PEM")
    os.chmod(text, 0o600)
    for member, path, sentence in (
            ("cert", "/nothing", 'api.tls.cert "/nothing" cannot be used: No such file'),
            ("key", gateway.directory, "api.tls.key"), ("key", other_key, "must be a certificate and"),
            ("cert", text, "must be a certificate and"), ("key", text, "must be a certificate and"),
            ("ca", text, "api.tls.ca"), ("ca", "/nothing", "api.tls.ca"), ("cert", "", "api.tls.cert")):
        tls.update({**right, member: path})
        gateway.refuses_to_start(sentence)
        tls.pop("ca", None)
    tls.update(right)
    os.chmod(right["key"], 0o644)
    gateway.refuses_to_start("everybody may read or change it; set its mode to 0600")
    os.chmod(right["key"], 0o600)


def tls_fails(gateway, where, context, why):
    try:
        gateway.client(where, tls=context).get("/")
    except (OSError, EOFError):
        return
    check(False, f"TLS was spoken {why}")


def old_versions(gateway, where, authority):
    context = authority.context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    tls_fails(gateway, where, context, "in version 1.1")
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = authority.context()
        context.minimum_version = context.maximum_version = version
        gateway.client(where, tls=context).refused(401, "GET", "/")


def bgwctl(where, *options, token=None):
    environment = {**os.environ, "BGW_TOKEN": token or ""}
    return subprocess.run([BGWCTL, "--url", f"https://{where}", *options, "network-list"],
                          capture_output=True, text=True, check=False, env=environment)


def by_bgwctl(where, authority, token, pair):
    ended = bgwctl(where, token=token)
    check(ended.returncode != 0 and "certificate" in ended.stderr, f"bgwctl trusts all: {ended}")
    ended = bgwctl(where, "--cacert", authority.cert)
    check("X-Auth-Token is missing" in ended.stderr, f"bgwctl without a token: {ended}")
    for options, environment in (((), token), (("--token", token), None), (("--token", token), "x")):
        ended = bgwctl(where, "--cacert", authority.cert, *pair, *options, token=environment)
        check(ended.returncode == 0 and "by TLS" in ended.stdout, f"bgwctl with a token: {ended}")


def clients(gateway, where, authority, tokens):
    """With a CA a client needs a certificate besides its token."""
    stranger = Authority(gateway.directory, "stranger")
    server_side = authority.issue("server", "serverAuth")
    for pair, why in ((None, "there is none"), (stranger.issue("x", "clientAuth"), "issuer is unknown"),
                      (server_side, "purpose")):
        client = gateway.client(where, token=tokens["operator"], tls=authority.context(pair))
        for request in (("GET", "/"), ("POST", "/v2.0/networks", {"network": {}})):
            client.refused(401, *request, sentence="a client certificate that api.tls.ca signed")
        said = client.request("GET", "/").error
        check(why in said, f"{said!r} does not say {why!r}")
    pair = authority.issue("client", "clientAuth")
    client = gateway.client(where, token=tokens["operator"], tls=authority.context(pair))
    equal("networks by certificate", len(client.list("networks")), 1)
    gateway.client(where, tls=authority.context(pair)).refused(401, "GET", "/",
                                                               sentence="X-Auth-Token is missing")
    return pair


class Live:
    """A connection that was made before."""

    def __init__(self, where, context, token):
        self._connection = http.client.HTTPSConnection(where, timeout=20, context=context)
        self._token = token
        self.status()
        self._socket = self._connection.sock

    def status(self):
        self._connection.request("GET", "/v2.0/networks", None, {"X-Auth-Token": self._token})
        answer = self._connection.getresponse()
        answer.read()
        return answer.status

    def goes_on(self, status=200):
        equal("status on the connection of before", self.status(), status)
        check(self._connection.sock is self._socket, "the connection of before was closed")


def read_again(gateway, where, authority, tokens, pair):
    """SIGHUP takes new certificates, keys, CAs and tokens, all of them or none."""
    said, kept = "certificates and tokens were read again", "stay as they were: "
    tls, context = gateway.config["api"]["tls"], authority.context(pair)
    first = shown(where, context)
    live = Live(where, context, tokens["operator"])
    host, port = where.split(":")
    early = [socket.create_connection((host, int(port)), 10) for _ in range(2)]

    authority.issue("gateway", "serverAuth")  # into the same files
    equal("what is shown before SIGHUP", shown(where, context), first)
    gateway.hang_up(said)
    second = shown(where, context)
    check(second != first, "the certificate of before is shown")
    live.goes_on()

    good = dict(tls)
    text = os.path.join(gateway.directory, "text")
    for member, path, sentence in (("key", pair[1], "must be a certificate and its"),
                                   ("cert", "/nothing", "No such file"), ("ca", text, "api.tls.ca")):
        tls[member] = path
        gateway.set_tokens(somebody="admin")
        gateway.hang_up(kept)
        check(sentence in gateway.log().split(kept)[-1], f"{member}: {gateway.last_words()}")
        tls.update(good)
        equal(f"what is shown with a bad {member}", shown(where, context), second)
        live.goes_on()
    gateway.config["api"]["tokens"] = []
    gateway.hang_up("needs api.tokens")
    live.goes_on()

    # In a file of its own, as the configuration names it then.
    tls["cert"], tls["key"] = authority.issue("gateway2", "serverAuth")
    new_tokens = gateway.set_tokens(operator2="admin", eyes="reader")
    gateway.hang_up(said)
    third = shown(where, context)
    check(third not in (first, second), "the certificate is not that of the new file")
    live.goes_on(401)
    gateway.client(where, token=new_tokens["operator2"], tls=context).create("networks", name="later")
    gateway.client(where, token=tokens["operator"], tls=context).refused(
        401, "GET", "/", sentence="none of api.tokens")
    live = Live(where, context, new_tokens["eyes"])

    other = Authority(gateway.directory, "other-clients")
    tls["ca"] = other.cert
    gateway.hang_up(said)
    live.goes_on()
    for owner, status in ((other, 200), (authority, 401)):
        client = authority.context(owner.issue("somebody", "clientAuth"))
        equal("status by the CA that is read again",
              gateway.client(where, token=new_tokens["eyes"], tls=client).request("GET", "/").status,
              status)
    del tls["ca"]
    gateway.hang_up(said)
    gateway.client(where, token=new_tokens["eyes"], tls=authority.context()).get("/")
    # They connected before all of it, begin now, and have what there was then.
    for plain in early:
        with context.wrap_socket(plain, server_hostname="localhost") as connection:
            equal("what they are shown", connection.getpeercert()["serialNumber"], first)
    # Those that are no longer used are let go within a second or so.
    time.sleep(1.5)
    live.goes_on()


def run(gateway):
    authority = Authority(gateway.directory, "authority")
    where = gateway.open_to_others(authority)
    tokens = gateway.set_tokens(operator="admin", eyes="reader")
    refused_files(gateway, authority)
    gateway.start().close()
    client = gateway.client(where, token=tokens["operator"], tls=authority.context())
    client.create("networks", name="by TLS")
    link = client.get("/")["versions"][0]["links"][0]["href"]
    equal("a link", link, f"https://{where}/v2.0/")
    reader = gateway.client(where, token=tokens["eyes"], tls=authority.context())
    reader.refused(403, "POST", "/v2.0/networks", {"network": {}})
    equal("what a reader sees", len(reader.list("networks")), 1)
    gateway.client(where, tls=authority.context()).refused(401, "GET", "/v2.0/networks")
    old_versions(gateway, where, authority)
    tls_fails(gateway, gateway.tcp, authority.context(), "on a loopback listener")
    by_bgwctl(where, authority, tokens["eyes"], ())
    gateway.stop()

    gateway.config["api"]["tls"]["ca"] = authority.cert
    # Some connect long before they begin.
    gateway.config["api"]["request_timeout_s"] = 300
    gateway.start().close()
    pair = clients(gateway, where, authority, tokens)
    by_bgwctl_pair = ("--cert", pair[0], "--key", pair[1])
    ended = bgwctl(where, "--cacert", authority.cert, *by_bgwctl_pair, token=tokens["eyes"])
    check(ended.returncode == 0 and "by TLS" in ended.stdout, f"bgwctl with a certificate: {ended}")
    read_again(gateway, where, authority, tokens, pair)
