# SPDX-License-Identifier: BSD-3-Clause
"""The running Linux guest: a foreign gateway with network cards on taps, and a shell.

It is emulated (no KVM is asked for), so it is slow but exact. Its cards n0..n3 are eth0..eth3
inside; each is bridged to a veth that a case may plug anywhere with `plug`.
"""

import base64
import os
import shutil
import socket
import time

from . import guest_image, netns
from .errors import Failure, Skip, check
from .process import Process

CARDS = 4
BOOT_S = 90
_QEMU = "qemu-system-x86_64"


class Guest:
    """One guest, booted once in a run and lent to one case after the other."""

    def __init__(self, namespace, qemu, channel):
        self._namespace = namespace
        self._qemu = qemu
        self._channel = channel
        self._reader = channel.makefile("r", encoding="ascii", errors="replace")
        self._number = 0
        self._plugged = []

    @classmethod
    def boot(cls, directory):
        if shutil.which(_QEMU) is None:
            raise Skip(f"there is no {_QEMU}: install qemu-system-x86")
        kernel, initramfs = guest_image.build()
        os.makedirs(directory, exist_ok=True)
        console, agent = f"{directory}/console.log", f"{directory}/agent.sock"
        for stale in (console, agent):
            if os.path.exists(stale):
                os.unlink(stale)
        namespace = netns.Namespace("guest")
        argv = [
            _QEMU, "-accel", "tcg", "-M", "pc", "-cpu", "max", "-m", "384", "-display", "none",
            "-no-reboot", "-nodefaults", "-kernel", kernel, "-initrd", initramfs,
            "-append", "console=ttyS0 quiet panic=-1 nokaslr mitigations=off net.ifnames=0",
            "-serial", f"file:{console}",
            "-chardev", f"socket,id=agent,path={agent},server=on,wait=off",
            "-serial", "chardev:agent",
        ]  # fmt: skip
        try:
            for card in range(CARDS):
                cls._make_card(namespace, card)
                # Offloads would hand over frames whose checksums nobody fills.
                argv += [
                    "-netdev", f"tap,id=n{card},ifname=n{card},script=no,downscript=no,vhost=off",
                    "-device",
                    f"virtio-net-pci,netdev=n{card},mac=02:00:5e:01:00:{card:02x},romfile=,"
                    "csum=off,gso=off,guest_csum=off,guest_tso4=off,guest_tso6=off,guest_ecn=off,"
                    "guest_ufo=off,host_tso4=off,host_tso6=off,host_ecn=off,host_ufo=off",
                ]  # fmt: skip
            qemu = Process(argv, f"{directory}/qemu.log", namespace)
            try:
                return cls._meet(namespace, qemu, agent, console)
            except BaseException:
                qemu.kill9()
                raise
        except BaseException:
            namespace.remove()
            raise

    @staticmethod
    def _make_card(namespace, card):
        namespace.ip("tuntap", "add", "dev", f"n{card}", "mode", "tap")
        namespace.ip("link", "set", f"n{card}", "mtu", 1700, "up")
        netns.bridge(namespace, f"br{card}", f"n{card}")

    @classmethod
    def _meet(cls, namespace, qemu, agent, console):
        deadline = time.monotonic() + BOOT_S
        channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        channel.settimeout(BOOT_S)
        while True:
            try:
                channel.connect(agent)
                break
            except OSError:
                check(qemu.running(), f"the guest's emulator ended: {qemu.last_words()}")
                check(time.monotonic() < deadline, "the guest's emulator never listened")
                time.sleep(0.05)
        guest = cls(namespace, qemu, channel)
        guest._expect("READY", f"the guest did not boot in {BOOT_S} s, see {console}")
        return guest

    def _expect(self, beginning, complaint):
        """Read lines up to one that starts with `beginning`; return it and what came before."""
        before = []
        while True:
            try:
                line = self._reader.readline()
            except OSError:
                line = ""
            if not line:
                raise Failure(f"{complaint}; the emulator said: {self._qemu.last_words()}")
            line = line.strip()
            if line.startswith(beginning):
                return line, before
            before.append(line)

    def alive(self):
        return self._qemu.running()

    def run(self, script, check_status=True, timeout_s=30):
        """Run a shell script in the guest and return its output."""
        self._number += 1
        request = base64.b64encode(script.encode()).decode()
        complaint = f"the guest did not answer `{script.strip()}` in {timeout_s} s"
        self._channel.settimeout(timeout_s)
        self._channel.sendall(f"{self._number} {request}\n".encode())
        begin, _ = self._expect(f"BEGIN {self._number} ", complaint)
        _, lines = self._expect(f"END {self._number}", complaint)
        output = base64.b64decode("".join(lines)).decode(errors="replace")
        status = int(begin.split()[2])
        if check_status and status != 0:
            raise Failure(f"in the guest, `{script.strip()}` answered {status}: {output.strip()}")
        return output

    def borrow(self, lab):
        """Lend the guest to a case: what it configures and plugs is gone when it ends."""
        lab.defer(self._reset)

    def plug(self, card, namespace, dev, mtu=1700):
        """Put the far end of the cable of eth<card> into `namespace` as `dev`."""
        port = f"v{card}"
        netns.veth(self._namespace, port, namespace, dev, mtu=mtu)
        self._namespace.sysctl(f"ipv6/conf/{port}/disable_ipv6", 1)
        self._namespace.ip("link", "set", port, "master", f"br{card}")
        self._plugged.append(port)

    def _reset(self):
        while self._plugged:
            self._namespace.ip("link", "delete", self._plugged.pop(), check=False)
        if not self.alive():
            return
        # Devices that a case made go by their kinds; the cards only lose what they were given.
        self.run(
            """
            for kind in bridge vlan gretap ip6gretap vxlan geneve veth dummy; do
                for dev in $(ip -o link show type $kind | sed 's/^[0-9]*: //; s/[:@].*//'); do
                    case $dev in gretap0|ip6gretap0|erspan0) ;; *) ip link delete "$dev" ;; esac
                done
            done
            ip xfrm state flush; ip xfrm policy flush
            for dev in eth0 eth1 eth2 eth3; do
                ip link set "$dev" down; ip address flush dev "$dev"; ip link set "$dev" nomaster
                ip link set "$dev" mtu 1500 promisc off
            done
            true
            """,
            check_status=False,
        )

    def power_off(self):
        if self.alive():
            try:
                self._channel.sendall(b"0 " + base64.b64encode(b"poweroff -f") + b"\n")
                self._qemu.wait(5)
            except (Failure, OSError):
                self._qemu.kill9()
        self._reader.close()
        self._channel.close()
        self._namespace.remove()
