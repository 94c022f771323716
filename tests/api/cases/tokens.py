# SPDX-License-Identifier: BSD-3-Clause
"""Tokens: a stranger sees nothing, a reader changes nothing, and nobody needs one on a local
listener unless the configuration says so."""

from lib.expect import check, equal
from lib.objects import NO_SUCH_ID

WRITES = (("POST", "/v2.0/networks", {"network": {}}), ("PUT", f"/v2.0/networks/{NO_SUCH_ID}", {}),
          ("DELETE", f"/v2.0/networks/{NO_SUCH_ID}", None), ("DELETE", "/v2.0/macs", None),
          ("POST", "/", {}), ("OPTIONS", "/v2.0/networks", None))


def run(gateway):
    tokens = gateway.set_tokens(operator="admin", eyes="reader")
    api = gateway.start()
    api.create("networks", name="without")
    gateway.client(token="unknown").create("networks", name="unknown")
    gateway.client(token=tokens["eyes"]).refused(403, "POST", "/v2.0/networks", {"network": {}})
    # What a web page can make a browser send without asking: no type, no header of its own.
    for origin in ("http://example.com", "null", f"http://{gateway.tcp}"):
        answer = api.raw("POST", "/v2.0/networks", '{"network": {"name": "page"}}',
                         {"Origin": origin})
        equal(f"status of a page of {origin}", answer.status, 403)
        check("comes from a web page" in answer.error, f"it says {answer.error!r}")
        equal("status of its GET", api.request("GET", "/", headers={"Origin": origin}).status, 200)
    gateway.client(token=tokens["operator"]).create("networks", name="local")
    gateway.stop()

    gateway.config["api"]["tokens_everywhere"] = True
    admin = gateway.start(tokens["operator"])
    net = admin.list("networks")[0]
    admin.update("networks", net["id"], name="by an admin")
    eyes = gateway.client(token=tokens["eyes"])
    equal("what a reader sees", len(eyes.list("networks")), 3)
    equal("status of HEAD", eyes.request("HEAD", "/v2.0/networks").status, 200)
    for write in WRITES:
        answer = eyes.refused(403, *write, sentence="X-Auth-Token is of role reader")
        equal("type of a 403", answer.error_type, "Forbidden")
    almost = tokens["operator"][:-1] + ("0" if tokens["operator"][-1] != "0" else "1")
    wrong = ("", "x", almost, tokens["operator"] + "0", tokens["operator"].upper() + "!",
             "a" * 20000, "\u00ff")
    for where in (gateway.tcp, gateway.unix):
        stranger = gateway.client(where)
        for request in WRITES + (("GET", "/", None), ("GET", "/v2.0/networks", None),
                                 ("GET", "/nothing", None)):
            answer = stranger.refused(401, *request, sentence="X-Auth-Token is missing")
            equal("type of a 401", answer.error_type, "Unauthorized")
            check("X-Auth-Token" in answer.headers["WWW-Authenticate"], "no WWW-Authenticate")
        for token in wrong:
            gateway.client(where, token=token).refused(
                401, "GET", "/v2.0/networks", sentence="X-Auth-Token is none of api.tokens")
    # Who may not write is told so after a body of any size, and the connection stays in order.
    large = {"network": {"name": "x" * 3000000}}
    eyes.refused(403, "POST", "/v2.0/networks", large)
    equal("what a reader sees then", len(eyes.list("networks")), 3)
    stranger.refused(401, "POST", "/v2.0/networks", large)
    equal("what is there", sorted(item["name"] for item in admin.list("networks")),
          ["by an admin", "local", "unknown"])
