# SPDX-License-Identifier: GPL-3.0-or-later
"""contact_record alone: which contacts count and their effects, in whatever order contacts arrive."""

import itertools
import json
import random
import uuid

import psycopg2
import pytest

from harness import rules

NUMBERS = itertools.count(1)
DAY = "2026-10-%02dT%02d:00:00+00:00"


class Street:
    """An organization with one building of `doors` doors, two people behind each, a turf with all of them and a
    script."""

    def __init__(self, db, doors=3):
        self.db = db
        self.organization, self.owner = db.new_organization()
        number = next(NUMBERS)
        with db.transaction(self.organization) as cursor:
            def one(statement, *parameters):
                cursor.execute(statement, (self.organization, *parameters))
                return cursor.fetchone()[0]
            self.building = one("INSERT INTO buildings (organization_id, building_key, address) "
                                "VALUES (%s, %s, '4 Canal Pk') RETURNING id", f"b{number}")
            self.turf = one("INSERT INTO canvass_routes (organization_id, name, state, door_count) "
                            "VALUES (%s, 'North', 'out', %s) RETURNING id", doors)
            self.doors, self.voters = [], []
            for i in range(doors):
                door = one("INSERT INTO doors (organization_id, building_id, address_key) VALUES (%s, %s, %s) "
                           "RETURNING id", self.building, f"d{number}-{i}")
                one("INSERT INTO canvass_route_doors (organization_id, route_id, door_id, position) "
                    "VALUES (%s, %s, %s, %s) RETURNING id", self.turf, door, i)
                self.doors.append(door)
                self.voters.append([one("INSERT INTO voters (organization_id, first_name, last_name, door_id, phones) "
                                        "VALUES (%s, 'Rosa', 'Medina', %s, '[\"+16175550101\"]') RETURNING id", door)
                                    for _ in range(2)])
            self.tag = one("INSERT INTO tags (organization_id, name) VALUES (%s, 'sign') RETURNING id")
            self.event = db.new_event(self.organization)
            self.script = one("INSERT INTO scripts (organization_id, name) VALUES (%s, 'Doors') RETURNING id")
            step = ("INSERT INTO script_steps (organization_id, script_id, position, kind, required, "
                    "show_if_option_id, updated_at) VALUES (%s, %s, %s, %s, %s, %s, '2026-01-01') RETURNING id")
            option = ("INSERT INTO script_options (organization_id, step_id, position, support_level, tag_id, "
                      "follow_up, event_id) VALUES (%s, %s, 1, %s, %s, %s, %s) RETURNING id")
            self.support = one(step, self.script, 1, "support", True, None)
            self.levels = [one(option, self.support, level, None, None, None) for level in range(1, 6)]
            self.help = one(step, self.script, 2, "multi", False, None)
            self.sign = one(option, self.help, None, self.tag, "yard_sign", None)
            self.come = one(option, self.help, None, None, None, self.event)
            self.text = one(step, self.script, 3, "free_text", False, None)
            self.scale = one(step, self.script, 4, "scale", False, None)
            self.why = one(step, self.script, 5, "free_text", True, self.levels[4])

    def answers(self, level, *options):
        return ([{"step_id": self.support, "option_id": self.levels[level - 1]}]
                + [{"step_id": self.help, "option_id": option} for option in options]
                + ([{"step_id": self.why, "text": "taxes"}] if level == 5 else []))

    def record(self, cursor=None, **given):
        """Record a contact. Returns (the contact's row as a dict, refused_code)."""
        given = {"client_id": str(uuid.uuid4()), "channel": "door", **given}
        given.setdefault("checked", rules.checked(self.db.sql, self.organization, given))
        if cursor is None:
            with self.db.transaction(self.organization, actor="user:1") as cursor:
                return self.record(cursor, **given)
        cursor.execute("SELECT to_jsonb(contact), refused_code FROM contact_record(%s, %s, %s, %s)",
                       (self.organization, f"user:{self.owner}", self.owner, json.dumps(given)))
        return cursor.fetchone()

    def state(self):
        """Everything derived from contacts, without values that differ between runs."""
        sql, at = self.db.sql, self.organization
        return {
            "voters": sql("SELECT support_level, support_at, last_contact_at, last_disposition, reached_at, quiet_until,"
                          " unreachable, moved_at FROM voters WHERE organization_id = %s ORDER BY id", at),
            "doors": sql("SELECT do_not_knock_at FROM doors WHERE organization_id = %s ORDER BY id", at),
            "building": sql("SELECT inaccessible_at FROM buildings WHERE organization_id = %s", at),
            "turf": sql("SELECT doors_done FROM canvass_routes WHERE organization_id = %s", at),
            "turf doors": sql("SELECT state, done_at FROM canvass_route_doors WHERE organization_id = %s "
                              "ORDER BY position", at),
            "phones": sql("SELECT phone, flag, voter_id IS NULL, at FROM phone_flags WHERE organization_id = %s "
                          "ORDER BY 1, 2, voter_id", at),
            "allowed": sql("SELECT consent_allows(%s, id, 'text', 'campaign'), consent_allows(%s, id, 'door', 'campaign') "
                           "FROM voters WHERE organization_id = %s ORDER BY id", at, at, at),
            "tags": sql("SELECT rank() OVER (ORDER BY voter_id) FROM voter_tags WHERE organization_id = %s", at),
            "follow-ups": sql("SELECT kind, count(*) FROM follow_ups WHERE organization_id = %s GROUP BY 1", at),
            "guests": sql("SELECT status, count(*) FROM event_attendees WHERE organization_id = %s AND "
                          "status <> 'cancelled' GROUP BY 1", at),
            "guest count": sql("SELECT registered_count FROM events WHERE organization_id = %s", at),
        }

    def voter(self, voter):
        return dict(zip(("support_level", "last_disposition", "unreachable", "quiet"), self.db.sql(
            "SELECT support_level, last_disposition, unreachable, quiet_until::date::text FROM voters WHERE id = %s",
            voter)[0]))


