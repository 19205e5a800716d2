# SPDX-License-Identifier: GPL-3.0-or-later
"""Error replies: for every kind of error the reply names place and reason, in UTF-8, with one set of codes."""

import json

import pytest
import requests
import websocket

from harness.client import Client, Organization, is_problem, unique

EVENT = {"title": "T", "start_time": "2030-05-01T15:00:00Z", "end_time": "2030-05-01T18:00:00Z"}


def post_raw(client, body, path="/v1/events", method="POST"):
    return client.request(method, path, headers={"Content-Type": "application/json"},
                          data=body if isinstance(body, bytes) else body.encode())


def problems(reply):
    """{pointer: code} of a problem, whose head must agree with its only error."""
    found = reply.json()
    assert found["detail"] and found["code"], found
    if len(found["errors"]) == 1:
        assert (found["detail"], found["code"]) == (found["errors"][0]["message"], found["errors"][0]["code"])
    return {each["pointer"]: each["code"] for each in found["errors"]}


# A body that is valid JSON is never called malformed ----------------------------------------------

HEAD = json.dumps(EVENT)[:-1]
WELL_FORMED = {
    '"capacity":9223372036854775808': {"/capacity": "too_large"},
    '"capacity":-9223372036854775809': {"/capacity": "too_small"},
    '"capacity":1e400': {"/capacity": "too_large"},
    '"latitude":-1e400': {"/latitude": "too_small"},
    '"capacity":1.5': {"/capacity": "type"},
    r'"city":"\ud800"': {"/city": "surrogate"},
    r'"city":"a\ude00b"': {"/city": "surrogate"},
    r'"city":"a\u0000b"': {"/city": "control_character"},
    r'"a\u0000b":1': {"/a�b": "unknown_field"},
    r'"a\ud800b":1': {"/a�b": "unknown_field"},
    r'"city":"\ud800","capacity":18446744073709551616,"kind":"ball"':
        {"/city": "surrogate", "/capacity": "too_large", "/kind": "enum"},
}


@pytest.mark.parametrize("members", WELL_FORMED)
def test_well_formed_is_422_with_every_field(shared_org, members):
    reply = post_raw(shared_org.owner, f"{HEAD},{members}}}")
    assert reply.status_code == 422, reply.text
    assert problems(reply) == WELL_FORMED[members]


@pytest.mark.parametrize("value, code", [('{"a":[18446744073709551616]}', "too_large"), (r'{"a":"\ud800"}', "surrogate"),
                                         (r'{"b":{"a\u0000":1}}', "control_character"),
                                         (r'{"a":"b\u0000"}', "control_character")])
def test_free_objects_too(person, value, code):
    reply = post_raw(person, f'{{"notification_preferences":{value}}}', "/v1/me", "PATCH")
    assert reply.status_code == 422, reply.text
    (pointer, found), = problems(reply).items()
    assert found == code and pointer.startswith("/notification_preferences/")


def test_a_whole_number_may_have_a_point(shared_org):
    made = post_raw(shared_org.owner, f'{HEAD},"capacity":12.0}}')
    assert made.status_code == 201 and made.json()["capacity"] == 12


def test_a_byte_order_mark_is_no_mistake(shared_org):
    assert post_raw(shared_org.owner, b"\xef\xbb\xbf" + f"{HEAD}}}".encode()).status_code == 201


@pytest.mark.parametrize("body", [f'{HEAD},"capacity":12\0}}', f"\0{HEAD}}}", f"{HEAD}}}\0", f'{HEAD},"city":true\0}}'])
def test_a_nul_byte_is_no_json(shared_org, body):
    reply = post_raw(shared_org.owner, body)
    assert reply.status_code == 400 and reply.json()["code"] == "json_syntax"


def test_a_plus_in_a_query(shared_org):
    reply = shared_org.owner.get("/v1/events?starts_after=2027-05-01T00:00:00+02:00")
    assert problems(reply) == {"starts_after": "time"} and "%2B" in reply.json()["errors"][0]["hint"]
    reply = shared_org.owner.get("/v1/events?text=a%00b")
    assert problems(reply) == {"text": "control_character"}
    assert shared_org.owner.get("/v1/events?starts_after=2027-05-01T00:00:00%2B02:00").status_code == 200


