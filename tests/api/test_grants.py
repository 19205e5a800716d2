# SPDX-License-Identifier: GPL-3.0-or-later
"""Giving access to others: rights are checked at every re-issue, data of removed members, mails to strangers, and
personal data in the audit log."""

import json
import uuid

import pytest
import websocket

from harness.client import Client, Organization, Outbox, new_person, new_session, unique


def refused(reply, status, code, pointer=None):
    assert reply.status_code == status, f"{reply.status_code} {reply.text[:500]}"
    problem = reply.json()
    assert problem["code"] == code, problem
    if pointer is not None:
        assert [error["pointer"] for error in problem["errors"]] == [pointer], problem
    return True


def with_token(client, token):
    return Client(client.server, token=token, recorder=client.recorder)


def make_token(client, *scopes):
    made = client.ok("POST", "/v1/api-tokens", {"name": unique("Sync"), "scopes": list(scopes)}, status=201)
    return made, with_token(client, made["token"])


def address():
    return f"{unique('guest')}@example.org"


# Rights at every re-issue -------------------------------------------------------------------------


@pytest.mark.parametrize("profile, lacks", [("canvass", "canvass"), ("door_list", "check_in")])
def test_a_renewed_code_gives_no_right_that_one_lacks(api, org, profile, lacks):
    made = org.owner.ok("POST", "/v1/devices", {"name": "Tablet", "profile": profile})
    tablet = with_token(api, api.ok("POST", "/v1/devices/pair", {"code": made["pairing_code"]})["token"])
    path = f"/v1/devices/{made['id']}/pairing"
    helper = org.add("member", {"manage_devices": True, lacks: False})
    _, program = make_token(org.owner, "manage_devices")
    for actor in (helper, program):
        refused(actor.post("/v1/devices", {"name": "x", "profile": profile}), 403, "above_own_rights")
        refused(actor.post(path), 403, "above_own_rights")
    tablet.ok("GET", "/v1/events")
    assert org.add("member", {"manage_devices": True}).post(path).status_code == 200
    # For a device of another organization, or a revoked one, the reply does not change.
    refused(Organization(api, everybody=False).owner.post(path), 404, "not_found")
    org.owner.ok("DELETE", f"/v1/devices/{made['id']}", status=204)
    refused(helper.post(path), 404, "not_found")


def test_tokens_that_a_token_made_end_with_it(org):
    made, first = make_token(org.owner, "manage_tokens", "check_in")
    child_made, child = make_token(first, "manage_tokens")
    _, grandchild = make_token(child, "manage_tokens")
    _, other = make_token(org.owner, "check_in")
    listed = {each["id"]: each for each in org.owner.pages("/v1/api-tokens")}
    assert listed[child_made["id"]]["created_by"] == org.owner.user
    org.owner.ok("DELETE", f"/v1/api-tokens/{made['id']}", status=204)
    assert [each.get("/v1/events").status_code for each in (first, child, grandchild, other)] == [401, 401, 401, 200]


# Who is gone --------------------------------------------------------------------------------------


def test_owners_learn_which_tokens_a_removed_member_leaves(org):
    made, program = make_token(org.admin, "check_in", "manage_tokens")
    child, _ = make_token(program, "check_in")
    revoked, _ = make_token(org.admin, "check_in")
    org.admin.ok("DELETE", f"/v1/api-tokens/{revoked['id']}", status=204)
    second = org.add("owner")
    org.owner.ok("DELETE", f"/v1/members/{org.admin.user}", status=204)
    program.ok("GET", "/v1/events")
    assert {each["id"]: each["maker_left"] for each in org.owner.pages("/v1/api-tokens")} == {made["id"]: True, child["id"]: True}
    for owner in (org.owner, second):
        text = " ".join(Outbox(owner.server).wait(owner.email)[-1].get_content().split())
        assert f"ids are: {made['id']}, {child['id']}." in text and f"Person {org.admin.user} " in text


def test_a_member_can_be_removed_with_the_tokens(org):
    _, program = make_token(org.admin, "check_in", "manage_tokens")
    _, child = make_token(program, "check_in")
    _, other = make_token(org.owner, "check_in")
    org.owner.ok("DELETE", f"/v1/members/{org.admin.user}", status=204, query={"revoke_tokens": "true"})
    assert [each.get("/v1/events").status_code for each in (program, child, other)] == [401, 401, 200]
    assert Outbox(org.owner.server).mails(org.owner.email) == []


