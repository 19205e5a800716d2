# SPDX-License-Identifier: GPL-3.0-or-later
"""Proof of identity: settings made before a mailbox is proven do not survive the proof by another person; actions
that could take an account over require the second factor; changes end other sessions; and an owner can get an
account back."""

import concurrent.futures
import gzip

import pytest

from harness import services
from harness.authenticator import with_second_factor
from harness.client import PASSWORD, Client, Outbox, new_person, register_person, unique

MINE, THEIRS = "seven green boats at dawn", "attacker knows this phrase 1"


def refused(reply, status, code, pointer=None):
    assert reply.status_code == status, f"{reply.status_code} {reply.text[:500]}"
    problem = reply.json()
    if pointer is None:
        assert problem["code"] == code, problem
    else:
        assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [(pointer, code)], problem
    return True


def address():
    return f"{unique('ann')}@example.org"


def register(client, email, password, place=None, first_name="Ann"):
    client.ok("POST", "/v1/auth/register", {"email": email, "password": password, "first_name": first_name, "last_name": "Lee"},
              status=202, headers={"X-Real-IP": place} if place else None)


def sign_in(client, email, password=PASSWORD, **more):
    return client.anonymous().post("/v1/auth/sign-in", {"email": email, "password": password, **more})


def signed_in(client, email, password=PASSWORD, **more):
    other = client.anonymous()
    other.sign_in(email, password, **more)
    return other


def verify(client, token, place=None, **more):
    return client.post("/v1/auth/verify-email", {"token": token, **more}, headers={"X-Real-IP": place} if place else None)


@pytest.fixture
def someone(api):
    return new_person(api)


# Registrations ------------------------------------------------------------------------------------


def test_the_owner_of_the_mailbox_gets_the_account(api, outbox):
    """A stranger registered the address first: neither password nor link of that registration counts any more."""
    email = address()
    register(api, email, THEIRS, first_name="Mallory")
    first = outbox.token(email)
    register(api, email, MINE)
    second = outbox.token(email, count=2)
    refused(verify(api, first), 422, "bad_token", "/token")
    assert verify(api, second).status_code == 204
    refused(sign_in(api, email, THEIRS), 401, "wrong_credentials")
    assert signed_in(api, email, MINE).ok("GET", "/v1/me")["first_name"] == "Ann"


def test_a_link_sent_again_is_for_the_last_registration(api, outbox):
    email = address()
    register(api, email, THEIRS)
    register(api, email, MINE)
    api.ok("POST", "/v1/auth/resend-verification", {"email": email}, status=202)
    outbox.wait(email, 3)
    assert verify(api, outbox.token(email, count=3)).status_code == 204
    refused(sign_in(api, email, THEIRS), 401, "wrong_credentials")
    assert sign_in(api, email, MINE).status_code == 200


def test_a_verified_account_is_not_registered_over(api, outbox):
    person = register_person(api)
    register(api, person.email, THEIRS)
    outbox.wait(person.email, 2)
    refused(sign_in(api, person.email, THEIRS), 401, "wrong_credentials")
    assert sign_in(api, person.email).status_code == 200


def test_the_password_behind_the_link_counts(api, outbox):
    """Only a stranger has registered; the person who opens the link chooses the password."""
    email = address()
    register(api, email, THEIRS)
    token = outbox.token(email)
    refused(verify(api, token, password="password12345"), 422, "too_weak", "/password")
    assert verify(api, token, password=MINE).status_code == 204
    refused(sign_in(api, email, THEIRS), 401, "wrong_credentials")
    assert sign_in(api, email, MINE).status_code == 200
    refused(verify(api, token, password=THEIRS), 422, "bad_token", "/token")


