# SPDX-License-Identifier: BSD-3-Clause
"""OpenStack's own commands, against one gateway."""

import json
import os
import shutil
import subprocess
import tomllib

from .expect import Skip, check, equal

_TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
OURS = os.path.join(_TOP, "tools", "neutronclient")
PLUGIN = "python3-networking-l2gw"


def entry_points(directory):
    """Makes our package one that Python finds, as its installation would."""
    with open(os.path.join(OURS, "pyproject.toml"), "rb") as file:
        project = tomllib.load(file)["project"]
    about = os.path.join(directory, f"bgw_neutronclient-{project['version']}.dist-info")
    os.makedirs(about)
    with open(os.path.join(about, "METADATA"), "w", encoding="utf-8") as file:
        file.write(f"Metadata-Version: 2.1\nName: {project['name']}\n"
                   f"Version: {project['version']}\n")
    with open(os.path.join(about, "entry_points.txt"), "w", encoding="utf-8") as file:
        for group, entries in project["entry-points"].items():
            file.write(f"[{group}]\n")
            file.writelines(f"{name} = {value}\n" for name, value in entries.items())


class Commands:
    """neutron and openstack, with the plug-in for gateways beside them, whose package needs all of
    neutron, and ours for remote gateways."""

    def __init__(self, gateway, endpoint=None):
        for program in ("/usr/bin/neutron", "/usr/bin/openstack"):
            if not os.access(program, os.X_OK):
                raise Skip(f"{program} is not installed")
        if shutil.which("apt-get") is None:
            raise Skip("there is no apt-get to fetch the plug-in with")
        self._directory = os.path.join(gateway.directory, "plugin")
        os.makedirs(self._directory, mode=0o755)
        entry_points(self._directory)
        fetched = self._run(["apt-get", "download", PLUGIN])
        packages = [name for name in os.listdir(self._directory) if name.endswith(".deb")]
        if fetched.returncode != 0 or not packages:
            raise Skip(f"{PLUGIN} cannot be downloaded")
        self._run(["dpkg", "-x", packages[0], "."])
        self._server = None
        self.environment = {
            "PATH": "/usr/bin:/bin", "HOME": self._directory, "LC_ALL": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": ":".join((
                os.path.join(self._directory, "usr/lib/python3/dist-packages"), self._directory,
                OURS)),
            "OS_AUTH_TYPE": "none", "OS_ENDPOINT": endpoint or f"http://{gateway.tcp}"}

    def point(self, where, token, cacert):
        """From now on over TLS, with that token."""
        self.environment.update({"OS_AUTH_TYPE": "admin_token", "OS_TOKEN": token,
                                 "OS_ENDPOINT": f"https://{where}", "OS_CACERT": cacert})

    def _run(self, argv):
        return subprocess.run(argv, cwd=self._directory, capture_output=True, text=True,
                              timeout=60, check=False)

    def _command(self, argv):
        """(status, standard output, standard error) of a command, see openstack_commands.py, which ends
        with the case."""
        if self._server is None:
            self._server = subprocess.Popen(
                ["/usr/bin/python3", os.path.join(os.path.dirname(__file__), "openstack_commands.py")],
                cwd=self._directory, env=self.environment, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, text=True)
        asked = {"argv": [os.path.join("/usr/bin", argv[0]), *argv[1:]],
                 "environment": self.environment}
        print(json.dumps(asked), file=self._server.stdin, flush=True)
        answer = self._server.stdout.readline()
        check(answer, f"{' '.join(argv)} took along the process that it was forked from")
        return json.loads(answer)

    def __call__(self, *argv, fails=None, form=("-f", "json")):
        """The parsed output; with `fails`, what the command must say instead."""
        status, said, complained = self._command([*argv, *form])
        if fails is not None:
            check(status != 0 and fails in complained,
                  f"{' '.join(argv)} said {complained[-300:]!r}, not {fails!r}")
            return None
        equal(f"status of {' '.join(argv)} ({complained[-300:]})", status, 0)
        at = min((said.find(c) for c in "[{" if c in said), default=-1)
        return json.loads(said[at:]) if form and at >= 0 else said
