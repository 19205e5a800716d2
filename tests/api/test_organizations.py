# SPDX-License-Identifier: GPL-3.0-or-later
"""Organizations, members, invitations, API tokens and devices, including failures."""

import datetime
import re
import threading

import pytest

from harness.authenticator import with_second_factor
from harness.client import Client, Organization, Outbox, is_problem, new_person, unique


def sql(server, statement, *parameters):
    """As a superuser: for state that the API cannot show, or for which a test cannot wait."""
    return server.cluster.sql(parameters or None, statement, server.database)


def code_of(reply):
    return reply.json().get("code")


def refused(reply, status, code=None, pointer=None):
    assert reply.status_code == status, f"{reply.status_code} {reply.text[:500]}"
    if code is not None:
        assert code_of(reply) == code, reply.text[:500]
    if pointer is not None:
        assert [error["pointer"] for error in reply.json()["errors"]] == [pointer], reply.text[:500]
    return True


def member_of(client, user_id):
    return next((m for m in client.pages("/v1/members") if m["user_id"] == user_id), None)


def with_token(client, token):
    return Client(client.server, token=token, recorder=client.recorder)


def without_request_id(reply):
    return {k: v for k, v in reply.json().items() if k != "request_id"}


def at_once(*calls):
    """Run calls in separate threads, started together; returns their replies in order."""
    barrier = threading.Barrier(len(calls))
    answers = [None] * len(calls)

    def run(index):
        barrier.wait()
        answers[index] = calls[index]()

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def invitation_mail(server, address, nth=1):
    """The nth invitation mail to an address, whatever other mails were sent there."""
    outbox = Outbox(server)
    outbox.token(address, prefix="cci_")
    for count in range(nth, nth + 3):
        mails = [m for m in outbox.wait(address, count) if "cci_" in m.get_body().get_content()]
        if len(mails) >= nth:
            return mails[nth - 1]
    raise AssertionError(f"no invitation number {nth} to {address}")


def invitation_token(server, address, nth=1):
    text = invitation_mail(server, address, nth).get_body().get_content()
    return re.search(r"^Token: (cci_[A-Za-z0-9_-]{43})", text, re.MULTILINE).group(1)


def invite(org, address, **more):
    made = org.owner.ok("POST", "/v1/invitations", {"email": address, **more}, status=201)
    return made, invitation_token(org.owner.server, address)


# Organizations ----------------------------------------------------------------------------------


def test_create_makes_owner_and_switches(person):
    assert refused(person.get("/v1/organization"), 403)
    made = person.ok("POST", "/v1/organizations", {
        "name": "Neighbors für Elm Straße", "description": "Zwei\nZeilen", "timezone": "Europe/Berlin",
        "website_url": "https://example.org/", "default_event_capacity": 40}, status=201)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", made["slug"]) and made["slug"].startswith("neighbors-fur")
    assert made["timezone"] == "Europe/Berlin" and made["require_second_factor"] is False
    current = person.ok("GET", "/v1/organization")
    assert current["id"] == made["id"] and current["description"] == "Zwei\nZeilen"
    assert current["default_event_capacity"] == 40 and current["subscription_status"] == "trial"
    mine = person.ok("GET", "/v1/organizations")["data"]
    assert [(o["id"], o["role"], o["active"]) for o in mine] == [(made["id"], "owner", True)]


def test_slugs(person, org):
    name = unique("Same Name")
    first = person.ok("POST", "/v1/organizations", {"name": name})
    second = person.ok("POST", "/v1/organizations", {"name": name})
    assert second["slug"] == first["slug"] + "-2"
    unnamed = person.ok("POST", "/v1/organizations", {"name": "Соседи"})
    assert unnamed["slug"].startswith("organization")
    assert refused(person.post("/v1/organizations", {"name": "Other", "slug": org.slug}), 409, "slug_taken")
    assert refused(person.patch("/v1/organization", {"slug": org.slug}), 409)
    for wrong in ("Has Space", "-x", "x--y", "UP", "ü", ""):
        assert refused(person.post("/v1/organizations", {"name": "Other", "slug": wrong}), 422)
    for wrong in ("", " ", " x", "x\n", "x" * 256, 7, None):
        assert refused(person.post("/v1/organizations", {"name": wrong}), 422)


def test_create_needs_a_person(api, org):
    assert refused(api.post("/v1/organizations", {"name": "x"}), 401)
    token = org.owner.ok("POST", "/v1/api-tokens", {"name": "t", "scopes": ["manage_organization"]})
    assert refused(with_token(api, token["token"]).post("/v1/organizations", {"name": "x"}), 403)


def test_many_at_once_with_one_name(person):
    name = unique("Race")
    others = [with_token(person, person.token) for _ in range(4)]
    answers = at_once(*[lambda c=c: c.post("/v1/organizations", {"name": name}) for c in others])
    assert [a.status_code for a in answers] == [201] * 4
    assert len({a.json()["slug"] for a in answers}) == 4