@pytest.mark.parametrize("how", ["removed", "left"])
def test_what_a_member_began_ends_with_the_membership(api, org, how):
    """Without this rule, a removed member could return by an invitation that the member had sent to a second address."""
    guest = new_person(api)
    org.admin.ok("POST", "/v1/invitations", {"email": guest.email}, status=201)
    token = Outbox(api.server).token(guest.email, prefix="cci_")
    kept = new_person(api)
    org.owner.ok("POST", "/v1/invitations", {"email": kept.email}, status=201)
    device = org.admin.ok("POST", "/v1/devices", {"name": "Tablet", "profile": "door_list"})
    if how == "removed":
        org.owner.ok("DELETE", f"/v1/members/{org.admin.user}", status=204)
    else:
        org.admin.ok("POST", "/v1/organization/leave", status=204)
    refused(guest.post("/v1/invitations/accept", {"token": token}), 409, "invitation_closed")
    refused(api.post("/v1/devices/pair", {"code": device["pairing_code"]}), 422, "unknown_code", "/code")
    kept.ok("POST", "/v1/invitations/accept", {"token": Outbox(api.server).token(kept.email, prefix="cci_")})


# Mails to strangers -------------------------------------------------------------------------------


@pytest.mark.parametrize("message", [
    "You won! Claim your prize at http://evil.test/claim now.", "See evil.test", "EVIL.TEST/claim", "www.evil.test",
    "ftp://10.0.0.1/x", "write to me@evil.test", "evil\u3002test", "evil\uff0etest", "evil\u2024test", "b\u00fccher.example",
    "xn--bcher-kva.xn--p1ai", "x://y", "evil\u200b.test", "evil.\u2060test", "go to 192.168.1.1/x",
])
def test_an_invitation_s_text_has_no_links(org, message):
    refused(org.owner.post("/v1/invitations", {"email": address(), "message": message}), 422, "link", "/message")


@pytest.mark.parametrize("message", [
    "We start on Saturday at 6.30pm. Bring water, e.g. two bottles... Yours, R. Medina", "Apt. 4, 3.5 miles; 1/2 p.m.", "Am Samstag!\nKomm.", "3.5 and 1.2.3",
    "a.b", "...", "Wait.", "",
])
def test_an_invitation_s_text_may_have_full_stops(org, message):
    guest = address()
    org.owner.ok("POST", "/v1/invitations", {"email": guest, "message": message}, status=201)
    assert message.split("\n")[0] in Outbox(org.owner.server).wait(guest)[-1].get_content()


def test_names_become_no_links_in_an_invitation(api, org):
    org.owner.ok("PATCH", "/v1/organization", {"name": "Claim at https://evil.test/now"})
    org.owner.ok("PATCH", "/v1/me", {"first_name": "www.evil.test"})
    guest = address()
    org.owner.ok("POST", "/v1/invitations", {"email": guest}, status=201)
    mail = Outbox(api.server).wait(guest)[-1]
    text = mail.get_content()
    assert "evil.test" not in text + mail["Subject"] and "https://evil" not in text + mail["Subject"]
    assert "evil .test" in text and f"{api.server.url}/invitations/accept#token=cci_" in text


def invite_until_refused(client, most=70):
    codes = []
    while len(codes) < most and 429 not in codes:
        reply = client.post("/v1/invitations", {"email": address()})
        codes.append(reply.status_code)
    assert set(codes) <= {201, 429}
    return codes.count(201), reply