@pytest.fixture
def street(db):
    return Street(db)


def wrong(street, **given):
    """Record a contact that must be refused. Returns (field, code) of the refusal."""
    with pytest.raises(psycopg2.Error) as caught:
        street.record(**{"occurred_at": DAY % (1, 10), **given})
    assert caught.value.pgcode == "CC422", caught.value
    return caught.value.diag.column_name, caught.value.diag.message_detail


def test_the_same_act_again_changes_nothing(street):
    act = {"client_id": str(uuid.uuid4()), "voter_id": street.voters[0][0], "occurred_at": DAY % (1, 10)}
    first, _ = street.record(**act, answers=street.answers(2, street.sign, street.come))
    before = street.state()
    again, refused = street.record(**act, disposition="refused")
    assert again == first and refused is None and street.state() == before
    assert before["guests"] == [("registered", 1)] and before["follow-ups"] == [("yard_sign", 1)]
    _, refused = street.record(**{**act, "voter_id": street.voters[1][0]}, disposition="refused")
    assert refused == "client_id_reused" and street.state() == before


def test_a_late_older_visit_does_not_replace_a_newer_one(street):
    voter = street.voters[0][0]
    street.record(voter_id=voter, occurred_at=DAY % (2, 10), answers=street.answers(4))
    street.record(voter_id=voter, occurred_at=DAY % (1, 10), answers=street.answers(1))
    street.record(voter_id=voter, occurred_at=DAY % (1, 9), disposition="refused")
    assert street.voter(voter) == {"support_level": 4, "last_disposition": "canvassed", "unreachable": None,
                                   "quiet": None}
    street.record(voter_id=voter, occurred_at=DAY % (3, 9), disposition="refused")
    assert street.voter(voter)["quiet"] == "2027-01-01"


