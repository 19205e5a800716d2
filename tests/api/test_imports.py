# SPDX-License-Identifier: GPL-3.0-or-later
"""Importing voter files: upload, check, dry run, apply, repeat, undo, purge, export."""

import csv
import gzip
import io
import json
import zipfile

import psycopg2
import pytest

from harness import services
from harness.server import is_sanitized

HEAD = ["voter_id", "first_name", "last_name", "birth_date", "address", "city", "zip", "phone", "party", "precinct"]
ROSA = ["1", "Rosa", "Medina", "1980-05-31", "4 Canal Park Apt 109", "Cambridge", "02141", "617-555-0101", "DEM", "1-1"]
JO = ["2", "Jo", "Bell", "1975-01-02", "12 Elm St", "Cambridge", "02139", "", "REP", "1-2"]
ANN = ["3", "Ann", "Bell", "1976-03-04", "12 Elm Street", "Cambridge", "02139", "", "UNA", "1-2"]
OVER = ("ready", "done", "undone", "cancelled", "failed")


def table(*rows, head=HEAD):
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode()


class Imports:
    """The steps that most tests need."""

    def __init__(self, server, organization):
        self.server, self.organization = server, organization
        self.client = organization.owner
        self.source = self.new_source()

    def new_source(self):
        made = self.client.ok("POST", "/v1/voter-sources", {"name": "County", "permitted_use": "Elections"})
        self.client.ok("POST", f"/v1/voter-sources/{made['id']}/acknowledge")
        return made["id"]

    def upload(self, data, media="text/csv", **more):
        made = self.client.ok("POST", "/v1/imports", {"source_id": self.source, "name": "File", **more})
        sent = self.client.ok("PUT", f"/v1/imports/{made['id']}/file", data=data, headers={"Content-Type": media})
        assert (sent["state"], sent["file_bytes"]) == ("uploaded", len(data))
        return made["id"]

    def get(self, number):
        return self.client.ok("GET", f"/v1/imports/{number}")

    def wait(self, number, seconds=300 if is_sanitized() else 60, states=OVER):
        services.wait_until(lambda: self.get(number)["state"] in states, seconds, f"import {number}")
        return self.get(number)

    def start(self, data, **more):
        number = self.upload(data, **more)
        self.client.ok("POST", f"/v1/imports/{number}/start")
        return self.wait(number)

    def apply(self, data, **more):
        ready = self.start(data, **more)
        assert ready["state"] == "ready", ready
        self.client.ok("POST", f"/v1/imports/{ready['id']}/apply")
        done = self.wait(ready["id"])
        assert done["state"] == "done", done
        assert done["planned"] == done["applied"]
        return done

    def rows(self, statement, *parameters):
        return self.server.sql(statement, (self.organization.id, *parameters))

    def voters(self, columns="state_id, first_name, last_name"):
        return self.rows(f"SELECT {columns} FROM voters WHERE organization_id = %s ORDER BY id")

    def voter(self, state_id, column="id"):
        return self.rows(f"SELECT {column} FROM voters WHERE organization_id = %s AND state_id = %s", state_id)[0][0]

    def rejects(self, number):
        reply = self.client.get(f"/v1/imports/{number}/rejects")
        assert reply.status_code == 200
        return list(csv.DictReader(io.StringIO(reply.content.decode("utf-8", "replace"), newline="")))


@pytest.fixture
def imports(server, org):
    return Imports(server, org)


def counts(new=0, changed=0, moved=0, unchanged=0, gone=0):
    return {"new": new, "changed": changed, "moved": moved, "unchanged": unchanged, "gone": gone}


