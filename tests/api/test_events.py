# SPDX-License-Identifier: GPL-3.0-or-later
"""Events: operations of members, public operations, and refusals."""

import re

import pytest

from harness.client import Organization, is_problem, unique

NEW = {"title": "Canvass", "start_time": "2030-05-01T15:00:00Z", "end_time": "2030-05-01T18:00:00Z"}
EVERYTHING = {
    "title": "Saturday canvass — Élan ✊🏽", "slug": "all-fields", "description": "Line one\nLine two\t*bold*",
    "short_description": "Short", "cover_image_url": "https://example.org/a.png?x=1#y", "kind": "canvass",
    "start_time": "2030-05-01T15:00:00.123456Z", "end_time": "2030-05-02T18:00:00Z", "timezone": "Europe/Berlin",
    "location_type": "hybrid", "address_line_1": "Elm Street 1½", "address_line_2": "Unit 3", "city": "Ōsaka",
    "state": "MA", "zip": "02139", "country": "DE", "latitude": -42.3736125, "longitude": 71.1097,
    "virtual_link": "https://meet.example.org/secret-room", "virtual_platform": "Jitsi", "capacity": 40,
    "waitlist_enabled": True, "registration_deadline": "2030-04-30T00:00:00Z", "requires_approval": True,
    "is_featured": True, "visibility": "unlisted", "contact_email": "ada@example.org", "contact_phone": "+12155550123"}
MEMBERS_ONLY = {"virtual_link", "created_by", "created_at", "registered_count", "waitlisted_count", "cancelled_count",
                "attended_count", "no_show_count", "registered_heads", "attended_heads", "attendees_revision"}


def pointers(reply):
    assert is_problem(reply, 422, "validation_error"), f"{reply.status_code} {reply.text[:500]}"
    assert reply.json()["request_id"] == reply.headers["X-Request-Id"]
    errors = reply.json()["errors"]
    assert all(each["message"] and each["code"] for each in errors)
    return sorted(each["pointer"] for each in errors)


def absent(reply):
    return is_problem(reply, 404, "not_found") and reply.json()["entity"] == "event"


# Create and read ----------------------------------------------------------------------------------


def test_create_with_the_least(shared_org):
    reply = shared_org.owner.post("/v1/events", NEW)
    assert reply.status_code == 201
    made = reply.json()
    assert made["title"] == "Canvass" and made["slug"] and made["is_published"] is False
    assert made["kind"] == "other" and made["visibility"] == "public" and made["location_type"] == "in_person"
    assert made["organization_id"] == shared_org.id and made["created_by"] == shared_org.owner.user
    assert made["timezone"] == shared_org.owner.ok("GET", "/v1/organization")["timezone"]
    assert made["version"] == 1 and reply.headers["ETag"] == '"1.0"'
    assert made["published_at"] is made["cancelled_at"] is made["capacity"] is None
    assert reply.headers.get("Location", f"/v1/events/{made['id']}") == f"/v1/events/{made['id']}"
    assert shared_org.member.ok("GET", f"/v1/events/{made['id']}") == made
    assert shared_org.member.ok("GET", f"/v1/events/by-slug/{made['slug']}") == made


def test_every_field_comes_back_as_it_went_in(org):
    made = org.owner.ok("POST", "/v1/events", EVERYTHING, status=201)
    assert {key: made[key] for key in EVERYTHING} == EVERYTHING
    read = org.member.ok("GET", f"/v1/events/{made['id']}")
    assert read == made and set(read) == set(made)


def test_the_organization_gives_what_is_left_out(org):
    org.owner.ok("PATCH", "/v1/organization", {"timezone": "Asia/Tokyo", "default_event_capacity": 7})
    made = org.event()
    assert made["timezone"] == "Asia/Tokyo" and made["capacity"] == 7
    assert org.event(capacity=9)["capacity"] == 9


