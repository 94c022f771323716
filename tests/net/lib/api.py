# SPDX-License-Identifier: BSD-3-Clause
"""The REST API of a gateway, over its unix socket."""

import http.client
import json
import socket
from urllib.parse import urlencode

from .errors import Failure


class Refused(Failure):
    """The API answered with an error; `status` and `text` say which."""

    def __init__(self, request, status, body):
        error = (body or {}).get("NeutronError", {})
        self.status = status
        self.text = error.get("message", str(body))
        super().__init__(f"{request} was answered {status}: {self.text}")


class Unanswered(Failure, TimeoutError):
    """The API took the request and never answered."""


class _Connection(http.client.HTTPConnection):
    def __init__(self, path, timeout_s):
        super().__init__("localhost", timeout=timeout_s)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Api:
    """Objects by collection, as dictionaries.

    With `keep` all requests take one connection: for one thread that has many.
    """

    def __init__(self, path, timeout_s=10, keep=False):
        self._path = path
        self._timeout_s = timeout_s
        self._kept = _Connection(path, timeout_s) if keep else None
        self.url = f"unix:{path}"

    def request(self, method, target, body=None):
        """One exchange; returns the parsed answer, None where it has no body."""
        connection = self._kept or _Connection(self._path, self._timeout_s)
        try:
            headers = {"Content-Type": "application/json"} if body is not None else {}
            connection.request(method, target, body and json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except TimeoutError:
            connection.close()
            raise Unanswered(
                f"{method} {target} was not answered in {self._timeout_s} s"
            ) from None
        except BaseException:
            connection.close()
            raise
        if connection is not self._kept:
            connection.close()
        try:
            parsed = json.loads(text) if text else None
        except ValueError:
            raise Failure(f"{method} {target} was answered with no JSON: {text[:200]}") from None
        if answer.status >= 300:
            raise Refused(f"{method} {target}", answer.status, parsed)
        return parsed

    def busy_client(self):
        """The same API, for a thread of its own that asks often."""
        return Api(self._path, self._timeout_s, keep=True)

    @staticmethod
    def _root(collection):
        return collection.replace("-", "_").removesuffix("s")

    def create(self, collection, **members):
        root = self._root(collection)
        return self.request("POST", f"/v2.0/{collection}", {root: members})[root]

    def create_many(self, collection, entries):
        """All of them or none."""
        root = collection.replace("-", "_")
        return self.request("POST", f"/v2.0/{collection}", {root: entries})[root]

    def update(self, collection, identifier, **members):
        root = self._root(collection)
        return self.request("PUT", f"/v2.0/{collection}/{identifier}", {root: members})[root]

    def show(self, collection, identifier):
        return self.request("GET", f"/v2.0/{collection}/{identifier}")[self._root(collection)]

    def delete(self, collection, identifier, cascade=False):
        query = "?cascade=true" if cascade else ""
        self.request("DELETE", f"/v2.0/{collection}/{identifier}{query}")

    def list(self, collection, **filters):
        query = f"?{urlencode(filters, doseq=True)}" if filters else ""
        return self.request("GET", f"/v2.0/{collection}{query}")[collection.replace("-", "_")]
