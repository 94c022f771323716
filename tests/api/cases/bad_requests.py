# SPDX-License-Identifier: BSD-3-Clause
"""In every collection: methods, paths, types, bodies, headers and arguments that are wrong get the
right 4xx and a sentence, and nothing is half done."""

import json

from lib.client import singular
from lib.expect import Failure, equal
from lib.members import Description
from lib.objects import NO_SUCH_ID, make_all
from lib.state import State

JSON = {"Content-Type": "application/json"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
BODY_MAX_BYTES = 1 << 20
BULK_BODY_MAX_BYTES = 4 << 20

QUERIES = [
    ("nmae=x", '"nmae" cannot be a filter'), ("limit=x", "limit must be"), ("limit=-1", "limit must be"),
    ("limit=", "limit must be"), ("limit=99999999999", "limit must be"),
    ("fields=nmae", '"nmae" cannot be a field'), ("fields=", '"" cannot be a field'),
    ("sort_key=nmae", '"nmae" cannot be a sort_key'), ("sort_dir=up", "sort_dir must be asc or desc"),
    ("page_reverse=2", "page_reverse must be true or false"),
    ("cascade=perhaps", "cascade must be true or false"),
    ("&".join(["id=x"] * 65), "there may be at most 64 filters"),
    ("&".join(["fields=id"] * 65), "there may be at most 64 fields"),
    ("&".join(["sort_key=id"] * 5), "there may be at most 4 sort_key"),
]


def bodies(root, plural):
    """(text, words)"""
    one, many = json.dumps(root), json.dumps(plural)
    for text in ("{", "[", '"', "x", "{} {}", "{a: 1}", "{'a': 1}", '{"a": 1,}', '{"a" 1}', '{"a": }',
                 '{"a": nul}', '{"a": True}', '{"a": .5}', '{"a": +1}', '{"a": "\\x"}',
                 '{"a": "\\ud800"}', '{"a": 1} // x', f"{{{one}: {{}}}} x", f"{{{one}: {{}}",
                 "\ufeff\ufeff{}", "\u00e4"):
        yield text, "the JSON text "
    for text in ("[]", "{}", "null", "5", '"x"', '{"x": {}}', f'{{{one}: {{}}, "x": 1}}',
                 f"{{{one}: {{}}, {one}: {{}}}}", f"{{{one}: {{}}, {many}: [{{}}]}}",
                 json.dumps({root.upper(): {}}), json.dumps({"": {}}), f"[{{{one}: {{}}}}]"):
        yield text, f'the body must be {{"{root}": {{...}}}}'
    yield "", f'there is no body; it must be {{"{root}": {{...}}}}'
    yield f"{{{one}: {'[' * 16}{']' * 16}}}", "the JSON text is nested too deep"
    yield "[" * 40000, "the JSON text is nested too deep"


class Sender:
    def __init__(self, api):
        self.api, self.count = api, 0

    def refused(self, status, method, target, text=None, headers=None, words=""):
        answer = self.api.raw(method, target, text, headers if headers is not None else JSON)
        self.count += 1
        if answer.status != status or (method != "HEAD" and (words not in answer.error or
                                                             not answer.error_type)):
            raise Failure(f"{method} {target[:200]} {str(text)[:200]} {headers} was answered"
                          f" {answer.status} {answer.text[:300]!r}, not {status} {words!r}")
        return answer

    def methods(self, target, described):
        allowed = described | {"HEAD"}
        for method in METHODS:
            if method in allowed:
                continue
            answer = self.refused(405, method, target, words="is not possible here; possible are ")
            equal(f"Allow of {method} {target}", set(answer.headers["Allow"].split(", ")), allowed)

    def paths(self, collection, identifier):
        for target in (f"/v2.0/{collection}x", f"/v2.0/{collection.upper()}", f"/v2.0//{collection}",
                       f"/v2/{collection}", f"/{collection}", f"/v2.0/{collection}/{identifier}/x",
                       f"/v2.0/{collection}/{identifier}//", f"/v2.0/{collection}/{'x' * 200}",
                       f"/v2.0/{collection.replace('-', '_')}_"):
            for method in ("GET", "POST", "PUT", "DELETE"):
                self.refused(404, method, target, words="there is nothing at")
        for strange in (NO_SUCH_ID, "x", "%00", "%ff", "..%2f", f"{identifier}%00", f"{identifier}x",
                        "0" * 32, "%22%0a"):
            self.refused(404, "GET", f"/v2.0/{collection}/{strange}")

    def bodies(self, collection, method, target):
        root, plural = singular(collection), collection.replace("-", "_")
        good = json.dumps({root: {}})
        for content_type in ("text/plain", "application/x-www-form-urlencoded", "", "json",
                             "application/jsonx", "application/json-seq", "application/jso",
                             "application/vnd.api+json"):
            self.refused(415, method, target, good, {"Content-Type": content_type},
                         "Content-Type must be application/json")
        for text, words in bodies(root, plural):
            self.refused(400, method, target, text.encode(), words=words)
        if method == "POST":
            for value in ([], {}, None, 5, "x"):
                self.refused(400, method, target, json.dumps({plural: value}),
                             words=f"{plural} must be a list of at least one object")
        else:
            self.refused(400, method, target, json.dumps({plural: [{}]}), words="the body must be")
        many = method == "POST" and collection in ("l2-remote-macs", "l2-remote-gateway-connections")
        limit = BULK_BODY_MAX_BYTES if many else BODY_MAX_BYTES
        self.refused(413, method, target, good + " " * limit, words=f"at most {limit} bytes")

    def headers(self, method, target):
        if method == "POST":
            for key in ("", "x" * 256, "a\tb", "\u00e4"):
                self.refused(400, method, target, "{}", {**JSON, "Idempotency-Key": key.encode()},
                             "Idempotency-Key must be 1 to 255 printable ASCII characters")
            return
        for match in ("", "1", "*", "revision_number", "revision_number=", "revision_number=0",
                      "revision_number=x", "revision_number=-1", "revision_number=1 ,",
                      "revision_number=4294967296", 'W/"1"'):
            self.refused(400, method, target, "{}" if method == "PUT" else None,
                         {**JSON, "If-Match": match}, "If-Match must be revision_number=N")


def run(gateway):
    description = Description()
    gateway.config["api"]["bulk_body_max_bytes"] = BULK_BODY_MAX_BYTES
    api = gateway.start()
    made = make_all(api)
    state = State(gateway, api)
    sender = Sender(api)
    for collection in description.collections:
        items = api.list(collection)
        identifier = made[collection]["id"] if collection in made else \
            items[0]["id"] if items else NO_SUCH_ID
        every, one = f"/v2.0/{collection}", f"/v2.0/{collection}/{identifier}"
        methods = {every: description.methods(every), one: description.methods(every + "/{id}")}
        for target, described in methods.items():
            sender.methods(target, described)
            for query, words in QUERIES:
                for method in described & {"GET", "POST", "PUT", "DELETE"}:
                    sender.refused(400, method, f"{target}?{query}", "{}", words=words)
            for method in described & {"POST", "PUT"}:
                sender.bodies(collection, method, target)
            for method in described & {"POST", "PUT", "DELETE"}:
                if target == one or method == "POST":
                    sender.headers(method, target)
        sender.paths(collection, identifier)
        state.must_be_same(f"after bad requests to {collection}")
    for target in ("/v2.0/backup", "/v2.0/verify", "/v2.0/events", "/v2.0", "/v2.0/extensions"):
        described = description.methods(target)
        for method in set(METHODS) - described - {"HEAD"}:
            sender.refused(405, method, target, words="possible are ")
    for text in ("", "x", "SQLite format 3\0", "SQLite format 3\0" + "\0" * 5000, "{}"):
        sender.refused(400, "PUT", "/v2.0/backup", text.encode(),
                       {"Content-Type": "application/vnd.sqlite3"})
    state.must_be_same("at the end")
    state.must_verify("at the end")
    print(f"# {sender.count} bad requests", flush=True)
    api.close()
    gateway.kill9()
    state.api = gateway.start()
    state.must_be_same("after kill -9")