def test_a_file_becomes_voters_households_and_doors(imports):
    ready = imports.start(table(ROSA, JO, ANN))
    assert (ready["state"], ready["rows_staged"], ready["rows_rejected"]) == ("ready", 3, 0), ready
    assert ready["planned"] == counts(new=3) and ready["applied"] is None
    assert ready["format"]["profile"] == "generic" and ready["format"]["delimiter"] == ","
    assert [row["first_name"] for row in ready["sample"]["rows"]] == ["Rosa", "Jo", "Ann"]
    assert imports.voters() == []
    imports.client.ok("POST", f"/v1/imports/{ready['id']}/apply")
    done = imports.wait(ready["id"])
    assert (done["state"], done["applied"]) == ("done", counts(new=3))
    assert imports.voters() == [("1", "Rosa", "Medina"), ("2", "Jo", "Bell"), ("3", "Ann", "Bell")]
    assert imports.voters("phones, party, birth_year, precinct")[0] == (["+16175550101"], "democratic", 1980, "1-1")
    # 12 Elm St and 12 Elm Street are one door.
    assert imports.rows("SELECT h.n_voters, d.unit, b.address, d.precinct, b.location_quality FROM households h "
                        "JOIN doors d ON d.organization_id = h.organization_id AND d.id = h.door_id "
                        "JOIN buildings b ON b.organization_id = d.organization_id AND b.id = d.building_id "
                        "WHERE h.organization_id = %s ORDER BY b.address") == [
        (2, None, "12 ELM ST", "1-2", "none"), (1, "109", "4 CANAL PARK", "1-1", "none")]
    assert imports.rows("SELECT count(*) FROM voters v JOIN households h ON h.organization_id = v.organization_id "
                        "AND h.id = v.household_id AND h.door_id = v.door_id WHERE v.organization_id = %s") == [(3,)]
    # A geocoding job for the new places is queued.
    assert imports.rows("SELECT count(*) FROM jobs WHERE organization_id = %s AND kind = 'geocode'") == [(1,)]
    # Staging tables and the file are deleted.
    services.wait_until(lambda: not imports.server.sql("SELECT FROM pg_class WHERE relname = %s",
                                                       (f"rows_{ready['id']}",)), 20, "staging to go")


def test_the_same_file_again_changes_nothing(imports):
    imports.apply(table(ROSA, JO, ANN))
    before = imports.voters("*")
    assert imports.apply(table(ROSA, JO, ANN))["applied"] == counts(unchanged=3)
    assert imports.voters("*") == before


def changed(row, **columns):
    made = list(row)
    for name, value in columns.items():
        made[HEAD.index(name)] = value
    return made


def contact(imports, voter):
    """A contact with all of its effects."""
    imports.rows("INSERT INTO voter_contacts (organization_id, client_id, channel, disposition, voter_id, door_id, phone, "
                 "note, occurred_at, actor) SELECT organization_id, gen_random_uuid(), 'door', 'not_home', id, door_id, "
                 "'+16175550101', 'a dog', now(), 'user:1' FROM voters WHERE organization_id = %s AND id = %s", voter)
    imports.rows("INSERT INTO consents (organization_id, voter_id, channel, state, source, occurred_at, actor) "
                 "VALUES (%s, %s, 'text', 'withdrawn', 'text: STOP', now(), 'user:1')", voter)
    imports.rows("WITH t AS (INSERT INTO tags (organization_id, name) VALUES (%s, 'sign') RETURNING *) "
                 "INSERT INTO voter_tags (organization_id, voter_id, tag_id) SELECT organization_id, %s, id FROM t", voter)


def work(imports):
    return imports.rows("SELECT (SELECT count(*) FROM voter_contacts WHERE organization_id = o.id), "
                        "(SELECT count(*) FROM consents WHERE organization_id = o.id), "
                        "(SELECT count(*) FROM voter_tags WHERE organization_id = o.id) "
                        "FROM organizations o WHERE id = %s")[0]