def test_update(org):
    reply = org.owner.get("/v1/organization")
    etag = reply.headers["ETag"]
    changed = org.admin.patch("/v1/organization", {"name": "New name", "avatar_url": None},
                              headers={"If-Match": etag})
    assert changed.status_code == 200 and changed.json()["name"] == "New name"
    assert changed.headers["ETag"] != etag and changed.json()["slug"] == org.slug
    assert refused(org.admin.patch("/v1/organization", {"name": "Late"}, headers={"If-Match": etag}), 412)
    assert org.owner.ok("GET", "/v1/organization")["name"] == "New name"
    assert refused(org.member.patch("/v1/organization", {"name": "Mine"}), 403)
    for wrong in ({"stripe_customer_id": "cus_1"}, {"subscription_status": "active"}, {"id": 5},
                  {"timezone": "Mars/Base"}, {"default_event_capacity": 0}, {"name": None},
                  {"website_url": "javascript:alert(1)"}, {"nonsense": 1}):
        assert refused(org.owner.patch("/v1/organization", wrong), 422)


def test_billing_is_for_admins(org):
    sql(org.owner.server, "UPDATE organizations SET stripe_customer_id = 'cus_7' WHERE id = %s", org.id)
    assert org.owner.ok("GET", "/v1/organization")["stripe_customer_id"] == "cus_7"
    seen = org.member.ok("GET", "/v1/organization")
    assert "stripe_customer_id" not in seen and "subscription_status" not in seen


def test_switch(org, api):
    other = Organization(api, everybody=False)
    assert refused(org.owner.put("/v1/session/organization", {"organization_id": other.id}), 404)
    absent = org.owner.put("/v1/session/organization", {"organization_id": 10**15})
    foreign = org.owner.put("/v1/session/organization", {"organization_id": other.id})
    assert without_request_id(absent) == without_request_id(foreign)
    assert org.owner.ok("GET", "/v1/organization")["id"] == org.id
    mine = org.owner.ok("POST", "/v1/organizations", {"name": unique("Second")})
    assert org.owner.ok("GET", "/v1/organization")["id"] == mine["id"]
    back = org.owner.ok("PUT", "/v1/session/organization", {"organization_id": org.id})
    assert back["role"] == "owner" and back["active"] is True
    assert org.owner.ok("GET", "/v1/organization")["id"] == org.id
    mine = {o["id"]: o["active"] for o in org.owner.pages("/v1/organizations", {"limit": 1})}
    assert len(mine) == 2 and mine[org.id] is True


def test_switch_is_of_one_session(org):
    second = org.owner.anonymous()
    second.sign_in(org.owner.email)
    other = second.ok("POST", "/v1/organizations", {"name": unique("Other")})
    assert second.ok("GET", "/v1/organization")["id"] == other["id"]
    assert org.owner.ok("GET", "/v1/organization")["id"] == org.id


# Members ----------------------------------------------------------------------------------------


def test_list_members(org):
    seen = list(org.owner.pages("/v1/members", {"limit": 2}))
    assert [m["role"] for m in seen] == ["owner", "admin", "member"]
    assert seen[1]["email"] == org.admin.email and seen[0]["has_second_factor"] is False
    assert seen[2]["invited_by"] == org.owner.user
    assert all("email" not in m and "has_second_factor" not in m for m in org.member.pages("/v1/members"))
    assert [m["user_id"] for m in org.member.pages("/v1/members", {"role": "admin"})] == [org.admin.user]
    assert refused(org.member.get("/v1/members", {"role": "boss"}), 422)
    assert refused(org.member.anonymous().get("/v1/members"), 401)


def test_rights_change_at_once(org):
    path = f"/v1/members/{org.member.user}"
    body = {"title": "x", "start_time": "2030-05-01T15:00:00Z", "end_time": "2030-05-01T18:00:00Z"}
    assert refused(org.member.post("/v1/events", body), 403)
    changed = org.admin.ok("PATCH", path, {"permissions": {"manage_events": True}})
    assert changed["permissions"] == {"manage_events": True} and changed["role"] == "member"
    org.member.ok("POST", "/v1/events", body, status=201)
    changed = org.admin.ok("PATCH", path, {"permissions": {"manage_events": None, "check_in": False}})
    assert changed["permissions"] == {"check_in": False}
    assert refused(org.member.post("/v1/events", body), 403)
    org.owner.ok("PATCH", path, {"role": "admin"})
    org.member.ok("POST", "/v1/events", body, status=201)
    org.owner.ok("PATCH", path, {"role": "member"})
    assert refused(org.member.post("/v1/events", body), 403)


def test_update_member_wrong_ways(org):
    path = f"/v1/members/{org.member.user}"
    for wrong in ({"permissions": {"owner": True}}, {"permissions": {"nonsense": True}},
                  {"permissions": {"check_in": "yes"}}, {"permissions": []}, {"permissions": None},
                  {"role": "boss"}, {"role": None}, {"email": "x@example.org"}):
        reply = org.owner.patch(path, wrong)
        assert refused(reply, 422)
        assert reply.json()["errors"][0]["pointer"].startswith("/")
    assert refused(org.member.patch(path, {"permissions": {"manage_events": True}}), 403)
    version = member_of(org.owner, org.member.user)["version"]
    org.owner.ok("PATCH", path, {"permissions": {"manage_events": True}},
                 headers={"If-Match": f'"{version}"'})
    stale = org.owner.patch(path, {"permissions": {"manage_events": False}},
                            headers={"If-Match": f'"{version}"'})
    assert refused(stale, 412)