# No text is cut inside a character ---------------------------------------------------------------

ECHOES = {
    "scope": lambda c, text: c.post("/v1/api-tokens", {"name": "x", "scopes": [text]}),
    "permission": lambda c, text: c.post("/v1/invitations", {"email": "a@example.org", "permissions": {text: True}}),
    "field": lambda c, text: c.post("/v1/events", {**EVENT, text: 1}),
    "query": lambda c, text: c.get("/v1/events", query={text: "1"}),
    "template": lambda c, text: c.post("/v1/text-campaigns/preview", {"template": "{" + text + "}"}),
    "time": lambda c, text: c.post("/v1/events", {**EVENT, "start_time": text}),
    "disposition": lambda c, text: c.post("/v1/contacts/bulk", {
        "client_id": "7d444840-9dc0-11d1-b245-5ffdce74fad2", "disposition": text, "channel": "door", "door_ids": [1]}),
    "profile": lambda c, text: c.post("/v1/voter-profiles", {"name": "x", "mappings": [
        {"field": text, "columns": [text]}]}),
    "cursor": lambda c, text: c.get("/v1/events", query={"cursor": text[:90]}),
    "code": lambda c, text: c.post("/v1/phone-banks/join", {"code": text[:20]}),
}


@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("letters", range(4))
def test_problems_are_utf_8(shared_org, echo, letters):
    reply = ECHOES[echo](shared_org.owner, "a" * letters + "\N{GRINNING FACE}" * 200)
    assert reply.status_code in (400, 409, 422), reply.text
    found = json.loads(reply.content.decode("utf-8"))
    assert found["detail"] and "\N{REPLACEMENT CHARACTER}" not in reply.text


# Every problem has a detail and a code ------------------------------------------------------------


@pytest.mark.parametrize("body, wanted", [
    ({"name": "x", "scopes": ["nope"]}, {"/scopes/0": "unknown_right"}),
    ({"name": "x", "scopes": ["owner"]}, {"/scopes/0": "unknown_right"}),
    ({"name": "x", "scopes": ["check_in", "nope", "signed_in"]},
     {"/scopes/1": "unknown_right", "/scopes/2": "unknown_right"}),
    ({"name": "x", "scopes": [], "expires_at": "2020-01-01T00:00:00Z"}, {"/expires_at": "out_of_range"}),
])
def test_tokens(shared_org, body, wanted):
    reply = shared_org.owner.post("/v1/api-tokens", body)
    assert reply.status_code == 422 and problems(reply) == wanted


@pytest.mark.parametrize("permissions, wanted", [
    ({"fly": True}, {"/permissions/fly": "unknown_right"}), ({"check_in": 1}, {"/permissions/check_in": "unknown_right"}),
    ({"fly": True, "owner": False}, {"/permissions/fly": "unknown_right", "/permissions/owner": "unknown_right"}),
])
def test_permissions(shared_org, permissions, wanted):
    member = shared_org.add("member")
    for reply in (shared_org.owner.post("/v1/invitations", {"email": "a@example.org", "permissions": permissions}),
                  shared_org.owner.patch(f"/v1/members/{member.user}", {"permissions": permissions})):
        assert reply.status_code == 422 and problems(reply) == wanted


def test_every_problem_says_what_and_which(api, org):
    place = f"/v1/events/{org.event()['id']}"
    for reply in (api.get(place), api.get("/nowhere"), api.put(place), org.member.patch(place, {}),
                  org.owner.get("/v1/events/999999999"), org.owner.patch(place, {}, headers={"If-Match": '"99"'}),
                  post_raw(org.owner, b"{"), post_raw(org.owner, b"{}"), post_raw(org.owner, b"x" * 400000),
                  org.owner.request("POST", "/v1/events", data=b"{}", headers={"Content-Type": "a/b"})):
        assert reply.json()["detail"] and reply.json()["code"], reply.text


