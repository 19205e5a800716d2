# SPDX-License-Identifier: GPL-3.0-or-later
"""Problems of real voter files: an own export, unused columns, addresses in parts, ids destroyed by a spreadsheet,
shifted rows, incomplete "complete" files, votes in a second file."""

import csv
import io
import uuid

import pytest

from harness.client import Organization
from test_imports import Imports, counts

HEAD = ("voter_id", "first_name", "last_name", "birth_date", "party", "address", "city", "state", "zip", "phone")
ANN = ("C-1", "Ann", "Lee", "1980-01-01", "DEM", "1 Elm St", "Riverside", "NY", "12999", "845-555-0133")
ACTIVE = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture
def imports(server, org):
    return Imports(server, org)


def lines(*rows, between=","):
    return "".join(between.join(str(cell) for cell in row) + "\n" for row in rows).encode()


def table(head, *rows):
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return out.getvalue().encode()


def person(imports, number, column):
    """A field of a voter, over the API."""
    found = imports.client.ok("GET", f"/v1/voters/{imports.voter(number)}")
    return found[column]


def problems(done):
    return {(p["code"], p["field"] or p["column"]): p["count"] for p in done["problems"]}


def ignored(done):
    return {c["name"]: c["lost"] for c in done["columns"] if c["field"] == "ignored"}


def export(imports, **body):
    reply = imports.client.post("/v1/voters/export", body)
    assert reply.status_code == 200, reply.text
    return reply.content


def cells(data):
    return list(csv.DictReader(io.StringIO(data.decode(), newline="")))


# --- the own export ---

def fill(imports):
    """People from a file and by hand, with every field of an export."""
    head = HEAD[:5] + ("address", "apt", "city", "state", "zip", "zip4", "home_phone", "cell_phone", "email", "mail_addr1",
                       "mail_city", "mail_state", "mail_zipcode", "county", "GENERAL-11/05/2024", "confidential")
    imports.apply(table(
        head, ANN[:5] + ("1 Elm St", "", "Riverside", "NY", "12999", "1234", "845-555-0133", "", "a@example.org", "PO Box 5",
                         "Riverside", "NY", "12999", "Ulster", "absentee", ""),
        ("C-2", "Bob", "O'Neil", "1975", "REP", "2 Elm St", "Apt 3", "Riverside", "NY", "12999", "", "845 555 0134", "845-555-0135",
         "", "", "", "", "", "Ulster", "", ""),
        ("C-3", "=HYPERLINK(1)", "@SUM(1)", "1975-05-05", "", "14 Oak St Bldg 2", "7", "Riverside", "NY", "12999", "", "", "", "", "",
         "", "", "", "", "", ""),
        ("C-4", "Hid", "Den", "1960-06-06", "", "9 Secret Rd", "", "Riverside", "NY", "12999", "", "845-555-0199", "", "", "", "", "",
         "", "", "", "Y")))
    hand = [{"first_name": "'-2+3", "last_name": "By Hand", "address": "4 Elm St", "unit": "B", "zip5": "12999", "custom": {"dog": True},
             "districts": {"congress": "05"}, "vote_history": [{"election": "11/05/2024 GENERAL", "method": "mail"}]},
            {"first_name": "", "last_name": "Alone"}, {"first_name": "Two", "last_name": "Alone", "phones": ["+18455550177"]}]
    made = [imports.client.ok("POST", "/v1/voters", body, status=201)["id"] for body in hand]
    tag = imports.client.ok("POST", "/v1/tags", {"name": "-sign"}, status=201)["id"]
    imports.client.ok("POST", f"/v1/voters/{made[0]}/tags", {"add": [str(tag)]})
    # The first person opted out of texts as a voter; the second person's telephone number opted out
    # of calls.
    for who, channel in (({"voter_id": imports.voter("C-1")}, "text"), ({"address": "+18455550177"}, "phone")):
        imports.client.ok("POST", "/v1/consents", {"client_id": str(uuid.uuid4()), "channel": channel, "state": "withdrawn", "source": "form",
                                                   "occurred_at": "2026-11-01T12:00:00Z", **who}, status=201)


def everything(imports):
    skip = "'{updated_at,version,import_hash,source_id,other_source_ids,updated_import_id}'::text[]"
    return [imports.rows(f"SELECT to_jsonb(t) - {skip} FROM {name} t WHERE organization_id = %s ORDER BY id")
            for name in ("voters", "consents", "voter_tags", "doors", "households")]


@pytest.mark.parametrize("spreadsheet", [True, False])
def test_an_own_export_changes_nobody(imports, spreadsheet):
    fill(imports)
    before = everything(imports)
    imports.source = imports.new_source()
    done = imports.apply(export(imports, spreadsheet=spreadsheet))
    assert done["format"]["profile"] == "export"
    assert done["applied"] == counts(unchanged=7)
    assert everything(imports) == before
    # Importing the county's file and a second export changes nothing.
    assert imports.apply(export(imports))["applied"] == counts(unchanged=7)
    assert everything(imports) == before


def test_no_cell_of_an_export_is_a_formula(imports):
    fill(imports)
    found = cells(export(imports))
    assert len(found) == 7
    assert [value for row in found for value in row.values() if value.startswith(ACTIVE)] == []
    assert {row["first_name"] for row in found} >= {"'=HYPERLINK(1)", "''-2+3"} and found[0]["phones"] == "'+18455550133"
    assert any(value.startswith("=") for row in cells(export(imports, spreadsheet=False)) for value in row.values())
    # The file of rejected rows is opened in spreadsheets, too, so its cells must not be evaluated
    # as formulas.
    ready = imports.start(lines(HEAD, ("=1+1", "too short")))
    assert imports.rejects(ready["id"])[0]["raw"] == "'=1+1,too short"


