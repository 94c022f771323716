# SPDX-License-Identifier: BSD-3-Clause
"""The floor as DPDK's own test program sees it: dpdk-testpmd --forward-mode=mac on the same input."""

import re
import subprocess
import time

SECONDS = 4
CYCLES = re.compile(r"CPU cycles/packet=([0-9.]+)")


def cycles_per_packet(place, capture, flows):
    """What a packet costs it, receiving the frames of the file and sending them to nowhere."""
    command = [
        "dpdk-testpmd",
        "--in-memory",
        "--single-file-segments",
        "--no-pci",
        "-l",
        f"{place.other},{place.core}",
        "--main-lcore",
        str(place.other),
        f"--vdev=net_pcap0,rx_pcap={capture},infinite_rx=1",
        "--",
        "--forward-mode=mac",
        "--burst=64",
        "--record-core-cycles",
        f"--total-num-mbufs={65536 + flows}",
        "--interactive",
    ]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        process.stdin.write("start\n")
        process.stdin.flush()
        time.sleep(SECONDS)
        output, _ = process.communicate("stop\nquit\n", timeout=60)
    finally:
        process.kill()
    found = CYCLES.search(output)
    return float(found.group(1)) if found else None
