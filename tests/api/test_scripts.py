# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripts: saved as a whole, ids kept, removed steps archived; conditions, languages, copies."""

import pytest

from harness.client import is_problem
from harness.field import Street, act, script, support


def steps_path(made):
    return f"/v1/scripts/{made['id']}/steps"


def pointers(reply):
    assert is_problem(reply, 422, "validation_error"), f"{reply.status_code} {reply.text[:300]}"
    return [each["pointer"] for each in reply.json()["errors"]]


def single(*names, **more):
    return {"kind": "single", "texts": {"en": "Which?"},
            "options": [{"key": name, "texts": {"en": name}} for name in names], **more}


def bare(step):
    """A step as returned, ready to be sent again."""
    return {**step, "options": step["options"] or None}


def test_the_whole_script_at_once(shared_org):
    made = script(shared_org, {"kind": "text", "texts": {"en": "Hello", "es": "Hola"}},
                  support(), single("taxes", "schools", show_if_key="2"),
                  {"kind": "scale", "texts": {"en": "How sure?"}, "scale_min": 0, "scale_max": 10, "show_if_key": "taxes"},
                  {"kind": "free_text", "texts": {"en": "Anything else?"}}, languages=["en", "es"])
    kinds = [step["kind"] for step in made["steps"]]
    assert kinds == ["text", "support", "single", "scale", "free_text"] and made["version"] == 2
    levels = {option["support_level"]: option["id"] for option in made["steps"][1]["options"]}
    assert made["steps"][2]["show_if_option_id"] == levels[2]
    assert made["steps"][3]["show_if_option_id"] == made["steps"][2]["options"][0]["id"]
    assert made["warnings"][0] == "Step 2 has no text in es." and "Option 1 of step 2 has no text in es." in made["warnings"]
    assert shared_org.member.ok("GET", f"/v1/scripts/{made['id']}") == made


def test_ids_are_kept_and_what_is_left_out_is_archived(shared_org):
    made = script(shared_org, support(), single("a", "b"), {"kind": "number", "texts": {"en": "How many?"}})
    first, second, third = made["steps"]
    reordered = [bare(third), {**bare(second), "texts": {"en": "New"}, "options": second["options"][1:]}]
    changed = shared_org.owner.ok("PUT", steps_path(made), {"steps": reordered})
    assert [step["id"] for step in changed["steps"]] == [third["id"], second["id"]]
    assert changed["steps"][1]["texts"] == {"en": "New"} and changed["steps"][1]["options"] == second["options"][1:]
    rows = shared_org.owner.server.sql("SELECT id, archived_at IS NOT NULL FROM script_steps WHERE script_id = %s "
                                       "ORDER BY id", (made["id"],))
    assert rows == [(first["id"], True), (second["id"], False), (third["id"], False)]
    # Answers recorded earlier refer to archived steps: a late contact from an old pack is accepted.
    street = Street(shared_org)
    street.record(voter_id=street.voters[0][0], script_id=made["id"],
                  answers=[{"step_id": first["id"], "option_id": first["options"][0]["id"]}])
    # An archived step can be restored by sending its id.
    again = shared_org.owner.ok("PUT", steps_path(made), {"steps": [bare(first)]})
    assert again["steps"] == [first]


def test_a_stale_form_is_refused(shared_org):
    made = script(shared_org, support())
    shared_org.owner.ok("PATCH", f"/v1/scripts/{made['id']}", {"name": "Other"})
    stale = {"If-Match": f'"{made["version"]}"'}
    reply = shared_org.owner.put(steps_path(made), {"steps": []}, headers=stale)
    assert reply.status_code == 412, reply.text
    assert shared_org.owner.patch(f"/v1/scripts/{made['id']}", {"name": "x"}, headers=stale).status_code == 412


@pytest.mark.parametrize("steps, pointer", [
    ([single()], "/steps/0/options"),
    ([{"kind": "text", "options": [{"texts": {}}]}], "/steps/0/options"),
    ([{"kind": "text", "required": True}], "/steps/0/required"),
    ([{"kind": "number", "scale_max": 5}], "/steps/0/scale_min"),
    ([{"kind": "scale", "scale_min": 5, "scale_max": 5}], "/steps/0/scale_max"),
    ([single("a", show_if_key="a")], "/steps/0/show_if_key"),  # itself
    ([{"kind": "text", "show_if_key": "a"}, single("a")], "/steps/0/show_if_key"),  # a later one
    ([{**single("a"), "kind": "multi"}, {"kind": "text", "show_if_key": "a"}], "/steps/1/show_if_key"),  # no single
    ([{"kind": "text", "show_if_option_id": 10 ** 12}], "/steps/0/show_if_key"),
    ([{"kind": "text", "id": 10 ** 12}], "/steps/0/id"),
    ([{"kind": "single", "options": [{"id": 10 ** 12}]}], "/steps/0/options/0/id"),
    ([{"kind": "single", "options": [{}, {"tag_id": 10 ** 12}]}], "/steps/0/options/1/tag_id"),
    ([{"kind": "single", "options": [{"event_id": 10 ** 12}]}], "/steps/0/options/0/event_id"),
    ([{"kind": "single", "options": [{"support_level": 6}]}], "/steps/0/options/0/support_level"),
])
def test_what_cannot_be_is_pointed_at(shared_org, steps, pointer):
    made = shared_org.owner.ok("POST", "/v1/scripts", {"name": "Doors"}, status=201)
    assert pointers(shared_org.owner.put(steps_path(made), {"steps": steps})) == [pointer]
    assert shared_org.owner.ok("GET", f"/v1/scripts/{made['id']}") == made


