# SPDX-License-Identifier: BSD-3-Clause
"""bgwd's client of configuration agents, against agents made with grpcio, and against bgw-agent."""

import concurrent.futures
import os
import threading

from lib.agent import Agent, SERVICE, grpc, messages
from lib.certificates import Authority
from lib.configuration import check_unchanged, configuration
from lib.errors import check
from lib.gateway import BUILD
from lib.netns import veth

ASK = os.path.join(BUILD, "tests", "net", "agent_ask")


class Foreign(grpc.GenericRpcHandler):
    """An agent that answers each call as `behave` says; it notes what it was asked."""

    def __init__(self, pb, behave, names=None):
        self._pb = pb
        self._behave = behave
        self._names = names
        self.asked = []

    def service(self, details):
        name = details.method.removeprefix(SERVICE)
        if self._names and name not in self._names:
            return None
        kind = (
            self._pb.IPAssignment if "IP" in name
            else self._pb.Route if "Route" in name
            else self._pb.AppliedQuery if "List" in name
            else self._pb.NatConfiguration
        )  # fmt: skip

        def handle(request, context):
            self.asked.append((name, request))
            return self._behave(name, request, context)

        return grpc.unary_unary_rpc_method_handler(
            handle,
            request_deserializer=kind.FromString,
            response_serializer=lambda m: m if isinstance(m, bytes) else m.SerializeToString(),
        )


def serve(lab, handler, where="127.0.0.1:0", credentials=None):
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(2), handlers=(handler,))
    port = (
        server.add_secure_port(where, credentials) if credentials
        else server.add_insecure_port(where)
    )  # fmt: skip
    server.start()
    lab.defer(lambda: server.stop(0).wait(5))
    return f"127.0.0.1:{port}"


def ask(lab, target, *options, timeout_ms=2000, namespace=None):
    """The lines about the calls: {"add address": "done: ...", ...}."""
    process = lab.process([ASK, target, timeout_ms, *options], namespace)
    status = process.wait(60)
    check(status == 0, f"agent_ask ended with {status}: {process.last_words()}")
    lines = [line.partition(": ") for line in process.log().splitlines() if ": " in line]
    return {name: said for name, _, said in lines}


def expect(said, calls, *texts):
    for call in calls:
        for text in texts:
            check(text in said[call], f"{call} ended with: {said[call]}")


def run(lab):
    pb = messages(lab.directory)
    adds, removes = ("add address", "add route", "add nat"), ("remove nat", "remove route",
                                                             "remove address")

    def good(name, request, _context):
        if name == "ListApplied":
            return pb.Applied(routes=[pb.AppliedRoute(what=handler.asked[1][1], owners=["ask"])])
        return pb.Result(executed=True, message="as you like")

    handler = Foreign(pb, good)
    said = ask(lab, serve(lab, handler))
    expect(said, (*adds, *removes), "done: as you like")
    expect(said, ("list",), "done")
    names = [name for name, _ in handler.asked]
    check(names == ["AddIPToInterface", "AddRoute", "ConfigureNat", "ListApplied", "RemoveNat",
                    "RemoveRoute", "RemoveIPFromInterface"], f"asked was {names}")
    nat = handler.asked[2][1]
    check((nat.localNetwork, nat.remoteNetwork, nat.localInterface, nat.tableNumber,
           nat.packetMark, nat.nextHop, nat.owner)
          == ("172.16.0.0/24", "192.168.0.0/24", "wan", "100", "0x100", "10.0.0.2", "ask"),
          f"asked was {nat}")  # fmt: skip

    # The original's server, which has the old name of the first call and nothing to undo.
    original = Foreign(pb, lambda *_: pb.Result(executed=True, message="route added correctly"),
                       ("AssignIPToInterface", "AddRoute", "ConfigureNat"))  # fmt: skip
    said = ask(lab, serve(lab, original))
    expect(said, ("add address", "list", *removes), "unimplemented: ", "UNIMPLEMENTED")
    expect(said, ("add route", "add nat"), "done: route added correctly")

    said = ask(lab, serve(lab, Foreign(pb, lambda *_: pb.Result(message="ip not\n assigned"))))
    expect(said, (*adds, *removes), "refused: ", "did not execute", "ip not? assigned")
    said = ask(lab, serve(lab, Foreign(pb, lambda *_: b"\xff" * 9)))
    expect(said, ("list", *adds, *removes), "bad answer: ")

    def fails(_name, _request, context):
        context.abort(grpc.StatusCode.PERMISSION_DENIED, "go away")

    said = ask(lab, serve(lab, Foreign(pb, fails)))
    expect(said, ("list", *adds, *removes), "bad answer: ", "status 7: go away")
    release = threading.Event()

    def sleeps(*_):
        release.wait(20)
        return pb.Result()

    said = ask(lab, serve(lab, Foreign(pb, sleeps)), timeout_ms=200)
    release.set()
    expect(said, ("list", *adds, *removes), "timeout: ", "within 200 ms")
    said = ask(lab, "127.0.0.1:1")
    expect(said, ("list", *adds, *removes), "no answer: ", "127.0.0.1:1", "cannot be reached")

    ca, other = Authority(lab.directory, "ca"), Authority(lab.directory, "other")
    server, client = ca.issue("server", "serverAuth"), ca.issue("client", "clientAuth")
    pair, root = [open(path, "rb").read() for path in (server[1], server[0])], open(ca.cert, "rb").read()
    handler = Foreign(pb, good)
    secure = serve(lab, handler, credentials=grpc.ssl_server_credentials([tuple(pair)], root, True))
    said = ask(lab, secure, *client, ca.cert)
    expect(said, (*adds, *removes), "done: as you like")
    said = ask(lab, secure, *client, other.cert)
    expect(said, adds, "no answer: ")
    said = ask(lab, secure, *other.issue("c", "clientAuth"), ca.cert)
    expect(said, adds, "no answer: ")

    # And ours, with a kernel behind it.
    here, there = lab.namespace("here"), lab.namespace("there")
    veth(here, "wan", there, "wan")
    before = configuration(here)
    agent = Agent(lab, here)
    said = ask(lab, f"unix:{lab.path('agent.sock')}")
    expect(said, ("add address",), "done: ip assigned correctly")
    expect(said, ("add route",), "done: route added correctly")
    expect(said, ("add nat",), "done: nat configured correctly")
    expect(said, ("list", *removes), "done")
    check_unchanged(here, before, "undone it is not as before")
    check(not agent.applied().ListFields(), "something is listed still")
