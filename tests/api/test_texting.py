# SPDX-License-Identifier: GPL-3.0-or-later
"""Text campaigns: audiences, batches, one text per click, answers, opt-outs and quiet hours; exactly the texts
reported as sent reach the outbox."""

import collections
import datetime
import json
import uuid
import zoneinfo

import pytest

from harness.client import Client, Organization, is_problem, unique
from harness.services import wait_until

DAY = {"start_hour": 0, "stop_hour": 24}
HI = "Hi {first_name}, this is {texter_first_name} with {organization}. Reply STOP to opt out."


def sql(org, statement, *parameters):
    return org.owner.server.sql(statement, parameters)


def make_voters(org, n, phones=1, state="MA", zip5="02141"):
    first = int(sql(org, "SELECT COALESCE(max(id), 0) FROM voters")[0][0]) * 10 + 3002000000
    return [row[0] for row in sql(
        org, "INSERT INTO voters (organization_id, first_name, last_name, city, state, zip5, phones) "
             "SELECT %s, 'ROSA', 'MEDINA', 'CAMBRIDGE', %s, %s, (SELECT jsonb_agg('+1' || (%s::bigint + i * 10 + p)) "
             "FROM generate_series(1, %s) p) FROM generate_series(1, %s) i RETURNING id",
        org.id, state, zip5, first, phones, n)]


def phone_of(org, voter):
    return sql(org, "SELECT phones ->> 0 FROM voters WHERE id = %s", voter)[0][0]


def path_of(campaign, *more):
    return "/".join([f"/v1/text-campaigns/{campaign['id']}", *(str(each) for each in more)])


def make_campaign(org, people, opened=True, **fields):
    body = {"name": unique("Texts"), "template": HI, **DAY, **fields}
    body["list_id"] = sql(org, "INSERT INTO voter_lists (organization_id, name, filter) VALUES (%s, %s, %s) RETURNING id",
                          org.id, unique("List"), json.dumps({"ids": people}))[0][0]
    made = org.owner.ok("POST", "/v1/text-campaigns", body, status=201)
    wait_until(lambda: org.owner.ok("GET", path_of(made))["state"] != "filling", 20, "the audience")
    return org.owner.ok("POST", path_of(made, "open")) if opened else org.owner.ok("GET", path_of(made))


def join(client, campaign):
    return client.ok("POST", "/v1/text-campaigns/join", {"code": campaign["code"]})


def batch(client, campaign):
    return client.ok("POST", path_of(campaign, "batches"))["conversations"]


def click(client, talk, text=None, **more):
    body = {"client_id": str(uuid.uuid4()), **more}
    if text is not None:
        body["text"] = text
    return client.post(f"/v1/text-campaigns/{talk['text_campaign_id']}/conversations/{talk['id']}/messages", body)


def sent(client, talk, text=None, **more):
    reply = click(client, talk, text, **more)
    assert reply.status_code == 201, f"{reply.status_code} {reply.text[:500]}"
    return reply.json()


def incoming(org, phone, text, **more):
    return org.owner.ok("POST", "/v1/texts/incoming", {"from": phone, "text": text, **more}, status=201)


def messages(client, talk):
    return list(client.pages(f"/v1/text-campaigns/{talk['text_campaign_id']}/conversations/{talk['id']}/messages"))


def state_of(org, talk):
    return sql(org, "SELECT state, closed_reason FROM text_conversations WHERE id = %s", talk["id"])[0]


def message_state(org, message):
    return sql(org, "SELECT state, error FROM text_messages WHERE id = %s", message["id"])[0]


def settled(org):
    """Wait until no text of the organization is being sent."""
    wait_until(lambda: not sql(org, "SELECT 1 FROM text_messages WHERE organization_id = %s AND state IN ('queued', 'sending')",
                               org.id), 20, "the texts' end")


def outbox(org):
    """The texts written to the outbox for this organization: [(to, text), …]."""
    found = []
    for path in sorted(org.owner.server.texts.glob(f"*-{org.id}-*.txt")):
        head, text = path.read_text(encoding="utf-8").split("\n\n", 1)
        lines = dict(line.split(": ", 1) for line in head.splitlines())
        found.append((lines["To"], text))
    return found