def test_an_own_export_is_text_as_it_was_meant(imports):
    """Text that a file import would repair was written through the API: an own export keeps it unchanged."""
    names = ["O&#39;Bryan", "N\u00c3\u00ba\u00c3\u00b1ez", "R&amp;D", "Lee\u00a0Roe", "\ufffdez", "\u0645\u06cc\u200c\u0631"]
    made = [imports.client.ok("POST", "/v1/voters", {"first_name": "Ann", "last_name": name}, status=201) for name in names]
    done = imports.apply(export(imports))
    assert done["applied"] == counts(unchanged=len(names)) and ("mended_text", "last_name") not in problems(done)
    assert [imports.client.ok("GET", f"/v1/voters/{v['id']}")["last_name"] for v in made] == [v["last_name"] for v in made]


@pytest.mark.parametrize("spreadsheet", [True, False])
def test_a_quote_of_one_s_own_comes_back(imports, spreadsheet):
    """One quote is removed, and no second one, from texts and from cells with several values."""
    for n, text in enumerate(("=x", "'=x", "''=x", "'x", "'", "-", "＝x", "'＠x")):
        imports.client.ok("POST", "/v1/voters", {"first_name": f"A{n}", "last_name": text, "birth_date": f"195{n}-01-01",
                                                 "mailing_address": text}, status=201)
    ready = imports.start(export(imports, spreadsheet=spreadsheet))
    assert ready["planned"] == counts(unchanged=8), ready["planned"]


def test_an_export_moves_to_another_organization(imports, server, api):
    fill(imports)
    data = export(imports)
    assert sorted(row["opted_out"] for row in cells(data) if row["opted_out"]) == ["phone", "text"]
    other = Imports(server, Organization(api, everybody=False))
    done = other.apply(data)
    assert done["applied"] == counts(new=7)
    assert [(row["last_name"], row["phones"], row["unit"], row["opted_out"], row["tags"], row["confidential"], row["districts"],
             row["vote_history"], row["custom"], row["mailing_address"]) for row in cells(export(other))] == [
        (row["last_name"], row["phones"], row["unit"], row["opted_out"], row["tags"], row["confidential"], row["districts"],
         row["vote_history"], row["custom"], row["mailing_address"]) for row in cells(data)]
    # Results of contacts are not imported, which is reported.
    assert set(ignored(done)) == {"unreachable", "support_level", "last_contact_at"}
    # Opt-outs that came with their people do not prevent an undo.
    other.client.ok("POST", f"/v1/imports/{done['id']}/undo")
    assert other.wait(done["id"], states=("undone",))["state"] == "undone" and other.voters() == []


def test_an_edited_export_changes_what_was_edited(imports):
    fill(imports)
    data = export(imports).decode()
    edited = data.replace("By Hand", "By Hands").replace("O'Neil", "Oneil").encode()
    done = imports.apply(edited)
    assert done["applied"] == counts(changed=2, unchanged=5)
    assert imports.client.ok("GET", "/v1/voters?text=hands")["data"][0]["last_name"] == "By Hands"


def test_a_number_of_another_server_is_nobody_here(imports):
    fill(imports)
    number = imports.voter("C-1")
    foreign = table(("id", "state_id", "first_name", "last_name", "birth_date", "opted_out"),
                    (number, "", "Zed", "Other", "1950-05-05", ""))
    assert imports.start(foreign)["planned"] == counts(new=1)


def test_columns_of_an_export_alone_double_nobody_by_themselves(imports):
    """Without the columns that identify an export, its id would be taken for a state id."""
    imports.apply(table_of_rows(people(3)))
    rows = cells(export(imports))
    for head in (("id", "first_name", "last_name"), ("id", "last_name", "first_name", "precinct", "notes")):
        ready = imports.start(table(head, *([row.get(name, "x") for name in head] for row in rows)), auto_apply=True)
        assert (ready["state"], ready["planned"], ready["doubts"]) == ("ready", counts(new=3), ["own_numbers"])
        assert imports.client.post(f"/v1/imports/{ready['id']}/apply").json()["code"] == "import_doubtful"
    # Other people with the same ids are new.
    ready = imports.start(table(("id", "first_name", "last_name"), *((row["id"], "Zoe", "Other") for row in rows)))
    assert (ready["planned"], ready["doubts"]) == (counts(new=3), [])


def test_an_export_takes_nobody_into_its_source(imports):
    """A person entered by hand is not gone when the county's next file lacks the person."""
    imports.apply(table_of_rows(people(3)))
    hand = imports.client.ok("POST", "/v1/voters", {"first_name": "By", "last_name": "Hand"})["id"]
    rows = export(imports)
    assert imports.apply(rows)["applied"] == counts(unchanged=4)
    edited = rows.replace(b"By,", b"Bye,")
    assert edited != rows and imports.apply(edited)["applied"] == counts(changed=1, unchanged=3)
    assert imports.start(table_of_rows(people(3)), complete=True)["planned"] == counts(unchanged=3)
    assert imports.client.ok("GET", f"/v1/voters/{hand}")["first_name"] == "Bye"


def test_people_are_found_by_the_number_of_the_state(imports):
    imports.apply(table(("voter_id", "first_name", "last_name"), ("ZZ000001", "Ann", "Lee"), ("ZZ000002", "Bo", "Lee"), ("7001", "Cy", "Lee")))
    for text, number in (("ZZ000001", "ZZ000001"), ("zz000001", "ZZ000001"), (" ZZ000002 ", "ZZ000002"), ("7001", "7001")):
        ids = [imports.voter(number)]
        assert [v["id"] for v in imports.client.ok("POST", "/v1/voters/search", {"text": text})["data"]] == ids
        assert [v["id"] for v in imports.client.ok("GET", "/v1/voters", query={"text": text})["data"]] == ids
        assert imports.client.ok("POST", "/v1/voters/count", {"text": text})["count"] == 1
    assert imports.client.ok("POST", "/v1/voters/count", {"text": "ZZ00"})["count"] == 0


