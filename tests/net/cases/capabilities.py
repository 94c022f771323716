# SPDX-License-Identifier: BSD-3-Clause
"""bgwd as an unprivileged user with six capabilities, by every driver of kernel netdevs."""

import json
import os
import shutil

from lib.api import Api
from lib.errors import Failure, check, wait_until
from lib.gateway import BUILD
from lib.sites import underlay_pair

NEEDED = "+net_admin,+net_raw,+bpf,+perfmon,+ipc_lock,+sys_nice"
USER = "nobody"


def run(lab):
    left, _ = underlay_pair(lab)
    lab.host("host", 1, left.namespace, "lan0")
    lab.host("other", 3, left.namespace, "lan1")
    home = lab.path("home")
    os.makedirs(home)
    shutil.chown(home, USER)
    for directory in (os.path.dirname(home), os.path.dirname(os.path.dirname(home))):
        os.chmod(directory, 0o755)
    socket = os.path.join(home, "api.sock")
    cores = sorted(os.sched_getaffinity(0))
    ports = [("lan0", "af_xdp", "access"), ("lan1", "af_packet", "access"),
             ("wan0", "af_xdp", "underlay")]  # fmt: skip
    config = {
        "name": "unprivileged",
        "workers": {"cores": [cores[-1]], "idle": "sleep"},
        "control": {"cores": [cores[0]]},
        "memory": {"hugepages": False, "mbytes": 512, "mbufs": 16384},
        "tables": {"macs": 4096, "connections": 256, "networks": 64},
        "ports": [
            {"name": name, "device": name, "driver": driver, "role": role}
            for name, driver, role in ports
        ]
        + [{"name": "tap", "driver": "tap", "device": "bgwtap0", "role": "access"}],
        "underlay": {"vtep": left.ip4},
        "api": {"listen": [f"unix:{socket}"]},
        "store": {"kind": "sqlite", "path": os.path.join(home, "bgw.db")},
    }
    with open(os.path.join(home, "bgwd.json"), "w", encoding="utf-8") as file:
        json.dump(config, file)
    before = left.namespace.ip("-o", "link", "show", "dev", "lan0")
    process = lab.process(
        ["env", f"RUNTIME_DIRECTORY={home}", f"XDG_RUNTIME_DIR={home}", "setpriv", "--reuid", USER,
         "--regid", "nogroup", "--clear-groups", "--inh-caps", NEEDED, "--ambient-caps", NEEDED,
         "--bounding-set", NEEDED, "--no-new-privs", os.path.join(BUILD, "control", "bgwd"),
         "--config", os.path.join(home, "bgwd.json")],
        left.namespace, name="bgwd",
    )  # fmt: skip
    api = Api(socket)

    def answers():
        if not process.running():
            raise Failure(f"bgwd ended: {process.last_words()}")
        try:
            return api.list("ports")
        except OSError:
            return None

    shown = wait_until(answers, 20, "the API never answered") or api.list("ports")
    check(len(shown) == 4, f"{len(shown)} ports, not 4")
    check("NOARP" in left.namespace.ip("-o", "link", "show", "dev", "lan0"), "lan0 is not silent")
    status = process.stop()
    check(status == 0, f"bgwd ended with {status}: {process.last_words()}")
    after = left.namespace.ip("-o", "link", "show", "dev", "lan0")
    check(after == before, f"lan0 was not put back: {before} is now {after}")
