# SPDX-License-Identifier: BSD-3-Clause
"""A name server that changes its answers, for the programs that run in a namespace."""

import collections
import os
import shutil
import socket
import struct
import threading

ADDRESS = "127.0.0.53"
A, AAAA = 1, 28


class Names:
    """Who asks for addresses of a name is given the next list that was prepared, the last one again
    and again. `asked` counts how often, by the type of the addresses."""

    def __init__(self, lab, namespace):
        self._answers = {}
        self._speaks = threading.Event()
        self._speaks.set()
        self.asked = collections.Counter()
        # `ip netns exec` has the programs find it in the place of the host's own.
        directory = f"/etc/netns/{namespace.full}"
        os.makedirs(directory)
        lab.defer(lambda: shutil.rmtree(directory))
        with open(f"{directory}/resolv.conf", "w", encoding="ascii") as file:
            file.write(f"nameserver {ADDRESS}\n")
        self._socket = namespace.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((ADDRESS, 53))
        lab.defer(self._socket.close)
        threading.Thread(target=self._serve, daemon=True).start()

    def prepare(self, *answers):
        """Lists of addresses, of either version. Nothing was asked yet."""
        self.asked.clear()
        self._answers = {
            kind: [[one for one in answer if (":" in one) == (kind == AAAA)] for answer in answers]
            for kind in (A, AAAA)
        }

    def silence(self):
        """No answers, until it speaks."""
        self._speaks.clear()

    def speak(self):
        self._speaks.set()

    def _next(self, kind):
        self.asked[kind] += 1
        lists = self._answers.get(kind, [[]])
        return lists.pop(0) if len(lists) > 1 else lists[0]

    def _serve(self):
        while True:
            try:
                query, client = self._socket.recvfrom(512)
            except OSError:
                return
            end = query.index(b"\0", 12) + 5
            kind, = struct.unpack("!H", query[end - 4 : end - 2])
            addresses = self._next(kind)
            threading.Thread(target=self._answer, args=(query, client, end, kind, addresses)).start()

    def _answer(self, query, client, end, kind, addresses):
        self._speaks.wait(60)
        answer = query[:2] + struct.pack("!HHHHH", 0x8180, 1, len(addresses), 0, 0) + query[12:end]
        for address in addresses:
            packed = socket.inet_pton(socket.AF_INET6 if kind == AAAA else socket.AF_INET, address)
            # The name of the question, which is good for no time at all.
            answer += struct.pack("!HHHIH", 0xC00C, kind, 1, 0, len(packed)) + packed
        self._socket.sendto(answer, client)