# --- columns ---

def test_each_column_is_named_with_what_it_loses(imports):
    done = imports.start(table(HEAD + ("favourite_color", "empty"), ANN + ("red", ""), ("C-2",) + ANN[1:6] + ("", "", "1299", "") + ("blue", "")))
    columns = {c["name"]: (c["field"], c["values"], c["lost"]) for c in done["columns"]}
    assert set(columns) == set(HEAD) | {"favourite_color", "empty"}
    assert columns["last_name"] == ("last_name", 2, 0) and columns["favourite_color"] == ("ignored", 2, 2)
    assert columns["empty"] == ("ignored", 0, 0)
    assert problems(done) == {("ignored_column", "favourite_color"): 2}


def test_all_telephone_columns_are_numbers(imports):
    imports.apply(table(("voter_id", "last_name", "home_phone", "work_phone", "cell_phone", "mobile"),
                        ("P1", "Ray", "8455550134", "8455550135", "8455550136", ""),
                        ("P2", "Ray", "", "", "8455550136", ""), ("P3", "Ray", "", "", "", "8455550137")))
    assert person(imports, "P1", "phones") == ["+18455550134", "+18455550135", "+18455550136"]
    assert person(imports, "P2", "phones") == ["+18455550136"] and person(imports, "P3", "phones") == ["+18455550137"]


def test_the_profile_that_uses_more_of_the_file_is_taken(imports):
    mappings = [{"field": f, "columns": [f], "required": f == "last_name"} for f in ("first_name", "last_name")]
    mappings += [{"field": "phone", "columns": [f"phone_{i}"]} for i in range(3)]
    imports.client.ok("POST", "/v1/voter-profiles", {"profile": {"name": "Names and phones", "mappings": mappings}}, status=201)
    ready = imports.start(table(HEAD, ANN))
    assert ready["format"]["profile"] == "generic" and ready["sample"]["rows"][0]["address"] == "1 Elm St"
    # A file in the layout of the organization's own profile ("own") is recognized as such. The column
    # phone_2 of that profile, which the file lacks, is reported.
    own = imports.start(table(("first_name", "last_name", "phone_0", "phone_1"), ("Ann", "Lee", "8455550133", "")))
    assert own["format"]["profile"] == "own" and problems(own)["missing_column", "phone_2"] == 1


def test_a_profile_none_of_whose_columns_is_there_is_refused(imports):
    made = imports.client.ok("POST", "/v1/voter-profiles", {"profile": {"name": "Other", "mappings": [
        {"field": "state_id", "columns": ["VOTERNO"]}, {"field": "last_name", "columns": ["SURNAME"]}]}}, status=201)
    failed = imports.start(table(HEAD, ANN), profile_id=made["id"])
    assert (failed["state"], failed["error_code"]) == ("failed", "columns") and "voter_id, first_name" in failed["error"]


def test_a_shipped_profile_reads_the_delimiter_of_the_file(imports):
    data = table(("ncid", "last_name", "first_name", "res_street_address", "zip_code"), ("AB1", "Lee", "Ann", "1 Elm St", "27030.0"))
    ready = imports.start(data, profile_key="nc")
    assert ready["state"] == "ready" and ready["format"]["delimiter"] == ","
    assert ready["sample"]["rows"][0]["zip5"] == "27030"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("between", [";", ",", "\t", "|"])
def test_a_line_that_says_the_delimiter(imports, between, end):
    for bom in ("", "\ufeff"):
        data = bom + end.join([f"sep={between}", between.join(("voter_id", "last_name")), between.join(("1", "Lee")), ""])
        ready = imports.start(data.encode())
        assert (ready["state"], ready["planned"], ready["format"]["delimiter"]) == ("ready", counts(new=1), between), ready["error"]


def test_lines_before_a_table_of_two_columns(imports):
    for before in ("Voters of Riverside\n", "Voters of Riverside\n\nMade 2026-11-30\n"):
        ready = imports.start((before + "voter_id,last_name\n1,Lee\n2,Roe\n3,Orr\n").encode())
        assert (ready["state"], ready["planned"]) == ("ready", counts(new=3)), (before, ready["error"])


# --- values ---

@pytest.mark.parametrize("given, number", [
    ("617-555-0101 x12", "+16175550101"), ("617.555.0101 ext. 9", "+16175550101"), ("+16175550101;ext=12", "+16175550101"),
    ("(617) 555-0101 extension 3", "+16175550101"), ("336-229-1110.0", "+13362291110"), ("3362291110.0", "+13362291110"),
    ("1-617-555-0101", "+16175550101"), ("011 44 20 7946 0018", "+442079460018"), ("+44 20 7946 0018", "+442079460018"),
    ("\uff16\uff11\uff17\uff15\uff15\uff15\uff10\uff11\uff10\uff11", "+16175550101"), ("1-800-FLOWERS", "+18003569377"),
    ("845 555 0133 (cell)", "+18455550133"), ("tel: 845-555-0133", "+18455550133"), ("845-555-0133 W", "+18455550133"),
    ("00442079460018", "+442079460018"), ("617-155-0101", None), ("117-555-0101", None), ("+1845555013312", None), ("555-0101", None), ("unknown", None), ("0", None)])
def test_telephone_numbers(imports, given, number):
    ready = imports.start(table(("voter_id", "last_name", "phone"), ("1", "Lee", given)))
    assert ready["sample"]["rows"][0].get("phone") == number
    assert problems(ready) == ({} if number else {("bad_phone", "phone"): 1})
    assert [p["values"] for p in ready["problems"]] == ([] if number else [[given]])