def test_slugs_are_made_and_are_unique(org):
    first, second, third = (org.event(title="Door knock!")["slug"] for _ in range(3))
    assert first == "door-knock" and second == "door-knock-2" and third == "door-knock-3"
    reply = org.owner.post("/v1/events", {**NEW, "slug": first})
    assert is_problem(reply, 409, "conflict"), reply.text
    other = Organization(org.owner, everybody=False)
    assert other.event(slug=first)["slug"] == first
    assert org.event(title="Сбор 🎉")["slug"]


@pytest.mark.parametrize("field, values", [
    ("title", ["", "a\nb", "a\x1bb", "a\u202eb", "x" * 256, 7, None, ["a"]]),
    ("slug", ["", "A", "a b", "-a", "a--b", "ü", "a" * 101, None]),
    ("description", ["x" * 20001, 1]),
    ("cover_image_url", ["javascript:alert(1)", "ftp://x/y", "x", "https://", "https://user@example.org/",
                         "https://a:b@example.org/"]),
    ("kind", ["party", "", None, 1]),
    ("start_time", ["2030-05-01", "2030-05-01 15:00:00", "2030-13-01T00:00:00Z", "now", 1900000000, "0001-01-01T00:00:00Z",
                    "1899-12-01T00:00:00Z", "2201-01-01T00:00:00Z", None]),
    ("registration_deadline", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]),
    ("timezone", ["Mars/Base", "", "../etc/passwd", None]),
    ("location_type", ["moon"]),
    ("country", ["USA", "us", "1", "ZZZ", "ZZ", "D E"]),
    ("capacity", [0, -1, 1000001, 1.5, "9", True]),
    ("waitlist_enabled", [1, "true", None]),
    ("visibility", ["secret"]),
    ("contact_email", ["x", "a@", "a b@example.org", "a@b"]),
    ("contact_phone", ["call me", "1"]),
    ("city", ["x" * 101, "a\rb"]),
])
def test_wrong_values_are_named(shared_org, field, values):
    for value in values:
        found = pointers(shared_org.owner.post("/v1/events", {**NEW, field: value}))
        assert found == [f"/{field}"], (value, found)
    event = shared_org.event()
    assert pointers(shared_org.owner.patch(f"/v1/events/{event['id']}", {field: values[-1]})) == [f"/{field}"]
    assert shared_org.owner.ok("GET", f"/v1/events/{event['id']}") == event


def test_nul_is_no_text(shared_org):
    for field in ("title", "description", "city"):
        reply = shared_org.owner.post("/v1/events", {**NEW, field: "a\x00b"})
        assert is_problem(reply, 422, "validation_error") and pointers(reply) == [f"/{field}"], reply.text


def test_all_that_is_wrong_is_told_at_once(shared_org):
    reply = shared_org.owner.post("/v1/events", {"title": "", "end_time": "x", "kind": "party", "no~such/key": 1,
                                                 "version": 3})
    assert pointers(reply) == ["/end_time", "/kind", "/no~0such~1key", "/start_time", "/title", "/version"]


@pytest.mark.parametrize("key", ["id", "organization_id", "is_published", "created_by", "created_at", "updated_at",
                                 "published_at", "cancelled_at", "version", "unknown", "Title"])
def test_keys_that_may_not_be_set(shared_org, key):
    assert pointers(shared_org.owner.post("/v1/events", {**NEW, key: 1})) == [f"/{key}"]
    event = shared_org.event()
    assert pointers(shared_org.owner.patch(f"/v1/events/{event['id']}", {key: 1})) == [f"/{key}"]


def test_the_end_is_not_before_the_start(shared_org):
    wrong = {"end_time": "2030-05-01T14:59:59Z"}
    assert pointers(shared_org.owner.post("/v1/events", {**NEW, **wrong})) == ["/end_time"]
    event = shared_org.event()
    place = f"/v1/events/{event['id']}"
    assert pointers(shared_org.owner.patch(place, wrong)) == ["/end_time"]
    assert shared_org.owner.ok("PATCH", place, {"end_time": event["start_time"]})["end_time"] == event["start_time"]


