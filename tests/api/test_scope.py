# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may record contacts where: at the doors of an actor's turf, about the people behind them or received with it.
tests/access/test_objects.py is the same as a matrix of every route; these are whole scenarios."""

import uuid

import pytest

from harness.client import Client, Organization, is_problem
from harness.field import act
from harness.phone import Phone
from harness.turfs import PAST, Turfs, visit


@pytest.fixture
def turfs(org):
    return Turfs(org, 2)


def refused(reply, code="not_your_turf"):
    assert is_problem(reply, 403, "not_authorized"), f"{reply.status_code} {reply.text[:300]}"
    return reply.json()["code"] == code


def made(reply):
    assert reply.status_code == 201, f"{reply.status_code} {reply.text[:300]}"
    return reply.json()


def unreachable(org, voter):
    return org.owner.ok("GET", f"/v1/voters/{voter}")["unreachable"]


def test_whoever_took_a_turf_by_its_code_records_there(org, turfs):
    turf = turfs.all[0]
    door = turfs.doors(turf["id"])[0]
    assert refused(visit(org.member, door_id=door))
    turfs.take(turf, org.member)
    assert made(visit(org.member, door_id=door))["turf_id"] == turf["id"]
    assert made(visit(org.member, voter_id=turfs.voters(door)[0]))["door_id"] == door
    turfs.turn(turf["id"], "return", client=org.member)
    assert refused(visit(org.member, door_id=door))


@pytest.mark.parametrize("loss", ["close", "take-back", "expire", "assign"])
def test_whoever_lost_a_turf_records_there_no_more(org, turfs, loss):
    turf = turfs.all[0]
    door = turfs.doors(turf["id"])[0]
    turfs.change(turf["id"], assigned_user_id=org.member.user)
    contact = made(visit(org.member, door_id=door))
    if loss == "expire":
        turfs.change(turf["id"], expires_at=PAST)
    elif loss == "assign":
        turfs.change(turf["id"], assigned_user_id=org.admin.user)
    else:
        turfs.turn(turf["id"], loss)
    assert org.member.get(f"/v1/turfs/{turf['id']}").status_code == 404
    assert refused(visit(org.member, door_id=door))
    # The canvasser cannot correct or undo earlier contacts at this door any more either.
    assert refused(visit(org.member, replaces_id=contact["id"]))
    assert refused(org.member.post(f"/v1/contacts/{contact['id']}/undo", act()))
    bulk = act(doors=[{"client_id": str(uuid.uuid4()), "door_id": door}])
    del bulk["client_id"]
    assert org.member.ok("POST", "/v1/contacts/bulk", bulk)["results"][0]["code"] == "not_your_turf"
    # An organizer can still record a contact there.
    made(visit(org.admin, door_id=door))


def test_an_own_door_opens_no_other_person(org, turfs):
    mine, other = turfs.all
    door, elsewhere = turfs.doors(mine["id"])[0], turfs.doors(other["id"])[0]
    stranger = turfs.voters(elsewhere)[0]
    turfs.change(mine["id"], assigned_user_id=org.member.user)
    assert refused(visit(org.member, "deceased", voter_id=stranger))
    for place in ({"door_id": door}, {"door_id": door, "turf_id": mine["id"]},
                  {"building_id": org.owner.ok("GET", f"/v1/doors/{door}")["building_id"]}):
        assert refused(visit(org.member, "deceased", voter_id=stranger, **place)), place
    assert unreachable(org, stranger) is None
    made(visit(org.member, "deceased", voter_id=turfs.voters(door)[0], door_id=door))


def test_a_correction_is_judged_like_a_new_contact(org, turfs):
    mine, other = turfs.all
    door, elsewhere = turfs.doors(mine["id"])[0], turfs.doors(other["id"])[0]
    stranger = turfs.voters(elsewhere)[0]
    turfs.change(mine["id"], assigned_user_id=org.member.user)
    contact = made(visit(org.member, door_id=door))
    assert refused(visit(org.member, "do_not_knock", replaces_id=contact["id"], door_id=elsewhere))
    assert refused(visit(org.member, "deceased", replaces_id=contact["id"], voter_id=stranger))
    assert refused(visit(org.member, "refused", replaces_id=contact["id"], turf_id=other["id"]))
    made(visit(org.member, "refused", replaces_id=contact["id"], voter_id=turfs.voters(door)[0]))
    # Another organization's id and an unknown id get the same reply.
    theirs = made(visit(org.admin, door_id=door))
    assert refused(visit(org.member, "moved", replaces_id=theirs["id"]), "not_your_contact")
    assert refused(visit(org.member, "moved", replaces_id=10 ** 12), "not_your_contact")


def test_what_somebody_else_recorded_is_not_answered_for_its_client_id(org, turfs):
    turf = turfs.all[0]
    door = turfs.doors(turf["id"])[0]
    turfs.change(turf["id"], assigned_user_id=org.member.user)
    body = act(channel="door", disposition="not_home", door_id=door, note="Owes the candidate money")
    made(org.admin.post("/v1/contacts", body))
    reply = org.member.post("/v1/contacts", {**body, "note": None})
    assert is_problem(reply, 409, "conflict") and reply.json()["code"] == "client_id_reused"


def verdict(given):
    return given["verdict"], given["code"]


def test_an_upload_is_about_whom_was_handed_out(org, turfs):
    mine, other = turfs.all
    door, elsewhere = turfs.doors(mine["id"])[0], turfs.doors(other["id"])[0]
    stranger = turfs.voters(elsewhere)[0]
    turfs.change(mine["id"], assigned_user_id=org.member.user)
    phone = Phone(org.member)
    no = ("conflict", "not_handed_out")
    body = {"channel": "door", "disposition": "deceased", "voter_id": stranger, "door_id": door}
    conflict = phone.one("contact", body)
    assert verdict(conflict) == no and unreachable(org, stranger) is None
    assert verdict(phone.one("note", {"voter_id": stranger, "door_id": door, "note": "Dog"})) == no
    assert verdict(phone.one("contact", {**body, "voter_id": turfs.voters(door)[0]}))[0] == "applied"
    # Nothing is lost: an organizer resolves the conflict.
    org.owner.ok("POST", f"/v1/field/conflicts/{conflict['conflict_id']}/resolve", {"decision": "accept"})
    assert unreachable(org, stranger) == "deceased"


def test_an_upload_corrects_ones_own_where_one_was_sent(org, turfs):
    mine, other = turfs.all
    door, elsewhere = turfs.doors(mine["id"])[0], turfs.doors(other["id"])[0]
    turfs.change(mine["id"], assigned_user_id=org.member.user)
    phone = Phone(org.member)
    first = phone.did("contact", {"channel": "door", "disposition": "not_home", "door_id": door})
    assert phone.send(first)["verdicts"][0]["verdict"] == "applied"
    replaced = {"replaces_client_id": first["client_id"], "channel": "door"}
    moved = phone.one("contact", {**replaced, "disposition": "do_not_knock", "door_id": elsewhere})
    assert verdict(moved) == ("conflict", "not_handed_out")
    assert verdict(phone.one("contact", {**replaced, "disposition": "refused"}))[0] == "applied"
    theirs = made(visit(org.admin, door_id=door))
    for which in ({"replaces_id": theirs["id"]}, {"replaces_client_id": theirs["client_id"]}):
        taken = phone.one("contact", {"channel": "door", "disposition": "refused", **which})
        assert verdict(taken) == ("conflict", "not_yours"), which


def test_work_of_a_lost_turf_is_not_lost_but_only_what_was_handed_out(org, turfs):
    mine, other = turfs.all
    turfs.change(mine["id"], distributed=True)
    turfs.take(mine, org.member)
    held, = turfs.hold(mine, org.member)
    rest = [door for door in turfs.doors(mine["id"]) if door != held]
    assert made(visit(org.member, door_id=held)) and refused(visit(org.member, door_id=rest[0]))
    phone = Phone(org.member)
    assert org.member.get(f"/v1/field/packs/turf/{mine['id']}").status_code == 200
    turfs.turn(mine["id"], "return", client=org.member)
    assert refused(visit(org.member, door_id=held))
    home = {"channel": "door", "disposition": "not_home"}
    assert verdict(phone.one("contact", {**home, "door_id": held}))[0] == "applied"
    assert verdict(phone.one("contact", {**home, "door_id": rest[0]})) == ("conflict", "not_handed_out")
    # Also after the phone was wiped, which it may report before its last upload arrives.
    org.member.ok("POST", "/v1/field/wipes", {"packs": [{"kind": "turf", "id": mine["id"]}]})
    assert verdict(phone.one("contact", {**home, "voter_id": turfs.voters(held)[0]}))[0] == "applied"


def test_where_a_hidden_person_lives_is_not_found_out(org, turfs):
    """A contact names its voter's door: for a confidential voter this would reveal the address."""
    turf = turfs.all[0]
    door = turfs.doors(turf["id"])[0]
    hidden = turfs.voters(door)[0]
    turfs.change(turf["id"], assigned_user_id=org.member.user)
    org.owner.ok("PATCH", f"/v1/voters/{hidden}", {"confidential": True})
    elsewhere = turfs.voters(turfs.doors(turfs.all[1]["id"])[0])[0]
    answers = [visit(org.member, voter_id=voter) for voter in (hidden, elsewhere)]
    answers += [visit(org.member, voter_id=voter, door_id=door) for voter in (hidden, elsewhere)]
    assert all(refused(reply) for reply in answers)
    assert door not in [each["door_id"] for each in org.member.pages(f"/v1/turfs/{turf['id']}/doors")]