def test_invitations_have_a_daily_budget(make_server):
    server = make_server(INVITATIONS_PER_DAY="40")
    client = Client(server)
    alone = Organization(client, everybody=False)
    sent, last = invite_until_refused(alone.owner)
    assert sent == 4 and last.json()["code"] == "daily_limit"
    assert 1 <= int(last.headers["Retry-After"]) <= 86400
    assert len([mail for mail in Outbox(server).mails() if "Invitation" in mail["Subject"]]) <= 4
    # The person's own budget: creating another organization does not help.
    alone.owner.ok("POST", "/v1/organizations", {"name": unique("Second")})
    assert invite_until_refused(alone.owner)[0] == 0
    # An API token does not help either when the organization's budget is used up.
    alone.owner.ok("PUT", "/v1/session/organization", {"organization_id": alone.id})
    assert invite_until_refused(make_token(alone.owner, "manage_members")[1])[0] == 0
    # Other organizations are not affected, and one with a second member has the whole budget.
    assert invite_until_refused(Organization(client).owner)[0] == 40
    refused(alone.owner.post("/v1/invitations", {"email": address()}), 429, "daily_limit")
    other = new_person(client)
    guest = new_session(client, other.user)
    Organization(client, everybody=False).owner.ok("POST", "/v1/invitations", {"email": other.email}, status=201)
    guest.ok("POST", "/v1/invitations/accept", {"token": Outbox(server).token(other.email, prefix="cci_")})


def test_a_refused_invitation_costs_nothing(make_server):
    org = Organization(Client(make_server(INVITATIONS_PER_DAY="40")), everybody=False)
    guest = address()
    org.owner.ok("POST", "/v1/invitations", {"email": guest}, status=201)
    for _ in range(5):
        refused(org.owner.post("/v1/invitations", {"email": guest}), 409, "already_invited")
        refused(org.owner.post("/v1/invitations", {"email": address(), "message": "evil.test"}), 422, "link")
    assert invite_until_refused(org.owner)[0] == 3


def test_an_address_gets_so_many_mails_a_day(api, server):
    """The limit of mails to one address counts all senders together: twenty organizations, and account mails, too."""
    guest = address()
    for _ in range(15):
        api.ok("POST", "/v1/auth/register", {"email": guest, "password": "seven green boats at dawn", "first_name": "Ann",
                                             "last_name": "Lee"}, status=202)
    for _ in range(5):
        Organization(api, everybody=False).owner.ok("POST", "/v1/invitations", {"email": guest}, status=201)
    refused(Organization(api, everybody=False).owner.post("/v1/invitations", {"email": guest}), 429, "daily_limit")
    local, domain = guest.split("@")
    refused(Organization(api, everybody=False).owner.post("/v1/invitations", {"email": f"{local}+news@{domain}"}), 429, "daily_limit")
    for path in ("resend-verification", "forgot-password"):
        api.ok("POST", f"/v1/auth/{path}", {"email": guest}, status=202)
    assert server.sql("SELECT n FROM daily_counts WHERE n = 20 AND subject LIKE 'mails|address|%%'") != []
    assert guest not in json.dumps(server.sql("SELECT subject FROM daily_counts"))


def test_strangers_do_not_use_up_the_owner_s_mails(make_server):
    server = make_server(TRUSTED_PROXY="127.0.0.1", RATE_LIMIT_LOGIN="5/300")
    client, outbox = Client(server), Outbox(server)
    home, elsewhere = {"X-Real-IP": "2001:db8:1:2::3"}, {"X-Real-IP": "198.51.100.7"}
    owner = new_person(client)
    client.ok("POST", "/v1/auth/sign-in", {"email": owner.email, "password": "a long walk by the river"}, headers=home)
    for _ in range(12):
        client.ok("POST", "/v1/auth/forgot-password", {"email": owner.email}, status=202, headers=elsewhere)
    client.ok("POST", "/v1/auth/forgot-password", {"email": owner.email}, status=202, headers=elsewhere)
    sent = server.sql("SELECT count(*) FROM email_tokens WHERE user_id = %s", (owner.user,))[0][0]
    assert 5 <= sent <= 10
    client.ok("POST", "/v1/auth/forgot-password", {"email": owner.email}, status=202, headers=home)
    assert server.sql("SELECT count(*) FROM email_tokens WHERE user_id = %s", (owner.user,)) == [(sent + 1,)]
    outbox.wait(owner.email, sent + 1)
    client.ok("POST", "/v1/auth/reset-password", {"token": outbox.token(owner.email, count=sent + 1),
                                                  "password": "seven green boats at dawn"}, status=204, headers=home)


def test_mails_about_new_addresses_are_counted_per_person(api):
    someone = new_person(api)
    codes = []
    while len(codes) < 30 and 429 not in codes:
        codes.append(someone.post("/v1/me/email", {"password": "a long walk by the river", "email": address()}).status_code)
    assert codes == [202] * 20 + [429]


