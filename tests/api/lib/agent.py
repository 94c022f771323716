# SPDX-License-Identifier: BSD-3-Clause
"""A configuration agent in Python (grpcio): it keeps what it is asked for and configures nothing. It
can be one of the original kind, which knows three calls and takes nothing back, and can be made to
fail."""

import importlib
import os
import subprocess
import sys
import tempfile
import threading
from concurrent import futures

os.environ.setdefault("GRPC_VERBOSITY", "NONE")
import grpc  # noqa: E402

_TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
SERVICE = "configurator.ConfigurationAgentService"
ADD = {"AddIPToInterface": "address", "AddRoute": "route", "ConfigureNat": "nat"}
REMOVE = {"RemoveIPFromInterface": "address", "RemoveRoute": "route", "RemoveNat": "nat"}
FIELDS = {
    "address": ("ip", "interface"),
    "route": ("destinationNetwork", "nextHop"),
    "nat": ("localNetwork", "remoteNetwork", "localInterface", "tableNumber", "packetMark", "nextHop",
            "peerNetwork"),
}
_messages = None


def messages():
    """The module with the messages of proto/configurator.proto."""
    global _messages
    if _messages is None:
        directory = tempfile.mkdtemp(prefix="bgw-proto.")
        subprocess.run(["protoc", f"--proto_path={_TOP}/proto", f"--python_out={directory}",
                        "configurator.proto"], check=True)
        sys.path.insert(0, directory)
        _messages = importlib.import_module("configurator_pb2")
        sys.path.remove(directory)
    return _messages


class Agent:
    def __init__(self, original=False, where="127.0.0.1:0", credentials=None, unknown=()):
        self.original = original
        self.unknown = unknown  # calls that it does not implement
        self.credentials = credentials  # of grpcio; None: in the clear
        self.things = {}  # (kind, fields...) -> owners
        self.calls = []  # names, in order
        self.fail = {}  # name of a call -> message with which it is refused
        self.is_heedless = False  # carries out what nobody waits for any more
        self.hook = None  # called with each name, before the call does anything
        self.after = None  # called with each name, after it was done and before it is answered
        self._lock = threading.Lock()
        self._server = None
        self._where = where
        self.start()

    def start(self):
        self._server = grpc.server(futures.ThreadPoolExecutor(8))
        self._server.add_generic_rpc_handlers((self._handlers(),))
        port = self._server.add_insecure_port(self._where) if self.credentials is None else \
            self._server.add_secure_port(self._where, self.credentials)
        self._where = self.where = f"127.0.0.1:{port}"
        self._server.start()

    def stop(self):
        self._server.stop(0).wait()

    def _handlers(self):
        pb = messages()
        types = {"address": pb.IPAssignment, "route": pb.Route, "nat": pb.NatConfiguration}
        handlers = {}
        for name, kind in {**ADD, **({} if self.original else REMOVE)}.items():
            handlers[name] = grpc.unary_unary_rpc_method_handler(
                lambda request, context, n=name, k=kind: self._order(n, k, request, context),
                request_deserializer=types[kind].FromString,
                response_serializer=pb.Result.SerializeToString)
        if not self.original:
            handlers["ListApplied"] = grpc.unary_unary_rpc_method_handler(
                lambda request, context: self._list(request),
                request_deserializer=pb.AppliedQuery.FromString,
                response_serializer=pb.Applied.SerializeToString)
        handlers = {name: one for name, one in handlers.items() if name not in self.unknown}
        return grpc.method_handlers_generic_handler(SERVICE, handlers)

    def _order(self, name, kind, request, context):
        pb = messages()
        if self.hook is not None:
            self.hook(name)
        if not self.is_heedless and not context.is_active():  # who asked has given up
            return pb.Result(executed=False, message="late")
        with self._lock:
            self.calls.append(name)
            if name in self.fail:
                return pb.Result(executed=False, message=self.fail[name])
            thing = (kind, *(getattr(request, field) for field in FIELDS[kind]))
            if name in ADD:
                self.things.setdefault(thing, set()).add(request.owner)
            else:
                self.things.get(thing, set()).discard(request.owner)
                if not self.things.get(thing):
                    self.things.pop(thing, None)
        if self.after is not None:
            self.after(name)
        return pb.Result(executed=True, message="done")

    def _list(self, query):
        pb = messages()
        applied = pb.Applied()
        lists = {"address": (applied.addresses, pb.IPAssignment), "route": (applied.routes, pb.Route),
                 "nat": (applied.nats, pb.NatConfiguration)}
        with self._lock:
            for (kind, *values), owners in self.things.items():
                if query.owner and query.owner not in owners:
                    continue
                entries, message = lists[kind]
                entry = entries.add(owners=sorted(owners), present=True)
                entry.what.CopyFrom(message(**dict(zip(FIELDS[kind], values))))
        return applied

    def all(self):
        """What is configured now, as texts, sorted."""
        with self._lock:
            return sorted(" ".join(filter(None, thing)) for thing in self.things)

    def forget(self):
        """As a host that starts anew."""
        with self._lock:
            self.things.clear()