def conflict(reply, code):
    assert is_problem(reply, 409, "conflict"), f"{reply.status_code} {reply.text[:500]}"
    assert reply.json()["code"] == code, reply.text
    return reply.json()["detail"]


def pointers(reply):
    assert is_problem(reply, 422, "validation_error"), f"{reply.status_code} {reply.text[:500]}"
    return sorted(each["pointer"] for each in reply.json()["errors"])


def counts(org, campaign):
    return org.owner.ok("GET", path_of(campaign, "counts"))


def closed_hours():
    start = (datetime.datetime.now(zoneinfo.ZoneInfo("America/New_York")).hour + 6) % 24
    return {"start_hour": start, "stop_hour": start + 1}


@pytest.fixture
def talk(org):
    """A campaign with one person, assigned to org.member, without a first text."""
    campaign = make_campaign(org, make_voters(org, 1))
    join(org.member, campaign)
    return batch(org.member, campaign)[0]


# The campaign -------------------------------------------------------------------------------------


def test_nobody_is_greeted_without_a_name(org):
    people = make_voters(org, 3)
    sql(org, "UPDATE voters SET first_name = '' WHERE id = %s", people[0])
    campaign = make_campaign(org, people)
    join(org.member, campaign)
    talks = {talk["voter_id"]: talk for talk in batch(org.member, campaign)}
    assert "first_name" in conflict(click(org.member, talks[people[0]]), "field_empty")
    assert state_of(org, talks[people[0]])[0] == "needs_message"
    assert sent(org.member, talks[people[1]])["body"].startswith("Hi Rosa, this is ")
    # The same template with a substitute for each empty field.
    campaign = make_campaign(org, people, template="Hi {first_name|neighbor} of {city|our town}! Reply STOP to opt out.")
    join(org.member, campaign)
    talks = {talk["voter_id"]: talk for talk in batch(org.member, campaign)}
    assert talks[people[0]]["draft"] == "Hi neighbor of Cambridge! Reply STOP to opt out."
    assert sent(org.member, talks[people[0]])["body"] == talks[people[0]]["draft"]


def test_make_read_change(org):
    people = make_voters(org, 3)
    sql(org, "UPDATE voters SET phones = (SELECT o.phones FROM voters o WHERE o.id = %s) WHERE id = %s", people[0], people[1])
    campaign = make_campaign(org, people, opened=False, replies=[{"title": "Where?", "text": "In {city}."}])
    assert campaign["state"] == "draft" and (campaign["audience_count"], campaign["duplicate_count"]) == (2, 1)
    assert (campaign["encoding"], campaign["segments"]) == ("gsm7", 1) and len(campaign["code"]) == 8
    assert org.owner.ok("GET", "/v1/text-campaigns")["data"][0] == campaign
    changed = org.owner.ok("PATCH", path_of(campaign), {"template": "Привет {first_name}! " * 6})
    assert (changed["encoding"], changed["segments"]) == ("ucs2", 2)
    conflict(org.owner.patch(path_of(campaign), {"list_id": None}), "list_fixed")
    # A new campaign as a database has it before the job: no state change leads back to it, so the
    # triggers are disabled.
    sql(org, "SET LOCAL session_replication_role = replica; UPDATE text_campaigns SET state = 'filling' WHERE id = %s", campaign["id"])
    conflict(org.owner.post(path_of(campaign, "open")), "filling")


@pytest.mark.parametrize("field, values", [
    ("name", ["", None]), ("list_id", [None, 10 ** 12]), ("purpose", ["fun"]), ("stop_hour", [0, 25, 9]),
    ("batch_size", [0, 201]), ("segments", [1]), ("state", ["open"]), ("code", ["x"]),
    ("template", ["", None, "Hi {nickname}", "Hi {first_name", "Hi first_name}", "Hi {}", "x" * 1601, "ж" * 500]),
])
def test_wrong_values_are_named(shared_org, field, values):
    lists = sql(shared_org, "INSERT INTO voter_lists (organization_id, name) VALUES (%s, 'x') RETURNING id", shared_org.id)
    for value in values:
        body = {"name": "x", "list_id": lists[0][0], "template": "Hi", field: value}
        assert pointers(shared_org.owner.post("/v1/text-campaigns", body)) == [f"/{field}"], value


