# SPDX-License-Identifier: BSD-3-Clause
"""`bgwctl monitor`, and what it tells."""

import json
import subprocess
import threading


class Monitor:
    """What `bgwctl monitor` has printed so far."""

    def __init__(self, bgwctl, command):
        self.events = []
        self._child = subprocess.Popen(bgwctl.argv(command, json_too=True), text=True,
                                       stdout=subprocess.PIPE)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._child.stdout:
            self.events.append(json.loads(line))

    def of(self, mac):
        return [(event["event"], event["data"]["mac"]) for event in list(self.events)
                if event["data"].get("mac", {}).get("mac") == mac]

    def close(self):
        self._child.terminate()
        self._child.wait()