def test_a_check_in_in_conflict_is_decided_by_who_may_check_in(org):
    """Organizers resolve conflicts of canvassers; resolving must not allow an action that the resolver may not do."""
    event = org.event(start_time="2026-11-30T00:00:00Z", end_time="2030-12-01T00:00:00Z")["id"]
    guest = org.owner.ok("POST", f"/v1/events/{event}/attendees", {"first_name": "Ann", "last_name": "Young"})["id"]
    org.owner.ok("POST", f"/v1/events/{event}/attendees/{guest}/cancel")
    conflict = Phone(org.member).one("check_in", {"event_id": event, "attendee_id": guest})
    assert verdict(conflict) == ("conflict", "attendee_cancelled")
    path = f"/v1/field/conflicts/{conflict['conflict_id']}/resolve"
    lead = org.add("member", {"manage_canvass": True, "check_in": False})
    assert refused(lead.post(path, {"decision": "accept"}), "right")
    assert org.add("member", {"manage_canvass": True}).ok("POST", path, {"decision": "accept"})["state"] == "accepted"


STRANGER = "+16175550199"


def kept(client, disposition, **about):
    """The same contact sent to the API and by upload: whether each was recorded."""
    reply = visit(client, disposition, **about)
    assert reply.status_code == 201 or refused(reply), reply.text[:300]
    given = Phone(client).one("contact", {"channel": "door", "disposition": disposition, **about})
    assert given["verdict"] == "applied" or verdict(given) == ("conflict", "not_handed_out"), given
    return reply.status_code == 201, given["verdict"] == "applied"


