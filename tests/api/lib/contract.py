# SPDX-License-Identifier: BSD-3-Clause
"""Judges of proto/openapi.yaml and of the gateway against it, from npm: redocly and prism."""

import fcntl
import os
import shutil
import subprocess
import time
import urllib.request

from .expect import Failure, Skip
from .gateway import BUILD, free_port

_TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
NODE = os.path.join(_TOP, "tests", "api", "node")
_CONNECTIONS = os.path.join(NODE, "connections.cjs")
OPENAPI = os.path.join(_TOP, "proto", "openapi.yaml")
# What a case may take, nearly: most of it is loading them.
INSTALL_S = 280
START_S = 60


def tools():
    """The directory of their programs: what the lock file names, installed once in the build
    directory, by one of the cases that want them at the same time."""
    if shutil.which("npm") is None:
        raise Skip("npm is not installed")
    with open(os.path.join(BUILD, "node.lock"), "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        return _installed()


def _installed():
    directory = os.path.join(BUILD, "node")
    marker = os.path.join(directory, "installed")
    with open(os.path.join(NODE, "package-lock.json"), encoding="utf-8") as file:
        lock = file.read()
    if not os.path.exists(marker) or open(marker, encoding="utf-8").read() != lock:
        shutil.rmtree(directory, ignore_errors=True)
        os.makedirs(directory)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(os.path.join(NODE, name), directory)
        done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                              cwd=directory, capture_output=True, text=True, check=False,
                              timeout=INSTALL_S)
        if done.returncode != 0:
            raise Skip(f"npm cannot install the judges: {done.stderr.strip()[-200:]}")
        with open(marker, "w", encoding="utf-8") as file:
            file.write(lock)
    return os.path.join(directory, "node_modules", ".bin")


def lint():
    """What redocly says of the description; "" when it is in order."""
    done = subprocess.run([os.path.join(tools(), "redocly"), "lint", "--format", "stylish", OPENAPI],
                          capture_output=True, text=True, check=False, timeout=120, cwd=NODE,
                          env={**os.environ, "REDOCLY_TELEMETRY": "off", "NO_COLOR": "1"})
    return "" if done.returncode == 0 else done.stdout + done.stderr


class Prism:
    """A proxy before a gateway that answers 422 for a request and 500 for an answer which are not as
    the description says."""

    def __init__(self, gateway):
        self.port = free_port()
        self.where = f"127.0.0.1:{self.port}"
        self.log = os.path.join(gateway.directory, "prism.log")
        with open(self.log, "wb") as log:
            self._process = subprocess.Popen(
                [os.path.join(tools(), "prism"), "proxy", OPENAPI, f"http://{gateway.tcp}", "-p",
                 str(self.port), "--errors"], stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                cwd=NODE, env={**os.environ, "NODE_OPTIONS": f"--require {_CONNECTIONS}"})
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"http://{self.where}/", timeout=5).close()
                return
            except OSError:
                if self._process.poll() is not None:
                    break
                time.sleep(0.2)
        self.close()
        raise Failure(f"prism did not start; see {self.log}")

    def close(self):
        self._process.kill()
        self._process.wait()
