# SPDX-License-Identifier: BSD-3-Clause
"""Who changed what is in the audit log before the change is answered, whatever becomes of the file."""

import json
import os
import pty
import signal
import time
from statistics import median

from lib.expect import check, equal
from lib.objects import NO_SUCH_ID, make_all
from lib.writer import Writer

RECOVER_S = 20


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    check(text == "" or text.endswith("\n"), "the audit log ends within a line")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def ids(line):
    return [(item["change"], item["type"], item["id"]) for item in line["changes"]["objects"]]


def what_is_said(gateway, api, path):
    count = len(lines_of(path))

    def last(**wanted):
        """The one line that the last request added, which must say this."""
        nonlocal count
        lines = lines_of(path)
        equal(f"lines of the audit log before {wanted}", len(lines), count + 1)
        count = len(lines)
        for name, value in wanted.items():
            equal(f"{name} of {lines[-1]}", lines[-1].get(name), value)
        return lines[-1]

    net = api.create("networks", name="a")
    line = last(method="POST", path="/v2.0/networks", status=201, token="operator", query=None)
    equal("what was made", ids(line), [("create", "network", net["id"])])
    check(line["from"].startswith("127.0.0.1:"), f"it came from {line['from']}")
    check(abs(time.time() - time.mktime(time.strptime(line["time"][:19], "%Y-%m-%dT%H:%M:%S"))
              + time.timezone) < 60, f"the time is {line['time']}")
    api.update("networks", net["id"], name="b")
    line = last(method="PUT", path=f"/v2.0/networks/{net['id']}", status=200)
    equal("what was changed", ids(line), [("update", "network", net["id"])])
    api.get("/v2.0/networks")
    api.request("HEAD", "/v2.0/networks")
    api.refused(400, "POST", "/v2.0/networks", {"network": {"nmae": "x"}})
    last(status=400, changes=None)
    api.refused(404, "DELETE", f"/v2.0/networks/{NO_SUCH_ID}")
    last(status=404, changes=None)
    api.refused(405, "POST", "/", {})
    last(status=405, path="/")
    api.refused(404, "DELETE", "/v2.0/networks/%0a%22%7d%ff%E2%80%A8")
    last(status=404)
    api.request("POST", "/v2.0/networks",
                {"networks": [{"name": str(i)} for i in range(1200)]})
    line = last(status=201)
    equal("a bulk", (line["changes"]["count"], len(line["changes"]["objects"])), (1200, 1000))
    api.delete("networks", net["id"])
    last(method="DELETE", status=204)
    local = gateway.client(gateway.unix)
    made = make_all(local)
    count += len(made)
    local.delete("l2-gateways", made["l2-gateways"]["id"], "?cascade=true")
    line = last(status=204, query={"cascade": "true"}, uid=os.getuid(), pid=os.getpid(), token=None)
    equal("what went with it", sorted(kind for change, kind, _ in ids(line) if change == "delete"),
          ["l2_gateway", "l2_gateway_connection", "l2_remote_gateway_connection", "l2_remote_mac"])
    equal("status of a flush", local.request("DELETE", "/v2.0/macs?port=member1").status, 204)
    last(query={"port": "member1"}, status=204)


def rotated(gateway, api, path):
    os.rename(path, path + ".1")
    before = len(lines_of(path + ".1"))
    gateway.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + RECOVER_S
    while not os.path.exists(path):
        check(time.monotonic() < deadline, "the file was not opened again")
        time.sleep(0.02)
    api.create("networks", name="after")
    equal("lines of the old file", len(lines_of(path + ".1")), before)
    equal("lines of the new file", len(lines_of(path)), 1)


def killed(gateway, path):
    """Nothing is answered whose line is not there."""
    writers = [Writer(gateway.client(), number, 0) for number in range(4)]
    for writer in writers:
        writer.start()
    time.sleep(1)
    gateway.kill9()
    for writer in writers:
        writer.join()
    with open(path, encoding="utf-8") as file:
        text = file.read()
    known = [identifier for writer in writers for identifier, names in writer.known.items()
             if None not in names]
    check(len(known) > 5, "the writers wrote nothing")
    for identifier in known:
        check(f'"create","type":"network","id":"{identifier}"' in text,
              f"the network {identifier} was answered and is not in the audit log")