def test_prepared_answers_and_previews_are_checked(shared_org):
    lists = sql(shared_org, "INSERT INTO voter_lists (organization_id, name) VALUES (%s, 'x') RETURNING id", shared_org.id)
    body = {"name": "x", "list_id": lists[0][0], "template": "Hi", "replies": [{"title": "a", "text": "fine"},
                                                                             {"title": "b", "text": "Dear {nick}"}]}
    assert pointers(shared_org.owner.post("/v1/text-campaigns", body)) == ["/replies/1"]
    preview = shared_org.owner.ok("POST", "/v1/text-campaigns/preview", {"template": "Hi {first_name} {city}: 5 €"})
    assert preview["text"] == "Hi Alexandra Springfield: 5 €" and (preview["encoding"], preview["segments"]) == ("gsm7", 1)
    assert preview["units"] == len(preview["text"]) + 1
    wrong = shared_org.owner.post("/v1/text-campaigns/preview", {"template": "Hi {nick}"})
    assert pointers(wrong) == ["/template"] and "{first_name}" in wrong.json()["errors"][0]["hint"]


def test_the_audience_leaves_out_whom_nobody_may_text(org):
    fine, second, gone, landline, quiet, voice, number = make_voters(org, 7, phones=2)
    sql(org, "UPDATE voters SET unreachable = 'deceased' WHERE id = %s", gone)
    for phone in sql(org, "SELECT p FROM voters, jsonb_array_elements_text(phones) p WHERE id = %s", landline):
        sql(org, "INSERT INTO phone_flags (organization_id, phone, flag, at) VALUES (%s, %s, 'landline', now())", org.id, phone[0])
    sql(org, "INSERT INTO phone_flags (organization_id, phone, flag, at) VALUES (%s, %s, 'disconnected', now())",
        org.id, phone_of(org, second))
    for voter, channel, address in ((quiet, "any", None), (voice, "phone", None), (number, "text", phone_of(org, number))):
        sql(org, "INSERT INTO consents (organization_id, voter_id, address, channel, state, source, occurred_at, actor) "
                 "VALUES (%s, %s, %s, %s, 'withdrawn', 'form', now(), 'system')", org.id, voter, address, channel)
    campaign = make_campaign(org, [fine, second, gone, landline, quiet, voice, number])
    assert campaign["audience_count"] == 4
    phones = dict(sql(org, "SELECT voter_id, phone FROM text_conversations WHERE campaign_id = %s", campaign["id"]))
    assert set(phones) == {fine, second, voice, number}
    assert phones[second] != phone_of(org, second) and phones[number] != phone_of(org, number)


def test_open_pause_close(org):
    campaign = make_campaign(org, make_voters(org, 2), opened=False)
    join(org.member, campaign)
    conflict(org.member.post(path_of(campaign, "batches")), "not_open")
    conflict(org.owner.post(path_of(campaign, "pause")), "not_open")
    org.owner.ok("POST", path_of(campaign, "open"))
    first, second = batch(org.member, campaign)
    org.owner.ok("POST", path_of(campaign, "pause"))
    conflict(click(org.member, first), "not_open")
    org.owner.ok("POST", path_of(campaign, "open"))
    sent(org.member, first)
    assert org.owner.ok("POST", path_of(campaign, "close"))["closed_at"]
    conflict(click(org.member, second), "not_open")
    conflict(org.owner.post(path_of(campaign, "open")), "closed")
    refused = org.admin.post("/v1/text-campaigns/join", {"code": campaign["code"]})
    assert refused.status_code == 422 and refused.json()["errors"][0]["pointer"] == "/code"
    assert refused.json()["code"] == "unknown_code"


# Texters and batches ------------------------------------------------------------------------------