def test_several_numbers_in_one_cell(imports):
    imports.apply(table(("voter_id", "last_name", "phone"), ("1", "Lee", "845-555-0133; (845) 555-0134 / 845.555.0135 (home)"),
                        ("2", "Roe", "845-555-0136;ext=12, 8455550137")))
    assert person(imports, "1", "phones") == ["+18455550133", "+18455550134", "+18455550135"]
    assert person(imports, "2", "phones") == ["+18455550136", "+18455550137"]


def test_what_stands_for_no_number_is_nobody_s(imports):
    """Two people without a state id are two people."""
    done = imports.apply(table(("voter_id", "first_name", "last_name"), *((each, f"A{n}", f"B{n}") for n, each in enumerate(
        ("N/A", "n/a", "0000", "00000000", "none", "Unknown", "-", "1,23457E+11", "A-0", "10")))))
    assert (done["applied"]["new"], problems(done)) == (10, {("bad_id", "state_id"): 8})
    assert [row[0] for row in imports.voters("state_id")] == [None] * 8 + ["A-0", "10"]


def test_names_that_programs_break(imports):
    done = imports.apply(table(("voter_id", "first_name", "last_name", "party"), ("1", "Christopher", "Null", "NULL"),
                               ("2", "Removed", "Confidential", ""), ("3", "\u00a0Ann ", "Lee\u200b", ""), ("4", "Al", "O&#39;Bryan", ""),
                               ("5", "Bo", "", ""), ("6", "*", "Star", ""), ("7", "In\u00c3\u00a9s", "N\u00c3\u00ba\u00c3\u00b1ez", "")))
    assert imports.voters() == [("1", "Christopher", "Null"), ("2", "Removed", "Confidential"), ("3", "Ann", "Lee"),
                                ("4", "Al", "O'Bryan"), ("5", "Bo", ""), ("6", "", "Star"), ("7", "In\u00e9s", "N\u00fa\u00f1ez")]
    assert person(imports, "1", "party") is None
    assert problems(done) == {("no_name", "last_name"): 1, ("mended_text", "first_name"): 1, ("mended_text", "last_name"): 1}


@pytest.mark.parametrize("given, kept, code", [
    ("N\u00c3\u0091EZ", "N\u00d1EZ", "mended_text"), ("N\u00c3\u2018EZ", "N\u00d1EZ", "mended_text"), ("O\u00e2\u20ac\u2122Brien", "O\u2019Brien", "mended_text"),
    ("Kova\u00c4\u2021", "Kova\u0107", "mended_text"), ("\u00c5\u00a0imi\u00c4\u2021", "\u0160imi\u0107", "mended_text"), ("N\ufffdez", "N\ufffdez", "lost_text"),
    ("ANDR\u00c9\u2019S", "ANDR\u00c9\u2019S", None), ("CONCEI\u00c7\u00c3O", "CONCEI\u00c7\u00c3O", None), ("J\u00c4RVEL\u00c4\u2019S", "J\u00c4RVEL\u00c4\u2019S", None),
    ("O&#x27;Bryan", "O'Bryan", None), ("O&rsquo;Bryan", "O\u2019Bryan", None), ("N&uacute;&Ntilde;ez", "N\u00fa\u00d1ez", None), ("Lee &amp; Roe", "Lee & Roe", None),
    ("Lee&nbsp;Roe", "Lee Roe", None), ("R&D", "R&D", None), ("R&#0;D", "R&#0;D", None), ("\u200bLee\u00ad\u2060\ufeff", "Lee", None), ("Lee\u00a0\u2003 Roe", "Lee Roe", None),
    ("\u0645\u06cc\u200c\u0631", "\u0645\u06cc\u200c\u0631", None)])
def test_text_is_what_was_meant(imports, given, kept, code):
    """Every case is imported from a file; cases about blanks and zero-width characters are also sent through the API."""
    done = imports.apply(table(("voter_id", "first_name", "last_name"), ("1", "Ann", given)))
    assert person(imports, "1", "last_name") == kept
    assert problems(done) == ({(code, "last_name"): 1} if code else {})
    if code is None and "&" not in given:
        by_hand = {"first_name": given + "\u00a0", "last_name": given, "address": f"12\u00a0Elm  St{given}", "city": given}
        made = imports.client.ok("POST", "/v1/voters", by_hand, status=201)
        assert (made["first_name"], made["last_name"], made["city"]) == (kept, kept, kept) and made["address"].startswith("12 Elm St")
        changed = imports.client.ok("PATCH", f"/v1/voters/{made['id']}", {"middle_name": given})
        assert changed["middle_name"] == kept


def test_wrecked_ids(imports):
    head = ("voter_id", "first_name", "last_name", "birth_date")
    done = imports.apply(table(head, ("1.23457E+11", "Ann", "Lee", "1980-01-01"), ("1.23457E+11", "Bob", "Ray", "1981-01-01"),
                               ("#REF!", "Cy", "Poe", "1982-01-01"), ("7000001.0", "Di", "Fox", "1983-01-01"), ("0012", "Ed", "Orr", "")))
    assert imports.voters("state_id, first_name") == [(None, "Ann"), (None, "Bob"), (None, "Cy"), ("7000001", "Di"), ("0012", "Ed")]
    assert problems(done)["bad_id", "state_id"] == 3
    # The next complete file matches the stored people again and overwrites no other person.
    assert imports.apply(table(head, ("123456789012", "Ann", "Lee", "1980-01-01"), ("123456789013", "Bob", "Ray", "1981-01-01")))[
        "applied"] == counts(changed=2)


def test_the_header_in_the_middle(imports):
    ready = imports.start(lines(HEAD, ANN, [name.upper().replace("_", " ") for name in HEAD], ("C-2",) + ANN[1:]))
    assert ready["planned"] == counts(new=2)
    assert [(r["line"], r["reason"]) for r in imports.rejects(ready["id"])] == [("3", "header")]