def test_the_kind_of_a_question_never_changes(shared_org):
    made = script(shared_org, single("a"))
    wrong = {**bare(made["steps"][0]), "kind": "multi"}
    assert pointers(shared_org.owner.put(steps_path(made), {"steps": [wrong]})) == ["/steps/0/id"]
    # A step of another script cannot be moved here.
    other = script(shared_org, single("a"))
    assert pointers(shared_org.owner.put(steps_path(other), {"steps": [bare(made["steps"][0])]})) == ["/steps/0/id"]


def test_archive_and_duplicate(shared_org):
    made = script(shared_org, support(), single("a", "b", show_if_key="1"), languages=["en", "fr"])
    path = f"/v1/scripts/{made['id']}"
    put_away = shared_org.owner.ok("POST", path + "/archive")
    assert put_away["archived_at"] and shared_org.owner.ok("POST", path + "/archive") == put_away
    reply = shared_org.owner.put(steps_path(made), {"steps": []})
    assert reply.status_code == 409 and reply.json()["code"] == "script_archived"
    copy = shared_org.owner.ok("POST", path + "/duplicate", {}, status=201)
    assert copy["name"] == "Doors (copy)" and copy["languages"] == ["en", "fr"] and copy["archived_at"] is None
    assert [step["texts"] for step in copy["steps"]] == [step["texts"] for step in made["steps"]]
    assert copy["steps"][1]["show_if_option_id"] == copy["steps"][0]["options"][0]["id"]
    assert not {step["id"] for step in copy["steps"]} & {step["id"] for step in made["steps"]}
    ids = lambda query: {each["id"] for each in shared_org.member.ok("GET", "/v1/scripts?limit=100" + query)["data"]}
    assert made["id"] in ids("&archived=true") and made["id"] not in ids("&archived=false") >= {copy["id"]}
    assert made["id"] not in ids("&channel=phone") and made["id"] in ids("&channel=door")
    assert shared_org.owner.ok("POST", path + "/unarchive")["archived_at"] is None


def test_where_answers_lead(shared_org):
    made = script(shared_org, support(), single("a", "b", show_if_key="1", required=True), {"kind": "text", "texts": {}})
    first, second, third = made["steps"]
    path = f"/v1/scripts/{made['id']}/preview"

    def shown(*options):
        answers = [{"step_id": step["id"], "option_id": step["options"][index]["id"]} for step, index in options]
        reply = shared_org.member.ok("POST", path, {"answers": answers})
        return [(step["step_id"], step["answered"], step["missing"]) for step in reply["steps"]]

    assert shown() == [(first["id"], False, True), (third["id"], False, False)]
    assert shown((first, 0)) == [(first["id"], True, False), (second["id"], False, True), (third["id"], False, False)]
    assert shown((first, 1)) == [(first["id"], True, False), (third["id"], False, False)]


def test_required_questions_are_asked_for(shared_org):
    made = script(shared_org, support(), single("a", show_if_key="1", required=True))
    street = Street(shared_org)
    first, second = made["steps"]
    from datetime import datetime, timezone
    now = datetime.now(timezone.utc).isoformat()
    body = act(channel="door", voter_id=street.voters[0][0], script_id=made["id"], occurred_at=now,
               answers=[{"step_id": first["id"], "option_id": first["options"][0]["id"]}])
    reply = shared_org.owner.post("/v1/contacts", body)
    assert pointers(reply) == ["/answers"] and reply.json()["errors"][0]["code"] == "question_required"
    body["answers"].append({"step_id": second["id"], "option_id": second["options"][0]["id"]})
    assert shared_org.owner.post("/v1/contacts", body).status_code == 201


def test_members_read_and_do_not_write(shared_org):
    made = script(shared_org)
    assert shared_org.member.put(steps_path(made), {"steps": []}).status_code == 403
    assert shared_org.member.post("/v1/scripts", {"name": "x"}).status_code == 403
