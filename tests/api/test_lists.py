# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of lists: every row exactly once, whatever changes in between; forged cursors are refused."""

import base64
import re
import threading

import pytest

from harness.client import Client, Organization


@pytest.fixture(scope="module")
def full(shared_org):
    """An organization with 23 events at five different times, so that pages end between equal times."""
    for n in range(23):
        hour = n % 5
        shared_org.event(start_time=f"2030-01-01T{hour:02}:00:00.000001Z", end_time="2030-01-01T12:00:00Z")
    return shared_org


def ids(client, limit, **query):
    found, cursor, pages = [], None, 0
    while True:
        page = client.ok("GET", "/v1/events", query={"limit": limit, **query, **({"cursor": cursor} if cursor else {})})
        assert len(page["data"]) <= limit
        found += [event["id"] for event in page["data"]]
        pages += 1
        cursor = page["next_cursor"]
        if cursor is None:
            return found, pages
        assert len(page["data"]) == limit


@pytest.mark.parametrize("limit", [1, 4, 5, 22, 23, 24, 100])
def test_every_page_size_gives_all_once_in_order(full, limit):
    found, pages = ids(full.member, limit)
    assert len(found) == len(set(found)) == 23 and pages == -(-23 // limit)
    events = full.member.ok("GET", "/v1/events", query={"limit": 100})["data"]
    assert found == [event["id"] for event in events]
    assert [(e["start_time"], e["id"]) for e in events] == sorted((e["start_time"], e["id"]) for e in events)


@pytest.mark.parametrize("limit", ["0", "-1", "101", "1.5", "x", "", "99999999999999999999", "1&limit=2", "0x10", " 1"])
def test_limits_out_of_bounds(full, limit):
    reply = full.member.get(f"/v1/events?limit={limit}")
    assert reply.status_code in (400, 422), reply.text[:300]


def test_the_usual_limit_is_in_the_document(full, document):
    parameter = next(p for p in document["paths"]["/v1/events"]["get"]["parameters"] if p["name"] == "limit")
    assert parameter["schema"]["default"] == 50 and parameter["schema"]["maximum"] == 100


def test_the_link_leads_to_the_next_page(full, server):
    found, path = [], "/v1/events?limit=9&published=false&text=e"
    while path:
        reply = full.member.get(path)
        assert reply.status_code == 200
        found += [event["id"] for event in reply.json()["data"]]
        link = reply.headers.get("Link")
        assert (link is None) == (reply.json()["next_cursor"] is None)
        # An absolute URL, because many clients do not resolve relative ones.
        path = link and re.fullmatch(rf'<{re.escape(server.url)}(/[^>]*)>; rel="next"', link).group(1)
        assert not path or ("limit=9" in path and "text=e" in path and path.count("cursor=") == 1)
    assert len(found) == len(set(found)) == 23


def cursor_of(client, path, **query):
    cursor = client.ok("GET", path, query={"limit": 1, **query})["next_cursor"]
    assert cursor
    return cursor


def refused(reply):
    return reply.status_code == 422 and reply.json()["errors"][0]["pointer"].strip("/") == "cursor"


def test_forged_cursors_are_refused(full):
    good = cursor_of(full.member, "/v1/events")
    plain = base64.urlsafe_b64decode(good + "=" * (-len(good) % 4))
    forged = [good[:-2], good + "AA", good[::-1], "x", "AAAA", "%00", "a" * 900,
              base64.urlsafe_b64encode(plain[:16] + b"2030-01-01\x00" + b"1\x00").decode().rstrip("=")]
    forged += [base64.urlsafe_b64encode(bytes([*plain[:n], plain[n] ^ 1, *plain[n + 1:]])).decode().rstrip("=")
               for n in (0, 15, 16, len(plain) - 2)]
    for cursor in forged:
        reply = full.member.get(f"/v1/events?cursor={cursor}")
        assert refused(reply) or reply.status_code == 400, (cursor, reply.text[:300])
    assert full.member.get(f"/v1/events?cursor={good}").status_code == 200


def test_cursors_of_another_list_or_organization_are_refused(full, org):
    org.event()
    org.event()
    mine = cursor_of(org.member, "/v1/events")
    assert refused(full.member.get("/v1/events", {"cursor": mine}))
    assert refused(org.owner.get("/v1/members", {"cursor": mine}))
    assert refused(org.owner.get("/v1/audit-log", {"cursor": mine}))
    members = cursor_of(org.owner, "/v1/members")
    assert refused(org.owner.get("/v1/events", {"cursor": members}))
    assert org.admin.get("/v1/events", {"cursor": mine}).status_code == 200


def test_no_page_loses_or_repeats_beside_writers(org):
    """Rows that exist before the first page and stay are seen exactly once, whatever is added in between."""
    before = {org.event(start_time=f"2030-01-01T00:{n:02}:00Z", end_time="2030-01-02T00:00:00Z")["id"]
              for n in range(0, 40, 2)}
    reader, stop, made, errors = org.member, threading.Event(), [], []

    def write(number):
        client = Client(org.owner.server, token=org.owner.token)
        minute = 0
        while not stop.is_set() and minute < 3000:
            reply = client.post("/v1/events", {"title": f"w{number}", "end_time": "2030-01-02T00:00:00Z",
                                               "start_time": f"2030-01-01T00:{minute * 7 % 60:02}:30Z"})
            if reply.status_code != 201:
                errors.append(reply.text)
                return
            made.append(reply.json()["id"])
            minute += 1

    threads = [threading.Thread(target=write, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    seen = [event["id"] for event in reader.pages("/v1/events", {"limit": 3})]
    stop.set()
    for thread in threads:
        thread.join()
    assert not errors and made, errors
    assert len(seen) == len(set(seen)) and before <= set(seen)
    assert set(seen) <= before | set(made)


# A row of each object of the field features, in the order of their keys; %(last …)s is the newest
# row of a table. Run twice, so that lists below a parent have pairs below the newest one.
FIELD = [
    ("areas", "kind, code", "'precinct', %(n)s"),
    ("street_segments", "external_id, name, street_key, node_a, node_b, length_m, line",
     "%(n)s, 'Canal Pk', 'CANAL PARK', 'a', 'b', 72, 'SRID=4326;LINESTRING(-71.07 42.36,-71.08 42.37)'"),
    ("buildings", "building_key, address, latitude, longitude", "%(n)s, '4 Canal Pk', 42.36, -71.08"),
    ("doors", "building_id, address_key", "{buildings}, %(n)s"),
    ("voter_sources", "name, permitted_use", "'State', 'elections'"),
    ("imports", "source_id, name, state", "{voter_sources}, 'November', 'cancelled'"),
    ("voters", "last_name, door_id", "'Medina', {doors}"),
    ("voters", "last_name, door_id", "'Medina', {doors}"),
    ("import_changes", "import_id, voter_id, kind, before", "{imports}, {voters}, 'changed', '{}'"),
    ("import_changes", "import_id, voter_id, kind, before", "{imports}, {voters} - 1, 'changed', '{}'"),
    ("tags", "name", "%(n)s"),
    ("voter_duplicates", "voter_id, other_id, score, reasons", "{voters} - 1, {voters}, 1, '[]'"),
    ("voter_merges", "survivor_id, merged_id, survivor_before, merged_before, survivor_after, moved",
     "{voters}, {voters} - 1, '{}', '{}', '{}', '{}'"),
    ("scripts", "name", "'Doors'"),
    ("turf_cuts", "name, method", "'North', 'auto'"),
    ("canvass_routes", "name, state, assigned_user_id", "'North 1', 'open', %(user)s"),
    ("canvass_route_doors", "route_id, door_id, position", "{canvass_routes}, {doors}, 1"),
    ("voter_contacts", "client_id, channel, disposition, voter_id, occurred_at, actor, user_id",
     "gen_random_uuid(), 'door', 'not_home', {voters}, now(), 'user:' || %(user)s, %(user)s"),
    ("consents", "voter_id, channel, state, source, occurred_at, actor",
     "{voters}, 'text', 'withdrawn', 'text: STOP', now(), 'system'"),
    ("follow_ups", "voter_id, kind", "{voters}, 'yard_sign'"),
    ("phone_bank_sessions", "name, code, state", "'Saturday', %(n)s, 'open'"),
    ("phone_bank_callers", "session_id, actor", "{phone_bank_sessions}, 'user:' || %(user)s"),
    ("phone_bank_callers", "session_id, actor", "{phone_bank_sessions}, 'device:1'"),
    ("text_campaigns", "name, code, template, state", "'Early voting', %(n)s, 'Hi', 'open'"),
    ("text_texters", "campaign_id, actor", "{text_campaigns}, 'user:' || %(user)s"),
    ("text_texters", "campaign_id, actor", "{text_campaigns}, 'device:1'"),
]
PARENTS = {"import_id": "imports", "phone_bank_id": "phone_bank_sessions", "text_campaign_id": "text_campaigns",
           "turf_id": "canvass_routes"}
# Lists with fewer than two rows here: one organization; one canvasser; a door in one active turf;
# and lists of callers and texters, whose pages are tested in test_phonebank.py, test_texting.py and
# test_field.py.
FEWER = {"/v1/organizations": 1, "/v1/canvass/canvassers": 1, "/v1/turfs/{turf_id}/doors": 1,
         "/v1/phone-banks/{phone_bank_id}/calls": 0, "/v1/text-campaigns/{text_campaign_id}/messages": 0,
         "/v1/text-campaigns/{text_campaign_id}/conversations": 0, "/v1/field/conflicts": 0}


def make_field(org):
    """Create two rows in each table of FIELD; return {table: id of its newest row}."""
    newest = {}
    for turn in range(2):
        for number, (table, columns, values) in enumerate(FIELD):
            for name, id in newest.items():
                values = values.replace("{%s}" % name, str(id))
            key = "voter_id" if table == "import_changes" else "id"
            newest[table] = org.owner.server.sql(
                f"INSERT INTO {table} (organization_id, {columns}) VALUES (%(organization)s, {values}) RETURNING {key}",
                {"organization": org.id, "user": org.owner.user, "n": f"n{org.id}-{turn}-{number}"})[0][0]
    return newest


def test_every_list_has_pages(org, document):
    """The same rules hold for every list of the document that a member may read."""
    newest = make_field(org)
    for _ in range(2):
        org.event(publish=True)
        org.owner.ok("POST", "/v1/api-tokens", {"name": "t", "scopes": []})
        org.owner.ok("POST", "/v1/devices", {"name": "d", "profile": "door_list"})
        org.owner.ok("POST", "/v1/invitations", {"email": f"{len(org.slug)}{_}{org.slug}@example.org", "role": "member"})
        org.owner.ok("POST", "/v1/voter-lists", {"name": "everybody", "filter": {}}, status=201)
        org.owner.ok("POST", "/v1/voter-profiles", {"profile": {
            "name": f"County {_}", "mappings": [{"field": "last_name", "columns": ["LAST"]}]}}, status=201)
        voter = org.owner.ok("POST", "/v1/voters", {"first_name": "Ada", "last_name": "Erased"}, status=201)
        org.owner.ok("POST", f"/v1/voters/{voter['id']}/erase")
        org.owner.anonymous().sign_in(org.owner.email)
    event = org.event()
    for name in ("Ada", "Ben"):
        org.owner.ok("POST", f"/v1/events/{event['id']}/attendees", {"first_name": name, "last_name": "Guest"})
    lists = [path for path, methods in document["paths"].items() if "get" in methods and any(
        p["name"] == "cursor" for p in methods["get"].get("parameters", []))]
    assert len(lists) >= 8
    ids = {name: newest[table] for name, table in PARENTS.items()}
    for template in lists:
        more = {"organization": org.slug} if "public" in template else {}
        if "conversation_id" in template:
            continue  # a list of an assigned conversation: test_texting.py
        path = template.format(event_id=event["id"], **ids)
        whole = org.owner.ok("GET", path, query={"limit": 100, **more})
        found = list(org.owner.pages(path, {"limit": 1, **more}))
        assert whole["next_cursor"] is None and len(found) >= FEWER.get(template, 2), path
        if path != "/v1/sessions":  # last_seen_at may change in between
            assert found == whole["data"], path
        assert len(found) == len(whole["data"])


def test_an_empty_list(api):
    lonely = Organization(api, everybody=False)
    assert lonely.owner.ok("GET", "/v1/events") == {"data": [], "next_cursor": None}