def test_only_an_owner_touches_leaders(org):
    admin = f"/v1/members/{org.admin.user}"
    assert refused(org.admin.patch(f"/v1/members/{org.member.user}", {"role": "admin"}), 403, "owner_only")
    assert refused(org.admin.patch(f"/v1/members/{org.owner.user}", {"role": "member"}), 403, "owner_only")
    assert refused(org.admin.patch(admin, {"role": "owner"}), 403, "owner_only")
    assert refused(org.admin.delete(f"/v1/members/{org.owner.user}"), 403, "owner_only")
    second = org.add("admin")
    assert refused(org.admin.delete(f"/v1/members/{second.user}"), 403, "owner_only")
    assert refused(org.admin.post("/v1/organization/transfer", {"user_id": org.member.user}), 403)
    org.owner.ok("PATCH", admin, {"role": "member"})
    assert refused(org.admin.get("/v1/invitations"), 403)


def test_nobody_gives_more_than_he_has(org):
    helper = org.add("member", {"manage_members": True})
    path = f"/v1/members/{org.member.user}"
    assert refused(helper.patch(path, {"permissions": {"manage_events": True}}), 403, "above_own_rights")
    own = f"/v1/members/{helper.user}"
    assert refused(helper.patch(own, {"permissions": {"manage_tokens": True}}), 403, "above_own_rights")
    helper.ok("PATCH", path, {"permissions": {"manage_members": True}})
    invited = {"email": f"{unique('x')}@example.org", "role": "member"}
    above = {**invited, "permissions": {"view_audit": True}}
    assert refused(helper.post("/v1/invitations", above), 403, "above_own_rights")
    assert refused(helper.post("/v1/invitations", {**invited, "role": "admin"}), 403, "owner_only")
    helper.ok("POST", "/v1/invitations", invited, status=201)
    # Rights that a member already has may stay while others change.
    org.owner.ok("PATCH", path, {"permissions": {"view_audit": True}})
    helper.ok("PATCH", path, {"permissions": {"check_in": False}})


def test_removed_member_is_out_at_once(org):
    org.member.ok("GET", "/v1/members")
    org.admin.ok("DELETE", f"/v1/members/{org.member.user}", status=204)
    assert org.member.get("/v1/members").status_code in (401, 403)
    assert org.member.get("/v1/events").status_code in (401, 403)
    assert refused(org.member.put("/v1/session/organization", {"organization_id": org.id}), 404)
    assert org.member.ok("GET", "/v1/organizations")["data"] == []
    assert refused(org.admin.delete(f"/v1/members/{org.member.user}"), 404)


def test_remove_wrong_ways(org, api):
    assert refused(org.owner.delete(f"/v1/members/{org.owner.user}"), 409, "use_leave")
    assert refused(org.member.delete(f"/v1/members/{org.admin.user}"), 403)
    other = Organization(api, everybody=False)
    for method in ("DELETE", "PATCH"):
        body = {"role": "member"} if method == "PATCH" else None
        foreign = org.owner.request(method, f"/v1/members/{other.owner.user}", body)
        absent = org.owner.request(method, f"/v1/members/{10**15}", body)
        assert is_problem(foreign, 404, "not_found")
        assert without_request_id(foreign) == without_request_id(absent)


def test_leave(org):
    org.member.ok("POST", "/v1/organization/leave", status=204)
    assert refused(org.member.get("/v1/organization"), 403)
    assert member_of(org.owner, org.member.user) is None
    assert refused(org.owner.post("/v1/organization/leave"), 409, "last_owner")
    assert refused(org.owner.patch(f"/v1/members/{org.owner.user}", {"role": "admin"}), 409, "last_owner")
    assert member_of(org.owner, org.owner.user)["role"] == "owner"


@pytest.mark.parametrize("round_number", range(3))
def test_two_owners_leave_at_once(org, round_number):
    second = org.add("owner")
    answers = at_once(lambda: org.owner.post("/v1/organization/leave"),
                      lambda: second.post("/v1/organization/leave"))
    assert sorted(a.status_code for a in answers) == [204, 409]
    assert [m["role"] for m in org.admin.pages("/v1/members")].count("owner") == 1


def test_two_owners_unmake_each_other_at_once(org):
    second = org.add("owner")
    answers = at_once(
        lambda: org.owner.patch(f"/v1/members/{second.user}", {"role": "member"}),
        lambda: second.patch(f"/v1/members/{org.owner.user}", {"role": "member"}))
    assert 200 in [a.status_code for a in answers]
    assert all(a.status_code in (200, 403, 409) for a in answers)
    assert [m["role"] for m in org.admin.pages("/v1/members")].count("owner") == 1


