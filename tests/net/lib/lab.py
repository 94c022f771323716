# SPDX-License-Identifier: BSD-3-Clause
"""What one case owns: its namespaces, processes and directory, all gone when it ends."""

import os
import shutil

from . import netns
from .errors import Failure
from .host import Host
from .process import Process


class Lab:
    """The owner of everything a case makes. `long` says whether the run is at full length."""

    def __init__(self, case, directory, long=False, guest=None):
        self.case = case
        self.long = long
        self._guest = guest
        self._closers = []
        self._conclusions = []
        self._witnesses = []
        self._logs = {}
        self.directory = os.path.join(directory, case)
        shutil.rmtree(self.directory, ignore_errors=True)
        os.makedirs(self.directory)

    def path(self, name):
        return os.path.join(self.directory, name)

    def defer(self, closer):
        """Call `closer` when the case ends; the last one deferred goes first."""
        self._closers.append(closer)

    def namespace(self, name):
        made = netns.Namespace(name)
        self.defer(made.remove)
        return made

    def process(self, argv, namespace=None, name=None, **more):
        name = name or os.path.basename(str(argv[0]))
        self._logs[name] = self._logs.get(name, 0) + 1
        log = self.path(f"{name}.{self._logs[name]}.log")
        made = Process(argv, log, namespace, **more)
        self.defer(lambda: made.running() and made.stop())
        return made

    def host(self, name, number, gateway_namespace, gateway_dev, **more):
        """A host on an access port: its own namespace at the far end of a veth."""
        return Host.attach(self, name, number, gateway_namespace, gateway_dev, **more)

    def guest(self):
        """The Linux guest of this run, with nothing configured in it."""
        machine = self._guest()
        machine.borrow(self)
        return machine

    def conclude_with(self, proof):
        """Call `proof` when the case passed, before anything is taken down."""
        self._conclusions.append(proof)

    def diagnose_with(self, witness):
        """Call `witness` when the case failed, before anything is taken down."""
        self._witnesses.append(witness)

    def diagnose(self):
        for witness in self._witnesses:
            try:
                witness()
            except Exception:  # noqa: BLE001 - what failed already must not fail otherwise
                continue

    def conclude(self):
        for proof in self._conclusions:
            proof()

    def close(self):
        """Undo everything, whatever fails on the way; the first trouble is raised at the end."""
        trouble = None
        while self._closers:
            try:
                self._closers.pop()()
            except (Failure, OSError) as error:
                trouble = trouble or error
        if trouble:
            raise trouble