def test_a_link_alone_does_not_confirm_a_stranger_s_later_registration(make_server):
    """The owner registers, then a stranger registers, and the owner opens the newest mail."""
    server = make_server(TRUSTED_PROXY="127.0.0.1")
    api, outbox = Client(server), Outbox(server)
    home, elsewhere = "2001:db8:1:2::3", "198.51.100.7"
    email = address()
    register(api, email, MINE, home)
    outbox.wait(email, 1)
    register(api, email, THEIRS, elsewhere)
    token = outbox.token(email, count=2)
    refused(verify(api, token, home), 422, "password_needed", "/password")
    assert verify(api, token, home, password=MINE).status_code == 204
    refused(sign_in(api, email, THEIRS), 401, "wrong_credentials")
    assert sign_in(api, email, MINE).status_code == 200
    # The latest registration, from the same network as the link's use, needs no password, also from
    # another address of that network.
    email = address()
    register(api, email, THEIRS, elsewhere)
    outbox.wait(email, 1)
    register(api, email, MINE, home)
    assert verify(api, outbox.token(email, count=2), "2001:db8:1:2::9").status_code == 204
    assert sign_in(api, email, MINE).status_code == 200


def test_a_reset_before_the_proof_ends_the_registration(api, outbox):
    email = address()
    register(api, email, THEIRS)
    link = outbox.token(email)
    api.ok("POST", "/v1/auth/forgot-password", {"email": email}, status=202)
    outbox.wait(email, 2)
    api.ok("POST", "/v1/auth/reset-password", {"token": outbox.token(email, count=2), "password": MINE}, status=204)
    refused(verify(api, link), 422, "bad_token", "/token")
    refused(sign_in(api, email, THEIRS), 401, "wrong_credentials")


@pytest.mark.parametrize("path", ["forgot-password", "resend-verification"])
def test_one_live_link_per_purpose(api, outbox, path):
    email = address()
    register(api, email, MINE)
    tokens = [outbox.token(email)]
    if path == "forgot-password":
        assert verify(api, tokens.pop()).status_code == 204
    for count in (2, 3):
        api.ok("POST", f"/v1/auth/{path}", {"email": email}, status=202)
        outbox.wait(email, count)
        tokens.append(outbox.token(email, count=count))

    def use(token):
        return verify(api, token) if path != "forgot-password" else api.post(
            "/v1/auth/reset-password", {"token": token, "password": THEIRS})

    assert len(set(tokens)) == len(tokens) >= 2
    for old in tokens[:-1]:
        refused(use(old), 422, "bad_token", "/token")
    assert use(tokens[-1]).status_code == 204


def test_links_made_at_once_leave_one(api, server, outbox, someone):
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: api.anonymous().ok("POST", "/v1/auth/forgot-password", {"email": someone.email}, status=202),
                      range(6)))
    tokens = {mail.get_content().split("Token: ")[1].split()[0] for mail in outbox.wait(someone.email, 6)}
    codes = [api.post("/v1/auth/reset-password", {"token": token, "password": MINE}).status_code for token in tokens]
    assert sorted(codes) == [204] + [422] * 5


def test_a_link_of_another_purpose_does_nothing(api, outbox, someone):
    someone.ok("POST", "/v1/me/email", {"password": PASSWORD, "email": address()}, status=202)
    api.ok("POST", "/v1/auth/forgot-password", {"email": someone.email}, status=202)
    outbox.wait(someone.email, 2)
    token = outbox.token(someone.email, count=2)
    refused(verify(api, token), 422, "bad_token", "/token")
    for path in ("undo-email-change", "end-second-factor"):
        refused(api.post(f"/v1/auth/{path}", {"token": token, "password": MINE}), 422, "bad_token", "/token")


def test_a_stolen_password_is_refused(make_server, tmp_path):
    """At every place where a password is set, ignoring case; a list may be plain or gzip."""
    stolen = "1q2w3e4r5t6y7u8i9o"
    text = f"short\n{stolen}\n{'x' * 3000}\nghbdtnrfrltkf\r\n"
    plain, packed, broken = tmp_path / "plain.txt", tmp_path / "list.gz", tmp_path / "broken.gz"
    plain.write_text(text)
    packed.write_bytes(gzip.compress(text.encode()))
    broken.write_bytes(gzip.compress(text.encode() * 100)[:40])
    for path in (plain, packed):
        client = Client(make_server(PASSWORD_LIST=path))
        for password in (stolen, stolen.upper(), "ghbdtnrfrltkf"):
            refused(client.post("/v1/auth/register", {"email": address(), "password": password, "first_name": "Ann",
                                                      "last_name": "Lee"}), 422, "breached", "/password")
        person = new_person(client)
        refused(person.post("/v1/me/password", {"current_password": PASSWORD, "new_password": stolen}), 422, "breached",
                "/new_password")
        register(client, address(), f"{stolen}p")
    for path in (tmp_path / "nowhere.txt", broken):
        server = make_server(start=False, PASSWORD_LIST=path)
        refusal = server.command("serve", timeout=60)
        assert refusal.returncode == 1 and "PASSWORD_LIST" in refusal.stdout + refusal.stderr