INSIDE = ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1", "0", "0.0.0.0", "10.0.0.8",
          "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255", "256.1.1.1", "1.2.3.4.5",
          "localhost", "LOCALHOST", "localhost.", "a.localhost", "db.internal", "printer.local", "nas.lan", "router.home.arpa",
          "intranet", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[fe80::1]", "[fd00::1]", "[64:ff9b::7f00:1]",
          "[2002:7f00:1::]", "[2001:db8::1]", "[ff02::1]", "\uff11\uff12\uff17.0.0.1", "\u24db\u24de\u24d2alhost", "127\u30020\u30020\u30021"]
OUTSIDE = ["example.org", "EXAMPLE.org", "a-b.example.org.", "8.8.8.8", "172.32.0.1", "100.128.0.1", "[2606:4700::1111]", "3com.example",
           "b\u00fccher.example", "localhost.example.org", "local.example", "xn--bcher-kva.example"]


def test_web_addresses_lead_outside(org):
    """URLs in any field must not lead a reader into a private network."""
    fields = [("/v1/events/%d" % org.event()["id"], ("cover_image_url", "virtual_link")),
              ("/v1/organization", ("avatar_url", "website_url")), ("/v1/me", ("avatar_url",))]
    for path, names in fields:
        for name in names:
            for host in INSIDE:
                for address in (f"http://{host}/metrics", f"https://{host}:3009"):
                    reply = org.owner.patch(path, {name: address})
                    assert pointers(reply) == [f"/{name}"] and reply.json()["code"] == "url", (name, address, reply.text)
            for host in OUTSIDE:
                assert org.owner.ok("PATCH", path, {name: f"https://{host}/a"})[name] == f"https://{host}/a"


def test_the_last_moment_to_sign_up_is_not_after_the_end(org):
    late = {"registration_deadline": "2031-05-01T18:00:00Z"}
    assert pointers(org.owner.post("/v1/events", {**NEW, **late})) == ["/registration_deadline"]
    end = org.event()["end_time"]
    event = org.event(registration_deadline=end)
    one = f"/v1/events/{event['id']}"
    assert pointers(org.owner.patch(one, late)) == ["/registration_deadline"]
    # Moving only the end before the deadline is the same error; moving both is valid.
    assert pointers(org.owner.patch(one, {"end_time": event["start_time"]})) == ["/registration_deadline"]
    org.owner.ok("PATCH", one, {"end_time": event["start_time"], "registration_deadline": event["start_time"]})
    org.owner.ok("PATCH", one, {"registration_deadline": None})
    assert pointers(org.owner.post("/v1/events", {**NEW, "end_time": "2199-05-01T18:00:00Z"})) == ["/end_time"]


def test_a_virtual_event_is_published_with_its_link(org):
    event = org.event(location_type="virtual", virtual_link=None)
    one = f"/v1/events/{event['id']}"
    reply = org.owner.post(one + "/publish")
    assert is_problem(reply, 409, "conflict") and reply.json()["code"] == "virtual_link_needed", reply.text
    org.owner.ok("PATCH", one, {"virtual_link": "https://meet.example.org/1"})
    org.owner.ok("POST", one + "/publish")
    for change in ({"virtual_link": None}, {"virtual_link": None, "title": "X"}):
        assert pointers(org.owner.patch(one, change)) == ["/virtual_link"]
    org.owner.ok("PATCH", one, {"location_type": "in_person", "virtual_link": None})
    assert pointers(org.owner.patch(one, {"location_type": "virtual"})) == ["/virtual_link"]
    org.owner.ok("POST", one + "/unpublish")
    org.owner.ok("PATCH", one, {"location_type": "virtual"})


@pytest.mark.parametrize("given", [{"latitude": 42.0}, {"longitude": 71.0}, {"latitude": 42.0, "longitude": None}])
def test_a_place_has_both_coordinates(shared_org, given):
    assert pointers(shared_org.owner.post("/v1/events", {**NEW, **given})) in (["/latitude"], ["/longitude"])


