# SPDX-License-Identifier: BSD-3-Clause
"""bash completes commands, options, values and the names of what is there."""

import os
import shlex
import subprocess

from lib.bgwctl import USAGE, Bgwctl
from lib.expect import Failure, check, equal
from lib.objects import make_all


def complete(bgwctl, line):
    """What is offered after a line; bash parts words at colons."""
    words = []
    for word in line.split(" "):
        parts = word.replace(":", " : ").split() if word else [""]
        words.extend(parts)
    program = f"""
        source <({shlex.quote(bgwctl.program)} completion bash)
        COMP_WORDS=({shlex.quote(bgwctl.program)} {' '.join(map(shlex.quote, words))})
        COMP_CWORD={len(words)}
        _bgwctl
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-u", "-c", program], capture_output=True, text=True, timeout=30,
                          check=False, env={**os.environ, "BGW_URL": bgwctl.url})
    if done.returncode != 0 or done.stderr:
        raise Failure(f"completion of {line!r} ended with {done.returncode}: {done.stderr}")
    return set(done.stdout.split())


def run(gateway):
    api = gateway.start()
    made = make_all(api)
    api.create("networks", name="net2")
    bgwctl = Bgwctl(gateway.unix)
    bgwctl("completion zsh", USAGE)
    tunnel = made["l2-remote-gateway-connections"]["id"]
    verbs = ("list", "show", "create", "update", "delete")
    for line, wanted in (
            ("network-", {f"network-{verb}" for verb in verbs}),
            ("--json worker-", {"worker-list", "worker-show", "worker-update"}),
            ("mon", {"monitor"}),
            ("--u", {"--url"}),
            ("help mac-", {"mac-list", "mac-show", "mac-delete", "mac-flush"}),
            ("network-show ", {"net1", "net2"}),
            ("network-delete net1 ", {"net1", "net2"}),
            ("network-show net1 ", set()),
            ("network-create ", set()),
            ("network-create x --sh", {"--shared"}),
            ("network-create x --shared ", {"true", "false"}),
            ("network-create x --shared t", {"true"}),
            ("l2-remote-gateway-connection-create ", {"gw1"}),
            ("l2-remote-gateway-connection-create gw1 n", {"net1", "net2"}),
            ("l2-remote-gateway-connection-create --flood true gw1 net1 ", {"rgw1"}),
            ("l2-remote-gateway-connection-create gw1 --remote ", {"rgw1"}),
            ("l2-remote-gateway-connection-update x --enc", {"--encapsulation"}),
            ("l2-remote-gateway-connection-update x --encapsulation ",
             {"vxlan", "gre", "nvgre", "auto"}),
            ("l2-remote-gateway-connection-show ", {tunnel}),
            ("l2-remote-mac-list --remote-connection ", {tunnel}),
            ("network-list --sort-dir ", {"asc", "desc"}),
            (f"--url {gateway.unix} network-show net1", {"net1"}),
            ("--url unix:/nonexistent network-show ", set()),
            ("monitor networks pa", {"path"}),
            ("monitor --event path", {"path_up", "path_down"}),
            ("show dr", {"drops"}),
            ("ba", {"backup"}), ("ver", {"verify", "version"}), ("rest", {"restore"}),
            (f"restore {gateway.directory}/bgwd.j", {f"{gateway.directory}/bgwd.json"}),
            ("network-create --at", {"--atomic"}), ("network-update --at", set()),
            ("network-paint ", set())):
        offered = complete(bgwctl, line)
        equal(f"offered after {line!r}", offered, wanted)
    check({"--wait", "-f", "--name", "--mtu"} <= complete(bgwctl, "network-update net1 -"),
          "options are missing")
