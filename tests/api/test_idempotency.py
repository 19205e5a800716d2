# SPDX-License-Identifier: GPL-3.0-or-later
"""Idempotency-Key: a repetition changes nothing and gets the first reply."""

import threading
import uuid

import pytest

from harness.client import Client, is_problem, unique

EVENT = {"title": "Once", "start_time": "2030-05-01T15:00:00Z", "end_time": "2030-05-01T18:00:00Z"}


def post(client, key, body=None, path="/v1/events", **options):
    return client.request("POST", path, body, headers={"Idempotency-Key": key}, **options)


def events_with(client, title):
    return [event["id"] for event in client.pages("/v1/events") if event["title"] == title]


def same(first, second):
    """Are two replies equal, except for headers of the request?"""
    apart = {"X-Request-Id", "Date", "RateLimit", "Idempotent-Replayed"}
    assert second.status_code == first.status_code and second.content == first.content
    assert {k: v for k, v in second.headers.items() if k not in apart} == {
        k: v for k, v in first.headers.items() if k not in apart}
    assert "Idempotent-Replayed" not in first.headers and second.headers["Idempotent-Replayed"] == "true"
    return True


def test_the_same_answer_again(shared_org):
    key, body = str(uuid.uuid4()), {**EVENT, "title": unique("Once")}
    first = post(shared_org.owner, key, body)
    assert first.status_code == 201
    again = [post(shared_org.owner, key, body) for _ in range(3)]
    assert all(reply.content == first.content and reply.status_code == 201 for reply in again)
    assert all(reply.headers["Idempotent-Replayed"] == "true" for reply in again)
    assert events_with(shared_org.owner, body["title"]) == [first.json()["id"]]


def test_the_same_headers_again(shared_org):
    key = str(uuid.uuid4())
    assert same(post(shared_org.owner, key, EVENT), post(shared_org.owner, key, EVENT))


def test_a_change_and_a_delete_again(shared_org):
    event = shared_org.event()
    place = f"/v1/events/{event['id']}"
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first = shared_org.owner.patch(place, {"city": "A"}, headers=key)
    shared_org.owner.ok("PATCH", place, {"city": "B"})
    second = shared_org.owner.patch(place, {"city": "A"}, headers=key)
    assert second.content == first.content and second.headers["Idempotent-Replayed"] == "true"
    assert shared_org.owner.ok("GET", place)["city"] == "B"
    key = {"Idempotency-Key": str(uuid.uuid4())}
    answers = [shared_org.owner.delete(place, headers=key) for _ in range(2)]
    assert [reply.status_code for reply in answers] == [204, 204]
    assert answers[1].headers["Idempotent-Replayed"] == "true" and not answers[1].content


def test_another_request_with_the_key_is_refused(shared_org):
    key, event = str(uuid.uuid4()), shared_org.event()
    assert post(shared_org.owner, key, EVENT).status_code == 201
    for reply in (post(shared_org.owner, key, {**EVENT, "title": "Other"}),
                  post(shared_org.owner, key, path=f"/v1/events/{event['id']}/publish"),
                  shared_org.owner.patch(f"/v1/events/{event['id']}", EVENT, headers={"Idempotency-Key": key})):
        assert is_problem(reply, 422, "validation_error") and reply.json()["code"] == "idempotency_mismatch"
    assert shared_org.owner.ok("GET", f"/v1/events/{event['id']}") == event


def test_keys_of_others_are_apart(shared_org, org):
    key = str(uuid.uuid4())
    made = [post(client, key, EVENT) for client in (shared_org.owner, shared_org.admin, org.owner)]
    assert [reply.status_code for reply in made] == [201] * 3
    assert len({reply.json()["id"] for reply in made}) == 3
    assert not any("Idempotent-Replayed" in reply.headers for reply in made)


def test_another_session_of_the_person_shares_the_key(shared_org):
    """A phone that signs in again repeats a request whose reply was lost."""
    from harness.client import new_session

    key = str(uuid.uuid4())
    first = post(shared_org.owner, key, EVENT)
    again = post(new_session(shared_org.owner, shared_org.owner.user, shared_org.id), key, EVENT)
    assert again.content == first.content and again.headers["Idempotent-Replayed"] == "true"