def test_coordinates_in_range(shared_org):
    for wrong in ({"latitude": 90.001, "longitude": 0}, {"latitude": 0, "longitude": -180.1}):
        assert len(pointers(shared_org.owner.post("/v1/events", {**NEW, **wrong}))) == 1
    for given in ({"latitude": 90, "longitude": -180}, {"latitude": -90.0, "longitude": 180.0}):
        made = shared_org.event(**given)
        assert (made["latitude"], made["longitude"]) == (given["latitude"], given["longitude"])


def test_times_of_other_offsets_become_utc(shared_org):
    made = shared_org.event(start_time="2030-05-01T11:00:00-04:00", end_time="2030-05-01T20:30:00.5+05:30")
    assert made["start_time"] == "2030-05-01T15:00:00Z"
    assert re.fullmatch(r"2030-05-01T15:00:00\.50*Z", made["end_time"])


# Change -------------------------------------------------------------------------------------------


def test_patch_changes_what_is_named_only(org):
    made = org.owner.ok("POST", "/v1/events", EVERYTHING, status=201)
    place = f"/v1/events/{made['id']}"
    after = org.admin.ok("PATCH", place, {"title": "Other", "capacity": None, "latitude": None, "longitude": None})
    assert after["version"] == 2 and after["updated_at"] > made["updated_at"]
    changed = {"title": "Other", "capacity": None, "latitude": None, "longitude": None, "version": 2,
               "updated_at": after["updated_at"]}
    assert after == {**made, **changed}
    assert org.member.ok("GET", place) == after


def test_a_patch_of_nothing_changes_nothing(shared_org):
    event = shared_org.event()
    place = f"/v1/events/{event['id']}"
    assert shared_org.owner.ok("PATCH", place, {}) == event
    assert shared_org.owner.ok("PATCH", place, {"title": event["title"]}) == event


def test_null_where_none_may_be(shared_org):
    event = shared_org.event()
    for field in ("title", "start_time", "timezone", "kind", "visibility", "requires_approval", "slug"):
        assert pointers(shared_org.owner.patch(f"/v1/events/{event['id']}", {field: None})) == [f"/{field}"]


def test_merge_patch_content_type(shared_org):
    event = shared_org.event()
    reply = shared_org.owner.patch(f"/v1/events/{event['id']}", {"title": "Merged"},
                                   headers={"Content-Type": "application/merge-patch+json"})
    assert reply.status_code == 200 and reply.json()["title"] == "Merged"


def test_if_match(shared_org):
    event = shared_org.event()
    place = f"/v1/events/{event['id']}"
    first = shared_org.owner.patch(place, {"city": "A"}, headers={"If-Match": '"1"'})
    assert first.status_code == 200 and first.headers["ETag"] == '"2.0"'
    for stale in ('"1"', '"1.0"', '"99"', 'W/"2"', '"x"', '"1", "3"', '"2.x"', '".2"'):
        late = shared_org.owner.patch(place, {"city": "B"}, headers={"If-Match": stale})
        assert late.status_code == 412, (stale, late.text)
    for wrong in ("2", "", '"2.0', '"2", 3'):
        late = shared_org.owner.patch(place, {"city": "B"}, headers={"If-Match": wrong})
        assert late.status_code == 400, (wrong, late.text)
    assert shared_org.owner.patch(place, {"city": "C"}, headers={"If-Match": "*"}).status_code == 200
    assert shared_org.owner.ok("GET", place)["city"] == "C"
    missing = shared_org.owner.patch("/v1/events/999999999", {"city": "C"}, headers={"If-Match": '"1"'})
    assert absent(missing)