# Addresses ----------------------------------------------------------------------------------------


def change_address(person, new, **more):
    person.ok("POST", "/v1/me/email", {"password": PASSWORD, "email": new, **more}, status=202)


def test_a_registration_does_not_keep_an_address_from_its_owner(api, outbox, someone):
    """The squatter's mailbox is unproven; the person who proves it gets the address."""
    new = address()
    register(api, new, THEIRS)
    stale = outbox.token(new)
    change_address(someone, new)
    outbox.wait(new, 2)
    assert verify(api, outbox.token(new, count=2)).status_code == 204
    assert someone.ok("GET", "/v1/me")["email"] == new
    refused(verify(api, stale), 422, "bad_token", "/token")
    refused(sign_in(api, new, THEIRS), 401, "wrong_credentials")


def test_a_changed_address_ends_other_sessions_and_can_be_undone(api, outbox, someone):
    old, new = someone.email, address()
    other = signed_in(api, old)
    change_address(someone, new)
    assert verify(api, outbox.token(new)).status_code == 204
    someone.ok("GET", "/v1/me")
    assert other.get("/v1/me").status_code == 401
    mail = outbox.wait(old, 2)[-1]
    assert "was changed" in mail["Subject"] and "/undo-email-change#token=ccm_" in mail.get_content()
    undo = outbox.token(old, count=2)

    # Further changes by the attacker do not invalidate the link that undoes the change.
    phone, _ = with_second_factor(someone)
    someone.ok("POST", "/v1/me/password", {"current_password": PASSWORD, "new_password": THEIRS, "code": phone.code()}, status=204)
    third = address()
    someone.ok("POST", "/v1/me/email", {"password": THEIRS, "email": third, "code": phone.code()}, status=202)
    assert verify(api, outbox.token(third)).status_code == 204
    register(api, old, THEIRS)

    refused(api.post("/v1/auth/undo-email-change", {"token": undo, "password": "password12345"}), 422, "too_weak", "/password")
    api.ok("POST", "/v1/auth/undo-email-change", {"token": undo, "password": MINE}, status=204)
    assert someone.get("/v1/me").status_code == 401
    refused(sign_in(api, third, THEIRS), 401, "wrong_credentials")
    me = signed_in(api, old, MINE).ok("GET", "/v1/me")
    assert me["id"] == someone.user and me["email"] == old and me["totp_confirmed_at"] is None
    refused(api.post("/v1/auth/undo-email-change", {"token": undo, "password": THEIRS}), 422, "bad_token", "/token")
    # The link sent to the intermediate address becomes invalid with the change that it would undo.
    between = outbox.token(new, count=2)
    refused(api.post("/v1/auth/undo-email-change", {"token": between, "password": THEIRS}), 422, "bad_token", "/token")


def test_undoing_keeps_a_second_factor_that_was_there_before(api, outbox, someone):
    phone, codes = with_second_factor(someone)
    old, new = someone.email, address()
    change_address(someone, new, recovery_code=codes[0])
    assert verify(api, outbox.token(new)).status_code == 204
    outbox.wait(old, 4)
    api.ok("POST", "/v1/auth/undo-email-change", {"token": outbox.token(old, count=4), "password": MINE}, status=204)
    refused(sign_in(api, old, MINE), 401, "second_factor_required")
    assert sign_in(api, old, MINE, code=phone.code()).status_code == 200


# The second factor --------------------------------------------------------------------------------


TAKEOVERS = {
    "/v1/me/password": {"current_password": PASSWORD, "new_password": MINE},
    "/v1/me/email": {"password": PASSWORD, "email": None},
    "/v1/api-tokens": {"name": "Sync", "scopes": []},
}