def test_a_new_file_keeps_the_work_and_reports_moves(imports):
    imports.apply(table(ROSA, JO, ANN))
    rosa, ann = imports.voter("1"), imports.voter("3")
    contact(imports, rosa)
    old_door = imports.voter("1", "door_id")
    # Set by hand: a column that the file lacks, and an empty telephone number.
    imports.rows("UPDATE voters SET custom = '{\"dog\": true}', phones = '[\"+16175559999\"]' "
                 "WHERE organization_id = %s AND state_id = '2'")
    moved = changed(ROSA, address="7 Oak Ave", zip="02140", precinct="2-1", phone="617-555-0199")
    done = imports.apply(table(moved, changed(JO, party="DEM"), ["4", "Lu", "Park", "", "7 Oak Ave", "Cambridge", "02140",
                                                                "", "", "2-1"]), complete=True)
    assert done["applied"] == counts(new=1, changed=1, moved=1, gone=1)
    assert imports.voter("1") == rosa and imports.voter("3") == ann
    assert work(imports) == (1, 1, 1)
    assert imports.voter("1", "moved_at IS NOT NULL, phones, precinct, unreachable") is True
    assert imports.voter("1", "phones") == ["+16175550199", "+16175550101"]
    assert imports.voter("2", "custom") == {"dog": True} and imports.voter("2", "phones") == ["+16175559999"]
    assert imports.voter("3", "unreachable") == "gone"
    # Rosa and Lu share a new household; the old one lost her, its door and her contact stayed.
    assert imports.rows("SELECT h.n_voters FROM households h JOIN voters v ON v.organization_id = h.organization_id "
                        "AND v.household_id = h.id WHERE h.organization_id = %s AND v.state_id = '1'") == [(2,)]
    assert imports.rows("SELECT n_voters FROM households WHERE organization_id = %s AND door_id = %s", old_door) == [(0,)]
    assert imports.rows("SELECT door_id FROM voter_contacts WHERE organization_id = %s") == [(old_door,)]
    changes = {c["voter_id"]: c for c in imports.client.pages(f"/v1/imports/{done['id']}/changes")}
    assert {c["kind"] for c in changes.values()} == {"changed", "moved", "gone"}
    assert changes[rosa]["old_address"] == "4 Canal Park Apt 109" and changes[rosa]["new_address"] == "7 Oak Ave"
    moves = imports.client.ok("GET", f"/v1/imports/{done['id']}/changes", query={"kind": "moved"})["data"]
    assert [m["voter_id"] for m in moves] == [rosa]
    # A person who reappears in the file is active again.
    done = imports.apply(table(moved, changed(JO, party="DEM"), ANN))
    assert done["applied"] == counts(changed=1, unchanged=2) and imports.voter("3", "unreachable") is None


def test_a_file_that_is_not_complete_makes_nobody_go(imports):
    imports.apply(table(ROSA, JO))
    done = imports.apply(table(ROSA))
    assert done["applied"] == counts(unchanged=1) and imports.voter("2", "unreachable") is None
    removed = imports.apply(table(ROSA + ["R"], head=HEAD + ["status"]))
    assert removed["applied"] == counts(changed=1) and imports.voter("1", "unreachable") == "removed"


# Without a state id: rule, stored person, row, and whether the two match.
LADDER = {
    "2: name, birth, door": (ROSA, ROSA, True),
    "3: name and birth, a move": (ROSA, changed(ROSA, address="7 Oak Ave"), True),
    "4: name and door, birth unknown": (changed(ROSA, birth_date=""), ROSA, True),
    "another birth at the door": (ROSA, changed(ROSA, birth_date="1951-05-31"), False),
    "only the name": (changed(ROSA, birth_date=""), changed(ROSA, birth_date="", address="7 Oak Ave"), False),
    "another name": (ROSA, changed(ROSA, first_name="Rita"), False),
}


@pytest.mark.parametrize("rule", LADDER)
def test_the_ladder(imports, rule):
    there, row, same = LADDER[rule]
    imports.apply(table(changed(there, voter_id="")))
    before = imports.voters("id")
    done = imports.apply(table(changed(row, voter_id="77")))
    assert (done["applied"]["new"] == 0) is same
    assert (imports.voters("id") == before) is same
    assert imports.voter("77") is not None