def test_undo_brings_back_what_was_and_undo_of_the_undo_too(street):
    voter = street.voters[0][0]
    street.record(voter_id=voter, occurred_at=DAY % (1, 10), answers=street.answers(2))
    before = street.state()
    made, _ = street.record(voter_id=voter, occurred_at=DAY % (2, 10), answers=street.answers(5, street.sign, street.come))
    after = street.state()
    undo, refused = street.record(replaces_id=made["id"], undone=True, occurred_at=DAY % (2, 11))
    assert refused is None and undo["voter_id"] == voter and street.state() == before
    assert street.record(replaces_id=made["id"], undone=True, occurred_at=DAY % (2, 11))[1] == "contact_replaced"
    street.record(replaces_client_id=undo["client_id"], undone=True, occurred_at=DAY % (2, 12))
    assert street.state() == after


def test_a_correction_keeps_the_time_of_the_visit(street):
    first, other = street.voters[0]
    made, _ = street.record(voter_id=first, occurred_at=DAY % (1, 10), answers=street.answers(1, street.sign))
    street.record(voter_id=first, occurred_at=DAY % (2, 10), answers=street.answers(3))
    right, _ = street.record(replaces_id=made["id"], voter_id=other, occurred_at=DAY % (3, 10),
                             answers=street.answers(1, street.sign))
    assert right["occurred_at"] == made["occurred_at"] and right["device_occurred_at"].startswith("2026-10-03")
    assert street.voter(first)["support_level"] == 3 and street.voter(other)["support_level"] == 1
    assert street.db.sql("SELECT voter_id FROM follow_ups WHERE organization_id = %s", street.organization) == [(other,)]
    assert street.db.sql("SELECT voter_id FROM voter_tags WHERE organization_id = %s", street.organization) == [(other,)]
    street.record(replaces_id=right["id"], undone=True)
    assert street.voter(other)["support_level"] is None
    assert street.db.sql("SELECT voter_id FROM follow_ups WHERE organization_id = %s", street.organization) == [(first,)]


def test_a_tag_given_by_hand_stays(street):
    voter = street.voters[0][0]
    street.db.sql("INSERT INTO voter_tags (organization_id, voter_id, tag_id) VALUES (%s, %s, %s) RETURNING id",
                  street.organization, voter, street.tag)
    made, _ = street.record(voter_id=voter, occurred_at=DAY % (1, 10), answers=street.answers(2, street.sign))
    street.record(replaces_id=made["id"], undone=True)
    assert street.state()["tags"] == [(1,)]


def test_each_code_does_what_it_says(street):
    (one, two), (three, four), (five, _) = street.voters
    street.record(voter_id=one, occurred_at=DAY % (1, 10), disposition="moved")
    street.record(voter_id=two, occurred_at=DAY % (1, 10), disposition="do_not_contact")
    street.record(door_id=street.doors[1], occurred_at=DAY % (1, 10), disposition="do_not_knock")
    street.record(voter_id=three, channel="phone", phone="+16175550101", occurred_at=DAY % (1, 10),
                  disposition="wrong_number")
    street.record(voter_id=four, channel="phone", phone="+16175550102", occurred_at=DAY % (1, 10),
                  disposition="disconnected")
    street.record(voter_id=five, channel="text", phone="+16175550103", occurred_at=DAY % (1, 10),
                  disposition="do_not_text")
    street.record(building_id=street.building, occurred_at=DAY % (2, 10), disposition="inaccessible")
    state = street.state()
    assert [row[6] for row in state["voters"]] == ["moved", None, None, None, None, None]
    assert [row[0] is not None for row in state["doors"]] == [False, True, False]
    assert [row[:3] for row in state["phones"]] == [("+16175550101", "wrong_number", False),
                                                    ("+16175550102", "disconnected", True)]
    assert state["allowed"] == [(True, True), (False, False)] + [(True, True)] * 2 + [(False, True), (True, True)]
    assert state["building"][0][0] is not None
    street.record(door_id=street.doors[2], occurred_at=DAY % (1, 10), disposition="not_home")
    assert street.state()["building"][0][0] is not None  # before that
    street.record(door_id=street.doors[2], occurred_at=DAY % (3, 10), disposition="not_home")
    assert street.state()["building"][0][0] is None


