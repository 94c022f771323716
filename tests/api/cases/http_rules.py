# SPDX-License-Identifier: BSD-3-Clause
"""Wrong paths, methods, types and bodies get the right 4xx, and the daemon stays."""

from lib.expect import check, equal

JSON = {"Content-Type": "application/json"}


def run(gateway):
    api = gateway.start()
    net = api.create("networks", name="a")
    for target in ("/v3", "/v2.0/nothing", "/v2.0/networks/a/b", "/networks", "/v2.0/networks/.."):
        api.refused(404, "GET", target)
    for method, target, allow in (
            ("PUT", "/v2.0/networks", "GET, HEAD, POST"),
            ("DELETE", "/v2.0/networks", "GET, HEAD, POST"),
            ("POST", f"/v2.0/networks/{net['id']}", "GET, HEAD, PUT, DELETE"),
            ("PATCH", f"/v2.0/networks/{net['id']}", "GET, HEAD, PUT, DELETE"),
            ("POST", "/v2.0/ports", "GET, HEAD"),
            ("POST", "/", "GET, HEAD"),
            ("OPTIONS", "/v2.0/networks", "GET, HEAD, POST")):
        answer = api.refused(405, method, target, sentence="possible are")
        equal(f"Allow of {method} {target}", answer.headers["Allow"], allow)
    for text, sentence in (
            ("", "no body"), ("{", "JSON"), ("[]", "body must be"), ("{}", "body must be"),
            ("null", "body must be"), ('{"network": {}} x', "JSON"), ('{"net": {}}', "body must be"),
            ('{"network": {}, "x": 1}', "body must be"), ('{"network": []}', "must be an object"),
            ('{"networks": []}', "at least one"), ('{"networks": {}}', "at least one"),
            ('{"network": {"name": "\udcff"}}'.encode("utf-8", "surrogateescape"), "UTF-8"),
            ('{"network": {"name": "\\u0000"}}', "NUL"),
            ('{"network": ' + "[" * 20000 + "]" * 20000 + "}", "nested too deep")):
        answer = api.raw("POST", "/v2.0/networks", text, JSON)
        equal(f"status of the body {text[:40]!r}", answer.status, 400)
        check(sentence in answer.error, f"{answer.error!r} does not say {sentence!r}")
    answer = api.raw("POST", "/v2.0/networks", '{"network": {}}', {"Content-Type": "text/plain"})
    equal("status of a text", answer.status, 415)
    answer = api.raw("POST", "/v2.0/networks", '{"network": {"name": "utf"}}',
                     {"Content-Type": "application/json; charset=utf-8"})
    equal("status with a charset", answer.status, 201)
    large = '{"network": {"name": "' + "x" * (1 << 20) + '"}}'
    equal("status of a large body", api.raw("POST", "/v2.0/networks", large, JSON).status, 413)
    chunks = iter([large.encode()])
    answer = api.raw("POST", "/v2.0/networks", chunks, JSON)
    equal("status of a large body in chunks", answer.status, 413)
    equal("what was made", len(api.list("networks")), 2)
    # What a client sends never spoils an answer: each of these is parsed as JSON by the client.
    api.refused(400, "GET", "/v2.0/networks?%ff=1", sentence='?" cannot be a filter')
    api.refused(400, "GET", "/v2.0/networks?marker=%22%0a%ff", sentence="marker")
    api.refused(404, "GET", "/v2.0/%ff%22")
    # Nor does a NUL cut it short, so that it means something else.
    made = api.list("networks")[0]["id"]
    api.refused(404, "DELETE", f"/v2.0/networks/{made}%00x")
    equal("networks called NUL", api.list("networks", "?name=%00"), [])
    equal("what is left", len(api.list("networks")), 2)
    hosts = ('a"b', "a b", "\xff", "x" * 2000)
    for host in hosts:
        answer = api.request("GET", "/v2.0/networks?limit=1", headers={"Host": host})
        equal(f"status with the host {host[:10]!r}", answer.status, 200)
        check(answer.json["networks_links"][0]["href"].startswith("http://"), "a link is spoilt")