def test_the_ladder_stops_where_two_are_alike(imports):
    twins = [changed(ROSA, voter_id="", phone=""), changed(ROSA, voter_id="", phone="617-555-0777")]
    imports.apply(table(*twins))
    assert len(imports.voters()) == 2
    assert imports.apply(table(changed(ROSA, voter_id="")))["applied"]["new"] == 1
    # Two state ids are two people, whatever else is equal.
    imports.apply(table(JO))
    assert imports.apply(table(changed(JO, voter_id="9")))["applied"] == counts(new=1)


def test_rows_that_cannot_be_read_are_told_and_stop_nothing(imports):
    data = table(ROSA, ["9", "too short"], changed(JO, birth_date="2/31/1980", phone="12"), ["", "", "", "", "", "", "", "", "", "x"],
                 ROSA)
    ready = imports.start(data)
    assert (ready["rows_read"], ready["rows_rejected"], ready["rows_staged"]) == (5, 3, 2)
    problems = {(p["code"], p["field"]): p for p in ready["problems"]}
    assert set(problems) == {("ragged", None), ("nobody", None), ("repeated_id", None), ("bad_date", "birth_date"),
                             ("bad_phone", "phone")}
    assert problems["bad_date", "birth_date"]["places"] == [{"file": 1, "line": 4}]
    assert problems["bad_date", "birth_date"]["values"] == ["2/31/1980"]
    assert problems["ragged", None]["rejected"] and not problems["bad_phone", "phone"]["rejected"]
    rejects = imports.rejects(ready["id"])
    assert [(r["line"], r["reason"]) for r in rejects] == [("3", "ragged"), ("5", "nobody"), ("6", "repeated_id")]
    assert rejects[0]["raw"] == "9,too short" and rejects[0]["message"]
    assert rejects[2]["raw"].startswith("1,Rosa,Medina,1980-05-31")


def test_a_wide_guess_is_refused_and_a_profile_of_ones_own_is_taken(imports):
    data = b"NR;WER;WO\n5;Medina, Rosa;4 Canal Park\n"
    failed = imports.start(data)
    assert (failed["state"], failed["error_code"]) == ("failed", "no_profile") and failed["error"]
    profile = {"name": "Three columns", "mappings": [{"field": "state_id", "columns": ["NR"]},
                                                     {"field": "last_name", "columns": ["WER"], "required": True},
                                                     {"field": "residence_line", "columns": ["WO"]}]}
    bad = imports.client.post("/v1/voter-profiles", {"profile": {**profile, "mappings": [{"field": "district", "columns": ["x"]}]}})
    assert bad.status_code == 422 and bad.json()["errors"][0]["pointer"].startswith("/profile/mappings/0"), bad.text
    made = imports.client.ok("POST", "/v1/voter-profiles", {"profile": profile}, status=201)
    assert imports.client.ok("GET", f"/v1/voter-profiles/{made['id']}") == made
    assert imports.client.post("/v1/voter-profiles", {"profile": profile}).status_code == 409
    assert imports.apply(data)["format"]["profile"] == "own"
    assert imports.voters() == [("5", "", "Medina, Rosa")]
    assert imports.apply(data, profile_id=made["id"])["applied"] == counts(unchanged=1)
    renamed = imports.client.ok("PUT", f"/v1/voter-profiles/{made['id']}", {"profile": {**profile, "name": "3"}})
    assert renamed["name"] == "3"
    shipped = imports.client.ok("GET", "/v1/voter-profiles/shipped")["profiles"]
    keys = {p["key"] for p in shipped}
    assert keys > {"generic", "history", "export"} | {"oh", "wa", "co", "pa", "ut", "ny", "ga", "mi", "tx", "va", "nc", "fl"}
    assert imports.client.post("/v1/imports", {"source_id": imports.source, "name": "x", "profile_key": "zz"}).status_code == 422
    assert imports.client.delete(f"/v1/voter-profiles/{made['id']}").status_code == 204