@pytest.mark.parametrize("column, value, good", [
    ("birth_date", "2068-07-16", False), ("birth_date", "12/31/2199", False), ("birth_date", "07/16/68", True), ("birth_date", "1899-01-02", False),
    ("birth_year", "2200", False), ("birth_year", "1980", True), ("registration_date", "2098-01-01", False),
    ("registration_date", "1979-12-31", False), ("registration_date", "2020-02-02", True)])
def test_dates_that_cannot_be(imports, column, value, good):
    row = {"voter_id": "1", "last_name": "Lee", "birth_date": "1980-01-01", column: value}
    ready = imports.start(table(tuple(row), tuple(row.values())))
    field = "registered_on" if column == "registration_date" else column
    assert problems(ready) == ({} if good else {("bad_date", field): 1}), ready["sample"]


def test_an_unquoted_comma_shifts_no_fields(imports):
    data = lines(HEAD, ANN) + b"C-7,Ann,Testa,1988-04-12,DEM,7 Canal St, Apt 2,Riverside,NY,12999,\n"
    for text in (data, lines(HEAD) + data.split(b"\n")[2] + b"\n"):
        ready = imports.start(text)
        assert problems(ready) == {("ragged", None): 1}
    # Some programs write a comma after every row.
    ready = imports.start(b"voter_id,last_name,zip\n1,Lee,12999,\n2,Ray,12999,\n3,Poe,,\n")
    assert (ready["rows_rejected"], ready["planned"]) == (0, counts(new=3))


# --- addresses ---

PARTS = [
    # Washington
    (("StateVoterID", "FName", "LName", "Birthyear", "RegStNum", "RegStName", "RegStType", "RegUnitType", "RegStUnitNum", "RegCity", "RegZipCode"),
     ("W1", "Ann", "Able", "1980", "4", "CANAL", "PK", "#", "109", "Cambridge", "02141"), "4 CANAL PARK #109 02141", "109"),
    # Colorado
    (("VOTER_ID", "LAST_NAME", "FIRST_NAME", "HOUSE_NUM", "PRE_DIR", "STREET_NAME", "STREET_TYPE", "UNIT_TYPE", "UNIT_NUM",
      "RESIDENTIAL_ADDRESS", "RESIDENTIAL_CITY", "RESIDENTIAL_ZIP_CODE", "PHONE_NUM"),
     ("C1", "Able", "Ann", "351", "N", "SUTHERLAND", "ST", "APT", "4", "351 N SUTHERLAND ST APT 4", "DENVER", "80202", "303-555-0101"),
     "351 N SUTHERLAND ST #4 80202", "4"),
    # Utah
    (("Voter ID", "Last Name", "First Name", "House Number", "Direction Prefix", "Street", "Street Type", "Unit Type", "Unit Number", "City", "Zip"),
     ("U1", "Able", "Ann", "120", "S", "Main", "ST", "Apt", "4", "Provo", "84601"), "120 S MAIN ST #4 84601", "4"),
    # Invented files.
    (("voter_id", "last_name", "address", "unit", "zip"), ("1", "Able", "2 Elm St", "B", "12999"), "2 ELM ST #B 12999", "B"),
    (("voter_id", "last_name", "address", "unit", "zip"), ("1", "Able", "21 Hwy 9", "4", "12999"), "21 HWY 9 #4 12999", "4"),
    (("voter_id", "last_name", "address", "apt", "zip"), ("1", "Able", "15 Broadway", "4", "12999"), "15 BROADWAY #4 12999", "4"),
    (("voter_id", "last_name", "address", "address2", "zip"), ("1", "Able", "2 Elm St", "Apt 3", "12999"), "2 ELM ST #3 12999", "3"),
    (("voter_id", "last_name", "address", "unit", "zip"), ("1", "Able", "2 Elm St Apt 3", "3", "12999"), "2 ELM ST #3 12999", "3"),
    (("voter_id", "last_name", "house_number", "street_name", "street_type", "zip"), ("1", "Able", "2", "Elm", "St", "12999"), "2 ELM ST 12999", None),
    (("voter_id", "last_name", "HouseNumber", "StreetName", "zip"), ("1", "Able", "2", "Elm St", "12999"), "2 ELM ST 12999", None),
    (("voter_id", "last_name", "street_number", "pre_direction", "street_name", "street_type", "unit", "zip"),
     ("1", "Able", "2", "N", "Elm", "St", "3", "12999"), "2 N ELM ST #3 12999", "3"),
    (("voter_id", "last_name", "st_num", "street", "zip"), ("1", "Able", "2.0", "Elm St", "12999"), "2 ELM ST 12999", None),
    (("voter_id", "last_name", "house_num", "house_suffix", "street_name", "zip"), ("1", "Able", "57", "1/2", "Elm St", "12999"), "57 1/2 ELM ST 12999", None),
    (("voter_id", "last_name", "house_num", "house_suffix", "street_name", "zip"), ("1", "Able", "57", "A", "Elm St", "12999"), "57A ELM ST 12999", None),
    # A street name that is also a unit word, and a street that contains the number.
    (("voter_id", "last_name", "house_num", "street_name", "unit", "zip"), ("1", "Able", "12", "Lot St", "3", "12999"), "12 LOT ST #3 12999", "3"),
    (("voter_id", "last_name", "house_num", "street_name", "zip"), ("1", "Able", "12", "12 Elm St", "12999"), "12 ELM ST 12999", None),
    # Parts without a number are no address when there is a whole line.
    (("voter_id", "last_name", "address", "street_name", "street_type", "zip"), ("1", "Able", "2 Elm St", "Elm", "St", "12999"), "2 ELM ST 12999", None),
]