def test_join_batches_leave(org):
    campaign = make_campaign(org, make_voters(org, 5), batch_size=2)
    conflict(org.member.post(path_of(campaign, "batches")), "not_joined")
    conflict(org.member.get(path_of(campaign, "conversations")), "not_joined")
    join(org.member, campaign)
    assert [each["id"] for each in org.member.ok("GET", "/v1/text-campaigns/mine")["data"]] == [campaign["id"]]
    mine = batch(org.member, campaign)
    assert len(mine) == 2 and batch(org.member, campaign) == mine, "asked again it is the same"
    assert mine[0]["draft"] == f"Hi Rosa, this is Ada with {org.owner.ok('GET', '/v1/organization')['name']}. Reply STOP to opt out."
    added = org.owner.ok("POST", path_of(campaign, "texters"), {"user_id": org.admin.user}, status=201)
    other = batch(org.admin, campaign)
    assert not {each["id"] for each in mine} & {each["id"] for each in other}
    conflict(click(org.admin, mine[0]), "not_your_conversation")
    conflict(org.admin.get(path_of(campaign, "conversations", mine[0]["id"], "messages")), "not_your_conversation")
    text = sent(org.member, mine[0])
    here = path_of(campaign, "conversations", mine[0]["id"], "messages", text["id"])
    assert org.member.ok("GET", here)["id"] == text["id"]
    conflict(org.admin.get(here), "not_your_conversation")
    more = org.member.ok("POST", path_of(campaign, "batches"))
    assert len(more["conversations"]) == 2 and more["n_left"] == 0
    listed = org.member.ok("GET", path_of(campaign, "conversations"), query={"state": "messaged"})["data"]
    assert [each["id"] for each in listed] == [mine[0]["id"]] and listed[0]["draft"] is None
    assert org.owner.delete(path_of(campaign, "texters", added["id"])).status_code == 204
    conflict(org.admin.post(path_of(campaign, "batches")), "not_joined")
    assert counts(org, campaign)["unassigned"] == 2
    assert org.member.post(path_of(campaign, "leave")).status_code == 204
    assert counts(org, campaign)["unassigned"] == 4 and counts(org, campaign)["texters"] == 0
    assert [each["left_at"] is not None for each in org.owner.ok("GET", path_of(campaign, "texters"))["data"]] == [True, True]


def test_batches_at_once_share_nobody(org):
    import threading

    campaign = make_campaign(org, make_voters(org, 60), batch_size=5)
    texters = [org.add("member") for _ in range(12)]
    for texter in texters:
        join(texter, campaign)
    answers = [None] * len(texters)
    barrier = threading.Barrier(len(texters))

    def ask(i):
        barrier.wait(30)
        answers[i] = [each["id"] for each in batch(texters[i], campaign)]

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(len(texters))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert collections.Counter(each for answer in answers for each in answer) == {
        row[0]: 1 for row in sql(org, "SELECT id FROM text_conversations WHERE campaign_id = %s", campaign["id"])}


def test_reassign(org):
    campaign = make_campaign(org, make_voters(org, 3))
    for client in (org.member, org.admin):
        join(client, campaign)
    first, *_ = batch(org.member, campaign)
    sent(org.member, first)
    member, admin = (each["id"] for each in org.owner.ok("GET", path_of(campaign, "texters"))["data"])
    back = org.owner.ok("POST", path_of(campaign, "reassign"), {"from_texter_id": member})
    assert back["moved"] == 2 and counts(org, campaign)["unassigned"] == 2
    assert org.owner.ok("POST", path_of(campaign, "reassign"), {"from_texter_id": member, "to_texter_id": admin})["moved"] == 1
    incoming(org, first["phone"], "Who is this?")
    sent(org.admin, first, "Ada, with the campaign.")
    conflict(click(org.member, first, "Me too"), "not_your_conversation")
    for wrong in ({"from_texter_id": 10 ** 12}, {"from_texter_id": member, "to_texter_id": 10 ** 12}):
        assert pointers(org.owner.post(path_of(campaign, "reassign"), wrong)) == [f"/{[*wrong][-1]}"]


# One click, one text ------------------------------------------------------------------------------


def test_what_may_be_a_stop_waits_for_a_person(org, talk):
    sent(org.member, talk)
    settled(org)
    assert incoming(org, talk["phone"], "Stop by the office tomorrow? I want to help")["intent"] == "unsure"
    assert state_of(org, talk) == ("needs_response", None)
    sent(org.member, talk, "Gladly!")
    assert incoming(org, talk["phone"], "I'd like to opt out")["intent"] == "stop"
    assert state_of(org, talk) == ("closed", "opted_out")