def test_a_door_silences_no_strangers_number(org, turfs):
    """do_not_contact without a voter withdraws consent for the number, for every voter who has it."""
    mine, other = turfs.all
    door, elsewhere = turfs.doors(mine["id"])[0], turfs.doors(other["id"])[0]
    turfs.change(mine["id"], assigned_user_id=org.member.user)
    stranger, neighbour = turfs.voters(elsewhere)[0], turfs.voters(door)[0]
    org.owner.ok("PATCH", f"/v1/voters/{stranger}", {"phones": [STRANGER]})
    org.owner.ok("PATCH", f"/v1/voters/{neighbour}", {"phones": ["+16175550101"]})
    for about in ({"door_id": door}, {"voter_id": neighbour}, {"voter_id": neighbour, "door_id": door}):
        assert kept(org.member, "do_not_contact", phone=STRANGER, **about) == (False, False), about
    assert org.owner.ok("GET", "/v1/consents", query={"about": STRANGER})["data"] == []
    assert kept(org.member, "do_not_contact", phone="+16175550101", door_id=door) == (True, True)
    # Changed values of a correction are checked, taken-over ones are not.
    contact = made(visit(org.member, "refused", phone="+16175550101", voter_id=neighbour))
    assert refused(visit(org.member, "do_not_contact", replaces_id=contact["id"], phone=STRANGER))
    org.owner.ok("PATCH", f"/v1/voters/{neighbour}", {"phones": []})
    made(visit(org.member, "not_home", replaces_id=contact["id"]))
    # A lead may.
    made(visit(org.admin, "do_not_contact", door_id=door, phone=STRANGER))
    assert org.owner.ok("GET", "/v1/consents", query={"about": STRANGER})["data"]


