# SPDX-License-Identifier: BSD-3-Clause
"""One bgwd whose ports lead nowhere, so that it needs no root and no netdev."""

import hashlib
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import time

from .client import Client
from .expect import Failure, check, equal

_TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BUILD = os.environ.get("BGW_BUILD", os.path.join(_TOP, "build"))
PROGRAM = os.path.join(BUILD, "control", "bgwd")
START_S = 60
RELOAD_S = 20
STOP_S = 60
# What the log says after SIGHUP.
READ_AGAIN = "certificates and tokens were read again"
AS_THEY_WERE = "certificates and tokens stay as they were: "


def free_port():
    """None of those that the kernel gives to clients: one of them may take it before it is listened
    on."""
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        clients_from = int(file.read().split()[0])
    while True:
        port = random.randrange(10240, clients_from)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


class Gateway:
    def __init__(self, directory, long):
        cores = sorted(os.sched_getaffinity(0))
        self.directory = directory
        self.long = long
        self.port = free_port()
        self.tcp = f"127.0.0.1:{self.port}"
        self.socket = os.path.join(directory, "api.sock")
        self.unix = f"unix:{self.socket}"
        self.store = os.path.join(directory, "bgw.db")
        self.process = None
        self._log = open(os.path.join(directory, "bgwd.log"), "wb")
        self.config = {
            "name": "site-t",
            "workers": {"cores": [cores[-1]], "idle": "sleep"},
            "control": {"cores": [cores[0]]},
            "memory": {"mbytes": 256, "mbufs": 4096},
            "tables": {"macs": 16384, "connections": 512, "networks": 512},
            "ports": [
                {"name": "member1", "driver": "vdev", "devargs": "net_null0,no-rx=1", "role": "access"},
                {"name": "member2", "driver": "vdev", "devargs": "net_null1,no-rx=1", "role": "access"},
                {"name": "wan0", "driver": "vdev", "devargs": "net_null2,no-rx=1", "role": "underlay"},
            ],
            "underlay": {
                "vtep": "192.0.2.1",
                "addresses": ["192.0.2.1/24"],
                "neighbours": [{"ip": "192.0.2.2", "mac": "02:00:00:00:00:02", "port": "wan0"}],
            },
            "api": {"listen": [self.tcp, self.unix]},
            "store": {"path": self.store},
        }

    def write_config(self):
        path = os.path.join(self.directory, "bgwd.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(self.config, file, indent=2)
        return path

    def client(self, where=None, timeout_s=20, token=None, tls=None):
        return Client(where or self.tcp, timeout_s, token, tls)

    def open_to_others(self, authority):
        """A listener with TLS in the configuration. Returns where a client of the test finds it."""
        cert, key = authority.issue("gateway", "serverAuth")
        port = free_port()
        self.config["api"]["listen"].append(f"0.0.0.0:{port}")
        self.config["api"]["tls"] = {"cert": cert, "key": key}
        return f"127.0.0.1:{port}"

    def set_tokens(self, **roles):
        """A token for each name, in the configuration as a hash. Returns {name: token}."""
        tokens = {name: secrets.token_hex(32) for name in roles}
        self.config["api"]["tokens"] = [
            {"name": name, "sha256": hashlib.sha256(tokens[name].encode()).hexdigest(),
             "role": role} for name, role in roles.items()]
        return tokens

    def start(self, token=None, stdin=subprocess.DEVNULL, stderr=None):
        """Starts it and returns a client with that token, when the API answers. Standard error is
        log(), unless a file is given."""
        check(os.access(PROGRAM, os.X_OK), f"{PROGRAM} is not built")
        self.process = subprocess.Popen(
            [PROGRAM, "--config", self.write_config()], stdout=self._log,
            stderr=stderr or self._log, stdin=stdin)
        client = self.client(token=token)
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise Failure(f"bgwd ended with {self.process.returncode}: {self.last_words()}")
            try:
                client.get("/")
                return client
            except OSError:
                time.sleep(0.05)
        raise Failure("the API never answered")

    def refuses_to_start(self, sentence):
        """It must end by itself, with one line that has these words."""
        ended = subprocess.run([PROGRAM, "--config", self.write_config()], capture_output=True,
                               text=True, timeout=START_S, check=False)
        check(ended.returncode != 0, "bgwd started")
        check(sentence in ended.stderr, f"bgwd said {ended.stderr!r}, not {sentence!r}")
        check(all(part.isprintable() for part in ended.stderr.splitlines()),
              f"bgwd wrote to a terminal what none should show: {ended.stderr!r}")

    def hang_up(self, sentence):
        """SIGHUP, with the configuration as it is now; the log says this of it."""
        before = self.log().count(sentence)
        self.write_config()
        self.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + RELOAD_S
        while self.log().count(sentence) == before:
            check(time.monotonic() < deadline, f"after SIGHUP the log does not say {sentence!r}")
            time.sleep(0.02)

    def log(self):
        with open(os.path.join(self.directory, "bgwd.log"), encoding="utf-8") as file:
            return file.read()

    def last_words(self):
        return " ".join(self.log().splitlines()[-2:])

    def kill9(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def stop(self):
        check(self.process.poll() is None, f"bgwd died: {self.last_words()}")
        self.process.terminate()
        equal("exit status of bgwd", self.process.wait(STOP_S), 0)
        self.process = None

    def diagnose(self):
        """The log is in the directory already."""

    def conclude(self):
        """Whatever the case did to it, it is still there and ends in order."""
        if self.process is not None:
            self.stop()

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.kill9()
        self._log.close()
