# SPDX-License-Identifier: BSD-3-Clause
"""Only loopback and unix sockets are open, others need TLS and tokens; a unix socket is its owner's
and its group's."""

import os
import socket
import stat
import subprocess

from lib.certificates import Authority
from lib.expect import check, equal
from lib.gateway import PROGRAM


def refused(gateway, sentence):
    gateway.refuses_to_start(sentence)
    checked = subprocess.run([PROGRAM, "--check", "--config", gateway.write_config()],
                             capture_output=True, text=True, check=False)
    check(checked.returncode != 0 and sentence in checked.stderr,
          f"--check lets {gateway.config['api']} pass")


def run(gateway):
    public = ["0.0.0.0:9696", "[::]:9696", "192.0.2.1:9696", "[::ffff:127.0.0.1]:9696",
              "[2001:db8::1]:9696", "[::127.0.0.1]:9696", "[0:0::0]:9696", "128.0.0.1:9696",
              "[::ffff:0.0.0.0]:9696", "[fe80::1]:9696", "[0000:0:0:0:0:0:0:2]:9696"]
    wrong = ["9696", "localhost:9696", "127.0.0.1", "127.0.0.1:99999", "::1:9696", "unix:api.sock",
             "unix:", "unix:/" + "x" * 200, ""]
    listen = gateway.config["api"]["listen"]
    api = gateway.config["api"]
    pair = dict(zip(("cert", "key"), Authority(gateway.directory, "ca").issue("gw", "serverAuth")))
    for where in public + wrong:
        api["listen"] = ["127.0.0.1:0", where]
        refused(gateway, "api.listen")
    for where in public:
        api["listen"] = [where]
        refused(gateway, "needs api.tls (cert and key) and api.tokens;")
        gateway.set_tokens(a="admin")
        refused(gateway, "needs api.tls (cert and key);")
        api["tokens"], api["tls"] = [], pair
        refused(gateway, "needs api.tokens;")
        del api["tls"]
    api["listen"] = listen + [f"[::1]:{gateway.port}", "127.8.9.10:0", "[0:0:0::1]:0"]
    api = gateway.start()
    equal("mode of the socket", stat.S_IMODE(os.stat(gateway.socket).st_mode), 0o660)
    for where in (gateway.unix, f"[::1]:{gateway.port}"):
        equal(f"version by {where}", gateway.client(where).get("/")["versions"][0]["id"], "v2.0")
    api.close()
    gateway.kill9()
    check(os.path.exists(gateway.socket), "kill -9 removed the socket")
    gateway.start().close()
    gateway.stop()
    check(not os.path.exists(gateway.socket), "the socket is still there after a clean stop")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as other:
        other.bind(gateway.socket)
        other.listen()
        gateway.refuses_to_start("Address already in use")
        check(os.path.exists(gateway.socket), "somebody else's socket was removed")
    os.unlink(gateway.socket)
    with open(gateway.socket, "w", encoding="utf-8") as file:
        file.write("precious")
    gateway.refuses_to_start("Address already in use")
    with open(gateway.socket, encoding="utf-8") as file:
        equal("a file where the socket would be", file.read(), "precious")