def test_a_door_is_no_call_of_a_phone_bank(org, turfs):
    """Phone banks count their own calls: a contact at a door cannot be added to them, by callers or others."""
    door = turfs.doors(turfs.all[0]["id"])[0]
    turfs.change(turfs.all[0]["id"], assigned_user_id=org.member.user)
    audience = org.owner.ok("POST", "/v1/voter-lists", {"name": "All", "filter": {}})["id"]
    bank = org.owner.ok("POST", "/v1/phone-banks", {"name": "Saturday", "list_id": audience})["id"]
    campaign = org.owner.ok("POST", "/v1/text-campaigns", {"name": "Vote", "list_id": audience, "template": "Hi"})["id"]
    for part in ({"phone_bank_session_id": bank}, {"text_campaign_id": campaign}):
        assert kept(org.member, "not_home", door_id=door, **part) == (False, False), part
    assert org.owner.ok("GET", f"/v1/phone-banks/{bank}/counts")["attempts"] == 0


def test_an_upload_names_the_turf_that_the_door_was_handed_out_in(org, turfs):
    mine, other = turfs.all
    doors = turfs.doors(mine["id"])
    turfs.change(mine["id"], assigned_user_id=org.member.user)
    phone = Phone(org.member)
    no = ("conflict", "not_handed_out")
    home = {"channel": "door", "disposition": "not_home", "door_id": doors[0]}
    building = org.owner.ok("GET", f"/v1/doors/{doors[0]}")["building_id"]
    shut = {"channel": "door", "disposition": "inaccessible", "building_id": building}
    knocked = [{"client_id": str(uuid.uuid4()), "door_id": door} for door in doors]
    for wrong in (home, shut):
        assert verdict(phone.one("contact", {**wrong, "turf_id": other["id"]})) == no, wrong
    assert verdict(phone.one("bulk_not_home", {"turf_id": other["id"], "doors": knocked})) == no
    first = phone.did("contact", {**home, "turf_id": mine["id"]})
    assert phone.send(first)["verdicts"][0]["verdict"] == "applied"
    replaced = {"channel": "door", "replaces_client_id": first["client_id"]}
    assert verdict(phone.one("contact", {**replaced, "undone": True, "turf_id": other["id"]})) == no
    assert org.owner.ok("GET", "/v1/contacts", query={"turf_id": other["id"]})["data"] == []
    assert phone.one("contact", {**shut, "turf_id": mine["id"]})["verdict"] == "applied"
    # The rule still holds after the turf is closed: only the turf in which the person received the
    # door may be named.
    assert org.member.get(f"/v1/field/packs/turf/{mine['id']}").status_code == 200
    turfs.turn(mine["id"], "close")
    assert verdict(phone.one("contact", {**home, "turf_id": other["id"]})) == no
    for right in ({**home, "turf_id": mine["id"]}, {**shut, "turf_id": mine["id"]}, home):
        assert phone.one("contact", right)["verdict"] == "applied", right
    assert phone.one("contact", {**replaced, "disposition": "refused"})["verdict"] == "applied"


def device(client, **more):
    return client.post("/v1/devices", {"name": "Tablet", "profile": "canvass", **more})


