# SPDX-License-Identifier: BSD-3-Clause
"""A bgwd to be measured: started with a configuration, asked over its API, stopped."""

import contextlib
import dataclasses
import http.client
import json
import os
import signal
import socket
import subprocess
import time

from . import machine

STOP_S = 30


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self._path)


class Api:
    def __init__(self, path):
        self._path = path

    def raw(self, method, path, text=None):
        """The answer's bytes; an error of the API ends the measurement. A connection each: the
        gateway closes one that is idle."""
        with contextlib.closing(_UnixConnection(self._path)) as connection:
            connection.request(method, "/v2.0/" + path, text)
            response = connection.getresponse()
            answer = response.read()
        if response.status >= 300:
            raise RuntimeError(f"{method} {path}: {response.status} {answer[:200]!r}")
        return answer

    def request(self, method, path, body=None):
        """The answer's object."""
        text = self.raw(method, path, json.dumps(body) if body else None)
        return json.loads(text) if text else None

    def create(self, collection, **members):
        """The id of what was made."""
        root = collection.replace("-", "_").removesuffix("s")
        return self.request("POST", collection, {root: members})[root]["id"]


@dataclasses.dataclass
class Gateway:
    process: subprocess.Popen
    directory: str
    socket: str
    api: Api


def _wait(process, path):
    for _ in range(300):
        api = Api(path)
        if process.poll() is not None:
            raise RuntimeError(f"bgwd ended: {process.stderr.read().strip()}")
        try:
            api.request("GET", "networks")
            return api
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("bgwd does not answer")


@contextlib.contextmanager
def running(directory, configuration):
    """A gateway whose API and store are in the directory, until the block ends."""
    path = os.path.join(directory, "api.sock")
    configuration = {
        **configuration,
        "api": {"listen": [f"unix:{path}"]},
        "store": {"kind": "sqlite", "path": os.path.join(directory, "bgw.db")},
    }
    file = os.path.join(directory, "bgwd.json")
    with open(file, "w", encoding="utf-8") as out:
        json.dump(configuration, out)
    process = subprocess.Popen(
        [os.path.join(machine.BUILD, "control", "bgwd"), "--config", file],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield Gateway(process, directory, path, _wait(process, path))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_S)
        process.stderr.close()
