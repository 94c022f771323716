# SPDX-License-Identifier: BSD-3-Clause
"""Network namespaces and the virtual Ethernet links between them.

A namespace's full name carries the process id of the run that made it, so runs side by side do not
meet, and a run that was killed leaves names that the next one recognises and removes.
"""

import contextlib
import ctypes
import os
import re
import socket
import subprocess

from .errors import Failure

_PREFIX = "bgwt"
_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def command(*argv, check=True, text=None):
    """Run one short command and return what it printed."""
    done = subprocess.run(
        [str(a) for a in argv], input=text, capture_output=True, text=True, timeout=30, check=False
    )
    if check and done.returncode != 0:
        said = (done.stderr or done.stdout).strip()
        raise Failure(f"`{' '.join(map(str, argv))}` answered {done.returncode}: {said}")
    return done.stdout


def _setns(fd):
    if _libc.setns(fd, _CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Namespace:
    """One network namespace with its loopback up."""

    def __init__(self, name):
        self.name = name
        self.full = f"{_PREFIX}{os.getpid()}-{name}"
        command("ip", "netns", "add", self.full)
        self.ip("link", "set", "lo", "up")

    def ip(self, *argv, check=True):
        return command("ip", "-n", self.full, *argv, check=check)

    def run(self, *argv, check=True):
        return command("ip", "netns", "exec", self.full, *argv, check=check)

    @contextlib.contextmanager
    def entered(self):
        """The calling thread alone is in the namespace; sockets made meanwhile stay in it."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self.full}", os.O_RDONLY)
        try:
            _setns(there)
            yield
        finally:
            _setns(home)
            os.close(there)
            os.close(home)

    def socket(self, *args):
        with self.entered():
            return socket.socket(*args)

    def sysctl(self, key, value):
        """Set one net.* knob; `key` is its path below /proc/sys/net."""
        with self.entered(), open(f"/proc/sys/net/{key}", "w", encoding="ascii") as knob:
            knob.write(str(value))

    def sysctl_read(self, key):
        with self.entered(), open(f"/proc/sys/net/{key}", encoding="ascii") as knob:
            return knob.read().strip()

    def quiet(self, dev):
        """Keep the kernel from sending anything of its own from `dev`."""
        self.sysctl(f"ipv6/conf/{dev}/disable_ipv6", 1)
        self.ip("link", "set", dev, "arp", "off")

    def mac(self, dev):
        with self.entered():
            with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as probe:
                probe.bind((dev, 0))
                return ":".join(f"{byte:02x}" for byte in probe.getsockname()[4])

    def remove(self):
        command("ip", "netns", "delete", self.full, check=False)


def offloads_off(namespace, dev):
    """Make a veth end hand over finished frames: checksums filled, VLAN tags in the frame.

    A program behind AF_XDP sees the frame alone, not what the kernel keeps beside it.
    """
    namespace.run("ethtool", "-K", dev, "tx", "off", "txvlan", "off", check=False)


def veth(a, a_dev, b, b_dev, mtu=1500, a_mac=None, b_mac=None):
    """Link namespaces `a` and `b`; both ends are up, with the offloads that lie about bytes off."""
    a.ip(
        "link", "add", a_dev, *(["address", a_mac] if a_mac else []), "mtu", mtu,
        "type", "veth",
        "peer", "name", b_dev, *(["address", b_mac] if b_mac else []), "mtu", mtu,
        "netns", b.full,
    )  # fmt: skip
    for namespace, dev in ((a, a_dev), (b, b_dev)):
        offloads_off(namespace, dev)
        # Duplicate-address detection would hold IPv6 addresses back for a second.
        namespace.sysctl(f"ipv6/conf/{dev}/accept_dad", 0)
        namespace.sysctl(f"ipv6/conf/{dev}/router_solicitations", 0)
        namespace.ip("link", "set", dev, "up")


def bridge(namespace, name, *devs):
    """Join `devs` by a silent kernel bridge that floods everything and learns as usual."""
    namespace.ip("link", "add", name, "type", "bridge", "mcast_snooping", "0", "forward_delay", "0")
    namespace.sysctl(f"ipv6/conf/{name}/disable_ipv6", 1)
    for dev in devs:
        namespace.sysctl(f"ipv6/conf/{dev}/disable_ipv6", 1)
        namespace.ip("link", "set", dev, "master", name)
    namespace.ip("link", "set", name, "up")


def sweep():
    """Remove the namespaces that a run which no longer lives left behind."""
    for line in command("ip", "netns", "list").splitlines():
        found = re.match(rf"{_PREFIX}(\d+)-\S+", line)
        if found and not os.path.exists(f"/proc/{found.group(1)}"):
            command("ip", "netns", "delete", found.group(0), check=False)