def test_a_device_gets_no_turf_that_its_maker_does_not_have(org, turfs):
    mine, other = turfs.all
    helper = org.add("member", {"manage_devices": True})
    turfs.change(mine["id"], assigned_user_id=helper.user)
    foreign = Turfs(Organization(org.owner.anonymous()), 1).all[0]
    for turf in (other["id"], foreign["id"], 10 ** 12):
        assert refused(device(helper, scope={"turf_id": turf}), "above_own_rights"), turf
    made(device(helper, scope={"turf_id": mine["id"]}))
    made(device(helper))
    lead = org.add("member", {"manage_devices": True, "manage_canvass": True})
    theirs = made(device(lead, scope={"turf_id": other["id"]}))["id"]
    # A new pairing code would give the same rights as the device has, so it is refused as well.
    assert refused(helper.post(f"/v1/devices/{theirs}/pairing"), "above_own_rights")
    assert lead.post(f"/v1/devices/{theirs}/pairing").status_code == 200


def test_a_new_pairing_code_gives_no_right_that_one_does_not_have(org):
    theirs = made(device(org.owner))["id"]
    token = org.owner.ok("POST", "/v1/api-tokens", {"name": "t", "scopes": ["manage_devices"]})["token"]
    for helper in (org.add("member", {"manage_devices": True, "canvass": False}), Client(org.owner.server, token=token)):
        assert refused(helper.post(f"/v1/devices/{theirs}/pairing"), "above_own_rights")
        assert helper.post(f"/v1/devices/{10 ** 12}/pairing").status_code == 404
    # The refused requests leave the device's current pairing code valid.
    assert org.owner.ok("GET", "/v1/devices")["data"][0]["pairing_expires_at"] is not None


def test_an_upload_is_answered_to_its_actor(org, turfs):
    """A client_id used by another actor reveals nothing about that actor's operation."""
    door = turfs.doors(turfs.all[0]["id"])[0]
    turfs.change(turfs.all[0]["id"], assigned_user_id=org.member.user)
    first = Phone(org.member).did("contact", {"channel": "door", "disposition": "not_home", "door_id": door}, hours=3)
    assert Phone(org.member).send(first)["verdicts"][0]["verdict"] == "applied"
    given = Phone(org.admin).send(first)["verdicts"][0]
    assert verdict(given) == ("refused", "client_id_reused")
    assert [given[each] for each in ("entity", "entity_id", "conflict_id", "occurred_at")] == [None] * 4


def test_a_refused_upload_tells_no_door(org, turfs):
    """The verdict names the door that the phone named, and never the address of the named person."""
    mine, other = turfs.all
    door, elsewhere = turfs.doors(mine["id"])[0], turfs.doors(other["id"])[0]
    turfs.change(mine["id"], assigned_user_id=org.member.user)
    stranger, hidden = turfs.voters(elsewhere)[0], turfs.voters(turfs.doors(other["id"])[1])[0]
    org.owner.ok("PATCH", f"/v1/voters/{hidden}", {"confidential": True})
    phone = Phone(org.member)
    home = {"channel": "door", "disposition": "not_home"}
    lead = org.add("member", {"manage_canvass": True})
    for voter in (stranger, hidden):
        for kind, body in (("contact", home), ("note", {"note": "Dog"})):
            given = phone.one(kind, {**body, "voter_id": voter})
            assert verdict(given) == ("conflict", "not_handed_out") and given["entity_id"] is None, given
            assert lead.ok("GET", f"/v1/field/conflicts/{given['conflict_id']}")["door_id"] is None
            given = phone.one(kind, {**body, "voter_id": voter, "door_id": door})
            assert (given["entity"], given["entity_id"]) == ("door", door)


