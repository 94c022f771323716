# SPDX-License-Identifier: BSD-3-Clause
"""Orders that nobody waits for any more when bgw-agent comes to them, or while it carries them out:
it does not, or takes back what it did, and the host is as it was."""

import random
import signal
import statistics
import time

from lib.agent import SERVICE, Agent, grpc
from lib.configuration import check_unchanged, configuration
from lib.errors import check
from lib.netns import veth
from lib.slow_disk import SlowDisk

GIVEN_UP = (grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED)


def orders(agent):
    """All that adds something, with what takes it back."""
    return (
        ("AddIPToInterface", "RemoveIPFromInterface", agent.address("10.0.0.1/30", "wan", "o")),
        ("ConfigureNat", "RemoveNat",
         agent.nat("172.16.0.0/24", "192.168.0.0/24", "wan", "10.0.0.2", owner="o")),
        ("AddRoute", "RemoveRoute", agent.route("192.168.7.0/24", "10.0.0.2", "o")),
    )  # fmt: skip


def gives_up(agent, method, message, timeout_s):
    """What was answered to who waits so long. The agent's clock may see that he has given up before
    his own does, and then tells him so."""
    try:
        result = agent.call(method, message, timeout=timeout_s)
        return None if not result.executed and "too late" in result.message else result
    except grpc.RpcError as error:
        check(error.code() in GIVEN_UP, f"{method} ended with {error.code()}: {error.details()}")
        return None


def is_as_it_was(agent, here, before, what):
    check(not agent.applied().ListFields(), f"{what}: the agent has {agent.applied()}")
    check_unchanged(here, before, f"{what}: the host is not as it was")


def connect(agent):
    """A connection that is there, so that what is sent on it reaches the agent."""
    channel = agent.channel()
    ask = channel.unary_unary(SERVICE + "ListApplied")
    ask(b"", timeout=10)
    return channel


def asleep(agent, here, is_closed):
    """The agent sleeps while clients come and go; then it hears all of them. They cancel their calls,
    or are gone."""
    before = configuration(here)
    channels = [connect(agent) for _ in orders(agent)]
    agent.signal(signal.SIGSTOP)
    for channel, (method, _, message) in zip(channels, orders(agent)):
        call = channel.unary_unary(SERVICE + method).future(message.SerializeToString(), timeout=0.3)
        check(call.exception() is not None, f"{method} was answered by an agent that sleeps")
    for channel in channels if is_closed else ():
        channel.close()
    agent.signal(signal.SIGCONT)
    agent.applied()
    is_as_it_was(agent, here, before, "after it slept")
    for channel in channels:
        channel.close()


def usual_s(agent):
    """How long an order takes here."""
    took = []
    for method, undo, message in orders(agent) * 3:
        began = time.monotonic()
        agent.order(method, message)
        took.append(time.monotonic() - began)
        agent.order(undo, message)
    return statistics.median(took)


def at_random(lab, agent, here):
    """Clients that give up at any moment, and then take back what they do not know to be done, as a
    gateway does. What was answered is there."""
    rng = random.Random(7)
    before = configuration(here)
    patience_s = 1.5 * usual_s(agent)
    given_up = 0
    for _ in range(600 if lab.long else 20):
        for method, undo, message in orders(agent)[:: rng.choice((1, 2))]:
            result = gives_up(agent, method, message, rng.uniform(0.0003, patience_s))
            given_up += result is None
            check(result is None or result.executed, f"{method}: {result}")
        for method, undo, message in reversed(orders(agent)):
            agent.order(undo, message)
        check(not agent.applied().ListFields(), f"after {given_up} gave up there is a rest")
    is_as_it_was(agent, here, before, f"after {given_up} gave up")
    check(given_up > 10, f"only {given_up} gave up")


class Slow:
    """Calls to an agent that takes 300 ms for what is written, more than once in each order."""

    def __init__(self, agent, disk):
        self._agent, self._disk = agent, disk

    def __enter__(self):
        self._disk.begin(300)
        self.channel = connect(self._agent)
        return self

    def __exit__(self, *exception):
        self.channel.close()
        self._disk.end()
        self._agent.applied()

    def order(self, method, message, timeout=10):
        call = self.channel.unary_unary(
            SERVICE + method, response_deserializer=self._agent.pb.Result.FromString
        )
        return call.future(message.SerializeToString(), timeout=timeout)

    def gives_up(self, method, message):
        call = self.order(method, message, 0.2)
        check(call.exception() is not None, f"{method} was answered in time")


def slow(agent, here, disk):
    """Who gives up while his order is carried out, and before the agent comes to it."""
    for method, undo, message in orders(agent):
        before = configuration(here)
        other = type(message)()
        other.CopyFrom(message)
        other.owner = "other"
        with Slow(agent, disk) as asked:
            asked.gives_up(method, message)
        is_as_it_was(agent, here, before, f"{method} is late")
        check("too late, and taken back" in agent.process.log(), "it does not say so")

        # For another it stays, and he alone is who asked for it.
        agent.order(method, other)
        with_it = configuration(here)
        with Slow(agent, disk) as asked:
            asked.gives_up(method, message)
        check_unchanged(here, with_it, f"{method} was taken back from another")
        check('"o"' not in str(agent.applied()), f"{method} has an owner too many")
        agent.order(undo, other)
        is_as_it_was(agent, here, before, undo)

    # One is late because of another, which is in time.
    before = configuration(here)
    (address, remove, one), _, (route, _, other) = orders(agent)
    with Slow(agent, disk) as asked:
        first = asked.order(address, one)
        asked.gives_up(route, other)
        check(first.result().executed, f"{address}: {first.result()}")
    check(not agent.applied().routes, "a route was added late")
    agent.order(remove, one)
    is_as_it_was(agent, here, before, "one after the other")


def removals(agent, here):
    """What nobody waits for any more is not taken away either: it may have been asked for anew."""
    method, undo, message = orders(agent)[0]
    agent.order(method, message)
    with_it = configuration(here)
    with connect(agent) as channel:
        agent.signal(signal.SIGSTOP)
        call = channel.unary_unary(SERVICE + undo).future(message.SerializeToString(), timeout=0.3)
        check(call.exception() is not None, f"{undo} was answered by an agent that sleeps")
        agent.signal(signal.SIGCONT)
        agent.applied()
    check_unchanged(here, with_it, "it was taken away late")
    agent.order(undo, message)


def run(lab):
    here, there = lab.namespace("here"), lab.namespace("there")
    veth(here, "wan", there, "wan")
    here.ip("address", "add", "10.0.0.200/24", "dev", "wan")
    here.sysctl("ipv4/ip_forward", 1)
    for dev in ("all", "wan"):
        here.sysctl(f"ipv4/conf/{dev}/rp_filter", 0)
    disk = SlowDisk(lab, "agent")
    agent = Agent(lab, here, env=disk.env)
    before = configuration(here)
    asleep(agent, here, False)
    asleep(agent, here, True)
    removals(agent, here)
    slow(agent, here, disk)
    at_random(lab, agent, here)
    is_as_it_was(agent, here, before, "at the end")
