# SPDX-License-Identifier: BSD-3-Clause
"""The original layer-3 negotiator, as a stand-in written from its description: the responder's HTTP
server, and the initiator's request. What it lacks it lacks here too: its pool never shrinks, it
knows no release, and it trusts what it is told."""

import http.client
import http.server
import ipaddress
import json
import threading
import urllib.parse

PATH = "/api/v1/handle_negotiation"


def cut(cidrs):
    return [str(subnet) for cidr in cidrs
            for subnet in ipaddress.ip_network(cidr, strict=False).subnets(new_prefix=30)]


class Original:
    def __init__(self, cidrs, internal=None, remapping=(), address="127.0.0.1", tls=None, port=0):
        self.pool = cut(cidrs)
        self.internal = internal
        self.remapping = list(remapping)
        self.requests = []  # (method, path, headers, body), as they came
        self.answer = None  # (status, text) instead of what it would answer
        self.wait = None  # an Event to be set before it answers
        self.hook = None  # called when a request is there, and before it is answered
        original = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_arguments):
                pass

            def _serve(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                original.requests.append((self.command, self.path, dict(self.headers), body))
                if original.hook is not None:
                    original.hook(self.command)
                if original.wait is not None:
                    original.wait.wait(60)
                status, text = original.respond(self.command, self.path, body)
                self.send_response(status)
                if status in (301, 302, 307, 308):
                    self.send_header("Location", text)
                    text = ""
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST = do_DELETE = do_PUT = _serve

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_arguments):
                """Who asked is gone, which is the point of some cases."""

        self._server = Server((address, port), Handler)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        self.peer = f"{address}:{self.port}"
        self.url = f"http{'s' if tls is not None else ''}://{self.peer}{PATH}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()

    def posts(self):
        return [json.loads(body) for method, _, _, body in self.requests if method == "POST"]

    def _error(self, status, description):
        return status, json.dumps({"statusCode": status, "description": description})

    def respond(self, method, path, body):
        if path != PATH:
            return 404, "404 page not found\n"
        if method != "POST":
            return 405, ""
        if self.answer is not None:
            return self.answer
        try:
            request = json.loads(body)
        except ValueError:
            return self._error(400, "Bad Request: the request body couldn't be parsed")
        net = next((cidr for cidr in request["cidrs"] if cidr in self.pool), None)
        if net is None:
            return self._error(406, "No common network found for the P2P network")
        hosts = list(ipaddress.ip_network(net).hosts())
        answer = {"net": net, "freeIp": str(hosts[-1]), "assignedIp": str(hosts[0])}
        if self.internal is not None and request.get("destinationNetwork") == self.internal:
            if not self.remapping:
                return self._error(406, "No remapping network left")
            answer["destinationNetwork"] = self.remapping[0]
        elif self.internal is not None:
            answer["destinationNetwork"] = self.internal
        return 200, json.dumps(answer)

    def ask(self, url, body=None, source="127.0.0.1", headers=None):
        """What the initiator sends, or another body. Returns (status, text)."""
        if body is None:
            offer = {"cidrs": self.pool}
            if self.internal is not None:
                offer["destinationNetwork"] = self.internal
            body = json.dumps(offer)
        return post(url, body, source, headers)


class Bait:
    """Counts whoever comes, at an address and port that nobody may ask."""

    def __init__(self, address="127.0.0.1", port=0):
        bait = self
        self.visits = 0

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def get_request(self):
                bait.visits += 1
                return super().get_request()

        self._server = Server((address, port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()


def post(url, body, source="127.0.0.1", headers=None, method="POST", tls=None):
    parts = urllib.parse.urlsplit(url)
    options = {"timeout": 60, "source_address": (source, 0)}
    connection = http.client.HTTPConnection(parts.netloc, **options) if tls is None else \
        http.client.HTTPSConnection(parts.netloc, **options, context=tls)
    try:
        connection.request(method, parts.path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()