def test_contacts_tell_no_place_of_a_confidential_person(org, turfs):
    """An organizer without manage_voters reads what was recorded, but not at which door."""
    turf = turfs.all[0]
    door = turfs.doors(turf["id"])[0]
    hidden = turfs.voters(door)[0]
    turfs.change(turf["id"], assigned_user_id=org.member.user)
    contact = made(visit(org.member, "refused", voter_id=hidden, latitude=42.37, longitude=-71.1))
    lead = org.add("member", {"manage_canvass": True})
    path = f"/v1/contacts/{contact['id']}"
    assert lead.ok("GET", path)["door_id"] == door
    org.owner.ok("PATCH", f"/v1/voters/{hidden}", {"confidential": True})
    for reader in (lead, org.member):
        for shown in (reader.ok("GET", path), *reader.ok("GET", "/v1/contacts", query={"voter_id": hidden})["data"]):
            assert shown["disposition"] == "refused"
            assert [shown[place] for place in ("door_id", "building_id", "turf_id", "latitude", "longitude")] == [None] * 5
        for place in ({"door_id": door}, {"turf_id": turf["id"]}):
            assert reader.ok("GET", "/v1/contacts", query=place)["data"] == [], place
    assert org.owner.ok("GET", path)["door_id"] == door
    assert [each["id"] for each in org.owner.ok("GET", "/v1/contacts", query={"door_id": door})["data"]] == [contact["id"]]
    # A visit would show in the state of its door.
    assert refused(visit(lead, voter_id=hidden)) and refused(visit(lead, "moved", replaces_id=contact["id"]))
    made(visit(org.owner, voter_id=hidden))


def test_a_merged_record_tells_no_place_of_a_confidential_person(org):
    """A merged record still has the address, and contacts of its own."""
    turfs = Turfs(org, 1, people=3)
    door = turfs.doors(turfs.all[0]["id"])[0]
    kept_one, first, second = turfs.voters(door)
    contact = made(visit(org.owner, "refused", voter_id=second))
    for survivor, merged in ((first, second), (kept_one, first)):
        org.owner.ok("POST", "/v1/voter-merges", {"survivor_id": survivor, "merged_id": merged}, status=201)
    reader = org.add("member", {"manage_canvass": True, "view_voters": True})
    assert reader.ok("GET", f"/v1/voters/{second}")["door_id"] == door
    org.owner.ok("PATCH", f"/v1/voters/{kept_one}", {"confidential": True})
    for voter in (kept_one, first, second):
        assert reader.ok("GET", f"/v1/voters/{voter}")["door_id"] is None, voter
        assert org.owner.ok("GET", f"/v1/voters/{voter}")["door_id"] is not None
        for shown in reader.ok("GET", "/v1/contacts", query={"voter_id": voter})["data"]:
            assert [shown[place] for place in ("door_id", "building_id", "turf_id")] == [None] * 3
    assert reader.ok("GET", f"/v1/contacts/{contact['id']}")["door_id"] is None
    assert reader.ok("GET", "/v1/contacts", query={"door_id": door})["data"] == []


def test_the_log_tells_no_place_of_a_confidential_person(org, turfs):
    """A reader of the audit log without manage_voters sees that something changed, but not where."""
    door = turfs.doors(turfs.all[0]["id"])[0]
    hidden, known = turfs.voters(door)[0], turfs.voters(turfs.doors(turfs.all[0]["id"])[1])[0]
    for voter in (hidden, known):
        made(visit(org.owner, "refused", voter_id=voter))
    org.owner.ok("PATCH", f"/v1/voters/{hidden}", {"confidential": True, "address": "9 Canal Way", "zip5": "02141"})
    reader = org.add("member", {"view_audit": True})

    def places(client, voter):
        said = [each for each in client.pages("/v1/audit-log") if each["entity"] in ("voter", "contact")]
        said = [{**(each["before"] or {}), **(each["after"] or {})} for each in said
                if each["entity"] == "voter" and each["entity_id"] == voter
                or each["entity"] == "contact" and (each["after"] or {}).get("voter_id") == voter]
        return {name for each in said for name in each} & {"door_id", "building_id", "household_id", "route_id"}

    assert places(reader, known) and places(org.owner, hidden) >= {"door_id", "building_id", "route_id"}
    assert places(reader, hidden) == set()


