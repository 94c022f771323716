# SPDX-License-Identifier: BSD-3-Clause
"""Backups and restores, and what must be the same after them."""

import http.client

from .expect import check, equal

MEASURED = ("status", "status_reason", "mtu", "mac_count", "revision_number")


def backup(gateway):
    """The bytes of one."""
    connection = http.client.HTTPConnection(gateway.tcp, timeout=20)
    connection.request("GET", "/v2.0/backup")
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    equal("status of a backup", answer.status, 200)
    equal("its type", answer.headers["Content-Type"], "application/vnd.sqlite3")
    return content


def restore(api, content, status=200, sentence=""):
    answer = api.raw("PUT", "/v2.0/backup", content)
    equal(f"status of a restore ({answer.error})", answer.status, status)
    check(sentence in answer.error, f"{answer.error!r} does not say {sentence!r}")
    return (answer.json or {}).get("restore")


def state(api, collections):
    """All there is to be seen of the objects, but what is measured and in which order they came."""
    return {collection: sorted(
        ({name: value for name, value in item.items() if name not in MEASURED}
         for item in api.list(collection)), key=lambda item: item["id"])
        for collection in collections}


def verified(api):
    answer = api.get("/v2.0/verify")["verify"]
    equal("problems", answer["problems"], [])
    check(answer["ok"] and answer["stored"] == answer["in_memory"] > 0, f"{answer}")
    return answer
