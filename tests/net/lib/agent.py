# SPDX-License-Identifier: BSD-3-Clause
"""bgw-agent in a namespace, asked by grpcio with the messages that protoc makes."""

import importlib
import os
import sys

# The handshakes that cases fail on purpose are not worth a line each.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
import grpc  # noqa: E402

from .errors import Failure, check  # noqa: E402
from .gateway import BUILD  # noqa: E402
from .netns import command  # noqa: E402

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
SERVICE = "/configurator.ConfigurationAgentService/"


def messages(directory, name="configurator"):
    """The module of proto/NAME.proto, made by protoc."""
    made = os.path.join(directory, "messages")
    module = f"{name}_pb2"
    os.makedirs(made, exist_ok=True)
    if module not in sys.modules:
        command("protoc", f"--python_out={made}", f"--proto_path={TOP}/proto", f"{name}.proto")
        sys.path.insert(0, made)
        importlib.import_module(module)
        sys.path.remove(made)
    return sys.modules[module]


class Agent:
    """One agent with its state file; `listen` and `options` as on its command line."""

    def __init__(
        self, lab, namespace, name="agent", listen=None, options=(), credentials=None, env=None
    ):
        self._lab = lab
        self._namespace = namespace
        self._name = name
        self.listen = listen or f"unix:{lab.path(name + '.sock')}"
        self._options = options
        self._env = env
        self.credentials = credentials
        self.state = lab.path(f"{name}.state")
        self.pb = messages(lab.directory)
        self.process = None
        self.start()

    def start(self):
        self.process = self._lab.process(
            [os.path.join(BUILD, "tools", "bgw-agent", "bgw-agent"), "--listen", self.listen,
             "--state", self.state, *self._options],
            self._namespace, self._name, env=self._env,
        )  # fmt: skip
        self.process.wait_log(r"^bgw-agent: ready$", 60)
        port = self.process.wait_log(r"port (\d+)", 1).group(1)
        self._target = self.listen.removesuffix(":0") + (
            f":{port}" if self.listen.endswith(":0") else ""
        )

    def kill9(self):
        self.process.kill9()

    def signal(self, number):
        self.process.signal(number)

    def wait_dead(self):
        """Until somebody else has killed it."""
        self.process.wait(5)

    def channel(self):
        if self.credentials:
            return grpc.secure_channel(self._target, self.credentials)
        return grpc.insecure_channel(self._target)

    def call(self, method, message, answer=None, timeout=10):
        """One call; the answer, or grpc.RpcError."""
        with self.channel() as channel:
            return channel.unary_unary(
                SERVICE + method,
                request_serializer=lambda m: m if isinstance(m, bytes) else m.SerializeToString(),
                response_deserializer=(answer or self.pb.Result).FromString,
            )(message, timeout=timeout)

    def order(self, method, message):
        """One order that must be executed."""
        result = self.call(method, message)
        check(result.executed, f"{method} was not executed: {result.message}")
        return result.message

    def refused(self, method, message, *says):
        """One order that must not be executed, for a reason that is said."""
        result = self.call(method, message)
        check(not result.executed, f"{method} of {message} was executed")
        for text in says:
            check(text in result.message, f"{method} was refused with: {result.message}")

    def status(self, method, message):
        """The gRPC status of a call that must end in one, and what it says."""
        try:
            answer = self.call(method, message)
        except grpc.RpcError as error:
            return error.code(), error.details()
        raise Failure(f"{method} was answered with {answer}")

    def applied(self, owner=""):
        return self.call("ListApplied", self.pb.AppliedQuery(owner=owner), self.pb.Applied)

    def address(self, ip, interface, owner=""):
        return self.pb.IPAssignment(ip=ip, interface=interface, owner=owner)

    def route(self, network, next_hop, owner=""):
        return self.pb.Route(destinationNetwork=network, nextHop=next_hop, owner=owner)

    def nat(self, remapping, internal, interface, next_hop, table="100", mark="0x100", owner=""):
        return self.pb.NatConfiguration(
            localNetwork=remapping, remoteNetwork=internal, localInterface=interface,
            tableNumber=table, packetMark=mark, nextHop=next_hop, owner=owner,
        )  # fmt: skip