def test_what_stands_in_a_403(org, api):
    token = org.owner.ok("POST", "/v1/api-tokens", {"name": "x", "scopes": []})["token"]
    program = Client(org.owner.server, token)
    refused = program.get("/v1/me")
    assert refused.status_code == 403 and "person" in refused.json()["detail"]
    assert "GET /v1/credential" in refused.json()["detail"] and refused.json()["required"] == "signed_in"
    refused = program.post("/v1/events", EVENT)
    assert 'error="insufficient_scope", scope="manage_events"' in refused.headers["WWW-Authenticate"]


def test_challenges(api, org):
    assert api.get("/v1/me").headers["WWW-Authenticate"] == 'Bearer realm="campaign-center"'
    for token in ("ccs_" + "x" * 43, "nonsense"):
        refused = api.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert refused.status_code == 401 and 'error="invalid_token"' in refused.headers["WWW-Authenticate"]


def test_a_415_says_what_is_taken(org):
    event = f"/v1/events/{org.event()['id']}"
    odd = {"Content-Type": "text/xml"}
    assert org.owner.request("POST", "/v1/events", data=b"<x/>", headers=odd).headers["Accept"] == "application/json"
    refused = org.owner.request("PATCH", event, data=b"<x/>", headers=odd)
    assert refused.headers["Accept-Patch"] == refused.headers["Accept"] == "application/json, application/merge-patch+json"
    patched = org.owner.request("PATCH", event, data=b'{"city":"X"}', headers={"Content-Type": "application/merge-patch+json"})
    assert patched.status_code == 200 and patched.json()["city"] == "X"
    packed = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert org.owner.request("POST", "/v1/events", data=b"x", headers=packed).headers["Accept-Encoding"] == "identity"


def test_a_credential_says_what_it_is(org, server):
    made = org.owner.ok("POST", "/v1/api-tokens", {"name": "Website sync", "scopes": ["check_in", "manage_events"]})
    program = Client(server, made["token"])
    found = program.ok("GET", "/v1/credential")
    assert (found["kind"], found["id"], found["name"]) == ("token", made["id"], "Website sync")
    assert found["scopes"] == ["check_in", "manage_events"] and found["expires_at"] == made["expires_at"]
    assert found["organization_id"] == org.id and found["user_id"] is None
    paired = org.owner.ok("POST", "/v1/devices", {"name": "Door", "profile": "door_list"})
    device = org.owner.anonymous().ok("POST", "/v1/devices/pair", {"code": paired["pairing_code"]})
    found = Client(server, device["token"]).ok("GET", "/v1/credential")
    assert (found["kind"], found["name"], found["scopes"], found["expires_at"]) == ("device", "Door", ["check_in"], None)
    found = org.member.ok("GET", "/v1/credential")
    assert (found["kind"], found["user_id"]) == ("session", org.member.user) and "check_in" in found["scopes"]
    org.owner.ok("DELETE", f"/v1/api-tokens/{made['id']}")
    assert program.get("/v1/credential").status_code == 401


# Conditions ---------------------------------------------------------------------------------------


def test_if_match_is_a_list(org):
    event = org.event()
    place = f"/v1/events/{event['id']}"

    def change(condition):
        return org.owner.patch(place, {"city": unique()}, headers={"If-Match": condition})

    def tag():
        return org.owner.get(place).headers["ETag"]

    for condition in ('"zzz", {}', '{}, "zzz"', '"zzz", {}, "9.9"', '"7", "8", {}', "{}", "{},", "*"):
        assert change(condition.format(tag())).status_code == 200, condition
    for condition in ('"zzz"', '"99"', 'W/{}', '"zzz", "98", "99"', '""'):
        reply = change(condition.format(tag()))
        assert reply.status_code == 412, condition
    for condition in ("1.0", "garbage", '"1', '{} x', "'1'", "* , {}", ''):
        reply = change(condition.format(tag()))
        assert reply.status_code == 400 and problems(reply) == {"If-Match": "if_match"}, condition


