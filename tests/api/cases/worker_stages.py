# SPDX-License-Identifier: BSD-3-Clause
"""A worker measures what a frame costs each stage when a client says so; nothing of it is stored."""

import time

from lib.expect import check, equal

WORKER = "/v2.0/workers/0"
NAMES = ["receive", "access_input", "underlay_input", "decap", "bridge", "flood", "access_output",
         "encap", "too_big", "transmit", "round"]


def refusals(api):
    for members, sentence in (
            ({"stages_measured": "maybe"}, "stages_measured must be true or false"),
            ({"stages_measured": 1}, "stages_measured must be true or false"),
            ({"stages_measured": [True]}, "stages_measured must be true or false"),
            ({"stages_measured": {}}, "stages_measured must be true or false"),
            ({"stages": []}, "stages is read-only"),
            ({"rx_packets": 0}, "rx_packets is read-only"),
            ({"stages_measured": True, "id": "1"}, "id is read-only"),
            ({"stages_measured": True, "colour": 1},
             "colour is not a member; members are stages_measured"),
            ([], "must be an object"),
            (None, "must be an object")):
        api.refused(400, "PUT", WORKER, {"worker": members}, sentence)
    api.refused(400, "PUT", WORKER, {"workers": []}, 'the body must be {"worker": {...}}')
    twice = api.raw("PUT", WORKER, '{"worker": {"stages_measured": true, "stages_measured": true}}',
                    {"Content-Type": "application/json"})
    equal("status of a member given twice", twice.status, 400)
    for number in ("1", "00", "x", "0x0"):
        api.refused(404, "PUT", f"/v2.0/workers/{number}", {"worker": {"stages_measured": True}},
                    f'no worker has the id "{number}"')
    api.refused(412, "PUT", WORKER, {"worker": {"stages_measured": True}}, "no revision_number",
                {"If-Match": "revision_number=1"})
    api.refused(405, "DELETE", WORKER, None, "possible are GET, HEAD, PUT")
    api.refused(405, "POST", "/v2.0/workers", {"worker": {}}, "possible are GET, HEAD")
    equal("after refusals it", api.show("workers", "0")["stages_measured"], False)


def switches(api):
    worker = api.update("workers", "0", stages_measured=True)
    equal("the answer of PUT", set(worker), set(api.show("workers", "0")))
    equal("what was set", worker["stages_measured"], True)
    equal("what is shown", api.show("workers", "0")["stages_measured"], True)
    equal("those measured", [one["id"] for one in api.list("workers", "?stages_measured=true")],
          ["0"])
    equal("null", api.update("workers", "0", stages_measured=None)["stages_measured"], True)
    equal("nothing", api.update("workers", "0")["stages_measured"], True)
    equal("a text", api.update("workers", "0", stages_measured="false")["stages_measured"], False)
    equal("fields", api.get("/v2.0/workers?fields=stages_measured"),
          {"workers": [{"stages_measured": False}]})


def measured(api):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        stages = {stage["name"]: stage for stage in api.show("workers", "0")["stages"]}
        if "access_input" in stages:
            return stages
        time.sleep(0.05)
    check(False, "a worker with frames without end measures nothing")


def shape(api):
    """The access port brings frames without end; they have no attachment."""
    api.update("workers", "0", stages_measured=True)
    stages = measured(api)
    equal("their order", list(stages), [name for name in NAMES if name in stages])
    equal("what a frame without an attachment meets", set(stages), {"receive", "access_input", "round"})
    for stage in stages.values():
        equal("members", list(stage),
              ["name", "packets", "cycles_per_packet", "share_percent", "help"])
        check(stage["packets"] > 0 and stage["help"], f"{stage} has no frames or no help")
        check(stage["cycles_per_packet"] >= 0 and 0 <= stage["share_percent"] <= 100,
              f"{stage} makes no sense")
    share = sum(stage["share_percent"] for stage in stages.values())
    check(abs(share - 100) <= 0.05 * len(stages) + 0.01, f"the shares are {share} % in all")
    begun = stages["receive"]["packets"]
    again = {stage["name"]: stage["packets"]
             for stage in api.update("workers", "0", stages_measured=True)["stages"]}
    check(again["receive"] >= begun, "what is on was switched on, and began again")
    api.update("workers", "0", stages_measured=False)
    time.sleep(0.1)
    kept = api.show("workers", "0")["stages"]
    check(kept[0]["packets"] >= again["receive"], "what was measured is gone when it is off")
    time.sleep(0.2)
    equal("what is off", api.show("workers", "0")["stages"], kept)


def run(gateway):
    api = gateway.start()
    worker = api.show("workers", "0")
    equal("at first", (worker["stages_measured"], worker["stages"]), (False, []))
    refusals(api)
    switches(api)
    equal("without frames", api.show("workers", "0")["stages"], [])
    api.update("workers", "0", stages_measured=True)
    api.close()
    gateway.kill9()
    gateway.config["ports"][0]["devargs"] = "net_null0"  # frames without end
    api = gateway.start()
    worker = api.show("workers", "0")
    equal("after a restart", (worker["stages_measured"], worker["stages"]), (False, []))
    shape(api)
