# SPDX-License-Identifier: BSD-3-Clause
"""One bgwd in a site's namespace: its configuration, its life, and what is provisioned in it."""

import json
import os

from . import accounting
from .api import Api
from .errors import Failure, check, wait_until

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BUILD = os.environ.get("BGW_BUILD", os.path.join(TOP, "build"))
START_S = 60


def access(name, driver="af_xdp", **more):
    """An access port of the configuration; `name` is that of the netdev too."""
    return {"name": name, "driver": driver, "device": name, "role": "access", **more}


def underlay(name="wan0", driver="af_xdp", **more):
    return {"name": name, "driver": driver, "device": name, "role": "underlay", **more}


class Gateway:
    """A gateway with a port for each access netdev of the site and one for its underlay.

    When the case is over it is stopped, and its accounts must balance: the case need not ask.
    """

    def __init__(self, lab, site, ports=None, idle="sleep", env=None, **config):
        self.site = site
        self._lab = lab
        self._env = env
        self._process = None
        self._stopped = False
        self._remotes = {}
        self.remote_members = {}  # of remote gateways that are made here
        directory = self._directory = lab.path(site.name)
        os.makedirs(directory, exist_ok=True)
        self._socket = os.path.join(directory, "api.sock")
        self._file = os.path.join(directory, "bgwd.json")
        self.api = Api(self._socket)
        # Workers of several gateways share a small machine fairly when they start on other cores.
        cores = sorted(os.sched_getaffinity(0))
        self.config = {
            "name": site.name,
            "workers": {"cores": [cores[site.number % len(cores)]], "idle": idle},
            "control": {"cores": [cores[(site.number + 1) % len(cores)]]},
            "memory": {"hugepages": False, "mbytes": 512, "mbufs": 16384},
            "tables": {"macs": 4096, "connections": 256, "networks": 64},
            "ports": ports or [access("lan0"), underlay(site.dev)],
            "underlay": {"vtep": site.ip4},
            "api": {"listen": [f"unix:{self._socket}"]},
            "store": {"kind": "sqlite", "path": os.path.join(directory, "bgw.db")},
            **config,
        }
        self.start()
        lab.conclude_with(self.conclude)
        lab.diagnose_with(self.diagnose)

    def start(self):
        """Start (again) with the same configuration, and wait until the API answers."""
        program = os.path.join(BUILD, "control", "bgwd")
        check(os.access(program, os.X_OK), f"{program} is not built")
        with open(self._file, "w", encoding="utf-8") as file:
            json.dump(self.config, file, indent=2)
        self._process = self._lab.process(
            [program, "--config", self._file], self.site.namespace,
            name=f"bgwd-{self.site.name}", env=self._env,
        )  # fmt: skip

        def answers():
            if not self._process.running():
                raise Failure(
                    f"bgwd of {self.site.name} ended with {self._process.status}:"
                    f" {self._process.last_words()}"
                )
            try:
                return self.api.list("networks") is not None
            except OSError:
                return None

        self._stopped = False
        wait_until(answers, START_S, f"the API of {self.site.name} never answered")

    def stop(self, prove_balance=accounting.prove_balance):
        """Stop it by SIGTERM: its accounts balance, it ends in order, and no buffer is missing."""
        check(
            self.running(),
            f"bgwd of {self.site.name} died with {self._process.status}:"
            f" {self._process.last_words()}",
        )
        prove_balance(self)
        status = self._process.stop()
        self._stopped = True
        check(
            status == 0,
            f"bgwd of {self.site.name} ended with {status}: {self._process.last_words()}",
        )
        accounting.prove_buffers_back(self)

    def kill9(self):
        self._process.kill9()

    def wait_dead(self):
        """Until somebody else has killed it."""
        self._process.wait(5)

    def signal(self, number):
        self._process.signal(number)

    def running(self):
        return self._process.running()

    def cpu_s(self):
        return self._process.cpu_s()

    def workers_cpu_s(self):
        return self._process.threads_cpu_s("rte-worker")

    def resident_bytes(self):
        return self._process.resident_bytes()

    def log(self):
        return self._process.log()

    def conclude(self):
        """What every case ends with, unless it stopped the gateway itself."""
        if not self._stopped:
            self.stop()

    def diagnose(self):
        """Keep what the API shows beside the logs."""
        views = ("ports", "workers", "drops", "macs", "l2-remote-gateway-connections", "neighbours")
        for view in views:
            shown = self.api.request("GET", f"/v2.0/{view}")
            with open(os.path.join(self._directory, f"{view}.json"), "w", encoding="utf-8") as file:
                json.dump(shown, file, indent=1)

    # What is provisioned. All return the object as the API answered it.

    def network(self, name="lan", **members):
        return self.api.create("networks", name=name, **members)

    def attach(self, network, port="lan0", tags=(), name="members", **members):
        """A gateway with one interface, put into the network."""
        interface = {"name": port, **({"segmentation_id": list(tags)} if tags else {}), **members}
        made = self.api.create(
            "l2-gateways",
            name=name,
            devices=[{"device_name": "local", "interfaces": [interface]}],
        )
        self.api.create(
            "l2-gateway-connections", l2_gateway_id=made["id"], network_id=network["id"]
        )
        return made

    def remote(self, ip, encapsulations=("vxlan",), name="remote"):
        """The remote gateway at `ip`, made when it is first asked for."""
        if ip not in self._remotes:
            self._remotes[ip] = self.api.create(
                "l2-remote-gateways",
                name=name,
                ipaddr=ip,
                encapsulations=list(encapsulations),
                **self.remote_members,
            )
        return self._remotes[ip]

    def connect(self, gateway, network, ip, seg_id, encapsulation="vxlan", **members):
        """A tunnel to `ip` into the network."""
        remote = self.remote(ip, [encapsulation])
        return self.api.create(
            "l2-remote-gateway-connections",
            gateway=gateway["id"],
            network=network["id"],
            remote_gateway=remote["id"],
            seg_id=seg_id,
            encapsulation=encapsulation,
            **members,
        )

    def stretch(
        self, ip, seg_id, encapsulation="vxlan", port="lan0", tags=(), name="lan", **members
    ):
        """The usual: a network with one attachment and one tunnel. Returns the connection."""
        network = self.network(name)
        gateway = self.attach(network, port, tags)
        return self.connect(gateway, network, ip, seg_id, encapsulation, **members)

    # What is read.

    def port(self, name):
        for port in self.api.list("ports", name=name):
            return port
        raise Failure(f"{self.site.name} shows no port {name}")

    def drops(self):
        """Frames dropped so far, by reason."""
        return {drop["reason"]: drop["packets"] for drop in self.api.list("drops")}

    def macs(self, **filters):
        return self.api.list("macs", **filters)