def test_a_stolen_session_takes_no_organization_over(org):
    """Making and unmaking an owner requires the second factor of an actor who has one; other work does not."""
    owner = org.owner
    _, codes = with_second_factor(owner)
    member = f"/v1/members/{org.member.user}"
    transfer = {"user_id": org.admin.user}
    invited = {"email": f"{unique('new')}@example.org", "role": "owner"}
    refused(owner.patch(member, {"role": "owner"}), 422, "second_factor_required", "/code")
    refused(owner.post("/v1/invitations", invited), 422, "second_factor_required", "/code")
    refused(owner.post("/v1/organization/transfer", transfer), 422, "second_factor_required", "/code")
    assert owner.ok("PATCH", member, {"role": "admin"})["role"] == "admin"
    assert owner.ok("PATCH", member, {"role": "owner", "recovery_code": codes[0]})["role"] == "owner"
    refused(owner.delete(member), 422, "second_factor_required", "/code")
    refused(owner.patch(member, {"role": "member", "recovery_code": codes[0]}), 422, "second_factor_wrong", "/recovery_code")
    assert owner.ok("PATCH", member, {"role": "member", "recovery_code": codes[1]})["role"] == "member"
    made = owner.ok("POST", "/v1/invitations", {**invited, "recovery_code": codes[2]}, status=201)
    assert made["role"] == "owner" and "recovery_code" not in made and "code" not in made
    assert owner.post("/v1/organization/transfer", {**transfer, "recovery_code": codes[3]}).status_code == 204
    assert next(each["role"] for each in org.admin.pages("/v1/members") if each["user_id"] == org.admin.user) == "owner"


@pytest.mark.parametrize("path", TAKEOVERS)
def test_what_takes_an_account_over_asks_for_the_second_factor(api, org, path):
    def body():
        return {**TAKEOVERS[path], **({"email": address()} if "email" in TAKEOVERS[path] else {})}

    owner = org.owner
    phone, codes = with_second_factor(owner)
    refused(owner.post(path, body()), 422, "second_factor_required", "/code")
    refused(owner.post(path, {**body(), "code": phone.wrong()}), 422, "second_factor_wrong", "/code")
    refused(owner.post(path, {**body(), "code": phone.at(phone.last)}), 422, "second_factor_wrong", "/code")  # Used.
    refused(owner.post(path, {**body(), "recovery_code": "aaaa-bbbb-cccc-dddd"}), 422, "second_factor_wrong", "/recovery_code")
    if path == "/v1/me/password":
        assert sign_in(api, owner.email, code=phone.code()).status_code == 200  # Nothing was changed.
    owner.ok("POST", path, {**body(), "code": phone.code()})
    if path == "/v1/api-tokens":
        owner.ok("POST", path, {**body(), "recovery_code": codes[0]})
        refused(owner.post(path, {**body(), "recovery_code": codes[0]}), 422, "second_factor_wrong", "/recovery_code")
        org.admin.ok("POST", path, body())  # Who has no second factor is not asked for one.


def test_a_refused_change_uses_no_recovery_code(api, someone):
    _, codes = with_second_factor(someone)
    refused(someone.post("/v1/me/password", {"current_password": MINE, "new_password": MINE, "recovery_code": codes[0]}), 422,
            "wrong_password", "/current_password")
    refused(someone.post("/v1/me/password", {"current_password": PASSWORD, "new_password": "password12345",
                                             "recovery_code": codes[0]}), 422, "too_weak", "/new_password")
    assert sign_in(api, someone.email, recovery_code=codes[0]).status_code == 200


def test_a_used_recovery_code_is_mailed_wherever_it_was_used(outbox, someone):
    _, codes = with_second_factor(someone)
    change_address(someone, address(), recovery_code=codes[0])
    assert "recovery code was used" in str([mail["Subject"] for mail in outbox.wait(someone.email, 3)])