def test_if_none_match_compares_whole_tags(org):
    place = f"/v1/events/{org.event()['id']}"
    tag = org.owner.get(place).headers["ETag"]
    for given, status in ((tag, 304), (f"W/{tag}", 304), (f'"x", {tag}', 304), ("*", 304), ('"x"', 200),
                          (f'"x{tag[1:]}', 200), (f'"a{tag}b"', 200)):
        assert org.owner.get(place, headers={"If-None-Match": given}).status_code == status, given


def test_a_retry_may_write_its_body_in_another_way(org):
    key = {"Idempotency-Key": unique("key")}
    one = {**EVENT, "description": "Grüße", "capacity": 5}
    first = org.owner.request("POST", "/v1/events", data=json.dumps(one).encode(),
                              headers={**key, "Content-Type": "application/json"})
    other = json.dumps(dict(reversed(one.items())), indent=2, ensure_ascii=False).encode()
    again = org.owner.request("POST", "/v1/events", data=other, headers={**key, "Content-Type": "application/json"})
    assert (first.status_code, again.status_code) == (201, 201), again.text
    assert again.headers["Idempotent-Replayed"] == "true" and again.json()["id"] == first.json()["id"]
    changed = json.dumps({**one, "capacity": 6}).encode()
    refused = org.owner.request("POST", "/v1/events", data=changed, headers={**key, "Content-Type": "application/json"})
    assert refused.status_code == 422 and refused.json()["code"] == "idempotency_mismatch"


# A request without content is refused with a reason -----------------------------------------------

BLANK = [" ", "\N{HANGUL FILLER}", "\N{BRAILLE PATTERN BLANK}", "\N{NO-BREAK SPACE}", "\N{ZERO WIDTH SPACE}", "\N{IDEOGRAPHIC SPACE}", " \N{ZERO WIDTH SPACE} "]


@pytest.mark.parametrize("blank", BLANK)
def test_blank_texts(shared_org, blank):
    owner = shared_org.owner
    for path, body, pointer in (
            ("/v1/events", {**EVENT, "title": blank}, "/title"),
            ("/v1/voter-sources", {"name": "a", "permitted_use": blank}, "/permitted_use"),
            ("/v1/text-campaigns/preview", {"template": blank}, "/template")):
        reply = owner.post(path, body)
        assert reply.status_code == 422 and problems(reply) == {pointer: "blank"}, (path, reply.text)


@pytest.mark.parametrize("title", [" x", "x ", "\N{NO-BREAK SPACE}x"])
def test_a_title_begins_and_ends_with_something(shared_org, title):
    assert problems(shared_org.owner.post("/v1/events", {**EVENT, "title": title})) == {"/title": "blank"}


# The live feed ------------------------------------------------------------------------------------


def shake(server, path, **headers):
    return websocket.create_connection(f"ws://127.0.0.1:{server.port}{path}", timeout=10,
                                       header=[f"{name.replace('_', '-')}: {value}" for name, value in headers.items()
                                               if name != "Origin"],
                                       origin=headers.get("Origin"), suppress_origin="Origin" not in headers,
                                       subprotocols=headers.get("protocols"))


def test_a_cookie_opens_a_socket_for_our_own_pages_only(make_server):
    server = make_server(CORS_ORIGINS="https://app.example.com")
    org = Organization(Client(server))
    cookie = f"cc={org.member.token}"
    server.sql("UPDATE sessions SET kind = 'cookie'")
    for origin in (server.url, "https://app.example.com"):
        shake(server, "/v1/changes/live?since=now", Cookie=cookie, Origin=origin).close()
    for more in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {}, {"Origin": "http://127.0.0.1:4199"},
                 {"Origin": "http://127.0.0.1:4199", "Sec_Fetch_Site": "same-site"}):
        with pytest.raises(websocket.WebSocketBadStatusException) as caught:
            shake(server, "/v1/changes/live?since=now", Cookie=cookie, **more)
        assert caught.value.status_code == 403, more