@pytest.mark.parametrize("head, row, door, unit", PARTS)
def test_parts_of_an_address_stay_apart(imports, head, row, door, unit):
    done = imports.apply(table(head, row))
    assert imports.voters("address_key, unit") == [(door, unit)]
    assert imports.rows("SELECT address_key FROM doors WHERE organization_id = %s") == [(door,)]
    assert not [p for p in done["problems"] if p["code"] != "ignored_column"]


def test_by_hand_and_by_file_are_one_door(imports):
    imports.apply(table(("voter_id", "last_name", "address", "unit", "zip"), ("1", "Able", "2 Elm St", "B", "12999"),
                        ("2", "Able", "12 Key Dr", "3", "12999")))
    for address, unit in (("2 Elm St", "B"), ("12 Key Dr", "3")):
        imports.client.ok("POST", "/v1/voters", {"first_name": "Bo", "last_name": "Able", "address": address, "unit": unit, "zip5": "12999"}, status=201)
    assert imports.rows("SELECT count(*) FROM doors WHERE organization_id = %s") == [(2,)]
    assert len({tuple(row) for row in imports.voters("door_id")}) == 2


def test_without_a_zip_the_city_tells_doors_apart(imports):
    imports.apply(table(("voter_id", "first_name", "last_name", "address", "city", "state"),
                        ("1", "Ann", "Lee", "12 Main St", "Springfield", "MA"), ("2", "Bob", "Ray", "12 Main St", "Boston", "MA"),
                        ("3", "Cy", "Poe", "12 Main Street", "BOSTON", "MA")))
    found = imports.voters("household_id")
    assert found[0] != found[1] and found[1] == found[2]


def test_what_has_no_door_is_told(imports):
    rows = ["PO Box 5", "General Delivery", "Park Plaza", ""]
    done = imports.start(table(("voter_id", "last_name", "address", "zip"), *[(i, "Lee", line, "12999") for i, line in enumerate(rows)],
                               ("9", "Lee", "2 Elm St", "12999")))
    problem = next(p for p in done["problems"] if p["code"] == "no_door")
    assert (problem["count"], problem["values"], problem["places"][0]) == (4, rows, {"file": 1, "line": 2})


def test_a_better_mapping_is_no_move(imports):
    """The unit was unknown, or another server wrote the key: the person did not move."""
    head = ("voter_id", "last_name", "address", "zip")
    imports.apply(table(head, ("1", "Able", "4 Canal Pk", "02141"), ("2", "Able", "5 Canal Pk", "02141")))
    ready = imports.start(table(head + ("unit",), ("1", "Able", "4 Canal Pk", "02141", "109"), ("2", "Able", "6 Canal Pk", "02141", "")))
    assert ready["planned"] == counts(changed=1, moved=1)


# --- complete files ---

def people(n, prefix="A", **more):
    return [{"voter_id": f"{prefix}{i}", "first_name": "F", "last_name": f"L{i}", "birth_date": f"19{50 + i % 50}-01-01", **more} for i in range(n)]


def table_of_rows(rows):
    return table(tuple(rows[0]), *[tuple(row.values()) for row in rows])


def test_gone_is_within_the_source(imports):
    imports.apply(table_of_rows(people(20)))
    first, imports.source = imports.source, imports.new_source()
    imports.apply(table_of_rows(people(20, "B")))
    imports.source = first
    assert imports.apply(table_of_rows(people(19)), complete=True)["applied"] == counts(unchanged=19, gone=1)
    assert imports.rows("SELECT count(*) FROM voters WHERE organization_id = %s AND unreachable = 'gone'") == [(1,)]


def test_a_row_that_cannot_be_read_is_nobody_who_is_gone(imports):
    imports.apply(table_of_rows(people(20)))
    data = table_of_rows(people(20)).decode().splitlines()
    data[3] = data[3].replace("F,", "F, x,")  # A2: a comma too many
    data[4] = data[4].replace("A3,", 'A3,"')  # A3: a quote that is not closed
    data[5] = "A4,F"  # too few
    ready = imports.start("\n".join(data).encode() + b"\n", complete=True)
    assert (ready["rows_rejected"], ready["planned"]) == (3, counts(unchanged=17))


def test_shares_that_no_good_file_has_wait_for_a_word(imports):
    imports.apply(table_of_rows(people(50)))
    # Every row is refused, also when nothing else is wrong.
    bad = b"voter_id,first_name,last_name\n" + b"".join(b"A%d,x,y,z\n" % i for i in range(50))
    ready = imports.start(bad, complete=True, auto_apply=True)
    assert (ready["state"], ready["doubts"], ready["planned"]["gone"]) == ("ready", ["rejected"], 0)
    refused = imports.client.post(f"/v1/imports/{ready['id']}/apply")
    assert (refused.status_code, refused.json()["code"]) == (409, "import_doubtful")
    # Ids of another kind: everybody would be new, and everybody gone.
    other = imports.start(table_of_rows(people(50, "X")), complete=True, auto_apply=True)
    assert (other["state"], other["doubts"]) == ("ready", ["gone"]) and other["planned"]["gone"] == 50
    assert imports.client.post(f"/v1/imports/{other['id']}/apply").json()["code"] == "import_doubtful"
    imports.client.ok("POST", f"/v1/imports/{other['id']}/apply?confirm=true")
    assert imports.wait(other["id"])["applied"]["gone"] == 50


def test_a_small_source_has_doubts_too(imports):
    """A file of few rows is doubtful, too, when most rows are refused, or most people would be gone."""
    imports.apply(table_of_rows(people(8)))
    other = imports.start(table_of_rows(people(8, "X")), complete=True, auto_apply=True)
    assert (other["state"], other["doubts"], other["planned"]["gone"]) == ("ready", ["gone"], 8)
    bad = imports.start(b"voter_id,first_name,last_name\nA0,x,y,z\nA1,x,y,z\nA2,F,L\n", complete=True, auto_apply=True)
    assert (bad["state"], bad["doubts"]) == ("ready", ["rejected", "gone"]) and bad["planned"]["gone"] == 5


