# SPDX-License-Identifier: BSD-3-Clause
"""A gateway and another one by shared memory, with so many addresses each that there are very many
pairs of them to negotiate."""

import os

from .gateway import Gateway

ADDRESSES_MAX = 64  # that a gateway may have


def address(number):
    return f"198.{18 + (number >> 16)}.{number >> 8 & 255}.{number & 255}"


def _addresses(site, count):
    return [address(256 * (1 + site) + number) for number in range(1, count + 1)]


def _mac(site):
    return f"02:00:00:00:00:{site:02x}"


def _prepare(gateway, site, own, others, limit, path):
    """`site` is 0 or 1, `others` are the addresses at the other end of the wire."""
    secret = os.path.join(gateway.directory, "secret")
    with open(secret, "w", encoding="ascii", opener=lambda p, f: os.open(p, f, 0o600)) as file:
        file.write("correct horse battery staple\n")
    gateway.config["secrets"] = {"far": secret}
    gateway.config["tables"]["remote_gateways"] = limit
    gateway.config["ports"][-1] = {
        "name": "wan0", "role": "underlay", "driver": "memif", "devargs": f"mac={_mac(site)}",
        "memif": {"socket": path, "mode": ("server", "client")[site]}, "mtu": 1600,
    }
    gateway.config["underlay"] = {
        "vtep": own[0],
        "addresses": [f"{ip}/15" for ip in own],
        "neighbours": [{"ip": ip, "mac": _mac(1 - site), "port": "wan0"} for ip in others],
    }


def _pairs(own, others, members):
    """A remote gateway for each."""
    return [{"name": f"{local}-{other}", "ipaddr": other, "local_ip": local,
             "negotiation": {"enabled": True, "secret": "far", **members}}
            for other in others for local in own]


class FarGateway:
    """`gateway` and another, each with so many addresses; `silent` more are nobody's.

    `pairs` are the remote gateways that `gateway` is to have, first those that answer.
    """

    def __init__(self, gateway, addresses, silent, **members):
        directory = os.path.join(gateway.directory, "far")
        os.mkdir(directory)
        self._far = Gateway(directory, gateway.long)
        self._api = None
        near, far = _addresses(0, addresses), _addresses(1, addresses)
        nobodys = [address(4096 + number) for number in range(silent)]
        path = os.path.join(gateway.directory, "wan0.sock")
        self.answering = addresses * addresses
        self.pairs = _pairs(near, far + nobodys, members)
        self._far_pairs = _pairs(far, near, members)
        limit = len(self.pairs) + 64
        _prepare(gateway, 0, near, far + nobodys, limit, path)
        _prepare(self._far, 1, far, near, limit, path)

    def start(self):
        """The other one; the server of the shared memory runs already."""
        self._api = self._far.start()
        provision(self._api, self._far_pairs)

    def told_closed(self):
        """How many of its sessions have been closed by the gateway."""
        errors = self._api.list("negotiation-sessions", "?fields=last_error")
        return sum(item["last_error"] == "the peer closed it" for item in errors)

    def stop(self):
        self._far.stop()

    def close(self):
        self._far.close()


def provision(api, wanted, at_once=2048):
    """In as few requests as there may be. Returns the ids."""
    made = []
    for at in range(0, len(wanted), at_once):
        answer = api.request("POST", "/v2.0/l2-remote-gateways",
                             {"l2_remote_gateways": wanted[at:at + at_once]})
        if answer.status != 201:
            raise AssertionError(f"{answer.status}: {answer.error}")
        made += [item["id"] for item in answer.json["l2_remote_gateways"]]
    return made
