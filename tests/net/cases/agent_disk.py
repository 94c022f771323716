# SPDX-License-Identifier: BSD-3-Clause
"""bgw-agent on a disk that fails between two of its steps: what was refused, and what was taken back,
is not there after a restart either."""

from lib.agent import Agent
from lib.configuration import check_unchanged, configuration
from lib.errors import check
from lib.netns import veth
from lib.slow_disk import SlowDisk


def run(lab):
    here, there = lab.namespace("here"), lab.namespace("there")
    disk = SlowDisk(lab, "agent")
    agent = Agent(lab, here, env=disk.env)
    address = agent.address("10.0.0.1/30", "wan", "o")
    # There is no such interface. The file is written, has it on the disk, and not any more when it is
    # to be without the address; or not even in the directory.
    for good in (2, 1):
        disk.begin(good=good)
        agent.refused("AddIPToInterface", address, "no interface" if good == 2 else "state file")
        agent.refused("RemoveIPFromInterface", address, "state file")
        disk.end()
        agent.order("RemoveIPFromInterface", address)
        agent.kill9()
        agent.start()
        check(not agent.applied().ListFields(), f"what was taken back is there: {agent.applied()}")

    veth(here, "wan", there, "wan")
    before = configuration(here)
    agent.order("AddIPToInterface", address)
    # The host has let go of it, the file has not: it is not taken back yet.
    disk.begin(good=0)
    agent.refused("RemoveIPFromInterface", address, "state file")
    check(len(agent.applied().addresses) == 1, f"it is not listed any more: {agent.applied()}")
    disk.end()
    agent.order("RemoveIPFromInterface", address)
    agent.kill9()
    agent.start()
    check(not agent.applied().ListFields(), f"what was taken back is there: {agent.applied()}")
    check_unchanged(here, before, "the host is not as it was")