def test_the_source_must_be_promised_and_valid(imports):
    made = imports.client.ok("POST", "/v1/voter-sources", {"name": "Bought", "permitted_use": "One race"})
    assert imports.client.ok("GET", f"/v1/voter-sources/{made['id']}") == made
    imports.source = made["id"]
    number = imports.upload(table(ROSA))
    start = f"/v1/imports/{number}/start"
    assert imports.client.post(start).json()["code"] == "not_acknowledged"
    imports.client.ok("POST", f"/v1/voter-sources/{made['id']}/acknowledge")
    imports.client.ok("PATCH", f"/v1/voter-sources/{made['id']}", {"expires_on": "2020-01-01"})
    assert imports.client.post(start).json()["code"] == "source_expired"
    again = imports.client.ok("PATCH", f"/v1/voter-sources/{made['id']}", {"expires_on": None, "terms": "new ones"})
    assert again["acknowledged_at"] is None
    assert imports.client.post(start).json()["code"] == "not_acknowledged"
    imports.client.ok("POST", f"/v1/voter-sources/{made['id']}/acknowledge")
    imports.client.ok("POST", start)
    assert imports.wait(number)["state"] == "ready"
    assert imports.client.post(start).json()["code"] == "import_state"


def test_upload_in_pieces(imports):
    data = table(ROSA, JO, ANN)
    made = imports.client.ok("POST", "/v1/imports", {"source_id": imports.source, "name": "Pieces"})
    path = f"/v1/imports/{made['id']}/file"
    assert imports.client.post(f"/v1/imports/{made['id']}/start").json()["code"] == "import_state"
    send = {"headers": {"Content-Type": "text/csv"}}
    imports.client.ok("PUT", path, data=data[:50], query={"offset": 0}, **send)
    wrong = imports.client.put(path, data=data[60:], query={"offset": 60}, **send)
    assert wrong.status_code == 409 and wrong.headers["Upload-Offset"] == "50"
    assert imports.client.ok("PUT", path, data=data[50:], query={"offset": 50}, **send)["file_bytes"] == len(data)
    imports.client.ok("POST", f"/v1/imports/{made['id']}/start")
    assert imports.wait(made["id"])["rows_staged"] == 3
    assert imports.client.put(path, data=data, **send).json()["code"] == "import_state"


def test_packed_files(imports):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("voters.csv", table(ROSA))
        archive.writestr("more.csv", table(JO))
    assert imports.start(gzip.compress(table(ROSA, JO)))["rows_staged"] == 2
    failed = imports.start(packed.getvalue(), media="application/zip")
    assert (failed["state"], failed["error_code"]) == ("failed", "several_members")
    assert imports.start(packed.getvalue(), media="application/zip", member="more.csv")["sample"]["rows"][0]["first_name"] == "Jo"


def snapshot(imports):
    """Everything that undoing must restore, without counters."""
    skip = "'{updated_at,version}'::text[]"
    return [imports.rows(f"SELECT to_jsonb(t) - {skip} FROM {table} t WHERE organization_id = %s ORDER BY id")
            for table in ("voters", "households", "doors", "buildings")] + [work(imports)]


def test_undo(imports):
    imports.apply(table(ROSA, JO, ANN))
    contact(imports, imports.voter("1"))
    before = snapshot(imports)
    done = imports.apply(table(changed(ROSA, address="7 Oak Ave"), changed(JO, party="DEM", phone="617-555-0444"),
                               ["4", "Lu", "Park", "", "7 Oak Ave", "Cambridge", "02140", "", "", ""]), complete=True)
    assert snapshot(imports) != before
    contact_of_lu = imports.voter("4")
    imports.rows("INSERT INTO follow_ups (organization_id, voter_id, kind) VALUES (%s, %s, 'yard_sign')", contact_of_lu)
    refused = imports.client.post(f"/v1/imports/{done['id']}/undo")
    assert (refused.status_code, refused.json()["code"]) == (409, "has_work") and "1 people" in refused.text
    imports.rows("DELETE FROM follow_ups WHERE organization_id = %s")
    imports.client.ok("POST", f"/v1/imports/{done['id']}/undo")
    assert imports.wait(done["id"], states=("undone",))["state"] == "undone"
    assert snapshot(imports) == before
    # Undo the first import, which is the last one now.
    first = imports.client.ok("GET", "/v1/imports")["data"][-1]["id"]
    assert imports.client.post(f"/v1/imports/{first}/undo").json()["code"] == "has_work"
    # Importing the same file again has the same effect.
    assert imports.apply(table(changed(ROSA, address="7 Oak Ave"), JO, ANN))["applied"] == counts(moved=1, unchanged=2)


