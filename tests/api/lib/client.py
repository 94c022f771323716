# SPDX-License-Identifier: BSD-3-Clause
"""A plain HTTP client of the API, over TCP or a unix socket; nothing hidden, errors are answers."""

import http.client
import json
import socket
import time

from .expect import Failure, equal

# The server closes connections that are idle for longer than a request may take.
IDLE_S = 1


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Answer:
    def __init__(self, status, headers, text):
        self.status = status
        self.headers = headers
        self.text = text
        self.json = None
        if text:
            try:
                self.json = json.loads(text)
            except ValueError:
                raise Failure(f"the answer is no JSON: {text[:200]}") from None

    @property
    def error(self):
        """The sentence of an error answer."""
        return ((self.json or {}).get("NeutronError") or {}).get("message", "")

    @property
    def reason(self):
        """That sentence, or where another answered than the gateway, what it says."""
        return self.error or self.text[:400]

    @property
    def error_type(self):
        return ((self.json or {}).get("NeutronError") or {}).get("type", "")


class Client:
    """One connection, kept open between requests."""

    def __init__(self, where, timeout_s=20, token=None, tls=None, source=None):
        """With a TLS context it is https. The source is the address that it comes from."""
        self._where = where
        self._token = token
        self._tls = tls
        self._source = (source, 0) if source is not None else None
        self._timeout_s = timeout_s
        self._connection = None
        self._used = 0

    def _connect(self):
        if self._where.startswith("unix:"):
            return _UnixConnection(self._where[5:], self._timeout_s)
        if self._tls is not None:
            return http.client.HTTPSConnection(self._where, timeout=self._timeout_s,
                                               source_address=self._source, context=self._tls)
        return http.client.HTTPConnection(self._where, timeout=self._timeout_s,
                                          source_address=self._source)

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def raw(self, method, target, text=None, headers=None):
        """One exchange with exactly this body."""
        if time.monotonic() - self._used > IDLE_S:
            self.close()
        if self._connection is None:
            self._connection = self._connect()
        try:
            headers = dict(headers or {})
            if self._token is not None:
                headers.setdefault("X-Auth-Token", self._token)
            self._connection.request(method, target, text, headers)
            answer = self._connection.getresponse()
            text = answer.read().decode()
        except Exception:
            self.close()
            raise
        if answer.will_close:
            self.close()
        self._used = time.monotonic()
        return Answer(answer.status, answer.headers, text if method != "HEAD" else "")

    def request(self, method, target, body=None, headers=None):
        headers = dict(headers or {})
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
            body = json.dumps(body)
        return self.raw(method, target, body, headers)

    def get(self, target):
        answer = self.request("GET", target)
        equal(f"status of GET {target} ({answer.reason})", answer.status, 200)
        return answer.json

    def list(self, collection, query=""):
        return self.get(f"/v2.0/{collection}{query}")[collection.replace("-", "_")]

    def create(self, collection, **members):
        root = singular(collection)
        answer = self.request("POST", f"/v2.0/{collection}", {root: members})
        equal(f"status of POST {collection} {members} ({answer.reason})", answer.status, 201)
        return answer.json[root]

    def update(self, collection, identifier, **members):
        root = singular(collection)
        answer = self.request("PUT", f"/v2.0/{collection}/{identifier}", {root: members})
        equal(f"status of PUT {collection} {members} ({answer.reason})", answer.status, 200)
        return answer.json[root]

    def show(self, collection, identifier):
        return self.get(f"/v2.0/{collection}/{identifier}")[singular(collection)]

    def delete(self, collection, identifier, query=""):
        answer = self.request("DELETE", f"/v2.0/{collection}/{identifier}{query}")
        equal(f"status of DELETE {collection} ({answer.reason})", answer.status, 204)
        equal("body of a 204", answer.text, "")

    def refused(self, status, method, target, body=None, sentence="", headers=None):
        """The request must be answered so, with a sentence that has these words."""
        answer = self.request(method, target, body, headers)
        equal(f"status of {method} {target} {body} ({answer.text[:200]})", answer.status, status)
        if sentence not in answer.error:
            raise Failure(f"{method} {target} {body}: {answer.error!r} does not say {sentence!r}")
        return answer


def singular(collection):
    return collection.replace("-", "_").removesuffix("s")
