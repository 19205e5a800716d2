# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies about the demo organization fit the API document: each GET is called for the demo organization and for
every object in its lists."""

import re
import subprocess

import pytest

from harness import services
from harness.client import Client, Recorder

PASSWORD = "walk every street together"
EACH = 15  # number of objects per kind, from the beginning and from the end of its list
QUERIES = {"getCurrentConsent": lambda found: {"voter_id": found["/v1/voters"][0]["id"]}}


@pytest.fixture(scope="module")
def demo(cluster, redis_server, binary):
    from harness import server as harness_server

    made = harness_server.Server(cluster, cluster.new_database(binary), redis_server.url)
    subprocess.run(["/usr/bin/python3", "db/seed/demo.py", "--url", cluster.url(made.database, "campaign_owner"), "--psql",
                    f"{cluster.bin}/psql", "--binary", str(binary)], cwd=services.ROOT, check=True, capture_output=True)
    made.start()
    subprocess.run(["/usr/bin/python3", "db/seed/field.py", "--api", made.url], cwd=services.ROOT, check=True,
                   capture_output=True)
    yield made
    made.remove()


def some(things):
    return things if len(things) <= 2 * EACH else things[:EACH] + things[-EACH:]


def items(client, path, query):
    """Read all pages of a list; the client checks the replies."""
    found, cursor = [], None
    while True:
        page = client.get(path, query={**query, "limit": 100, **({"cursor": cursor} if cursor else {})})
        if page.status_code != 200:
            return found
        found += page.json()["data"]
        cursor = page.json()["next_cursor"]
        if cursor is None or len(found) > 5000:
            return found


def places(template, found):
    """Fill the parameters of a path template: ids come from the list above its last parameter, with that list's own
    path."""
    names = re.findall(r"{(\w+)}", template)
    if not names:
        return [template]
    above = template[:template.rindex("{")].rstrip("/")
    behind = template[template.rindex("}") + 1:]
    key = "slug" if names[-1] == "slug" else "id"
    if above.endswith("/by-slug"):
        above = above.removesuffix("/by-slug")
        return [f"{above}/by-slug/{thing[key]}" for thing in some(found.get(above, []))]
    return [f"{path}/{thing[key]}{behind}" for path in ([above] if "{" not in above else found.get((above,), []))
            for thing in some(found.get(path, [])) if key in thing]


def test_every_get_of_the_demo_fits_the_document(demo):
    client = Client(demo)
    document = client.ok("GET", "/openapi.json")
    recorder = Recorder(document)
    client = Client(demo, recorder=recorder)
    client.token = client.ok("POST", "/v1/auth/sign-in", {"email": "owner@demo.test", "password": PASSWORD})["token"]
    gets = [(template, methods["get"]) for template, methods in document["paths"].items() if "get" in methods]
    found = {}
    for template, operation in sorted(gets, key=lambda row: row[0].count("{")):
        name = operation["operationId"]
        if "101" in operation["responses"]:
            continue
        queries = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"}
        found[(template,)] = places(template, found)
        for path in found[(template,)]:
            query = QUERIES[name](found) if name in QUERIES else {}
            if "cursor" in queries:
                found[path] = items(client, path, query)
            else:
                assert client.get(path, query=query).status_code in (200, 400, 403, 404, 409), path
    seen = {name for name, status in recorder.seen if status == 200}
    assert len(seen) > 60, sorted(seen)
    assert {"getVoter", "listVoters", "getEvent", "getAttendee", "getTurf", "listTurfDoors", "getDoor", "getBuilding",
            "getScript", "listAuditLog", "getImport", "getCredential"} <= seen
    assert any(voter["last_name"] == "" for voter in found["/v1/voters"]), "the demo has no person without a last name"