def full(gateway, path):
    """Where no line can be written nothing is changed, until one can."""
    os.unlink(path)
    os.symlink("/dev/full", path)
    api = gateway.start()
    api.create("networks", name="the last one")
    for request in (("POST", "/v2.0/networks", {"network": {}}),
                    ("DELETE", f"/v2.0/networks/{NO_SUCH_ID}")):
        api.refused(503, *request, sentence="the audit log cannot be written: No space left")
    api.get("/v2.0/networks")
    os.unlink(path)
    gateway.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + RECOVER_S
    while api.request("POST", "/v2.0/networks", {"network": {"name": "again"}}).status == 503:
        check(time.monotonic() < deadline, "writes are refused although there is room")
        time.sleep(0.1)
    lines = lines_of(path)
    equal("status of the kept line and of the next", [line["status"] for line in lines], [201, 201])
    api.close()


def median_ms(ask, count):
    """What it takes to be answered."""
    taken = []
    for _ in range(count):
        began = time.monotonic()
        ask()
        taken.append((time.monotonic() - began) * 1000)
    return median(taken)


def full_pipe():
    """(reading end, writing end) of a pipe that takes no more."""
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    try:
        while True:
            os.write(theirs, b"x\n" * 2048)
    except BlockingIOError:
        os.set_blocking(theirs, True)
    return os.fdopen(ours, encoding="utf-8"), theirs


def unread(gateway):
    """Nobody reads standard error: writes are answered all the same, and when it is read again what
    is missing is said."""
    reader, theirs = full_pipe()
    api = gateway.start(stderr=theirs)
    os.close(theirs)
    single, bulks = 30, 10
    for what, ask in (("GET /", lambda: api.get("/")),
                      ("a create", lambda: api.create("networks", name="unread"))):
        taken_ms = median_ms(ask, single)
        check(taken_ms < 100, f"{what} took {taken_ms:.0f} ms while nobody read standard error")
    for _ in range(bulks):
        answer = api.request("POST", "/v2.0/networks", {"networks": [{} for _ in range(1000)]})
        equal("status of a bulk", answer.status, 201)
    taken_ms = median_ms(lambda: api.get("/"), single)
    check(taken_ms < 100, f"GET / took {taken_ms:.0f} ms when lines were lost")
    lines, lost = 0, 0
    while lost == 0:
        line = reader.readline()
        lines += line.startswith("{")
        if "lines are lost here" in line:
            lost = int(line.split()[1])
    equal("lines that came and that are said to be lost", lines + lost, single + bulks)
    last = api.create("networks", name="read again")["id"]
    check(last in reader.readline(), "a line is missing although standard error is read")
    api.close()
    gateway.stop()
    reader.close()


def on_terminal(gateway):
    """What was started in a terminal ends with it."""
    master, terminal = pty.openpty()
    gateway.start(stdin=terminal).close()
    gateway.process.send_signal(signal.SIGHUP)
    equal("exit status after SIGHUP", gateway.process.wait(RECOVER_S), 0)
    gateway.process = None
    os.close(master)
    os.close(terminal)


def run(gateway):
    path = os.path.join(gateway.directory, "audit.log")
    gateway.config["tables"]["networks"] = 20000
    gateway.config["api"]["audit"] = "/nothing/audit.log"
    gateway.refuses_to_start("api.audit \"/nothing/audit.log\" cannot be opened")
    del gateway.config["api"]["audit"]
    tokens = gateway.set_tokens(operator="admin")
    net = gateway.start().create("networks", name="by default")
    check(any(net["id"] in line and json.loads(line)["status"] == 201
              for line in gateway.log().splitlines() if line.startswith("{")),
          "standard error has no line of it")
    gateway.process.send_signal(signal.SIGHUP)
    gateway.client().get("/")
    gateway.stop()
    on_terminal(gateway)
    unread(gateway)
    fifo = os.path.join(gateway.directory, "fifo")
    os.mkfifo(fifo)
    gateway.config["api"]["audit"] = fifo
    gateway.refuses_to_start("cannot be opened: No such device or address")

    gateway.config["api"]["audit"] = path
    api = gateway.start(tokens["operator"])
    what_is_said(gateway, api, path)
    equal("what others may do with the file", os.stat(path).st_mode & 0o027, 0)
    rotated(gateway, api, path)
    killed(gateway, path)
    full(gateway, path)