def test_a_conversation_from_the_first_text_to_its_end(org, talk):
    act = str(uuid.uuid4())
    first = sent(org.member, talk, client_id=act)
    assert first["initial"] and first["body"] == talk["draft"] and first["direction"] == "out"
    assert sent(org.member, talk, client_id=act)["id"] == first["id"], "sent again it is the same"
    assert state_of(org, talk) == ("messaged", None)
    conflict(click(org.member, talk, "Hello?"), "no_answer_yet")
    assert incoming(org, talk["phone"], "we have got to STOP this bill")["intent"] is None
    assert state_of(org, talk) == ("needs_response", None)
    assert pointers(click(org.member, talk)) == ["/text"]
    assert pointers(click(org.member, talk, "x" * 1600)) == ["/text"]
    sent(org.member, talk, "Great, {first_name}! See you {Saturday}.")
    assert state_of(org, talk) == ("convo", None)
    settled(org)
    assert outbox(org) == [(talk["phone"], talk["draft"]), (talk["phone"], "Great, {first_name}! See you {Saturday}.")]
    assert [(m["direction"], m["state"]) for m in messages(org.member, talk)] == [
        ("out", "sent"), ("in", "received"), ("out", "sent")]
    campaign = {"id": talk["text_campaign_id"]}
    assert [m["id"] for m in org.owner.ok("GET", path_of(campaign, "messages"))["data"]] == sorted(
        (m["id"] for m in messages(org.member, talk)), reverse=True)
    found = counts(org, campaign)
    assert (found["sent"], found["received"], found["answered"], found["convo"], found["segments"]) == (2, 1, 1, 1, 2)
    closed = org.member.ok("POST", path_of(campaign, "conversations", talk["id"], "close"))
    assert (closed["state"], closed["closed_reason"]) == ("closed", "closed")
    conflict(click(org.member, talk, "One more"), "conversation_closed")
    incoming(org, talk["phone"], "Wait!")
    assert state_of(org, talk) == ("needs_response", None), "who writes opens it again"


def test_the_first_text_is_the_templates(org, talk):
    assert pointers(click(org.member, talk, "Something else")) == ["/text"]
    assert not outbox(org)


def test_an_act_is_of_one_conversation(org):
    campaign = make_campaign(org, make_voters(org, 2))
    join(org.member, campaign)
    first, second = batch(org.member, campaign)
    act = str(uuid.uuid4())
    sent(org.member, first, client_id=act)
    conflict(click(org.member, second, client_id=act), "client_id_reused")
    assert click(org.member, {**first, "id": 10 ** 12}).status_code == 404
    # Another texter who repeats this client_id does not get the first texter's message.
    join(org.admin, campaign)
    conflict(click(org.admin, first, client_id=act), "client_id_reused")


def test_results_become_contacts(org):
    campaign = make_campaign(org, make_voters(org, 3))
    join(org.member, campaign)
    talks = batch(org.member, campaign)
    for each, code, closed in zip(talks, ("refused", "wrong_number", "do_not_text"), (True, True, True)):
        sent(org.member, each)
        settled(org)
        body = {"client_id": str(uuid.uuid4()), "occurred_at": "2026-11-20T15:00:00Z", "disposition": code}
        path = path_of(campaign, "conversations", each["id"], "result")
        closed_talk = org.member.ok("POST", path, body)
        assert (closed_talk["state"] == "closed", closed_talk["closed_reason"]) in ((closed, code), (closed, "opted_out"))
        assert org.member.ok("POST", path, body)["version"] == closed_talk["version"]
    settled(org)
    assert sql(org, "SELECT disposition, channel, text_campaign_id FROM voter_contacts WHERE organization_id = %s ORDER BY id",
               org.id) == [(code, "text", campaign["id"]) for code in ("refused", "wrong_number", "do_not_text")]
    # By number, so that everybody with the number gets no more texts.
    assert sql(org, "SELECT consent_allows(%s, 0, 'text', 'any', %s)", org.id, talks[2]["phone"]) == [(False,)]
    assert sql(org, "SELECT consent_allows(%s, 0, 'text', 'any', %s)", org.id, talks[0]["phone"]) == [(True,)]
    assert len(outbox(org)) == 3, "none of them got a second text"