def test_transfer(org, person):
    assert refused(org.owner.post("/v1/organization/transfer", {"user_id": person.user}), 422)
    assert refused(org.owner.post("/v1/organization/transfer", {"user_id": org.owner.user}), 409)
    org.owner.ok("POST", "/v1/organization/transfer", {"user_id": org.member.user}, status=204)
    roles = {m["user_id"]: m["role"] for m in org.member.pages("/v1/members")}
    assert roles == {org.owner.user: "admin", org.admin.user: "admin", org.member.user: "owner"}
    assert refused(org.owner.post("/v1/organization/transfer", {"user_id": org.owner.user}), 403)
    org.member.ok("PATCH", f"/v1/members/{org.owner.user}", {"role": "member"})


def test_without_an_active_organization(org):
    """The error of a session without an organization explains how to choose one, and names no missing right."""
    org.owner.ok("DELETE", f"/v1/members/{org.member.user}", status=204)  # the session still names the organization
    for person in (new_person(org.owner), org.member):
        for method, path in (("GET", "/v1/turfs"), ("GET", "/v1/organization"), ("POST", "/v1/events"),
                             ("POST", "/v1/organization/transfer")):
            reply = person.request(method, path, {} if method == "POST" else None)
            assert refused(reply, 403, "no_organization"), path
            assert "PUT /v1/session/organization" in reply.json()["detail"]
        person.ok("GET", "/v1/organizations")
    made = person.ok("POST", "/v1/organizations", {"name": unique("Own")})
    person.ok("PUT", "/v1/session/organization", {"organization_id": made["id"]})
    assert person.ok("GET", "/v1/organization")["id"] == made["id"]
    assert refused(org.admin.post("/v1/organization/transfer", {"user_id": org.owner.user}), 403, "right")


def test_required_second_factor(org):
    demand = {"require_second_factor": True}
    # A member who requires a second factor must have one, so that the request locks nobody out.
    assert refused(org.owner.patch("/v1/organization", demand), 409, "second_factor_needed_first", "/require_second_factor")
    assert refused(org.owner.post("/v1/organizations", {"name": unique("Own"), **demand}), 409, "second_factor_needed_first")
    org.owner.ok("GET", "/v1/organization")
    phone, codes = with_second_factor(org.owner)
    org.owner.ok("PATCH", "/v1/organization", demand)
    org.owner.ok("GET", "/v1/members")
    # The requirement depends on rights, not on roles.
    helpers = [org.add("member", {right: True}) for right in ("manage_members", "export_voters")]
    for leader in (org.admin, *helpers):
        assert refused(leader.get("/v1/organization"), 403, "second_factor_needed")
        assert refused(leader.get("/v1/members"), 403, "second_factor_needed")
        leader.ok("GET", "/v1/me")
        leader.ok("GET", "/v1/organizations")
    for plain in (org.member, org.add("member", {"check_in": False}), org.add("member", {"canvass": True})):
        plain.ok("GET", "/v1/organization")
    with_second_factor(helpers[0])
    helpers[0].ok("GET", "/v1/members")
    # Turning the requirement off needs the second factor: a stolen session alone cannot do it.
    for off in ({"require_second_factor": False}, {"name": unique("Off"), "require_second_factor": False}):
        assert refused(org.owner.patch("/v1/organization", off), 422, "second_factor_required", "/code")
    assert refused(org.owner.patch("/v1/organization", {"require_second_factor": False, "recovery_code": "aaaa-aaaa-aaaa-aaaa"}), 422,
                   "second_factor_wrong", "/recovery_code")
    token = org.owner.ok("POST", "/v1/api-tokens", {"name": "Sync", "scopes": ["manage_organization"], "recovery_code": codes[0]},
                         status=201)["token"]
    assert refused(Client(org.owner.server, token=token, recorder=org.owner.recorder).patch("/v1/organization", {"require_second_factor": False}), 403, "person_needed")
    assert org.owner.ok("PATCH", "/v1/organization", {"name": unique("Still")})["require_second_factor"] is True
    renamed = org.owner.ok("PATCH", "/v1/organization", {"require_second_factor": False, "recovery_code": codes[1]})
    assert renamed["require_second_factor"] is False and not {"code", "recovery_code"} & renamed.keys()
    org.admin.ok("GET", "/v1/organization")
    org.owner.ok("PATCH", "/v1/organization", {"require_second_factor": False})  # nothing to turn off
    org.owner.ok("PATCH", "/v1/organization", demand)
    # Rights given later make the requirement apply from then on.
    org.owner.ok("PATCH", f"/v1/members/{org.member.user}", {"permissions": {"view_audit": True}})
    assert refused(org.member.get("/v1/organization"), 403, "second_factor_needed")
    own = new_person(org.owner)
    away = own.ok("POST", "/v1/organizations", {"name": unique("Own")})
    assert own.ok("GET", "/v1/organization")["id"] == away["id"]


