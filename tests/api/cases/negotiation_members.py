# SPDX-License-Identifier: BSD-3-Clause
"""`negotiation` of remote gateways, `secrets` of the configuration, and what is refused of them."""

import os

from lib.certificates import Authority
from lib.expect import check, equal

GATEWAYS = "/v2.0/l2-remote-gateways"


def secret(gateway, name, content, mode=0o600):
    path = os.path.join(gateway.directory, name)
    with open(path, "w", encoding="ascii") as file:
        file.write(content)
    os.chmod(path, mode)
    return path


def refused_secrets(gateway):
    good = secret(gateway, "good", "correct horse battery staple\n")
    for secrets, sentence in (
            ([], "secrets must be an object"),
            ({"far": 7}, "secrets.far must be the path of a file"),
            ({"far": ""}, "secrets.far must be the path of a file"),
            ({"far": "/nowhere"}, "secrets.far: /nowhere cannot be read"),
            ({"far": gateway.directory}, "is no file"),
            ({"far": secret(gateway, "open", "correct horse battery", 0o640)}, "chmod 600"),
            ({"far": secret(gateway, "short", "fifteen bytes..\n")}, "must have 16 to 1024 bytes"),
            ({"far": secret(gateway, "long", "x" * 1025)}, "must have 16 to 1024 bytes"),
    ):
        gateway.config["secrets"] = {"good": good, **secrets} if secrets else secrets
        gateway.refuses_to_start(sentence)
    gateway.config["secrets"] = {"far": good, "most": secret(gateway, "most", "x" * 1024 + "\n")}
    gateway.config["negotiation"] = {"udp": {"port": 4789}}
    gateway.refuses_to_start("negotiation.udp.port must be another one than vxlan.port")
    gateway.config["negotiation"] = {"udp": {"port": 65536}}
    gateway.refuses_to_start("negotiation.udp.port")
    del gateway.config["negotiation"]


def refused_services(gateway):
    """Beyond loopback there is no service without certificates."""
    ca, other = Authority(gateway.directory, "ca"), Authority(gateway.directory, "other")
    cert, key = ca.issue("server", "serverAuth")
    _, other_key = other.issue("server", "serverAuth")
    given = {"cert": cert, "key": key, "ca": ca.cert}
    for section, sentence in (
            ({"listen": ["192.0.2.1"]}, "negotiation.grpc.listen \"192.0.2.1\" is reached by others"),
            ({"listen": ["127.0.0.1", "[::]:9697"]}, "\"[::]:9697\" is reached by others"),
            ({"listen": ["localhost:1"]}, "\"localhost:1\" is no place to listen on"),
            ({"listen": ["unix:/run/x"]}, "is no place to listen on"),
            ({"listen": ["127.0.0.1:0"]}, "is no place to listen on"),
            ({"listen": ["192.0.2.1"], "cert": cert, "key": key}, "needs all of cert, key and ca"),
            ({"cert": cert}, "needs all of cert, key and ca"),
            ({**given, "key": other_key}, "is not the one of the certificate"),
            ({**given, "ca": key}, "holds no PEM certificate"),
            ({**given, "cert": "/nowhere"}, "negotiation.grpc: /nowhere cannot be read"),
            ({"listen": ["192.0.2.7"], **given}, "negotiation.grpc.listen: cannot listen on 192.0.2.7:9697"),
    ):
        gateway.config["negotiation"] = {"grpc": section}
        gateway.refuses_to_start(sentence)
    del gateway.config["negotiation"]


def refused_members(api):
    for members, sentence in (
            ({"enabled": True}, "negotiation.secret is required"),
            ({"enabled": True, "secret": "near"}, "\"near\" is none of the configuration's secrets"),
            ({"secret": "near"}, "\"near\" is none of the configuration's secrets"),
            ({"interval_ms": 9}, "negotiation.interval_ms must be an integer between 10"),
            ({"interval_ms": 60001}, "negotiation.interval_ms must be an integer between 10"),
            ({"multiplier": 0}, "negotiation.multiplier must be an integer between 1"),
            ({"multiplier": 256}, "negotiation.multiplier must be an integer between 1"),
            ({"enabled": "maybe"}, "negotiation.enabled must be"),
            ({"key": "x"}, "negotiation.key"),
            *(({"grpc": wrong}, f'negotiation.grpc "{wrong}" is no place to connect to')
              for wrong in ("192.0.2.9", "192.0.2.9:0", "2001:db8::9:1", ":1", "unix:/x", "x:65536")),
            ([], "negotiation must be an object"),
    ):
        api.refused(400, "POST", GATEWAYS,
                    {"l2_remote_gateway": {"ipaddr": "192.0.2.9", "negotiation": members}}, sentence)


def run(gateway):
    refused_secrets(gateway)
    refused_services(gateway)
    api = gateway.start()
    refused_members(api)
    plain = api.create("l2-remote-gateways", ipaddr="192.0.2.8")
    equal("by default", plain["negotiation"],
          {"enabled": False, "secret": "", "interval_ms": 1000, "multiplier": 3, "grpc": "", "tls_name": ""})
    equal("sessions", api.list("negotiation-sessions"), [])
    made = api.create("l2-remote-gateways", name="far", ipaddr="192.0.2.9",
                      negotiation={"enabled": True, "secret": "far", "interval_ms": 10})
    session = api.list("negotiation-sessions")[0]
    equal("session", (session["id"], session["peer"], session["transport"], session["address"],
                      session["status"]),
          (f"udp:{made['id']}", "far", "udp", "192.0.2.9", "DOWN"))
    equal("without a gRPC service", session["protocols"], ["heartbeat"])
    changed = api.update("l2-remote-gateways", made["id"], negotiation={"multiplier": 7, "grpc": "peer.example:1"})
    equal("a part of it is changed", changed["negotiation"],
          {"enabled": True, "secret": "far", "interval_ms": 10, "multiplier": 7, "grpc": "peer.example:1",
           "tls_name": ""})
    gateway.stop()
    api = gateway.start()
    equal("after a restart", api.show("l2-remote-gateways", made["id"])["negotiation"],
          changed["negotiation"])
    equal("sessions after it", len(api.list("negotiation-sessions")), 1)
    api.delete("l2-remote-gateways", made["id"])
    equal("sessions at the end", api.list("negotiation-sessions"), [])
    check("correct horse" not in gateway.log(), "the log has the secret")
    gateway.stop()
    gateway.config["negotiation"] = {"udp": {"port": 0}}
    api = gateway.start()
    api.refused(400, "POST", GATEWAYS, {"l2_remote_gateway": {
        "ipaddr": "192.0.2.9", "negotiation": {"enabled": True, "secret": "far"}}},
        "negotiation.udp.port")