# Opt-outs -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["STOP", "stop texting me", "Unsubscribe", "please take me off this list", "lose my number"])
def test_opt_out(org, text):
    """For everybody with this number, in every campaign, before and after."""
    people = make_voters(org, 2)
    sql(org, "UPDATE voters SET phones = (SELECT o.phones FROM voters o WHERE o.id = %s) WHERE id = %s", people[0], people[1])
    one = make_campaign(org, people)
    two = make_campaign(org, people)
    for campaign in (one, two):
        join(org.member, campaign)
    talk, other = batch(org.member, one)[0], batch(org.member, two)[0]
    sent(org.member, talk)
    settled(org)
    assert incoming(org, talk["phone"], text)["intent"] == "stop"
    assert state_of(org, talk) == state_of(org, other) == ("closed", "opted_out")
    conflict(click(org.member, talk, "Sorry to see you go"), "conversation_closed")
    conflict(click(org.member, other), "conversation_closed")
    said = sql(org, "SELECT voter_id, state, source FROM consents WHERE organization_id = %s AND address = %s ORDER BY voter_id",
               org.id, talk["phone"])
    assert [row[0] for row in said] == [*people, None] and {row[1:] for row in said} == {("withdrawn", f"text: {text}")}
    assert make_campaign(org, people)["audience_count"] == 0
    settled(org)
    assert len(outbox(org)) == 1, "no second text, not even to confirm"
    assert counts(org, one)["opted_out"] == 1
    incoming(org, talk["phone"], "and another thing")
    assert state_of(org, talk) == ("closed", "opted_out"), "it stays closed"
    assert incoming(org, talk["phone"], "START")["intent"] == "start"
    assert state_of(org, talk) == ("needs_response", None)
    assert make_campaign(org, people)["audience_count"] == 1


def test_opt_out_between_the_click_and_the_carrier(org, talk):
    """Error 21610 of the carrier means "this person opted out". A text is queued, then the person opts out: the
    worker does not send the text."""
    message = insert_first_text(org, talk, "queued")
    incoming(org, talk["phone"], "STOP")
    sql(org, "SELECT job_enqueue(%s, 'text.send', jsonb_build_object('message_id', %s))", org.id, message["id"])
    settled(org)
    assert message_state(org, message) == ("error", "opted_out") and not outbox(org)
    assert state_of(org, talk) == ("closed", "opted_out")


def test_opted_out_at_the_batch_and_at_the_click(org):
    campaign = make_campaign(org, make_voters(org, 3), batch_size=1)
    join(org.member, campaign)
    talk = batch(org.member, campaign)[0]
    rest = sql(org, "SELECT id, phone FROM text_conversations WHERE campaign_id = %s AND texter_actor IS NULL ORDER BY id",
               campaign["id"])
    for phone in (talk["phone"], rest[0][1]):
        sql(org, "INSERT INTO consents (organization_id, address, channel, state, source, occurred_at, actor) "
                 "VALUES (%s, %s, 'text', 'withdrawn', 'form', now(), 'system')", org.id, phone)
    conflict(click(org.member, talk), "opted_out")
    assert state_of(org, talk) == ("closed", "opted_out"), "the refusal is kept"
    assert [each["id"] for each in batch(org.member, campaign)] == [rest[1][0]]
    assert state_of(org, {"id": rest[0][0]}) == ("closed", "opted_out")
    assert not outbox(org)


def test_texts_of_strangers_are_kept(org):
    got = incoming(org, "+16175550777", "Who are you?", provider_id="SM1")
    assert got["campaign_id"] is None and got["conversation_id"] is None and got["state"] == "received"
    assert incoming(org, "+16175550777", "Who are you?", provider_id="SM1")["id"] == got["id"], "repeated by the carrier, it is one text"
    incoming(org, "+16175550777", "stop")
    assert sql(org, "SELECT consent_allows(%s, 0, 'text', 'any', '+16175550777')", org.id) == [(False,)]
    for wrong in ({"from": "x", "text": "a"}, {"from": "+16175550777"}, {"text": "a"}):
        assert org.owner.post("/v1/texts/incoming", wrong).status_code == 422, wrong
    assert org.member.post("/v1/texts/incoming", {"from": "+16175550777", "text": "a"}).status_code == 403