def test_if_match_on_delete(shared_org):
    event = shared_org.event()
    place = f"/v1/events/{event['id']}"
    shared_org.owner.ok("PATCH", place, {"city": "A"})
    late = shared_org.owner.delete(place, headers={"If-Match": '"1"'})
    assert late.status_code in (204, 412)
    if late.status_code == 204:
        pytest.fail("If-Match is ignored by DELETE: somebody's change was deleted unseen")


def test_if_none_match(shared_org):
    event = shared_org.event()
    place = f"/v1/events/{event['id']}"
    for tags in ('"1.0"', 'W/"1.0"', '"9", "1.0"', "*"):
        reply = shared_org.member.get(place, headers={"If-None-Match": tags})
        assert reply.status_code == 304 and not reply.content and reply.headers["ETag"] == '"1.0"'
        assert "Content-Type" not in reply.headers
    for tags in ('"1"', '"2.0"', '"11.0"', '"1.01"', "1"):
        assert shared_org.member.get(place, headers={"If-None-Match": tags}).status_code == 200


# Publish, unpublish, cancel, duplicate, delete ----------------------------------------------------


def test_the_life_of_an_event(api, org):
    event = org.event()
    place, public = f"/v1/events/{event['id']}", f"/v1/public/events/{event['id']}"
    assert absent(api.get(public))
    published = org.owner.ok("POST", place + "/publish")
    assert published["is_published"] and published["published_at"] and published["version"] == 2
    assert org.owner.ok("POST", place + "/publish") == published
    assert api.ok("GET", public)["id"] == event["id"]
    assert org.owner.delete(place).status_code == 409

    hidden = org.owner.ok("POST", place + "/unpublish")
    assert not hidden["is_published"] and hidden["published_at"] == published["published_at"]
    assert absent(api.get(public))
    reply = org.owner.delete(place)
    assert is_problem(reply, 409, "conflict") and reply.json()["code"] == "event_published"

    again = org.owner.ok("POST", place + "/publish")
    assert again["published_at"] == published["published_at"]
    cancelled = org.owner.ok("POST", place + "/cancel")
    assert cancelled["cancelled_at"] and org.owner.ok("POST", place + "/cancel") == cancelled
    assert api.ok("GET", public)["cancelled_at"] == cancelled["cancelled_at"]
    org.owner.ok("POST", place + "/unpublish")
    reply = org.owner.post(place + "/publish")
    assert is_problem(reply, 409, "conflict") and reply.json()["code"] == "event_cancelled"


def test_duplicate(org):
    first = org.owner.ok("POST", "/v1/events", EVERYTHING, status=201)
    org.owner.ok("POST", f"/v1/events/{first['id']}/publish")
    org.owner.ok("POST", f"/v1/events/{first['id']}/cancel")
    copy = org.admin.ok("POST", f"/v1/events/{first['id']}/duplicate", status=201)
    own = {"id", "slug", "is_published", "published_at", "cancelled_at", "created_by", "created_at", "updated_at",
           "version"}
    assert {k: v for k, v in copy.items() if k not in own} == {k: v for k, v in first.items() if k not in own}
    assert copy["id"] != first["id"] and copy["slug"] != first["slug"] and copy["version"] == 1
    assert copy["published_at"] is copy["cancelled_at"] is None and not copy["is_published"]
    assert copy["created_by"] == org.admin.user


def test_delete_a_draft(org):
    event = org.event()
    place = f"/v1/events/{event['id']}"
    reply = org.owner.delete(place)
    assert reply.status_code == 204 and not reply.content
    for method, path in (("GET", place), ("DELETE", place), ("PATCH", place), ("POST", place + "/publish"),
                         ("POST", place + "/duplicate"), ("GET", f"/v1/events/by-slug/{event['slug']}")):
        assert absent(org.owner.request(method, path, {} if method == "PATCH" else None)), (method, path)
    assert org.event(slug=event["slug"])["slug"] == event["slug"]


# The public side ----------------------------------------------------------------------------------


def public_list(client, **query):
    return [event["id"] for event in client.pages("/v1/public/events", query)]


