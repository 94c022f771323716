# SPDX-License-Identifier: BSD-3-Clause
"""bgwctl waits for a gateway that is at work for as long as it is alive, says so on a terminal, and
gives up on one that is not."""

import contextlib
import os
import signal
import socket
import threading

from lib.bgwctl import UNREACHABLE, USAGE, Bgwctl
from lib.expect import check, equal
from lib.objects import make_all

ASKED = 2


class Slow:
    """Between a client and the gateway: holds back the answer to a PUT until the gateway has answered
    others that often."""

    def __init__(self, gateway):
        self._gateway = gateway
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.where = "127.0.0.1:%d" % self._listener.getsockname()[1]
        self.answered = 0
        self._changed = threading.Condition()
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        server = socket.create_connection(("127.0.0.1", self._gateway.port))
        begin = client.recv(65536)
        server.sendall(begin)
        threading.Thread(target=self._pass_on, args=(client, server), daemon=True).start()
        while answer := server.recv(65536):
            with self._changed:
                if begin.startswith(b"PUT"):
                    self._changed.wait_for(lambda: self.answered >= ASKED)
                else:
                    self.answered += 1
                    self._changed.notify_all()
            client.sendall(answer)
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def _pass_on(client, server):
        try:
            while data := client.recv(65536):
                server.sendall(data)
            server.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self):
        """Who waits in accept() must not wait there for whoever gets the number of the descriptor."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()


def at_work(gateway, path):
    for on_terminal in (False, True):
        slow = Slow(gateway)
        bgwctl = Bgwctl(slow.where)
        command = f"--timeout 4 restore {path}"
        said = bgwctl.on_terminal(command, 80) if on_terminal else bgwctl(command)
        check("0 created" in said, f"a slow restore said {said!r}")
        equal("shown that it is at work", "the gateway is at work" in said, on_terminal)
        check(slow.answered >= ASKED, "bgwctl did not ask whether the gateway is alive")
        slow.close()


def gone(gateway, api):
    os.kill(gateway.process.pid, signal.SIGSTOP)
    try:
        for command in ("network-list", "monitor --count 1"):
            done = Bgwctl(gateway.unix).run(f"--timeout 1 {command}")
            equal(f"exit status of {command}", done.returncode, UNREACHABLE)
            check("said nothing for 1 s" in done.stderr, f"{command} said {done.stderr!r}")
    finally:
        os.kill(gateway.process.pid, signal.SIGCONT)
    api.get("/")


def run(gateway):
    api = gateway.start()
    make_all(api)
    bgwctl = Bgwctl(gateway.unix)
    for wrong in ("0", "-1", "x", "", "86401"):
        bgwctl(f"--timeout '{wrong}' network-list", USAGE)
    path = os.path.join(gateway.directory, "backup.db")
    bgwctl(f"backup {path}")
    at_work(gateway, path)
    gone(gateway, api)