# Hours ----------------------------------------------------------------------------------------------


def test_quiet_hours_at_the_batch_and_at_the_click(org, talk):
    campaign = {"id": talk["text_campaign_id"]}
    org.owner.ok("PATCH", path_of(campaign), closed_hours())
    assert "UTC" in conflict(click(org.member, talk), "quiet_hours")
    quiet = make_campaign(org, make_voters(org, 2), **closed_hours())
    join(org.member, quiet)
    assert batch(org.member, quiet) == []
    # A permitted hour in New York alone is not enough for a person whose location is unknown.
    hour = (closed_hours()["start_hour"] + 18) % 24
    unknown = make_campaign(org, make_voters(org, 1, state=None, zip5=None), start_hour=hour, stop_hour=hour + 1)
    join(org.member, unknown)
    assert batch(org.member, unknown) == []
    assert not outbox(org)


def test_what_waits_past_its_hours_is_not_sent(org, talk):
    """A paused campaign keeps its queued texts. A text whose time has passed when the campaign is resumed is shown to
    its texter again."""
    campaign = {"id": talk["text_campaign_id"]}
    made = sql(org, "INSERT INTO text_messages (organization_id, campaign_id, conversation_id, phone, direction, initial, body, "
                    "encoding, segments, state, actor, send_before) VALUES (%s, %s, %s, %s, 'out', true, 'Hi', 'gsm7', 1, 'queued', "
                    "'user:1', now() - interval '1 second') RETURNING id", org.id, campaign["id"], talk["id"], talk["phone"])[0][0]
    sql(org, "UPDATE text_conversations SET state = 'messaged' WHERE id = %s", talk["id"])
    sql(org, "SELECT job_enqueue(%s, 'text.send', jsonb_build_object('message_id', %s))", org.id, made)
    settled(org)
    assert message_state(org, {"id": made}) == ("error", "too_late")
    assert state_of(org, talk) == ("needs_message", None) and not outbox(org)
    message = sent(org.member, talk)
    ends = sql(org, "SELECT send_before = hours_end('America/New_York', 24, created_at) FROM text_messages WHERE id = %s",
               message["id"])
    assert ends == [(True,)]


# The carrier --------------------------------------------------------------------------------------


def insert_first_text(org, talk, state):
    """A first text in some state, as an earlier run of the worker left it."""
    made = sql(org, "INSERT INTO text_messages (organization_id, campaign_id, conversation_id, phone, direction, initial, body, "
                    "encoding, segments, state, actor, provider_id) VALUES (%s, %s, %s, %s, 'out', true, 'Hi', 'gsm7', 1, %s, "
                    "'user:1', gen_random_uuid()::text) RETURNING id",
               org.id, talk["text_campaign_id"], talk["id"], talk["phone"], state)[0][0]
    sql(org, "UPDATE text_conversations SET state = 'messaged', last_message_at = now() WHERE id = %s", talk["id"])
    return {"id": made}


def test_a_text_whose_worker_went_away_is_unknown_and_not_sent_again(org, talk):
    message = insert_first_text(org, talk, "sending")
    sql(org, "SELECT job_enqueue(%s, 'text.send', jsonb_build_object('message_id', %s))", org.id, message["id"])
    settled(org)
    assert message_state(org, message) == ("unknown", "worker_lost") and not outbox(org)
    assert counts(org, {"id": talk["text_campaign_id"]})["unknown"] == 1