def test_a_person_founds_so_many_organizations_a_day(api):
    someone = new_person(api)
    codes = []
    while len(codes) < 30 and 429 not in codes:
        codes.append(someone.post("/v1/organizations", {"name": unique("Org")}).status_code)
    assert codes == [201] * 20 + [429]
    refused(someone.post("/v1/organizations", {"name": unique("Org")}), 429, "daily_limit")
    new_person(api).ok("POST", "/v1/organizations", {"name": unique("Org")})


def test_a_device_does_not_list_the_members(api, org):
    made = org.owner.ok("POST", "/v1/devices", {"name": "Tablet", "profile": "door_list"})
    tablet = with_token(api, api.ok("POST", "/v1/devices/pair", {"code": made["pairing_code"]})["token"])
    refused(tablet.get("/v1/members"), 403, "not_for_devices")
    refused(tablet.get("/v1/members?role=owner"), 403, "not_for_devices")
    make_token(org.owner)[1].ok("GET", "/v1/members")
    org.member.ok("GET", "/v1/members")


# Sockets of browsers ------------------------------------------------------------------------------


def test_a_socket_by_cookie_needs_this_site_s_origin(make_server):
    server = make_server(CORS_ORIGINS="https://app.example.com")
    org = Organization(Client(server), everybody=False)
    cookie = org.owner.anonymous().post("/v1/auth/sign-in", {
        "email": org.owner.email, "password": "a long walk by the river", "cookie": True}).headers["Set-Cookie"].split(";")[0]

    def status(origin, headers=(), with_cookie=True):
        try:
            made = websocket.create_connection(
                server.url.replace("http", "ws", 1) + "/v1/changes/live", timeout=10, http_no_proxy=["127.0.0.1"],
                suppress_origin=origin is None, origin=origin, cookie=cookie if with_cookie else None, header=list(headers))
            made.close()
            return 101
        except websocket.WebSocketBadStatusException as error:
            return error.status_code

    assert status(server.url) == 101
    assert status("https://app.example.com") == 101
    for origin in ("https://evil.test", "https://app.example.com.evil.test", "https://other.example.com", "null", None):
        assert status(origin) == 403, origin
    for site in ("cross-site", "same-site", "none"):
        assert status("https://evil.test", [f"Sec-Fetch-Site: {site}"]) == 403, site
    # A token is sent by a program, not automatically by a browser.
    assert status("https://evil.test", [f"Authorization: Bearer {org.owner.token}"], with_cookie=False) == 101


# The log ------------------------------------------------------------------------------------------


def test_the_log_keeps_nobody_s_name_or_number(api, org):
    words = {"first_name": "Canaryfirst", "last_name": "Canarylast", "email": "canary@canary.example", "phone": "+16175550199",
             "notes": "canarynote"}
    event = org.event(publish=True, contact_email="canarydesk@example.org", contact_phone="+16175550198")
    made = org.owner.ok("POST", f"/v1/events/{event['id']}/attendees", words, status=201)
    path = f"/v1/events/{event['id']}/attendees/{made['id']}"
    org.owner.ok("PATCH", path, {"last_name": "Canarysecond", "notes": "canarysecondnote", "phone": "+16175550197"})
    org.owner.ok("POST", f"{path}/check-in", {"client_id": str(uuid.uuid4()), "occurred_at": "2030-05-01T15:30:00Z"})
    org.owner.ok("POST", "/v1/invitations", {"email": "canaryguest@example.org", "message": "canarymessage"}, status=201)
    org.owner.ok("PATCH", f"/v1/events/{event['id']}", {"contact_phone": "+16175550196"})
    entries = list(org.owner.pages("/v1/audit-log"))
    text = json.dumps(entries).lower()
    assert "canary" not in text and "1617555" not in text and "ada" not in json.dumps([e["after"] for e in entries]).lower()
    logged = {(entry["entity"], entry["action"].split(".")[-1]) for entry in entries}
    assert {("attendee", "update"), ("invitation", "create")} <= logged  # The actions themselves are logged.
    assert any((entry["after"] or {}).get("status") == "attended" for entry in entries)