def test_the_turf_counts_its_doors(street):
    (one, two), (three, _), _ = street.voters
    street.record(voter_id=one, occurred_at=DAY % (1, 10), disposition="moved")
    made, _ = street.record(door_id=street.doors[1], occurred_at=DAY % (1, 10), disposition="not_home")
    assert made["route_id"] == street.turf
    state = street.state()
    assert [row[0] for row in state["turf doors"]] == ["attempted", "attempted", "todo"] and state["turf"] == [(0,)]
    assert [row[3] for row in state["voters"]] == ["moved", None, "not_home", "not_home", None, None]
    street.record(voter_id=two, occurred_at=DAY % (1, 10), answers=street.answers(3))
    spoken, _ = street.record(voter_id=three, occurred_at=DAY % (1, 11), answers=street.answers(3))
    assert street.state()["turf"] == [(2,)]
    street.record(replaces_id=spoken["id"], undone=True)
    assert [row[0] for row in street.state()["turf doors"]] == ["done", "attempted", "todo"]
    assert street.state()["turf"] == [(1,)]


def test_a_clock_ahead_counts_as_now_and_both_are_kept(street):
    made, _ = street.record(voter_id=street.voters[0][0], occurred_at="2030-01-01T00:00:00Z", disposition="not_home")
    assert made["occurred_at"] == made["recorded_at"] and made["device_occurred_at"].startswith("2030-01-01")


def test_what_is_wrong_is_named(street):
    voter, other = street.voters[0][0], Street(street.db)
    assert wrong(street, voter_id=10 ** 12, disposition="not_home") == ("voter_id", "unknown_reference")
    assert wrong(street, voter_id=other.voters[0][0], disposition="not_home") == ("voter_id", "unknown_reference")
    assert wrong(street, door_id=other.doors[0], disposition="not_home") == ("door_id", "unknown_reference")
    assert wrong(street, building_id=10 ** 12, disposition="inaccessible") == ("building_id", "unknown_reference")
    assert wrong(street, door_id=street.doors[0], building_id=1, disposition="not_home")[1] == "other_building"
    assert wrong(street, voter_id=voter, turf_id=10 ** 12, disposition="not_home") == ("turf_id", "unknown_reference")
    assert wrong(street, voter_id=voter, script_id=10 ** 12, disposition="not_home") == ("script_id", "unknown_reference")
    assert wrong(street, voter_id=voter, channel="phone", disposition="disconnected") == ("phone", "required")
    assert wrong(street, disposition="not_home") == ("voter_id", "required")
    assert wrong(street, door_id=street.doors[0], disposition="moved") == ("voter_id", "required")
    assert wrong(street, voter_id=voter, replaces_id=10 ** 12, undone=True) == ("replaces_id", "unknown_reference")
    assert wrong(street, voter_id=voter, undone=True) == ("replaces_id", "required")


def test_what_the_rules_refuse_is_refused_in_its_place(street):
    """References are checked first, then the outcome, its requirements, and the answers."""
    voter, answers = street.voters[0][0], street.answers(2)

    def refused(field, code, **given):
        return wrong(street, **given, checked=rules.checked(street.db.sql, street.organization, given, (field, code)))
    assert refused("disposition", "wrong_channel", voter_id=voter, disposition="busy") == ("disposition", "wrong_channel")
    assert refused("disposition", "wrong_channel", voter_id=10 ** 12, disposition="busy") == ("voter_id", "unknown_reference")
    assert refused("disposition", "wrong_channel", channel="phone", disposition="busy") == ("disposition", "wrong_channel")
    assert refused("answers/0", "not_shown", voter_id=voter, answers=answers) == ("answers/0", "not_shown")
    assert refused("answers/0", "not_shown", answers=answers) == ("voter_id", "required")
    assert refused("answers", "question_required", voter_id=voter, script_id=street.script,
                   disposition="canvassed") == ("answers", "question_required")


def test_a_first_answer_is_given_again_whatever_the_rules_say_now(street):
    act = {"client_id": str(uuid.uuid4()), "voter_id": street.voters[0][0], "occurred_at": DAY % (1, 10),
           "answers": street.answers(2)}
    first, _ = street.record(**act)
    again, refused = street.record(**act, checked=rules.checked(street.db.sql, street.organization, act,
                                                                ("answers/0", "not_shown")))
    assert again["id"] == first["id"] and refused is None


