# SPDX-License-Identifier: BSD-3-Clause
"""A client that wants to negotiate TLS again and again is not followed: that would cost the gateway far
more than the client."""

import subprocess
import time

from lib.attack import attack
from lib.certificates import Authority
from lib.expect import check


def run(gateway):
    authority = Authority(gateway.directory, "authority")
    where = gateway.open_to_others(authority)
    tokens = gateway.set_tokens(operator="admin")
    gateway.start().close()
    command = ["openssl", "s_client", "-connect", where, "-tls1_2", "-CAfile", authority.cert, "-msg"]
    with attack(gateway, "renegotiations", where, tokens["operator"], authority.context()):
        crowd = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT) for _ in range(4)]
        time.sleep(1)
        for _ in range(20):
            for client in crowd:
                try:
                    client.stdin.write(b"R\n")
                    client.stdin.flush()
                except OSError:
                    pass
            time.sleep(0.05)
        for client in crowd:
            said, _ = client.communicate(timeout=30)
            check(b"RENEGOTIATING" in said, f"openssl did not ask: {said[-300:]}")
            # Hellos of the client are many, of the gateway there is the first.
            answers = said.count(b"<<< TLS 1.2, Handshake [length") and said.count(b"ServerHello\n")
            check(answers == 1, f"the gateway negotiated {answers} times")
