# SPDX-License-Identifier: BSD-3-Clause
"""The same frames through Open vSwitch with DPDK: a bridge that learns, and a tunnel."""

import contextlib
import os
import re
import subprocess
import tempfile
import time

SECONDS = 4
WARM_UP_S = 3
START_S = 60
SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
DAEMON = "/usr/lib/openvswitch-switch-dpdk/ovs-vswitchd-dpdk"
CYCLES = re.compile(r"avg cycles per packet: ([0-9.]+)")
# As the frames of the bench program have them.
OURS, THEIRS, NEXT_HOP = "192.0.2.1", "198.18.0.1", "192.0.2.2"
OUR_MAC, NEXT_HOP_MAC = "02:00:00:00:ff:01", "02:00:00:00:ff:02"
KEY = 4097


class OpenVSwitch:
    """A daemon of its own, with everything that it writes in `directory`."""

    def __init__(self, directory, place):
        self._env = {**os.environ, "OVS_RUNDIR": directory, "OVS_LOGDIR": directory}
        self._database = f"unix:{directory}/db.sock"
        self._directory = directory
        self._place = place
        self._stack = contextlib.ExitStack()
        self._daemon = None

    def _start(self, *command):
        log = self._stack.enter_context(open(os.path.join(self._directory, "log"), "ab"))
        process = subprocess.Popen(command, env=self._env, stdout=log, stderr=log)
        self._stack.callback(process.wait)
        self._stack.callback(process.terminate)
        return process

    def _run(self, *command):
        return subprocess.run(
            command, env=self._env, check=True, text=True, capture_output=True, timeout=START_S
        ).stdout

    def set(self, *arguments):
        self._run("ovs-vsctl", f"--db={self._database}", *arguments)

    def ip(self, *arguments):
        self._run("nsenter", "-t", str(self._daemon.pid), "-n", "ip", *arguments)

    def no_flood(self, bridge, port):
        self._run("ovs-ofctl", "mod-port", f"unix:{self._directory}/{bridge}.mgmt", port, "no-flood")

    def ask(self, *arguments):
        return self._run("ovs-appctl", "-t", f"{self._directory}/ctl", *arguments)

    def __enter__(self):
        file = os.path.join(self._directory, "conf.db")
        self._run("ovsdb-tool", "create", file, SCHEMA)
        self._start(
            "ovsdb-server", file, f"--remote=p{self._database}", f"--unixctl={self._directory}/dbctl"
        )
        _wait(lambda: os.path.exists(f"{self._directory}/db.sock"))
        self.set(
            "--no-wait",
            "set",
            "Open_vSwitch",
            ".",
            "other_config:dpdk-init=true",
            "other_config:dpdk-extra=--no-pci --in-memory",
            f"other_config:dpdk-lcore-mask={1 << self._place.other:#x}",
            f"other_config:pmd-cpu-mask={1 << self._place.core:#x}",
        )
        # Its bridges are devices of Linux too: in a namespace that goes with it.
        self._daemon = self._start(
            "unshare", "--net", DAEMON, self._database, f"--unixctl={self._directory}/ctl"
        )
        _wait(lambda: os.path.exists(f"{self._directory}/ctl"))
        return self

    def __exit__(self, *_):
        self._stack.close()


def _wait(condition):
    for _ in range(10 * START_S):
        if condition():
            return
        time.sleep(0.1)
    raise RuntimeError("Open vSwitch does not start")


def is_installed():
    return os.path.exists(DAEMON)


def _bridge(ovs, name, port, device):
    ovs.set("add-br", name, "--", "set", "bridge", name, "datapath_type=netdev")
    ovs.set(
        *("add-port", name, port, "--", "set", "interface", port, "type=dpdk"),
        f"options:dpdk-devargs={device}",
    )


def _underlay(ovs):
    ovs.set("set", "bridge", "br-underlay", f'other-config:hwaddr="{OUR_MAC}"')
    ovs.ip("address", "add", f"{OURS}/24", "dev", "br-underlay")
    ovs.ip("link", "set", "br-underlay", "up")
    ovs.ask("ovs/route/add", "198.18.0.0/15", "br-underlay", NEXT_HOP)
    ovs.ask("tnl/arp/set", "br-underlay", NEXT_HOP, NEXT_HOP_MAC)


def _tunnel(ovs, encapsulation):
    ovs.set(
        *("add-port", "br-access", "far", "--", "set", "interface", "far"),
        *(f"type={encapsulation}", f"options:key={KEY}"),
        *(f"options:local_ip={OURS}", f"options:remote_ip={THEIRS}"),
    )


def cycles_per_packet(place, capture, encapsulation, decap):
    """What a frame of the file costs its poll-mode thread, to a device that drops it."""
    busy = f"net_pcap0,rx_pcap={capture},infinite_rx=1"
    idle = "net_null1,no-rx=1"
    with tempfile.TemporaryDirectory() as directory, OpenVSwitch(directory, place) as ovs:
        _bridge(ovs, "br-access", "access", idle if decap else busy)
        _bridge(ovs, "br-underlay", "underlay", busy if decap else idle)
        _underlay(ovs)
        _tunnel(ovs, encapsulation)
        # Nobody answers, so that frames are flooded: to the other port alone, as if it were known.
        ovs.no_flood("br-access", "br-access")
        time.sleep(WARM_UP_S)
        ovs.ask("dpif-netdev/pmd-stats-clear")
        time.sleep(SECONDS)
        found = CYCLES.search(ovs.ask("dpif-netdev/pmd-stats-show"))
        return float(found.group(1)) if found else None