def test_only_the_last_import_is_undone(imports):
    first = imports.apply(table(ROSA))
    second = imports.apply(table(JO))
    assert imports.client.post(f"/v1/imports/{first['id']}/undo").json()["code"] == "later_import"
    for number in (second["id"], first["id"]):
        imports.client.ok("POST", f"/v1/imports/{number}/undo")
        imports.wait(number, states=("undone",))
    assert snapshot(imports) == [[], [], [], [], (0, 0, 0)]


def test_an_import_that_would_lose_work_is_rolled_back(imports):
    """The control: a trigger removes tags while the import changes their person."""
    imports.apply(table(ROSA, JO))
    contact(imports, imports.voter("1"))
    before = snapshot(imports)
    name = f"lose_{imports.organization.id}"
    imports.server.sql(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                       f"DELETE FROM voter_tags WHERE voter_id = OLD.id AND organization_id = {imports.organization.id}; "
                       "RETURN NEW; END $$")
    imports.server.sql(f"GRANT EXECUTE ON FUNCTION {name}() TO campaign_api")
    imports.server.sql(f"CREATE TRIGGER {name} BEFORE UPDATE ON voters FOR EACH ROW EXECUTE FUNCTION {name}()")
    try:
        ready = imports.start(table(changed(ROSA, party="REP"), ANN))
        imports.client.ok("POST", f"/v1/imports/{ready['id']}/apply")
        failed = imports.wait(ready["id"])
        assert (failed["state"], failed["error_code"]) == ("failed", "work_lost")
    finally:
        imports.server.sql(f"DROP TRIGGER {name} ON voters")
    assert snapshot(imports) == before


def test_cancel(imports):
    ready = imports.start(table(ROSA))
    cancelled = imports.client.ok("POST", f"/v1/imports/{ready['id']}/cancel")
    assert cancelled["state"] == "cancelled"
    jobs = imports.server.sql("SELECT count(*) FROM jobs WHERE kind = 'import'")
    assert imports.client.ok("POST", f"/v1/imports/{ready['id']}/cancel")["state"] == "cancelled"
    assert imports.server.sql("SELECT count(*) FROM jobs WHERE kind = 'import'") == jobs, "once more gives no work"
    assert imports.client.post(f"/v1/imports/{ready['id']}/apply").json()["code"] == "import_state"
    done = imports.apply(table(ROSA))
    assert imports.client.post(f"/v1/imports/{done['id']}/cancel").json()["code"] == "import_state"
    services.wait_until(lambda: not imports.server.sql("SELECT FROM pg_class WHERE relname = %s",
                                                       (f"rows_{ready['id']}",)), 20, "staging to go")


def test_staging_is_the_organization_s(imports, server):
    """Staging rows of another organization are invisible even to a statement without a condition; nobody may read the
    partition."""
    number = imports.start(table(ROSA, JO))["id"]
    connection = psycopg2.connect(server.cluster.url(server.database, "postgres"))
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE campaign_api")
        counted = []
        for tenant in ("", str(imports.organization.id), str(imports.organization.id + 1000)):
            cursor.execute("SELECT set_config('app.organization_id', %s, false)", (tenant,))
            cursor.execute("SELECT count(*) FILTER (WHERE import_id = %s) FROM staging.rows", (number,))
            counted.append(cursor.fetchone()[0])
            cursor.execute("DELETE FROM staging.plan WHERE import_id = %s", (number,))
            counted.append(cursor.rowcount)
        assert counted == [0, 0, 2, 2, 0, 0]
        connection.commit()
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(f"SELECT FROM staging.rows_{number}")
        connection.rollback()
        cursor.execute("SELECT set_config('app.organization_id', %s, false)", (str(imports.organization.id + 1000),))
        with pytest.raises(psycopg2.errors.CheckViolation):
            cursor.execute(f"INSERT INTO staging.rows_{number} (import_id, row_no, file_no, line, hash) VALUES (%s, 9, 1, 9, 9)", (number,))
    connection.close()
    imports.client.ok("POST", f"/v1/imports/{number}/apply")
    assert imports.wait(number)["state"] == "done"