def test_everybody_moves(imports):
    head = {"address": "1 Elm St", "zip": "12999"}
    imports.apply(table_of_rows(people(30, **head)))
    ready = imports.start(table_of_rows(people(30, **{**head, "address": "2 Oak St"})), auto_apply=True)
    assert (ready["state"], ready["doubts"], ready["planned"]["moved"]) == ("ready", ["moved"], 30)


def test_an_export_and_votes_bring_nobody_back(imports):
    imports.apply(table_of_rows(people(3)))
    imports.apply(table_of_rows(people(2)), complete=True)
    assert imports.apply(export(imports))["applied"] == counts(unchanged=3)
    assert imports.apply(table(("voter_id", "election"), ("A2", "11/05/2024 GENERAL")))["applied"] == counts(changed=1)
    assert person(imports, "A2", "unreachable") == "gone"
    assert imports.apply(table_of_rows(people(3)))["applied"] == counts(changed=1, unchanged=2) and person(imports, "A2", "unreachable") is None


# --- the dry run ---

def test_the_dry_run_can_be_looked_at(imports):
    head = HEAD
    rows = [ANN, ("C-2", "Bob", "Ray", "1975-05-05", "REP", "2 Elm St", "Riverside", "NY", "12999", ""),
            ("C-3", "Cy", "Poe", "1976-05-05", "REP", "3 Elm St", "Riverside", "NY", "12999", "")]
    imports.apply(table(head, *rows))
    moved = ANN[:5] + ("9 Oak St",) + ANN[6:]
    party = rows[1][:4] + ("DEM",) + rows[1][5:]
    ready = imports.start(table(head, moved, party), complete=True)
    ids = [imports.voter(f"C-{i}") for i in (1, 2, 3)]
    path = f"/v1/imports/{ready['id']}/changes"

    def planned_changes():
        return [(c["voter_id"], c["kind"], c["old_address"], c["new_address"], c["fields"], c["at"] is None)
                for c in imports.client.pages(path)]

    planned = [(ids[0], "moved", "1 Elm St", "9 Oak St", ["address"], True), (ids[1], "changed", None, "2 Elm St", ["party"], True),
               (ids[2], "gone", None, None, ["unreachable"], True)]
    assert planned_changes() == planned
    assert [c["voter_id"] for c in imports.client.ok("GET", path, query={"kind": "gone"})["data"]] == [ids[2]]
    row = imports.start(table(head + ("apt", "county", "GENERAL-11/05/2024"), ANN + ("7", "Ulster", "X")))["sample"]["rows"][0]
    assert (row["unit"], row["state"], row["districts"], row["vote_history"]) == ("7", "NY", {"county": "Ulster"}, {"11/05/2024 GENERAL": "X"})
    imports.client.ok("POST", f"/v1/imports/{ready['id']}/apply")
    imports.wait(ready["id"])
    done = [(c[0], c[1], c[4]) for c in planned_changes()]
    assert done == [(p[0], p[1], p[4]) for p in planned]


# --- votes ---

def votes(imports, number):
    return [(v["election"], v["method"]) for v in person(imports, number, "vote_history")]


def test_votes_come_from_a_second_file(imports):
    head = ("ncid", "last_name", "first_name", "res_street_address", "zip_code")
    main = table(head, ("AB1", "Lee", "Ann", "1 Elm St", "27030"), ("AB2", "Ray", "Bob", "2 Elm St", "27030"))
    imports.apply(main, profile_key="nc")
    first, imports.source = imports.source, imports.new_source()
    history = lines(("county_id", "ncid", "election_lbl", "election_desc", "voting_method"),
                    ("1", "AB1", "11/08/2022", "11/08/2022 GENERAL", "IN-PERSON"), ("1", "AB1", "03/05/2024", "03/05/2024 PRIMARY", "ABSENTEE"),
                    ("1", "ZZ9", "11/08/2022", "11/08/2022 GENERAL", "IN-PERSON"), ("1", "AB2", "11/08/2022", "11/08/2022 GENERAL", "EARLY"),
                    between="\t")
    done = imports.apply(history)
    assert done["format"]["profile"] == "nc-history" and done["applied"] == counts(changed=2)
    assert votes(imports, "AB1") == [("11/08/2022 GENERAL", "IN-PERSON"), ("03/05/2024 PRIMARY", "ABSENTEE")]
    assert len(imports.voters()) == 2 and problems(done)["unknown_id", None] == 1
    assert [(r["reason"], r["raw"][:5]) for r in imports.rejects(done["id"])] == [("unknown_id", "1\tZZ9")]
    assert imports.client.ok("POST", "/v1/voters/count", {"voted_in": ["11/08/2022 GENERAL"]})["count"] == 2
    # Repeating changes nothing, and the complete voter file still matches everybody.
    assert imports.apply(history)["applied"] == counts(unchanged=2)
    imports.source = first
    assert imports.apply(main, profile_key="nc", complete=True)["applied"] == counts(unchanged=2)
    failed = imports.start(history, complete=True)
    assert (failed["state"], failed["error_code"]) == ("failed", "complete_history")