# Invitations ------------------------------------------------------------------------------------


def test_invite_and_accept(org, person):
    body = {"email": person.email.upper(), "role": "member", "permissions": {"manage_events": True},
            "message": "Wir brauchen dich.\nAm Samstag!"}
    made = org.admin.ok("POST", "/v1/invitations", body, status=201)
    assert made["status"] == "pending" and made["email"] == person.email
    assert "token" not in made
    mail = Outbox(person.server).wait(person.email)[-1]
    text = mail.get_body().get_content()
    token = Outbox(person.server).token(person.email, prefix="cci_")
    assert f"/invitations/accept#token={token}" in text and f"Token: {token}" in text
    assert "Am Samstag!" in text and "\n" not in mail["Subject"]
    joined = person.ok("POST", "/v1/invitations/accept", {"token": token})
    assert joined["id"] == org.id and joined["role"] == "member" and joined["active"] is True
    assert joined["permissions"] == {"manage_events": True}
    assert person.ok("GET", "/v1/organization")["id"] == org.id
    org.event(person)
    assert refused(person.post("/v1/invitations/accept", {"token": token}), 409, "invitation_closed")
    assert refused(org.admin.post("/v1/invitations", body), 409, "already_member")
    done = next(i for i in org.admin.pages("/v1/invitations", {"status": "accepted"}) if i["id"] == made["id"])
    assert done["responded_at"] is not None
    assert member_of(org.owner, person.user)["invited_by"] == org.admin.user


def test_accept_is_for_the_invited(org, person):
    address = f"{unique('guest')}@example.org"
    _, token = invite(org, address)
    assert refused(person.post("/v1/invitations/accept", {"token": token}), 403, "other_address")
    assert refused(person.anonymous().post("/v1/invitations/accept", {"token": token}), 401)
    guest = new_person(person, address)
    sql(person.server, "UPDATE users SET email_verified_at = NULL WHERE email = %s", address)
    assert refused(guest.post("/v1/invitations/accept", {"token": token}), 403, "email_not_verified")
    sql(person.server, "UPDATE users SET email_verified_at = now() WHERE email = %s", address)
    guest.ok("POST", "/v1/invitations/accept", {"token": token})
    assert refused(guest.post("/v1/invitations/accept", {"token": "cci_" + "A" * 43}), 422, "bad_token", "/token")


def test_accept_once_at_once(org, person):
    _, token = invite(org, person.email)
    others = [with_token(person, person.token) for _ in range(3)]
    answers = at_once(*[lambda c=c: c.post("/v1/invitations/accept", {"token": token}) for c in others])
    assert sorted(a.status_code for a in answers) == [200, 409, 409]
    assert [m["user_id"] for m in org.owner.pages("/v1/members")].count(person.user) == 1


def test_expired(org, person):
    made, token = invite(org, person.email)
    sql(person.server, "UPDATE invitations SET expires_at = now() - interval '1 second' WHERE id = %s", made["id"])
    assert refused(person.post("/v1/invitations/accept", {"token": token}), 409, "invitation_expired")
    assert refused(person.anonymous().post("/v1/invitations/decline", {"token": token}), 409, "invitation_expired")
    assert [i["id"] for i in org.owner.pages("/v1/invitations", {"status": "expired"})] == [made["id"]]
    assert made["id"] not in [i["id"] for i in org.owner.pages("/v1/invitations", {"status": "pending"})]
    again = org.owner.ok("POST", "/v1/invitations", {"email": person.email}, status=201)
    fresh = invitation_token(person.server, person.email, 2)
    assert again["id"] != made["id"] and fresh != token
    person.ok("POST", "/v1/invitations/accept", {"token": fresh})


def test_decline(org, api):
    made, token = invite(org, f"{unique('guest')}@example.org")
    api.ok("POST", "/v1/invitations/decline", {"token": token}, status=204)
    assert refused(api.post("/v1/invitations/decline", {"token": token}), 409, "invitation_closed")
    assert refused(api.post("/v1/invitations/decline", {"token": "cci_" + "B" * 43}), 422, "bad_token", "/token")
    declined = org.owner.ok("GET", "/v1/invitations", query={"status": "declined"})["data"]
    assert [i["id"] for i in declined] == [made["id"]]


def test_revoke_and_resend(org, person):
    made, token = invite(org, person.email)
    path = f"/v1/invitations/{made['id']}"
    assert refused(org.owner.post("/v1/invitations", {"email": person.email}), 409, "already_invited")
    assert refused(org.owner.post(f"{path}/resend"), 429, "too_soon")
    sql(person.server, "UPDATE invitations SET sent_at = now() - interval '2 minutes', "
        "expires_at = now() - interval '1 day' WHERE id = %s", made["id"])
    sent = org.owner.ok("POST", f"{path}/resend")
    assert sent["status"] == "pending" and sent["expires_at"] > made["created_at"]
    fresh = invitation_token(person.server, person.email, 2)
    assert fresh != token
    assert refused(person.post("/v1/invitations/accept", {"token": token}), 422, "bad_token", "/token")
    org.admin.ok("DELETE", path, status=204)
    assert refused(org.admin.delete(path), 404)
    assert refused(org.owner.post(f"{path}/resend"), 409, "invitation_closed")
    assert refused(person.post("/v1/invitations/accept", {"token": fresh}), 409, "invitation_closed")
    assert refused(org.member.get("/v1/invitations"), 403)


