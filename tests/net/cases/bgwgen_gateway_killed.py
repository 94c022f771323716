# SPDX-License-Identifier: BSD-3-Clause
"""bgwgen ends, and says why, when the gateway dies while it teaches it MACs."""

import os
import subprocess

from lib import generator
from lib.errors import check, wait_until

FLOWS = 20000
PER_SECOND = 1000
# bgwgen waits ten seconds for a port that takes nothing.
ENDS_S = 60


def run(lab):
    gateway = generator.memif_gateway(lab)
    gateway.stretch(generator.FAR, generator.SEG_ID, port="lan")
    report = lab.path("killed.json")
    bgwgen = subprocess.Popen(
        generator.argv(
            lab, "run", "--rate", "1k", "--stream", f"lan:wan,both,macs={FLOWS}",
            "--learn-rate", str(PER_SECOND), "--json", report,
        ),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    lab.defer(bgwgen.kill)
    wait_until(lambda: len(gateway.macs()) > PER_SECOND / 2, 30, "it teaches no MACs")
    gateway.kill9()
    words = bgwgen.communicate(timeout=ENDS_S)[1]
    check(bgwgen.returncode == 1, f"bgwgen ended with {bgwgen.returncode}: {words[-300:]}")
    check("took no frames for ten seconds" in words, f"bgwgen says {words[-300:]}")
    check(not os.path.exists(report), "there is a report, and nothing was measured")
    gateway.start()
