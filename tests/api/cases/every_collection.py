# SPDX-License-Identifier: BSD-3-Clause
"""Create, show, list, update and delete, in every collection; and again after a restart."""

from lib.client import singular
from lib.expect import check, equal
from lib.objects import CHANGES, NO_SUCH_ID, make_all


def run(gateway):
    api = gateway.start()
    made = make_all(api)
    for collection, item in made.items():
        equal(f"project of one of {collection}", (item["project_id"], item["tenant_id"]), ("", ""))
        equal(f"revision of one of {collection}", item["revision_number"], 1)
        shown = api.show(collection, item["id"])
        equal(f"what GET shows of {collection}", set(shown), set(item))
        check(item["id"] in [one["id"] for one in api.list(collection)],
              f"the list of {collection} lacks what was made")
        head = api.request("HEAD", f"/v2.0/{collection}/{item['id']}")
        equal("status of HEAD", head.status, 200)
    for collection, change in CHANGES.items():
        changed = api.update(collection, made[collection]["id"], **change)
        for name, value in change.items():
            equal(f"{collection} {name} after the update", changed[name], value)
        equal("revision after an update", changed["revision_number"], 2)
    before = {collection: api.show(collection, item["id"]) for collection, item in made.items()}
    api.close()
    gateway.kill9()
    api = gateway.start()
    for collection, item in before.items():
        after = api.show(collection, item["id"])
        for name in set(item) - {"status", "status_reason"}:
            equal(f"{collection} {name} after kill -9", after[name], item[name])
    for collection, item in reversed(made.items()):
        api.delete(collection, item["id"])
        api.refused(404, "GET", f"/v2.0/{collection}/{item['id']}", sentence=item["id"])
        api.refused(404, "DELETE", f"/v2.0/{collection}/{NO_SUCH_ID}", sentence="no ")
        api.refused(404, "PUT", f"/v2.0/{collection}/{NO_SUCH_ID}", {singular(collection): {}})
        equal(f"what is left of {collection}", api.list(collection), [])