def test_confidential_people_have_no_door(imports):
    head = ["ncid", "last_name", "first_name", "confidential", "address", "zip", "birth_date"]
    profile = {"name": "Marked", "mappings": [{"field": "state_id", "columns": ["ncid"]}, {"field": "last_name", "columns": ["last_name"]},
                                              {"field": "residence_line", "columns": ["address"]},
                                              {"field": "residence_zip", "columns": ["zip"]}],
               "confidential": [{"column": "confidential", "values": ["Y"]}]}
    made = imports.client.ok("POST", "/v1/voter-profiles", {"profile": profile})
    row = ["1", "Medina", "Rosa", "", "4 Canal Park", "02141", ""]
    imports.apply(table(row, head=head), profile_id=made["id"])
    assert imports.voter("1", "door_id") is not None
    hidden = ["1", "Medina", "Rosa", "Y", "9 Hidden Rd", "02141", ""]
    imports.apply(table(hidden, ["2", "Bell", "Jo", "Y", "10 Hidden Rd", "02141", ""], head=head), profile_id=made["id"])
    assert imports.voters("confidential, door_id, household_id, address_key") == [(True, None, None, None)] * 2
    assert imports.rows("SELECT count(*) FROM buildings WHERE organization_id = %s AND address LIKE '%%HIDDEN%%'") == [(0,)]
    # Even a file that no longer marks her as confidential does not make her address visible.
    imports.apply(table(row, head=head), profile_id=made["id"])
    assert imports.voter("1", "door_id") is None
    export = imports.client.post("/v1/voters/export", {})
    assert b"Hidden" not in export.content and b"Medina" in export.content


def test_export(imports):
    imports.apply(table(ROSA, JO, ANN))
    contact(imports, imports.voter("1"))
    reply = imports.client.post("/v1/voters/export", {})
    rows = list(csv.DictReader(io.StringIO(reply.text)))
    assert [(r["last_name"], r["address"], r["tags"], r["opted_out"]) for r in rows] == [
        ("Medina", "4 Canal Park Apt 109", "sign", "text"), ("Bell", "12 Elm St", "", ""), ("Bell", "12 Elm Street", "", "")]
    # A number with a plus must not be evaluated by a spreadsheet.
    assert rows[0]["phones"] == "'+16175550101"
    plain = list(csv.DictReader(io.StringIO(imports.client.post("/v1/voters/export", {"spreadsheet": False}).text)))
    assert plain == [{**row, "phones": row["phones"].lstrip("'")} for row in rows]
    made = imports.rows("INSERT INTO voter_lists (organization_id, name, filter) VALUES (%s, 'Republicans', "
                        "'{\"party\": [\"republican\"]}') RETURNING id")[0][0]
    assert [r["state_id"] for r in csv.DictReader(io.StringIO(imports.client.post("/v1/voters/export", {"list_id": made}).text))] == ["2"]
    reply = imports.client.post("/v1/voters/export", {"list_id": 10 ** 9})
    assert (reply.status_code, reply.json()["code"], reply.json()["errors"][0]["pointer"]) == (422, "unknown_reference", "/list_id")
    log = imports.rows("SELECT actor, after ->> 'rows' FROM audit_log WHERE organization_id = %s AND action = 'voter.export' ORDER BY seq")
    assert log == [(f"user:{imports.client.user}", n) for n in ("3", "3", "1")]