def test_invitation_wrong_ways(org, api):
    for wrong in ({}, {"email": "no"}, {"email": "x@example.org", "role": "boss"},
                  {"email": "x@example.org", "permissions": {"nonsense": True}},
                  {"email": "x@example.org", "status": "accepted"},
                  {"email": "x@example.org\r\nBcc: y@example.org"},
                  {"email": "x@example.org", "message": "y" * 1001}):
        assert refused(org.owner.post("/v1/invitations", wrong), 422)
    other = Organization(api, everybody=False)
    foreign, _ = invite(other, f"{unique('guest')}@example.org")
    for method, suffix in (("DELETE", ""), ("POST", "/resend")):
        theirs = org.owner.request(method, f"/v1/invitations/{foreign['id']}{suffix}")
        absent = org.owner.request(method, f"/v1/invitations/{10**15}{suffix}")
        assert is_problem(theirs, 404, "not_found")
        assert without_request_id(theirs) == without_request_id(absent)


# API tokens -------------------------------------------------------------------------------------


def make_token(client, *scopes, **more):
    return client.ok("POST", "/v1/api-tokens", {"name": "t", "scopes": list(scopes), **more}, status=201)


def test_token_has_its_scopes_and_no_more(org):
    made = make_token(org.admin, "manage_events", "check_in", "manage_events")
    assert made["token"].startswith("cct_") and made["token_prefix"] == made["token"][:8]
    assert made["scopes"] == ["check_in", "manage_events"]
    program = with_token(org.owner, made["token"])
    org.event(program)
    program.ok("GET", "/v1/members")
    assert all("email" not in m for m in program.pages("/v1/members"))
    for method, path, body in (("GET", "/v1/invitations", None), ("GET", "/v1/api-tokens", None),
                               ("PATCH", "/v1/organization", {"name": "x"}),
                               ("POST", "/v1/organization/transfer", {"user_id": org.member.user}),
                               ("GET", "/v1/organizations", None), ("GET", "/v1/me", None)):
        assert refused(program.request(method, path, body), 403)
    assert refused(program.post("/v1/organization/leave"), 409)
    listed = org.admin.ok("GET", "/v1/api-tokens")["data"]
    assert [t["id"] for t in listed] == [made["id"]] and "token" not in listed[0]
    assert listed[0]["created_by"] == org.admin.user


def test_token_is_cut_to_its_maker(org):
    helper = org.add("member", {"manage_tokens": True})
    reply = helper.post("/v1/api-tokens", {"name": "t", "scopes": ["manage_events"]})
    assert refused(reply, 403, "above_own_rights")
    made = make_token(helper, "check_in", "manage_tokens")
    assert refused(org.member.post("/v1/api-tokens", {"name": "t", "scopes": []}), 403)
    program = with_token(helper, made["token"])
    reply = program.post("/v1/api-tokens", {"name": "t", "scopes": ["manage_members"]})
    assert refused(reply, 403, "above_own_rights")
    in_days = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=300)
    child = make_token(program, "check_in", expires_at=in_days.isoformat())
    assert child["expires_at"] == made["expires_at"]
    # An API token does not give owner-like rights.
    leader = with_token(org.owner, make_token(org.owner, "manage_members")["token"])
    assert refused(leader.patch(f"/v1/members/{org.admin.user}", {"role": "member"}), 403, "owner_only")
    address = f"{unique('x')}@example.org"
    assert refused(leader.post("/v1/invitations", {"email": address, "role": "owner"}), 403, "owner_only")
    made = leader.ok("POST", "/v1/invitations", {"email": address}, status=201)
    assert made["invited_by"] is None


def test_token_wrong_ways(org):
    for wrong in ({}, {"name": "t"}, {"name": "", "scopes": []}, {"name": "t", "scopes": ["owner"]},
                  {"name": "t", "scopes": ["member"]}, {"name": "t", "scopes": ["nonsense"]},
                  {"name": "t", "scopes": "check_in"},
                  {"name": "t", "scopes": [], "expires_at": "2020-01-01T00:00:00Z"},
                  {"name": "t", "scopes": [], "expires_at": "2099-01-01T00:00:00Z"},
                  {"name": "t", "scopes": [], "token": "cct_x"}):
        assert refused(org.owner.post("/v1/api-tokens", wrong), 422)
    several = org.owner.post("/v1/api-tokens", {"name": "t", "scopes": ["a", "check_in", "b"]})
    assert [e["pointer"] for e in several.json()["errors"]] == ["/scopes/0", "/scopes/2"]