def test_members_fields_are_never_public(api, org):
    made = org.owner.ok("POST", "/v1/events", {**EVERYTHING, "visibility": "public"}, status=201)
    org.owner.ok("POST", f"/v1/events/{made['id']}/publish")
    for client in (api, org.owner):
        for path in (f"/v1/public/events/{made['id']}",
                     f"/v1/public/organizations/{org.slug}/events/{made['slug']}",
                     f"/v1/public/events?organization={org.slug}"):
            reply = client.get(path)
            shown = reply.json()
            shown = shown["data"][0] if "data" in shown else shown
            assert shown["id"] == made["id"] and not MEMBERS_ONLY & set(shown), path
            assert "secret-room" not in reply.text
            assert set(made) - set(shown) == MEMBERS_ONLY


def test_who_sees_which_visibility(api, org):
    seen = {}
    for visibility in ("public", "unlisted", "private"):
        event = org.event(visibility=visibility, publish=True)
        seen[visibility] = (api.get(f"/v1/public/events/{event['id']}").status_code,
                            api.get(f"/v1/public/organizations/{org.slug}/events/{event['slug']}").status_code,
                            event["id"] in public_list(api, organization=org.slug),
                            org.member.get(f"/v1/events/{event['id']}").status_code)
    assert seen == {"public": (200, 200, True, 200), "unlisted": (404, 200, False, 200),
                    "private": (404, 404, False, 200)}


def test_an_unlisted_event_is_not_found_by_counting_or_guessing(api, org):
    """Strangers cannot find an unlisted event by its id, and its slug cannot be derived from the title, however the
    event became unlisted."""
    first = org.event(title="Garden party", visibility="unlisted", publish=True)
    second = org.event(title="Garden party")
    second = org.owner.ok("PATCH", f"/v1/events/{second['id']}", {"visibility": "unlisted"})
    third = org.owner.ok("POST", f"/v1/events/{first['id']}/duplicate", status=201)
    slugs = [each["slug"] for each in (first, second, third)]
    assert len(set(slugs)) == 3
    for slug in slugs:
        assert slug.startswith("garden-party-") and len(slug) == len("garden-party-") + 16
    assert api.get(f"/v1/public/events/{first['id']}").status_code == 404
    assert api.get(f"/v1/public/organizations/{org.slug}/events/{first['slug']}").status_code == 200
    for guess in ("garden-party", "garden-party-2"):
        assert api.get(f"/v1/public/organizations/{org.slug}/events/{guess}").status_code == 404
    # Slugs that were public stay, because links exist; so does a slug chosen by a member.
    seen = org.event(title="Seen", publish=True)
    assert org.owner.ok("PATCH", f"/v1/events/{seen['id']}", {"visibility": "unlisted"})["slug"] == seen["slug"]
    # A private event's slug was never public, whether or not the event was published.
    private = org.event(title="Kitchen meeting", visibility="private", publish=True)
    assert private["slug"] == "kitchen-meeting"
    changed = org.owner.ok("PATCH", f"/v1/events/{private['id']}", {"visibility": "unlisted"})
    assert re.fullmatch(r"kitchen-meeting-[0-9a-f]{16}", changed["slug"]), changed["slug"]
    assert org.event(title="Own", slug="own-slug", visibility="unlisted")["slug"] == "own-slug"


def test_drafts_are_as_absent_as_what_never_was(api, org):
    draft = org.event()
    there = api.get(f"/v1/public/events/{draft['id']}").json()
    never = api.get("/v1/public/events/987654321").json()
    assert {**there, "request_id": ""} == {**never, "request_id": ""}
    slug = api.get(f"/v1/public/organizations/{org.slug}/events/{draft['slug']}").json()
    nobody = api.get("/v1/public/organizations/no-such-one/events/x").json()
    assert {**slug, "request_id": ""} == {**nobody, "request_id": ""}