def test_purge_leaves_results_and_a_certificate(imports):
    first = imports.source
    imports.apply(table(ROSA, JO, ANN))
    contact(imports, imports.voter("1"))
    gone, emptied = imports.voter("2"), imports.voter("1")
    imports.source = imports.new_source()
    assert imports.apply(table(ANN))["applied"] == counts(unchanged=1)
    reply = imports.client.ok("POST", f"/v1/voter-sources/{first}/purge")
    path = f"/v1/voter-sources/{first}/certificate"
    services.wait_until(lambda: imports.client.ok("GET", path)["finished_at"], 30, "the purge")
    certificate = imports.client.ok("GET", path)
    import hashlib
    assert (certificate["voters_deleted"], certificate["voters_emptied"], certificate["voters_kept"]) == (1, 1, 1)
    assert certificate["ids_sha256"] == hashlib.sha256("".join(f"{i}\n" for i in sorted([gone, emptied])).encode()).hexdigest()
    assert certificate["requested_by"] == f"user:{imports.client.user}" and certificate["id"] == reply["id"]
    assert imports.voters("state_id, first_name, phones") == [(None, "", []), ("3", "Ann", [])]
    assert imports.rows("SELECT disposition, phone, note, voter_id FROM voter_contacts WHERE organization_id = %s") == [
        ("not_home", None, None, emptied)]
    assert imports.client.ok("POST", f"/v1/voter-sources/{first}/purge")["id"] == certificate["id"]
    imports.source = first
    number = imports.upload(table(ROSA))
    assert imports.client.post(f"/v1/imports/{number}/start").json()["code"] == "source_purged"
    assert imports.rows("SELECT count(*) FROM audit_log WHERE organization_id = %s AND action = 'voter_source.purge' "
                        "AND entity = 'purge_certificate'")[0][0] >= 1


def command(imports, tmp_path, *arguments, files=(), **options):
    paths = []
    for i, data in enumerate(files):
        paths.append(tmp_path / f"part-{i}.csv")
        paths[-1].write_bytes(data)
    result = imports.server.command("import", "--organization", imports.organization.slug, *arguments, *map(str, paths),
                                    timeout=120, **options)
    return result, json.loads(result.stdout) if result.stdout else None


def test_the_command_line(imports, tmp_path):
    result, report = command(imports, tmp_path, "--dry-run", files=[table(ROSA, JO)])
    assert (result.returncode, report["planned"], report["state"]) == (0, counts(new=2), "cancelled"), result.stderr
    assert imports.voters() == []
    profile = tmp_path / "own.json"
    profile.write_text(json.dumps({"name": "Own", "mappings": [{"field": "state_id", "columns": ["voter_id"]},
                                                               {"field": "last_name", "columns": ["last_name"]}]}))
    # Several files form one import; the second one repeats a person.
    result, report = command(imports, tmp_path, "--profile", str(profile), "--permitted-use", "Doors",
                           files=[table(ROSA, JO), table(JO, ANN)])
    assert (result.returncode, report["applied"]) == (0, counts(new=3)), result.stderr
    assert imports.voters() == [("1", "", "Medina"), ("2", "", "Bell"), ("3", "", "Bell")]
    assert imports.rejects(report["import"])[0]["reason"] == "repeated_id" and "100 %" in result.stderr
    assert imports.rows("SELECT permitted_use FROM voter_sources WHERE organization_id = %s ORDER BY id DESC")[0] == ("Doors",)
    # A person of the same source who is absent from the file is gone; with a new source nobody is.
    source = str(imports.rows("SELECT max(id) FROM voter_sources WHERE organization_id = %s")[0][0])
    result, report = command(imports, tmp_path, "--complete", "--confirm", "--profile", "generic", "--source", source,
                           files=[table(ROSA)])
    assert report["applied"] == counts(changed=1, gone=2)
    assert command(imports, tmp_path, "--complete", files=[table(ROSA)])[0].returncode == 2
    for arguments, code in ((["--profile", "none.json"], 1), (["--no-such-option"], 2)):
        assert command(imports, tmp_path, *arguments, files=[table(ROSA)])[0].returncode == code
    assert imports.server.command("import", "--organization", "no-such", "/dev/null").returncode == 1