def test_revoked_and_expired_tokens(org, api):
    made = make_token(org.owner, "manage_events")
    program = with_token(org.owner, made["token"])
    program.ok("GET", "/v1/events")
    other = Organization(api, everybody=False)
    foreign = other.owner.delete(f"/v1/api-tokens/{made['id']}")
    absent = other.owner.delete(f"/v1/api-tokens/{10**15}")
    assert is_problem(foreign, 404, "not_found")
    assert without_request_id(foreign) == without_request_id(absent)
    org.admin.ok("DELETE", f"/v1/api-tokens/{made['id']}", status=204)
    assert refused(program.get("/v1/events"), 401)
    assert refused(org.admin.delete(f"/v1/api-tokens/{made['id']}"), 404)
    assert org.owner.ok("GET", "/v1/api-tokens")["data"] == []
    everything = org.owner.ok("GET", "/v1/api-tokens", query={"include_revoked": "true"})["data"]
    assert everything[0]["revoked_at"] is not None
    late = make_token(org.owner, "manage_events")
    sql(org.owner.server, "UPDATE api_tokens SET expires_at = now() - interval '1 second' WHERE id = %s", late["id"])
    assert refused(with_token(org.owner, late["token"]).get("/v1/events"), 401)


# Devices ----------------------------------------------------------------------------------------


def add_device(client, **more):
    return client.ok("POST", "/v1/devices", {"name": "Door", "profile": "door_list", **more}, status=201)


def test_pair_device(org, api):
    event = org.event()
    made = add_device(org.admin, scope={"event_id": event["id"]})
    assert re.fullmatch(r"([A-HJ-NP-Z2-9]{4}-){2}[A-HJ-NP-Z2-9]{4}", made["pairing_code"])
    typed = made["pairing_code"].lower().replace("-", " ")
    paired = api.ok("POST", "/v1/devices/pair", {"code": typed, "name": "Kim's phone"}, status=200)
    assert paired["token"].startswith("ccd_") and paired["organization_id"] == org.id
    assert paired["profile"] == "door_list" and paired["scope"] == {"event_id": event["id"], "turf_id": None}
    assert paired["scopes"] == ["check_in"] and paired["name"] == "Kim's phone"
    device = with_token(api, paired["token"])
    assert [e["id"] for e in device.ok("GET", "/v1/events")["data"]] == [event["id"]]
    for method, path, body in (("POST", "/v1/events", {"title": "x"}), ("GET", "/v1/devices", None),
                               ("GET", "/v1/invitations", None), ("GET", "/v1/organizations", None)):
        assert device.request(method, path, body).status_code == 403
    used = api.post("/v1/devices/pair", {"code": made["pairing_code"]})
    unknown = api.post("/v1/devices/pair", {"code": "AAAA-BBBB-CCCC"})
    assert refused(used, 422, "unknown_code", "/code")
    assert without_request_id(used) == without_request_id(unknown)
    listed = org.admin.ok("GET", "/v1/devices")["data"][0]
    assert listed["paired_at"] is not None and listed["pairing_expires_at"] is None
    assert "token" not in listed and "pairing_code" not in listed


def test_revoked_device_is_out_at_once(org, api):
    made = add_device(org.owner)
    path = f"/v1/devices/{made['id']}"
    device = with_token(api, api.ok("POST", "/v1/devices/pair", {"code": made["pairing_code"]})["token"])
    device.ok("GET", "/v1/events")
    assert refused(org.member.delete(path), 403)
    org.admin.ok("DELETE", path, status=204)
    assert refused(device.get("/v1/events"), 401)
    assert refused(org.admin.delete(path), 404)
    assert refused(org.admin.post(f"{path}/pairing"), 404)
    assert refused(org.admin.patch(path, {"name": "x"}), 404)
    assert org.admin.ok("GET", "/v1/devices")["data"] == []
    assert len(org.admin.ok("GET", "/v1/devices", query={"include_revoked": "true"})["data"]) == 1


def test_renew_pairing(org, api):
    made = add_device(org.owner, profile="canvass")
    path = f"/v1/devices/{made['id']}"
    first = with_token(api, api.ok("POST", "/v1/devices/pair", {"code": made["pairing_code"]})["token"])
    renewed = org.owner.ok("POST", f"{path}/pairing")
    first.ok("GET", "/v1/events")
    again = org.owner.ok("POST", f"{path}/pairing")
    assert refused(api.post("/v1/devices/pair", {"code": renewed["pairing_code"]}), 422, "unknown_code", "/code")
    second = with_token(api, api.ok("POST", "/v1/devices/pair", {"code": again["pairing_code"]})["token"])
    second.ok("GET", "/v1/events")
    assert refused(first.get("/v1/events"), 401)
    late = org.owner.ok("POST", f"{path}/pairing")
    sql(api.server, "UPDATE devices SET pairing_expires_at = now() - interval '1 second' WHERE id = %s", made["id"])
    assert refused(api.post("/v1/devices/pair", {"code": late["pairing_code"]}), 422, "unknown_code", "/code")


