# SPDX-License-Identifier: BSD-3-Clause
"""Calls by grpcio out of a namespace. Its connections are made by threads of its own, so it has a
process there, which is this file as a program: a line of JSON in for each call, and one out."""

import json
import os
import subprocess
import sys


class Calls:
    """Calls of `method` at `target` out of the namespace."""

    def __init__(self, lab, namespace, target, method):
        self._process = subprocess.Popen(
            ["ip", "netns", "exec", namespace.full, sys.executable, os.path.abspath(__file__), target, method],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "GRPC_VERBOSITY": "NONE"},
        )
        lab.defer(self.close)

    def status(self, message, ca=None, pair=(), timeout=10):
        """(name of the code, details) of one call: by TLS if there is a CA."""
        asked = {"message": message.hex(), "ca": ca, "pair": list(pair), "timeout": timeout}
        print(json.dumps(asked), file=self._process.stdin, flush=True)
        return tuple(json.loads(self._process.stdout.readline()))

    def close(self):
        self._process.stdin.close()
        self._process.wait(10)


def _bytes(path):
    with open(path, "rb") as file:
        return file.read()


def _serve(target, method):
    import grpc

    def answer(message, ca, pair, timeout):
        if ca:
            cert, key = map(_bytes, pair) if pair else (None, None)
            channel = grpc.secure_channel(target, grpc.ssl_channel_credentials(_bytes(ca), key, cert))
        else:
            channel = grpc.insecure_channel(target)
        with channel:
            try:
                channel.unary_unary(method)(bytes.fromhex(message), timeout=timeout)
            except grpc.RpcError as error:
                return error.code().name, error.details()
        return "OK", ""

    for line in sys.stdin:
        print(json.dumps(answer(**json.loads(line))), flush=True)


if __name__ == "__main__":
    _serve(*sys.argv[1:])