def test_deciding_tells_no_place_of_a_confidential_person(org, turfs):
    """Nobody can record, by resolving a conflict of the own upload, what he or she may not record directly."""
    doors = turfs.doors(turfs.all[0]["id"])
    hidden = turfs.voters(doors[0])[0]
    old = made(visit(org.owner, "refused", voter_id=hidden))
    org.owner.ok("PATCH", f"/v1/voters/{hidden}", {"confidential": True})
    lead = org.add("member", {"manage_canvass": True})
    phone = Phone(lead)
    silent = {"channel": "door", "disposition": "do_not_knock", "voter_id": hidden}
    replaced = {"channel": "door", "replaces_client_id": old["client_id"]}
    sent = [phone.one("contact", silent), phone.one("note", {"voter_id": hidden, "note": "Dog"}),
            phone.one("undo", {"contact_client_id": old["client_id"]}), phone.one("contact", {**replaced, "undone": True}),
            phone.one("contact", {**replaced, "disposition": "moved"})]
    elsewhere = phone.one("contact", {"channel": "door", "disposition": "not_home", "door_id": doors[1]})
    for given, decision in (*((each, {"decision": "accept"}) for each in sent),
                            (elsewhere, {"decision": "merge", "body": silent}),
                            (elsewhere, {"decision": "merge", "body": {**replaced, "disposition": "moved"}})):
        assert given["verdict"] == "conflict", given
        assert refused(lead.post(f"/v1/field/conflicts/{given['conflict_id']}/resolve", decision)), (given, decision)
    assert org.owner.ok("GET", f"/v1/doors/{doors[0]}")["do_not_knock_at"] is None
    assert org.owner.ok("GET", f"/v1/contacts/{old['id']}")["holds"]
    # Nothing is lost: the conflict may be discarded, or resolved by a member with manage_voters.
    lead.ok("POST", f"/v1/field/conflicts/{sent[1]['conflict_id']}/resolve", {"decision": "discard"})
    lead.ok("POST", f"/v1/field/conflicts/{elsewhere['conflict_id']}/resolve", {"decision": "accept"})
    org.owner.ok("POST", f"/v1/field/conflicts/{sent[0]['conflict_id']}/resolve", {"decision": "accept"})
    assert org.owner.ok("GET", f"/v1/doors/{doors[0]}")["do_not_knock_at"] is not None


def test_taking_back_is_about_what_is_taken_back(org, turfs):
    """An uploaded undo that also names another place does not change the place of the contact."""
    mine, other = turfs.all
    door, elsewhere = turfs.doors(mine["id"])[0], turfs.doors(other["id"])[0]
    turfs.change(mine["id"], assigned_user_id=org.member.user)
    phone = Phone(org.member)
    where = {name: org.owner.ok("GET", f"/v1/doors/{each}")["building_id"] for name, each in (("mine", door), ("other", elsewhere))}
    for beside in ({"building_id": where["other"]}, {"door_id": elsewhere}, {"voter_id": turfs.voters(elsewhere)[0]}):
        first = phone.did("contact", {"channel": "door", "disposition": "not_home", "door_id": door})
        assert phone.send(first)["verdicts"][0]["verdict"] == "applied"
        back = phone.one("contact", {"channel": "door", "undone": True, "replaces_client_id": first["client_id"], **beside})
        assert back["verdict"] == "applied", (beside, back)
        row = org.owner.ok("GET", f"/v1/contacts/{back['entity_id']}")
        assert (row["building_id"], row["door_id"], row["voter_id"]) == (where["mine"], door, None), beside


# The limits of a contact are the same in the API and in uploads.
TOO_MUCH = {"latitude": 91, "longitude": -181, "note": "n" * 5001, "language": "l" * 36, "phone": "12", "disposition": "d" * 41}


def test_an_uploaded_contact_has_the_limits_of_a_contact(org, turfs):
    turf = turfs.all[0]
    turfs.change(turf["id"], assigned_user_id=org.member.user)
    home = {"channel": "door", "disposition": "not_home", "door_id": turfs.doors(turf["id"])[0]}
    # Unknown members are skipped, however many there are, and hide no error.
    coming = {f"coming_{n}": n for n in range(200)}
    phone = Phone(org.member)
    for member, value in TOO_MUCH.items():
        problem = org.member.post("/v1/contacts", act(**{**home, member: value})).json()
        given = phone.one("contact", {**coming, **home, member: value})
        assert problem["status"] == 422
        assert verdict(given) == ("refused", problem["errors"][0]["code"]), (member, given, problem)
    assert phone.one("contact", {**coming, **home, "holds": False})["verdict"] == "applied"
