# SPDX-License-Identifier: BSD-3-Clause
"""Wrong paths, methods, types and bodies get the right 4xx, and the daemon stays."""

from lib.attack import connect, read_all, status_of
from lib.expect import check, equal

JSON = {"Content-Type": "application/json"}


BODY = b'{"network": {"name": "h"}}'
LENGTH = b"Content-Length: %d" % len(BODY)
CHUNKED = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)


def ambiguous_heads(gateway, api):
    """Of which a proxy before the gateway may think otherwise: where the body ends, and who asks for
    what. The connection ends with the answer, so that no body is taken for the next request."""
    for head, body, sentence in (
            ((LENGTH, LENGTH), BODY, "Content-Length is given twice"),
            ((LENGTH, b"Content-Length: 3"), BODY, "Content-Length is given twice"),
            ((LENGTH, b"Transfer-Encoding: chunked"), CHUNKED, "either"),
            ((b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"), CHUNKED, "twice"),
            ((b"Transfer-Encoding: gzip, chunked",), CHUNKED, "must be chunked"),
            ((b"Transfer-Encoding: xchunked",), CHUNKED, "must be chunked"),
            ((b"Transfer-Encoding: identity", LENGTH), BODY, "must be chunked"),
            ((b"Content-Length : %d" % len(BODY),), BODY, '"Content-Length " is no name'),
            ((LENGTH, b" 0: x"), BODY, "is no name"),
            ((LENGTH, b"X A: b"), BODY, '"X A" is no name'),
            ((LENGTH, b"Host: y"), BODY, "Host is given twice"),
            ((LENGTH, b"Idempotency-Key: a", b"Idempotency-Key: b"), BODY, "Idempotency-Key is given"),
            ((LENGTH, b"X-Auth-Token: a", b"X-Auth-Token: b"), BODY, "X-Auth-Token is given twice")):
        connection = connect(gateway.tcp)
        lines = (b"POST /v2.0/networks HTTP/1.1", b"Host: x", *head, b"", body)
        connection.sendall(b"\r\n".join(lines))
        answer = read_all(connection)
        equal(f"status with {head} ({answer})", status_of(answer), 400)
        check(sentence in answer.decode().replace("\\", ""), f"{head}: {answer} is not about {sentence!r}")
        equal(f"answers to {head}", answer.count(b"HTTP/1.1"), 1)
    equal("what was made of them", api.list("networks", "?name=h"), [])
    answer = api.raw("POST", "/v2.0/networks", '{"network": {}}', {"Content-Encoding": "gzip"})
    equal("status of a body that is said to be compressed", answer.status, 415)
    answer = api.raw("POST", "/v2.0/networks", iter([BODY]), JSON)
    equal("status of a body in chunks", answer.status, 201)
    api.delete("networks", answer.json["network"]["id"])


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
    for other in ("text/plain", "application/jsonx", "application/json-patch+json"):
        answer = api.raw("POST", "/v2.0/networks", '{"network": {}}', {"Content-Type": other})
        equal(f"status of {other}", answer.status, 415)
    answer = api.raw("POST", "/v2.0/networks", '{"network": {"name": "utf"}}',
                     {"Content-Type": "application/json; charset=utf-8"})
    equal("status with a charset", answer.status, 201)
    ambiguous_heads(gateway, api)
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
