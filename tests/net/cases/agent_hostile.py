# SPDX-License-Identifier: BSD-3-Clause
"""bgw-agent and clients that mean harm, or err: each gets an error, and nothing is done."""

import os
import random
import socket
import threading

from lib.agent import Agent, grpc
from lib.configuration import check_unchanged, configuration
from lib.errors import check
from lib.netns import veth

WRONG = grpc.StatusCode.INVALID_ARGUMENT


def wrong_values(agent):
    for ip in ("", "10.0.0.1", "10.0.0.1/33", "10.0.0.0/30", "10.0.0.3/30", "0.0.0.0/0", "::1/128",
               "127.0.0.1/8", "10.0.0.1/30\n", "10.0.0.1/30; reboot", "$(reboot)", "x" * 3000):
        agent.refused("AddIPToInterface", agent.address(ip, "wan"), "ip ", "would be")
    for name in ("", "/", "../wan", "wan/../lan", "a b", 'wan"', "wan\n", "%s", "x" * 16, "."):
        agent.refused("AddIPToInterface", agent.address("10.0.0.1/30", name), "interface ")
    for network in ("", "0.0.0.0/0", "::/0", "10.0.0.1/24", "224.0.0.0/4", "any", "10/8"):
        agent.refused("AddRoute", agent.route(network, "10.0.0.2"), "destinationNetwork")
    for next_hop in ("", "10.0.0.2/30", "0.0.0.0", "fe80::1", "2001:db8::1", "10.0.0.2 dev lo"):
        agent.refused("AddRoute", agent.route("10.1.0.0/16", next_hop), "nextHop")
    right = {"remapping": "172.16.0.0/24", "internal": "192.168.0.0/24", "interface": "wan",
             "next_hop": "10.0.0.2"}
    for member, value, says in (
        ("remapping", "172.16.0.0/16", "family and length"),
        ("remapping", "192.168.0.0/24", "are the same"),
        ("remapping", '172.16.0.0/24" drop', "localNetwork"),
        ("internal", "2001:db8::/24", "remoteNetwork"),
        ("interface", 'wan" accept; "', "localInterface"),
        ("interface", "wan\n}\n", "localInterface"),
        ("next_hop", "172.16.0.9", "nextHop"),
        ("table", "254", "tableNumber"),
        ("table", "0", "tableNumber"),
        ("mark", "0", "packetMark"),
        ("mark", "0x100/0xff", "packetMark"),
        ("owner", 'x"; flush ruleset; "', "owner"),
    ):
        agent.refused("ConfigureNat", agent.nat(**{**right, member: value}), says)
    agent.refused("AddRoute", agent.route("10.1.0.0/16", "10.0.0.2", "a b"), "owner")
    code, says = agent.status("ListApplied", agent.pb.AppliedQuery(owner="a/b"))
    check(code == WRONG and "owner" in says, f"a wrong owner was answered {code}, {says}")


def wrong_bytes(agent):
    rng = random.Random(5)
    whole = agent.nat("172.16.0.0/24", "192.168.0.0/24", "none0", "10.0.0.2").SerializeToString()
    for method in ("AddIPToInterface", "AddRoute", "ConfigureNat", "RemoveNat", "ListApplied"):
        code, _ = agent.status(method, b"\xff" * 20)
        check(code == WRONG, f"{method} of no message was answered {code}")
    for _ in range(100):
        cut = bytearray(whole[: rng.randrange(len(whole))])
        if cut:
            cut[rng.randrange(len(cut))] = rng.randrange(256)
        try:
            result = agent.call("ConfigureNat", bytes(cut))
            check(not result.executed, f"{bytes(cut)!r} was executed")
        except grpc.RpcError as error:
            check(error.code() == WRONG, f"{bytes(cut)!r} was answered {error.code()}")
    code, _ = agent.status("AddRoute", agent.route("x" * 100000, "10.0.0.2"))
    check(code == grpc.StatusCode.RESOURCE_EXHAUSTED, f"a huge message was answered {code}")
    code, says = agent.status("Reboot", b"")
    check(code == grpc.StatusCode.UNIMPLEMENTED, f"an unknown call was answered {code}, {says}")
    with agent.channel() as channel:
        ask = channel.unary_unary("/configurator.ConfigurationAgentService/AddRoute")
        try:
            ask(b"\x0a" * 500, timeout=5, compression=grpc.Compression.Gzip)
            check(False, "a compressed message was taken")
        except grpc.RpcError as error:
            check(error.code() == grpc.StatusCode.UNIMPLEMENTED, f"compressed: {error.code()}")


def no_grpc(agent):
    """Connections that speak something else, or nothing."""
    path = agent.socket_path
    idle = []
    for data in (b"", b"GET / HTTP/1.1\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 999,
                 os.urandom(5000)):
        talker = socket.socket(socket.AF_UNIX)
        talker.connect(path)
        talker.sendall(data)
        idle.append(talker)
    return idle


def many_at_once(agent):
    """More calls than it takes at a time: each is answered, none is lost without a word."""
    codes = []

    def ask():
        try:
            agent.call("ListApplied", agent.pb.AppliedQuery(), agent.pb.Applied, timeout=20)
            codes.append("ok")
        except grpc.RpcError as error:
            codes.append(error.code())

    threads = [threading.Thread(target=ask) for _ in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    wrong = set(codes) - {"ok", grpc.StatusCode.RESOURCE_EXHAUSTED}
    check(len(codes) == 100 and not wrong and "ok" in codes, f"100 calls were answered {codes}")


def run(lab):
    here, there = lab.namespace("here"), lab.namespace("there")
    veth(here, "wan", there, "wan")
    before = configuration(here)
    agent = Agent(lab, here)
    agent.socket_path = lab.path("agent.sock")
    idle = no_grpc(agent)
    wrong_values(agent)
    wrong_bytes(agent)
    many_at_once(agent)
    check(not agent.applied().ListFields(), f"something was applied: {agent.applied()}")
    check_unchanged(here, before, "something was changed")
    log = agent.process.log()
    check("\x1b" not in log and "x" * 200 not in log, "the log repeats what strangers say")
    check(agent.process.stop() == 0, "the agent did not end well")
    for talker in idle:
        talker.close()