def test_the_public_list_begins_now_and_filters(api, org):
    word = unique("zebra")
    past = org.event(title=word, start_time="2020-01-01T00:00:00Z", end_time="2020-01-01T01:00:00Z", publish=True)
    soon = org.event(title=word, city="Springfield", kind="rally", publish=True)
    late = org.event(short_description=word.upper(), start_time="2031-01-01T00:00:00Z",
                     end_time="2031-01-01T01:00:00Z", publish=True)
    org.event(title=word)
    assert public_list(api, text=word) == [soon["id"], late["id"]]
    assert public_list(api, text=word, starts_after="2000-01-01T00:00:00Z") == [past["id"], soon["id"], late["id"]]
    assert public_list(api, text=word, starts_before="2030-12-01T00:00:00Z") == [soon["id"]]
    assert public_list(api, text=word, kind="rally") == [soon["id"]]
    assert public_list(api, text=word, organization=org.slug) == [soon["id"], late["id"]]
    assert public_list(api, text=word, organization="no-such-one") == []


# Members' list ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def some(shared_org):
    def event(day, **fields):
        return shared_org.event(start_time=f"2040-01-{day:02}T10:00:00Z", end_time=f"2040-01-{day:02}T11:00:00Z",
                                **fields)["id"]

    return {"canvass": event(1, kind="canvass", title="Alpha 100% _sure_", publish=True),
            "rally": event(2, kind="rally", city="Ünstadt"), "other": event(3, short_description="alphabet soup")}


@pytest.mark.parametrize("query, names", [
    ({}, ["canvass", "rally", "other"]),
    ({"kind": "rally"}, ["rally"]),
    ({"published": "true"}, ["canvass"]),
    ({"published": "false"}, ["rally", "other"]),
    ({"text": "ALPHA"}, ["canvass", "other"]),
    ({"text": "100% _sure"}, ["canvass"]),
    ({"text": "100%"}, ["canvass"]),
    ({"text": "%"}, []),
    ({"text": "unstadt"}, ["rally"]),
    ({"text": "ünstadt"}, ["rally"]),
    ({"text": "ÜNSTADT"}, ["rally"]),
    ({"starts_after": "2040-01-02T10:00:00Z"}, ["rally", "other"]),
    ({"starts_before": "2040-01-02T10:00:00Z"}, ["canvass"]),
    ({"starts_before": "2040-01-03T12:00:00+02:00"}, ["canvass", "rally"]),
    ({"updated_since": "2039-01-01T00:00:00Z"}, []),
])
def test_filters(shared_org, some, query, names):
    found = shared_org.member.pages("/v1/events", {"starts_after": "2040-01-01T00:00:00Z", **query})
    assert [event["id"] for event in found] == [some[name] for name in names]


def test_updated_since(org):
    first, second = org.event(), org.event()
    touched = org.owner.ok("PATCH", f"/v1/events/{first['id']}", {"city": "X"})
    found = list(org.member.pages("/v1/events", {"updated_since": touched["updated_at"]}))
    assert [event["id"] for event in found] == [first["id"]] and second["updated_at"] < touched["updated_at"]


@pytest.mark.parametrize("query", ["kind=party", "kind=", "published=yes", "starts_after=today", "text=", "unknown=1",
                                   "kind=rally&kind=rally", "text=" + "x" * 101, "text=%00", "text=%ff", "title=x"])
def test_wrong_filters_are_refused(shared_org, query):
    reply = shared_org.member.get(f"/v1/events?{query}")
    assert reply.status_code in (400, 422), reply.text
    if reply.status_code == 422:
        assert pointers(reply) == [query.split("=")[0]] or pointers(reply) == ["/" + query.split("=")[0]]


@pytest.mark.parametrize("wrong", ["0", "-1", "1.5", "abc", "9223372036854775808", "1e3", "0x1", "+1", "%201"])
def test_ids_that_are_none(shared_org, wrong):
    answers = [shared_org.member.get(f"/v1/events/{each}") for each in (wrong, "987654321")]
    assert [reply.status_code for reply in answers] == [404, 404], answers[0].text