@pytest.mark.parametrize("change", ["set up", "renew", "remove"])
def test_a_changed_factor_ends_other_sessions(api, someone, change):
    phone, codes = with_second_factor(someone) if change != "set up" else (None, None)
    other = signed_in(api, someone.email, **({"code": phone.code()} if phone else {}))
    if change == "set up":
        with_second_factor(someone)
    else:
        path = {"renew": "/v1/me/recovery-codes", "remove": "/v1/me/totp/disable"}[change]
        someone.ok("POST", path, {"password": PASSWORD, "recovery_code": codes[0]})
    assert other.get("/v1/me").status_code == 401
    someone.ok("GET", "/v1/me")


# The way back after a lost factor ------------------------------------------------------------------


def lose(api, outbox, email, count):
    api.ok("POST", "/v1/auth/lost-second-factor", {"email": email}, status=202)
    outbox.wait(email, count)
    return outbox.token(email, count=count)


def end(api, token, password=PASSWORD):
    return api.post("/v1/auth/end-second-factor", {"token": token, "password": password})


def pass_time(server, person):
    """Move the end of the second factor three days into the past, as if three days had passed."""
    server.sql("UPDATE users SET second_factor_ends_at = second_factor_ends_at - interval '3 days' WHERE id = %s", (person.user,))


def test_a_lost_factor_ends_after_three_days(api, server, outbox, someone):
    with_second_factor(someone)
    token = lose(api, outbox, someone.email, 2)
    refused(end(api, token, MINE), 422, "wrong_password", "/password")
    answer = end(api, token)
    assert answer.status_code == 200
    refused(end(api, token), 422, "bad_token", "/token")
    assert someone.ok("GET", "/v1/me")["second_factor_ends_at"] == answer.json()["ends_at"]
    days = server.sql("SELECT extract(epoch FROM second_factor_ends_at - now()) / 86400 FROM users WHERE id = %s",
                      (someone.user,))[0][0]
    assert 2.9 < days <= 3
    assert "ends in three days" in outbox.wait(someone.email, 3)[-1]["Subject"]
    refused(sign_in(api, someone.email), 401, "second_factor_required")
    # A second report of the lost factor does not change the day on which the factor ends.
    again = end(api, lose(api, outbox, someone.email, 4))
    assert again.json() == answer.json()

    pass_time(server, someone)
    back = signed_in(api, someone.email)
    me = back.ok("GET", "/v1/me")
    assert me["totp_confirmed_at"] is None and me["second_factor_ends_at"] is None
    assert someone.get("/v1/me").status_code == 401
    with_second_factor(back)


def test_whoever_has_the_factor_keeps_it(api, server, outbox, someone):
    phone, codes = with_second_factor(someone)
    for count, proof in ((2, {"code": phone.code()}), (4, {"recovery_code": codes[0]})):
        assert end(api, lose(api, outbox, someone.email, count)).status_code == 200
        assert sign_in(api, someone.email, **proof).status_code == 200
        pass_time(server, someone)
        refused(sign_in(api, someone.email), 401, "second_factor_required")
    assert end(api, lose(api, outbox, someone.email, 7)).status_code == 200
    change_address(someone, address(), code=phone.code())
    assert someone.ok("GET", "/v1/me")["second_factor_ends_at"] is None


def test_nobody_learns_who_has_a_second_factor(api, outbox, someone):
    other = new_person(api)
    with_second_factor(someone)

    def reply_to(email):
        reply = api.post("/v1/auth/lost-second-factor", {"email": email})
        return reply.status_code, {**reply.json(), "request_id": None}

    assert reply_to(someone.email) == reply_to(other.email) == reply_to(address())
    outbox.wait(someone.email, 2)
    assert outbox.mails(other.email) == []


def test_a_squatter_s_second_factor_goes(api, server, outbox):
    """The mailbox's owner gets the account back even after a squatter's password was confirmed."""
    email = address()
    register(api, email, THEIRS)
    assert verify(api, outbox.token(email)).status_code == 204
    squatter = signed_in(api, email, THEIRS)
    with_second_factor(squatter, THEIRS)
    outbox.wait(email, 2)
    api.ok("POST", "/v1/auth/forgot-password", {"email": email}, status=202)
    outbox.wait(email, 3)
    api.ok("POST", "/v1/auth/reset-password", {"token": outbox.token(email, count=3), "password": MINE}, status=204)
    assert squatter.get("/v1/me").status_code == 401
    refused(sign_in(api, email, MINE), 401, "second_factor_required")
    outbox.wait(email, 4)
    ended = end(api, lose(api, outbox, email, 5), MINE)
    assert ended.status_code == 200
    server.sql("UPDATE users SET second_factor_ends_at = now() WHERE email = %s", (email,))
    signed_in(api, email, MINE).ok("GET", "/v1/me")