def test_a_key_does_not_reach_into_another_organization(org, api):
    """The same person in two organizations: an object made in one is not shown as made in the other."""
    key = str(uuid.uuid4())
    first = post(org.owner, key, EVENT)
    second_place = org.owner.ok("POST", "/v1/organizations", {"name": unique("Second")}, status=201)
    org.owner.ok("PUT", "/v1/session/organization", {"organization_id": second_place["id"]})
    second = post(org.owner, key, EVENT)
    if second.status_code == 201:
        assert second.json()["organization_id"] == second_place["id"], "an answer of another organization"
        assert second.json()["id"] != first.json()["id"]
    else:
        assert second.status_code in (409, 422)


def test_refusals_are_not_kept(shared_org):
    key, slug = str(uuid.uuid4()), unique("slug")
    other = shared_org.event(slug=slug)
    refused = post(shared_org.owner, key, {**EVENT, "slug": slug})
    assert refused.status_code == 409
    shared_org.owner.ok("PATCH", f"/v1/events/{other['id']}", {"slug": unique("slug")})
    made = post(shared_org.owner, key, {**EVENT, "slug": slug})
    assert made.status_code == 201 and "Idempotent-Replayed" not in made.headers
    key = str(uuid.uuid4())
    assert post(shared_org.owner, key, {}).status_code == 422
    assert post(shared_org.owner, key, EVENT).status_code == 201
    key = str(uuid.uuid4())
    assert post(shared_org.member, key, EVENT).status_code == 403
    assert post(shared_org.owner, key, EVENT).status_code == 201


def test_the_right_is_asked_before_the_kept_answer_is_given(org):
    key = str(uuid.uuid4())
    assert post(org.admin, key, EVENT).status_code == 201
    org.owner.ok("PATCH", f"/v1/members/{org.admin.user}", {"permissions": {"manage_events": False}})
    assert post(org.admin, key, EVENT).status_code == 403


@pytest.mark.parametrize("key, status", [("x" * 255, 201), ("x" * 256, 422), ("ü".encode(), None), ("a b;c\"", None)])
def test_keys_of_any_kind(shared_org, key, status):
    key = key + str(uuid.uuid4())[:0] if isinstance(key, str) else key
    reply = post(shared_org.owner, key, EVENT)
    assert reply.status_code == status if status else reply.status_code in (201, 400, 422)


def test_fifty_at_once_make_one(shared_org):
    key, body = str(uuid.uuid4()), {**EVENT, "title": unique("Fifty")}
    barrier, answers = threading.Barrier(50), []

    def run():
        client = Client(shared_org.owner.server, token=shared_org.owner.token)
        barrier.wait()
        answers.append(post(client, key, body))

    threads = [threading.Thread(target=run) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = [reply for reply in answers if reply.status_code == 201]
    running = [reply for reply in answers if reply.status_code == 409]
    assert len(answers) == 50 and len(made) + len(running) == 50, [reply.text for reply in answers][:3]
    assert made and len({reply.content for reply in made}) == 1
    assert len([reply for reply in made if "Idempotent-Replayed" not in reply.headers]) == 1
    assert all(reply.json()["code"] == "idempotency_running" and reply.headers["Retry-After"] for reply in running)
    assert events_with(shared_org.owner, body["title"]) == [made[0].json()["id"]]
    assert post(shared_org.owner, key, body).content == made[0].content


def test_what_is_kept_is_sealed(server, shared_org):
    """The stored reply is sealed, so it is useless to a reader of the database."""
    word = unique("Sealed")
    assert post(shared_org.owner, str(uuid.uuid4()), {**EVENT, "title": word}).status_code == 201
    rows = server.cluster.sql(None, "SELECT body FROM idempotency_keys WHERE body IS NOT NULL", server.database)
    assert rows and not [row for row in rows if word.encode() in bytes(row[0])]