def test_a_script_that_was_changed_meanwhile(street):
    """CC4S1 names the script to read: another one, or a newer version. Nothing was written."""
    act = {"voter_id": street.voters[0][0], "occurred_at": DAY % (1, 10), "answers": street.answers(2)}
    now = rules.checked(street.db.sql, street.organization, act)
    others = [None, {**now, "version": now["version"] - 1}, {"outcome": True}, {**now, "script_id": None}]
    for given in others:
        with pytest.raises(psycopg2.Error) as caught:
            street.record(**act, script_id=street.script, checked=given)
        assert (caught.value.pgcode, caught.value.diag.column_name) == ("CC4S1", str(street.script))
    assert street.db.value("SELECT count(*) FROM voter_contacts WHERE organization_id = %s", street.organization) == 0
    street.record(**act, script_id=street.script, checked=now)


def test_an_outcome_that_nobody_checked_is_not_recorded(street):
    with pytest.raises(psycopg2.Error) as caught:
        street.record(voter_id=street.voters[0][0], occurred_at=DAY % (1, 10), disposition="gone", checked=None)
    assert "was not checked" in str(caught.value)


def plan(street, seed):
    """Random contacts in one street; an undo or correction names an earlier contact by client_id."""
    draw = random.Random(seed)
    acts = []
    for _ in range(12):
        when, door = DAY % (draw.randint(1, 9), draw.randint(8, 20)), draw.randrange(3)
        act = {"client_id": str(uuid.UUID(int=draw.getrandbits(128))), "occurred_at": when}
        earlier = draw.choice(acts)["client_id"] if acts and draw.random() < 0.35 else None
        if earlier and draw.random() < 0.5:
            acts.append({**act, "replaces_client_id": earlier, "undone": True})
            continue
        person = {"voter_id": (door, draw.randrange(2))}
        act.update(draw.choice([
            {**person, "disposition": draw.choice(["not_home", "refused", "moved", "deceased", "do_not_contact"])},
            {**person, "level": draw.randint(1, 5), "options": draw.sample(["sign", "come"], draw.randint(0, 2))},
            {**person, "channel": "phone", "phone": "+16175550101", "door_id": None,
             "disposition": draw.choice(["wrong_number", "disconnected", "no_answer", "do_not_text"])},
            {"door_id": door, "disposition": draw.choice(["do_not_knock", "not_home", "inaccessible"])},
        ]))
        acts.append({**act, **({"replaces_client_id": earlier} if earlier else {})})
    # Only one contact may replace another in a thread: further ones would be refused, which another
    # test checks.
    seen = set()
    return [act for act in acts if act.get("replaces_client_id") not in seen
            and not (act.get("replaces_client_id") and seen.add(act["replaces_client_id"]))]


def shuffled(acts, draw):
    """A random order in which no contact precedes the one that it replaces."""
    left, known = list(acts), set()
    while left:
        ready = [act for act in left if act.get("replaces_client_id") in (None, *known)]
        if not ready:
            return
        act = draw.choice(ready)
        left.remove(act)
        known.add(act["client_id"])
        yield act


def play(street, acts):
    for act in acts:
        act = dict(act)
        if act.get("voter_id"):
            door, place = act["voter_id"]
            act["voter_id"] = street.voters[door][place]
            if act.get("door_id", 0) == 0 and act.get("channel") != "phone":
                act["door_id"] = street.doors[door]
        elif "door_id" in act:
            act["door_id"] = street.doors[act["door_id"]]
        if "level" in act:
            act["answers"] = street.answers(act.pop("level"), *(getattr(street, name) for name in act.pop("options")))
        _, refused = street.record(**act)
        assert refused is None
    return street.state()


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_arrival_ends_the_same(db, seed):
    acts = plan(None, seed)
    ends = [play(Street(db), shuffled(acts, random.Random(f"{seed} {order}"))) for order in range(3)]
    assert all(end == ends[0] for end in ends), acts