# Sessions -----------------------------------------------------------------------------------------


def test_sign_out_everywhere(api, server, someone):
    others = [signed_in(api, someone.email) for _ in range(2)]
    someone.ok("DELETE", "/v1/sessions", status=204, query={"keep_current": "true"})
    assert [each.get("/v1/me").status_code for each in (someone, *others)] == [200, 401, 401]
    other = signed_in(api, someone.email)
    someone.ok("DELETE", "/v1/sessions", status=204)
    assert [each.get("/v1/me").status_code for each in (someone, other)] == [401, 401]
    assert sign_in(api, someone.email).status_code == 200

    browser = api.anonymous()
    signed = sign_in(browser, someone.email, cookie=True).headers["Set-Cookie"].split(";")[0]
    out = browser.delete("/v1/sessions", headers={"Cookie": signed, "Content-Type": "application/json", "Origin": server.url})
    assert out.status_code == 204 and "Max-Age=0" in out.headers["Set-Cookie"]


def test_sign_out_everywhere_is_one_s_own(api, someone):
    other = new_person(api)
    someone.ok("DELETE", "/v1/sessions", status=204)
    other.ok("GET", "/v1/me")


@pytest.mark.parametrize("kind, unused, lives", [
    ("bearer", "29 days", True), ("bearer", "30 days", False), ("cookie", "119 minutes", True), ("cookie", "2 hours", False),
])
def test_an_unused_session_ends(api, server, someone, kind, unused, lives):
    cookie = sign_in(api, someone.email, cookie=True).headers["Set-Cookie"].split(";")[0]
    if kind == "cookie":
        client, headers = api.anonymous(), {"Cookie": cookie}
    else:
        client, headers = signed_in(api, someone.email), None
    server.sql("UPDATE sessions SET last_seen_at = now() - %s::interval WHERE user_id = %s AND kind = %s",
               (unused, someone.user, kind))
    assert client.get("/v1/me", headers=headers).status_code == (200 if lives else 401)
    if not lives:
        fresh = signed_in(api, someone.email)
        assert all(each["last_seen_at"] for each in fresh.pages("/v1/sessions"))
        assert kind not in [each["kind"] for each in fresh.pages("/v1/sessions") if not each["current"]]


def test_use_keeps_a_session(api, server, someone):
    browser = api.anonymous()
    headers = {"Cookie": sign_in(api, someone.email, cookie=True).headers["Set-Cookie"].split(";")[0]}
    server.sql("UPDATE sessions SET last_seen_at = now() - interval '90 minutes' WHERE user_id = %s", (someone.user,))
    browser.ok("GET", "/v1/me", headers=headers)
    services.wait_until(lambda: server.sql("SELECT bool_and(last_seen_at > now() - interval '1 minute') FROM sessions "
                                           "WHERE user_id = %s AND kind = 'cookie'", (someone.user,)) == [(True,)], 10, "the note")


def test_sessions_of_a_person_are_bounded(api, server, someone):
    """The least recently used session ends. 99 sessions are made in the database, because each would need a slow
    hash."""
    server.sql("INSERT INTO sessions (token_hash, user_id, kind, last_seen_at, expires_at) "
               "SELECT sha256(random()::text::bytea), %s, 'bearer', now() - n * interval '1 minute', now() + interval '1 day' "
               "FROM generate_series(1, 99) n", (someone.user,))
    server.sql("UPDATE sessions SET last_seen_at = now() - interval '1 day' WHERE device_name = 'tests' AND user_id = %s",
               (someone.user,))
    fresh = signed_in(api, someone.email)
    assert someone.get("/v1/me").status_code == 401
    assert len(list(fresh.pages("/v1/sessions", {"limit": 100}))) == 100