@pytest.mark.parametrize("outcome, code, state, talk_state", [
    ("sent", None, "sent", ("messaged", None)),
    ("refused", "30007", "error", ("needs_message", None)),
    ("refused", "21610", "error", ("closed", "opted_out")),
    ("refused", "30006", "error", ("closed", "unusable_number")),
    ("refused", "21211", "error", ("closed", "unusable_number")),
    ("unknown", None, "unknown", ("messaged", None)),
    ("again", "20429", "queued", ("messaged", None)),
])
def test_what_a_carrier_says(org, talk, outcome, code, state, talk_state):
    message = insert_first_text(org, talk, "sending")
    sql(org, "BEGIN; SELECT set_config('app.organization_id', %s::text, true); SELECT text_message_end(%s, %s, %s, NULL, %s); COMMIT",
        org.id, org.id, message["id"], outcome, code)
    assert message_state(org, message) == (state, code) and state_of(org, talk) == talk_state
    if code == "21610":
        assert sql(org, "SELECT consent_allows(%s, 0, 'text', 'any', %s)", org.id, talk["phone"]) == [(False,)]
    if code in ("30006", "21211"):
        assert sql(org, "SELECT flag FROM phone_flags WHERE organization_id = %s", org.id) == [
            ("landline" if code == "30006" else "disconnected",)]
    sql(org, "UPDATE text_messages SET state = 'error' WHERE id = %s AND state = 'queued'", message["id"])


def test_a_later_word_never_goes_backwards(org, talk):
    message = insert_first_text(org, talk, "sending")
    carrier = sql(org, "SELECT provider_id FROM text_messages WHERE id = %s", message["id"])[0][0]

    def state_after(status):
        sql(org, "SELECT text_message_status(%s, %s, %s, NULL)", org.id, carrier, status)
        return message_state(org, message)[0]

    assert [state_after(each) for each in ("sent", "delivered", "sent", "queued", "delivered")] == [
        "sent", "delivered", "delivered", "delivered", "delivered"]


def test_an_outbox_that_cannot_be_written_is_tried_again(make_server):
    server = make_server()
    org = Organization(Client(server))
    campaign = make_campaign(org, make_voters(org, 1))
    join(org.member, campaign)
    server.texts.write_text("in the way")
    message = sent(org.member, batch(org.member, campaign)[0])
    wait_until(lambda: sql(org, "SELECT 1 FROM jobs WHERE kind = 'text.send' AND last_error IS NOT NULL"), 20, "a failed try")
    assert message_state(org, message)[0] in ("queued", "sending")
    server.texts.unlink()
    settled(org)
    assert message_state(org, message) == ("sent", None) and len(outbox(org)) == 1


def test_texts_wait_while_nobody_sends_them(make_server):
    server = make_server(SMS_OUTBOX="")
    org = Organization(Client(server))
    campaign = make_campaign(org, make_voters(org, 1))
    join(org.member, campaign)
    talk = batch(org.member, campaign)[0]
    message = sent(org.member, talk)
    org.owner.ok("POST", path_of(campaign, "close"))
    assert message_state(org, message) == ("queued", None)
    server.stop()
    server.environment["SMS_OUTBOX"] = str(server.texts)
    server.start()
    settled(org)
    assert message_state(org, message) == ("error", "campaign_closed"), "what was closed meanwhile is not sent"
    assert not outbox(org)


# Without a click ------------------------------------------------------------------------------------


def test_send_all_is_off_unless_the_operator_says_otherwise(org):
    campaign = make_campaign(org, make_voters(org, 1))
    conflict(org.owner.post(path_of(campaign, "send-all"), {}), "send_all_off")
    assert org.member.post(path_of(campaign, "send-all"), {}).status_code == 403


def test_send_all(make_server, recorder):
    server = make_server(TEXT_SEND_ALL="1")
    org = Organization(Client(server, recorder=recorder))
    people = make_voters(org, 5)
    campaign = make_campaign(org, people)
    sql(org, "INSERT INTO consents (organization_id, voter_id, channel, state, source, occurred_at, actor) "
             "VALUES (%s, %s, 'text', 'withdrawn', 'form', now(), 'system')", org.id, people[0])
    first = org.owner.ok("POST", path_of(campaign, "send-all"), {"most": 3})
    assert (first["queued"], first["n_left"]) == (2, 2)
    assert org.owner.ok("POST", path_of(campaign, "send-all"), {})["queued"] == 2
    assert org.owner.ok("POST", path_of(campaign, "send-all"), {})["queued"] == 0
    settled(org)
    assert sorted(to for to, _ in outbox(org)) == sorted(phone_of(org, voter) for voter in people[1:])
    assert org.owner.post("/v1/text-campaigns/999999999/send-all", {}).status_code == 404