def test_a_page_elsewhere_brings_a_token_as_a_protocol(org, server):
    connection = websocket.create_connection(
        f"ws://127.0.0.1:{server.port}/v1/changes/live?since=now", timeout=10, origin="https://other.example",
        subprotocols=["bearer", org.member.token])
    assert connection.getsubprotocol() == "bearer"
    assert json.loads(connection.recv())["data"] == []
    connection.close()
    for protocols in (["bearer", "ccs_" + "x" * 43], ["bearer"], ["chat", org.member.token]):
        with pytest.raises(websocket.WebSocketBadStatusException) as caught:
            websocket.create_connection(f"ws://127.0.0.1:{server.port}/v1/changes/live", timeout=10,
                                        subprotocols=protocols)
        assert caught.value.status_code == 401


def test_now_says_where_the_feed_is(org):
    """So that a client whose connection breaks before the first change misses nothing."""
    first = org.member.socket("/v1/changes/live?since=now")
    page = json.loads(first.recv())
    assert page["data"] == [] and page["more"] is False
    first.close()
    event = org.event()
    again = org.member.socket(f"/v1/changes/live?since={page['cursor']}")
    seen = json.loads(again.recv())["data"]
    assert [(each["op"], each["entity"], each["entity_id"]) for each in seen] == [("insert", "event", event["id"])]
    again.close()


def test_a_socket_that_ends_says_why(org):
    connection = org.member.socket("/v1/changes/live?since=now")
    connection.recv()
    org.member.ok("POST", "/v1/auth/sign-out")
    opcode, data = connection.recv_data(control_frame=True)
    while opcode != websocket.ABNF.OPCODE_CLOSE:
        opcode, data = connection.recv_data(control_frame=True)
    assert (int.from_bytes(data[:2], "big"), data[2:].decode()) == (4401, "credential_ended")


# Members that may be left out ---------------------------------------------------------------------


def test_a_write_by_cookie_without_a_body_needs_no_content_type(make_server):
    server = make_server()
    org = Organization(Client(server))
    event = org.event()
    cookie = {"Cookie": f"cc={org.owner.token}"}
    server.sql("UPDATE sessions SET kind = 'cookie'")
    place = f"{server.url}/v1/events/{event['id']}"
    refused = requests.post(f"{place}/publish", headers={**cookie, "Origin": "http://localhost:1"}, timeout=10)
    assert is_problem(refused, 403, "not_authorized") and server.url in refused.json()["detail"]
    assert refused.json()["errors"][0]["pointer"] == "Origin"
    own = {**cookie, "Origin": server.url}
    assert requests.post(f"{place}/publish", headers=own, timeout=10).status_code == 200
    form = requests.patch(place, data="{}", headers={**own, "Content-Type": "text/plain"}, timeout=10)
    assert form.status_code in (403, 415)


def test_the_document_has_a_tag_and_can_be_packed(api):
    whole = api.get("/openapi.json", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in whole.headers and whole.headers["Cache-Control"] == "no-cache"
    packed = api.get("/openapi.json", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip" and packed.json() == whole.json()
    assert int(packed.headers["Content-Length"]) * 5 < int(whole.headers["Content-Length"])
    for reply in (whole, packed):
        encoding = "gzip" if reply is packed else "identity"
        again = api.get("/openapi.json", headers={"If-None-Match": reply.headers["ETag"], "Accept-Encoding": encoding})
        assert again.status_code == 304
    assert whole.headers["ETag"] != packed.headers["ETag"] and "Accept-Encoding" in whole.headers["Vary"]


def test_a_person_without_a_name_can_be_written_back(shared_org, server):
    """Files may leave names out; a voter that was read can be sent back."""
    made = shared_org.owner.ok("POST", "/v1/voters", {"first_name": "Cher", "last_name": "X"})
    server.sql("UPDATE voters SET last_name = '' WHERE id = %s", [made["id"]])
    place = f"/v1/voters/{made['id']}"
    assert shared_org.owner.ok("GET", place)["last_name"] == ""
    assert shared_org.owner.patch(place, {"first_name": "Cher", "last_name": ""}).status_code == 200
    assert problems(shared_org.owner.post("/v1/voters", {"first_name": "A", "last_name": ""})) == {"/last_name": "too_short"}
