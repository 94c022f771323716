# SPDX-License-Identifier: BSD-3-Clause
"""A listener that others reach: TLS 1.2 or later, a token, and a client's certificate when a CA is
configured. bgwctl knows how to talk to it."""

import os
import ssl
import subprocess

from lib.certificates import Authority
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
    gateway.start().close()
    pair = clients(gateway, where, authority, tokens)
    by_bgwctl_pair = ("--cert", pair[0], "--key", pair[1])
    ended = bgwctl(where, "--cacert", authority.cert, *by_bgwctl_pair, token=tokens["eyes"])
    check(ended.returncode == 0 and "by TLS" in ended.stdout, f"bgwctl with a certificate: {ended}")