@pytest.mark.parametrize("head, rows, profile", [
    (("StateVoterID", "ElectionDate", "VotingHistoryID"), [("1", "11/05/2024", "9")], "wa-history"),
    (("VOTER_ID", "ELECTION_TYPE", "ELECTION_DATE", "ELECTION_DESCRIPTION", "VOTING_METHOD", "PARTY", "COUNTY_NAME"),
     [("1", "General", "11/05/2024", "2024 General", "Mail", "DEM", "Adams")], "co-history"),
    (("County Name", "Voter Registration Number", "Election Date", "Election Type", "Party", "Ballot Style", "Absentee", "Provisional", "Supplemental"),
     [("Fulton", "1", "11/05/2024", "GENERAL ELECTION", "", "EARLY IN-PERSON", "Y", "N", "N")], "ga-history"),
    (("id_voter", "id_election", "dt_election", "Election_Name", "cd_election_type"), [("1", "7", "11/5/2024 0:00:00", "GEN", "G")], "wv-history"),
    (("voter_id", "election", "method"), [("1", "GENERAL-11/05/2024", "mail")], "history")])
def test_one_election_has_one_name(imports, head, rows, profile):
    """Elections have one name whatever a state writes: one filter covers all sources, including files with a column
    per election."""
    imports.apply(table(("voter_id", "last_name"), ("1", "Lee")))
    done = imports.apply(table(head, *rows))
    assert done["format"]["profile"] == profile and [v[0] for v in votes(imports, "1")] == ["11/05/2024 GENERAL"]
    imports.apply(table(("voter_id", "last_name", "GENERAL-11/05/2024"), ("1", "Lee", "X")))
    assert [v[0] for v in votes(imports, "1")] == ["11/05/2024 GENERAL"]


ELECTIONS = {"GENERAL-11/05/2024": "11/05/2024 GENERAL", "11/05/2024 GENERAL": "11/05/2024 GENERAL", "11/8/1994": "11/08/1994 GENERAL",
             "2024-11-05 General Election": "11/05/2024 GENERAL", "20241105 GE": "11/05/2024 GENERAL", "2024 General Election": "11/05/2024 GENERAL",
             "11/5/2024 0:00:00 G": "11/05/2024 GENERAL", "PRIMARY-03/07/2000": "03/07/2000 PRIMARY", "20200623 PP": "06/23/2020 PRESIDENTIAL PRIMARY",
             "06/07/2022 SECOND PRIMARY": "06/07/2022 SECOND PRIMARY", "10/10/2017 MUNICIPAL PRIMARY": "10/10/2017 MUNICIPAL PRIMARY",
             "3/1/2023": "03/01/2023", "2012": "2012", "Town  Meeting": "Town Meeting", "99/99/2024": "99/99/2024"}


def test_filters_know_elections_by_every_spelling(imports):
    """The names that an import and a filter derive from the same text agree, although two functions compute them."""
    names = list(ELECTIONS)
    imports.apply(table(("voter_id", "last_name"), *[(i, "Lee") for i in range(len(names))]))
    imports.apply(table(("voter_id", "election", "method"), *[(i, name, "mail") for i, name in enumerate(names)]))
    for i, name in enumerate(names):
        assert votes(imports, str(i)) == [(ELECTIONS[name], "mail")]
        found = imports.client.ok("POST", "/v1/voters/search?limit=100", {"voted_in": [name]})["data"]
        assert {v["state_id"] for v in found} == {str(k) for k, other in enumerate(names) if ELECTIONS[other] == ELECTIONS[name]}, name
    assert imports.client.ok("POST", "/v1/voters/count", {"voted_at_least": {"n": 1, "of": ["GENERAL-11/05/2024", "3/1/2023"]}})["count"] == 7


def test_a_vote_that_was_named_otherwise_before_is_one_vote(imports):
    imports.apply(table(("voter_id", "last_name"), ("1", "Lee")))
    voter = imports.voter("1")
    imports.client.ok("PATCH", f"/v1/voters/{voter}", {"vote_history": [{"election": "GENERAL-11/05/2024", "method": "X"}]})
    imports.apply(table(("voter_id", "last_name", "GENERAL-11/05/2024"), ("1", "Lee", "X")))
    assert votes(imports, "1") == [("11/05/2024 GENERAL", "X")]


@pytest.mark.parametrize("body, pointer", [
    ({"birth_date": "2068-07-16"}, "/birth_date"), ({"birth_date": "1900-01-01"}, "/birth_date"), ({"birth_year": 2199}, "/birth_year"),
    ({"registered_on": "2098-01-01"}, "/registered_on"), ({"birth_date": "1980-01-01", "registered_on": "1979-01-01"}, "/registered_on"),
    ({"zip5": "00000"}, "/zip5"), ({"phones": ["+1845555013312"]}, "/phones/0"), ({"phones": ["617-155-0101"]}, "/phones/0")])
def test_by_hand_as_by_file(imports, body, pointer):
    whole = {"first_name": "Ann", "last_name": "Lee", **body}
    reply = imports.client.post("/v1/voters", whole)
    assert reply.status_code == 422 and [e["pointer"] for e in reply.json()["errors"]] == [pointer], reply.text
    made = imports.client.ok("POST", "/v1/voters", {"first_name": "Ann", "last_name": "Lee"}, status=201)
    assert imports.client.patch(f"/v1/voters/{made['id']}", body).status_code == 422


@pytest.mark.parametrize("broken", [b"C-4,R\xe9my,Bell,too,many,columns,here,and,here,and,here,too\n", b"C-4,R\xa5\x00,Bell\n",
                                    bytes(range(1, 256)) * 40 + b"\n"], ids=["ragged", "nul", "bytes"])
def test_a_row_that_is_no_text_is_told_and_ends_nothing(imports, broken):
    """Invalid bytes in a refused row: the import continues, and the value is reported as far as it is readable."""
    ready = imports.start(table(HEAD, ["C-5", "José", *ANN[2:]]) + broken + lines(ANN))
    assert ready["state"] == "ready", ready
    assert ready["planned"]["new"] >= 2 and ready["rows_rejected"] >= 1, ready