def test_one_code_pairs_one_device(org, api):
    made = add_device(org.owner)
    others = [api.anonymous() for _ in range(4)]
    answers = at_once(*[lambda c=c: c.post("/v1/devices/pair", {"code": made["pairing_code"]}) for c in others])
    assert sorted(a.status_code for a in answers) == [200, 422, 422, 422]


def test_device_wrong_ways(org, api):
    other = Organization(api, everybody=False)
    theirs = other.event()
    for wrong in ({}, {"name": "x"}, {"name": "x", "profile": "admin"}, {"name": " ", "profile": "canvass"},
                  {"name": "x", "profile": "canvass", "scopes": ["check_in"]},
                  {"name": "x", "profile": "door_list", "scope": {"turf": 1}},
                  {"name": "x", "profile": "door_list", "scope": {"event_id": "1"}},
                  {"name": "x", "profile": "door_list", "scope": {"event_id": 10**15}},
                  {"name": "x", "profile": "door_list", "scope": {"event_id": theirs["id"]}}):
        assert refused(org.owner.post("/v1/devices", wrong), 422)
    device = add_device(other.owner)
    for method, suffix, body in (("DELETE", "", None), ("PATCH", "", {"name": "x"}), ("POST", "/pairing", None)):
        foreign = org.owner.request(method, f"/v1/devices/{device['id']}{suffix}", body)
        absent = org.owner.request(method, f"/v1/devices/{10**15}{suffix}", body)
        assert is_problem(foreign, 404, "not_found")
        assert without_request_id(foreign) == without_request_id(absent)
    for wrong in ({}, {"code": "short"}, {"code": 12}, {"code": "AAAA-BBBB-CCCC", "name": ""}):
        assert refused(api.post("/v1/devices/pair", wrong), 422)
    helper = org.add("member", {"manage_devices": True, "check_in": False})
    reply = helper.post("/v1/devices", {"name": "x", "profile": "door_list"})
    assert refused(reply, 403, "above_own_rights")


def test_rename_device(org):
    made = add_device(org.owner)
    path = f"/v1/devices/{made['id']}"
    renamed = org.admin.ok("PATCH", path, {"name": "Back door"})
    assert renamed["name"] == "Back door" and renamed["profile"] == "door_list"
    stale = org.admin.patch(path, {"name": "x"}, headers={"If-Match": f'"{renamed["version"] - 1}"'})
    assert refused(stale, 412)
    assert refused(org.admin.patch(path, {"profile": "canvass"}), 422)


def test_pairing_is_limited(make_server):
    client = Client(make_server(RATE_LIMIT_LOGIN="1/3600"))
    for _ in range(30):  # An address has twenty times the quota of an account.
        reply = client.post("/v1/devices/pair", {"code": "AAAA-BBBB-CCCC"})
        if reply.status_code != 422:
            break
    assert is_problem(reply, 429, "rate_limited")
    assert int(reply.headers["Retry-After"]) > 0


# What is stored ---------------------------------------------------------------------------------


def test_nothing_secret_is_stored_in_clear(org, api):
    _, invitation = invite(org, f"{unique('guest')}@example.org")
    token = make_token(org.owner, "check_in")["token"]
    device = add_device(org.owner)
    paired = api.ok("POST", "/v1/devices/pair", {"code": device["pairing_code"]})["token"]
    again = org.owner.ok("POST", f"/v1/devices/{device['id']}/pairing")["pairing_code"]
    secrets = [invitation, token, paired, device["pairing_code"], again, again.replace("-", "")]
    tables = [row[0] for row in sql(api.server, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    assert "api_tokens" in tables
    for table in tables:
        for secret in secrets:
            found = sql(api.server, f"SELECT count(*) FROM {table} t WHERE position(%s IN t::text) > 0 OR "
                        "position(encode(convert_to(%s, 'UTF8'), 'hex') IN t::text) > 0", secret, secret)
            assert found == [(0,)], f"a secret stands in {table}"
    log = api.server.log()
    assert not any(secret in log for secret in secrets)


def test_changes_are_audited(org):
    guest = new_person(org.owner)
    org.owner.ok("POST", "/v1/invitations", {"email": guest.email}, status=201)
    guest.ok("POST", "/v1/invitations/accept", {"token": Outbox(org.owner.server).token(guest.email, prefix="cci_")})
    org.owner.ok("PATCH", f"/v1/members/{org.member.user}", {"permissions": {"manage_events": True}})
    org.owner.ok("DELETE", f"/v1/members/{org.member.user}")
    make_token(org.owner, "check_in")
    rows = sql(org.owner.server, "SELECT action, actor, before, after FROM audit_log "
               "WHERE organization_id = %s ORDER BY seq", org.id)
    actions = [row[0] for row in rows]
    for action in ("organization.create", "invitation.create", "invitation.accept", "member.update",
                   "member.remove", "api_token.create"):
        assert action in actions
    changed = next(row for row in rows if row[0] == "member.update")
    assert changed[1] == f"user:{org.owner.user}"
    assert changed[2] == {"permissions": {}} and changed[3] == {"permissions": {"manage_events": True}}
    assert "token_hash" not in str(rows)
