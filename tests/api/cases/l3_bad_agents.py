# SPDX-License-Identifier: BSD-3-Clause
"""Agents of the original kind, or that do not know a call: the negotiation fails with the agent's
name and what it did, on either side, and what can be taken back is."""

from lib.agent import Agent
from lib.expect import check, equal
from lib.l3 import Site, introduce, second, wait


def failed(answer, *words):
    equal(f"status ({answer.text})", (answer.status, answer.json["statusCode"]), (502, 502))
    for word in words:
        check(word in answer.json["description"], f"{answer.text} does not say {word!r}")


def nothing_is_left(*sites):
    for site in sites:
        site.settle()
        equal("what is left", (site.negotiations(), site.agent.all()), ([], []))


def with_agent(site, agent):
    site.agent.stop()
    site.agent = agent
    site.config["agent"] = agent.where
    site.gateway.stop()
    site.start()


def run(gateway):
    other = second(gateway)
    try:
        a = Site(gateway)
        b = Site(other, internal_network="192.168.2.0/24")
        introduce(a, b)
        # Of both sides, the one that cannot is named.
        for site in (a, b):
            with_agent(site, Agent(unknown=("AddRoute",)))
            failed(a.ask(b), f"the agent at {site.agent.where} does not know AddRoute",
                   "UNIMPLEMENTED")
            nothing_is_left(a, b)
            with_agent(site, Agent())
        # What an original did stays, and the log says so.
        with_agent(b, Agent(original=True))
        b.agent.fail = {"AddRoute": "route not added correctly"}
        failed(a.ask(b), "did not execute AddRoute", "route not added correctly")
        a.settle()
        wait(lambda: b.negotiations() == [], lambda: f"there is {b.negotiations()}")
        equal("what it did", b.agent.all(), ["address 10.0.0.1/30 link0"])
        check("has to be taken back by hand" in b.gateway.log(), b.gateway.last_words())
        with_agent(b, Agent())
        other.conclude()
    finally:
        other.close()
