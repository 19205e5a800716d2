# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading real and broken voter files: the result of each, row by row."""

import collections
import csv
import gzip
import json
import pathlib
import subprocess
import zipfile

import pytest


@pytest.fixture(scope="session")
def dump(binary):
    """dump("rows", path) returns the reader's lines as objects."""
    program = pathlib.Path(binary).resolve().parents[1] / "tests" / "unit" / "voter-files-dump"
    if not program.exists():
        pytest.fail(f"{program.name} is not built")

    def run(*arguments, text=None):
        result = subprocess.run([program, *map(str, arguments)], input=text, capture_output=True, text=True)
        assert result.returncode in (0, 2), result.stderr
        return [json.loads(line) for line in result.stdout.split("\n") if line]

    return run


@pytest.fixture
def torture(shared_data):
    return shared_data / "csv-torture"


@pytest.fixture
def voterfiles(shared_data):
    return shared_data / "voterfiles"


def rows_of(lines):
    return [line["fields"] for line in lines if "fields" in line]


def rejects_of(lines):
    return [(line["reject"], line["line"], line["column"]) for line in lines if "reject" in line]


# Files of own/ whose result is described in expected.json: number of good rows, and rejected rows.
IN_WORDS = {
    "ragged.csv": (1, [("ragged", 2, 4), ("ragged", 3, 6)]),
    "nul_bytes.csv": (1, [("nul_byte", 2, 2)]),
    "pipe.txt": (1, []),
    "huge_field.csv": (0, [("field_too_long", 2, 4)]),
    "wide.csv": (1, []),
    "dates.csv": (12, []),
}


def test_own(dump, torture):
    expected = json.loads((torture / "own" / "expected.json").read_text())
    assert {path.name for path in (torture / "own").iterdir()} - {"expected.json"} == set(expected)
    for name, want in expected.items():
        lines = dump("rows", torture / "own" / name)
        if want["rows"] is not None:
            assert rows_of(lines) == want["rows"], name
            assert rejects_of(lines) == [], name
        else:
            assert (len(rows_of(lines)), rejects_of(lines)) == IN_WORDS[name], name


def test_own_details(dump, torture):
    own = torture / "own"
    assert dump("rows", own / "ragged.csv")[0]["raw"] == "1,A,B,C"
    assert dump("rows", own / "pipe.txt")[0]["fields"] == ["1", "A", "12 ELM"]
    wide = dump("rows", own / "wide.csv")
    assert wide[-1]["columns"] == [f"c{i}" for i in range(2000)]
    assert wide[0]["fields"] == [str(i) for i in range(2000)]
    assert dump("rows", own / "dup_headers.csv")[-1]["columns"] == ["id", "name", "name_2", "column_4", "phone"]
    assert dump("rows", own / "utf8_bom.csv")[-1]["columns"][0] == "voter_id"
    huge = dump("rows", own / "huge_field.csv")[0]
    assert huge["message"] == "The field in column 4 is longer than 65536 bytes." and huge["raw_length"] == 65536
    encodings = {name: dump("guess", own / name)[0]["encoding"]
                 for name in ("cp1252.csv", "utf8_bom.csv", "utf16le_bom.csv", "utf16be_bom.csv", "pipe.txt")}
    assert encodings == {"cp1252.csv": "windows-1252", "utf8_bom.csv": "utf-8", "utf16le_bom.csv": "utf-16le",
                         "utf16be_bom.csv": "utf-16be", "pipe.txt": "ascii"}


def test_spectrum(dump, torture):
    files = sorted((torture / "spectrum").glob("*.csv"))
    assert len(files) == 12
    for path in files:
        lines = dump("rows", path)
        text = (torture / "spectrum" / "json" / f"{path.stem}.json").read_bytes()
        # One file has no valid encoding: its degree signs are single bytes.
        want = json.loads(text.decode("utf-8", "replace"))
        got = [dict(zip(lines[-1]["columns"], fields)) for fields in rows_of(lines)]
        assert rejects_of(lines) == [], path.name
        if isinstance(want, dict):
            want = [want]
            # Its telephone number differs from the CSV's.
            want[0]["Contact Phone Number"] = "2095257564"
        for row in got + want:
            for name in row:
                row[name] = row[name].replace("\u00b0", "?").replace("\u00a1", "?").replace("\ufffd", "?")
        assert got == want, path.name


def test_csvkit(dump, torture):
    """No file of the collection stops the reader; packed and foreign ones are recognized."""
    kit = torture / "csvkit"
    assert len(list(kit.iterdir())) >= 30
    for path in kit.iterdir():
        lines = dump("rows", path)
        assert lines and ("columns" in lines[-1] or "failed" in lines[-1]), path.name
    assert dump("rows", kit / "test.xlsx")[0]["failed"] == "not_a_table"
    assert dump("rows", kit / "dummy.csv.bz2")[0]["failed"] == "not_a_table"
    assert rows_of(dump("rows", kit / "dummy.csv.gz")) == [["1", "2", "3"]]
    government = dump("rows", kit / "ks_1033_data.csv")
    assert (len(rows_of(government)), rejects_of(government)) == (1575, [])
    assert rows_of(dump("rows", kit / "mac_newlines.csv"))[0] == ["1", "2", "3"]
    for name in ("test_utf16_big.csv", "test_utf16_little.csv", "test_utf8.csv", "test_utf8_bom.csv"):
        assert "\u02a4" in [row[2] for row in rows_of(dump("rows", kit / name))], name
    assert rows_of(dump("rows", kit / "test_latin1.csv")) == [["1", "2", "3"], ["4", "5", "\u00a9"]]


# File: delimiter, header, number of columns, rows, best profile.
STATES = {
    "nvf-synthetic/de.csv": (",", True, 40, 100, "generic"),
    "nvf-synthetic/fl.csv": ("\t", False, 38, 100, "fl"),
    "nvf-synthetic/mi.csv": (",", True, 41, 100, "mi"),
    "nvf-synthetic/nc.csv": ("\t", True, 71, 100, "nc"),
    "nvf-synthetic/nj.csv": ("|", False, 26, 100, None),
    "nvf-synthetic/ny.csv": (",", False, 45, 100, "ny-45"),
    "nvf-synthetic/oh.csv": (",", True, 48, 100, "oh"),
    "nvf-synthetic/ok.csv": (",", True, 49, 2, "generic"),
    "nvf-synthetic/vt.csv": ("|", True, 39, 100, "generic"),
    "nvf-synthetic/wa.csv": ("\t", True, 38, 1000, "wa"),
    "wv-reggie-test/Statewide_VRTEST.txt": ("|", True, 31, 4, "generic"),
    "wv-reggie-test/Statewide_VRTEST-no-gender.txt": ("|", True, 30, 4, "generic"),
    "wv-reggie-test/WV_PStatewide_VH.txt": ("|", True, 10, 43, "wv-history"),
    "synthetic-cambridge/fl_CAM_20260901.txt": ("\t", False, 38, 4000, "fl"),
    "synthetic-cambridge/ncvoter_sample_3000.txt": ("\t", True, 67, 3000, "nc"),
}


@pytest.mark.parametrize("name", STATES)
def test_states(dump, voterfiles, name):
    delimiter, header, columns, rows, profile = STATES[name]
    guess = dump("guess", voterfiles / name)[0]
    assert (guess["delimiter"], guess["header"], len(guess["columns"])) == (delimiter, header, columns)
    best = max(guess["scores"], key=guess["scores"].get)
    assert (best if guess["scores"][best] > 0 else None) == profile
    lines = dump("rows", voterfiles / name)
    assert (len(rows_of(lines)), rejects_of(lines)) == (rows, [])
    if profile is not None and not profile.endswith("history"):
        voters = dump("voters", profile, voterfiles / name)
        assert len(voters) == rows
        assert all(voter["last_name"] for voter in voters if not voter["confidential"])


def test_west_virginia(dump, voterfiles):
    """Parts of an address in separate columns, dates with a time, codes in words."""
    voter = dump("voters", "generic", voterfiles / "wv-reggie-test" / "Statewide_VRTEST.txt")[0]
    assert voter["state_id"] == "000000001"
    assert (voter["birth"], voter["registered_on"], voter["sex"]) == ("1952-01-01", "1989-01-01", "M")
    assert (voter["party"], voter["registration_status"]) == ("unaffiliated", "active")
    assert voter["residence"]["number"] == "123"
    assert voter["districts"]["congressional"] == "0001"


def test_florida(dump, voterfiles):
    voters = dump("voters", "fl", voterfiles / "synthetic-cambridge" / "fl_CAM_20260901.txt")
    first = voters[0]
    assert (first["state_id"], first["birth"], first["party"]) == ("0100000001", "1986-12-27", "republican")
    assert first["residence"]["address_key"] == "4 CANAL PARK #109 02141"
    assert (first["zip5"], first["zip4"]) == ("02141", "0001")
    assert voters[1]["phones"] == ["+17815552719"]
    hidden = [voter for voter in voters if voter["confidential"]]
    assert len(hidden) == 10
    for voter in hidden:
        assert voter["residence"]["line"] == "" and voter["phones"] == [] and voter["birth"] == ""


def test_fixed_width(dump, voterfiles, tmp_path):
    widths = [("id", 10), ("last", 30), ("first", 20), ("mid", 20), ("suf", 3), ("dob", 8), ("reg", 8), ("sex", 1),
              ("party", 3), ("num", 10), ("street", 30), ("unit", 8), ("city", 20), ("st", 2), ("zip", 5), ("pct", 8),
              ("phone", 10)]

    def mapping(field, *columns, **more):
        return {"field": field, "columns": list(columns), **more}

    profile = {
        "name": "Fixed", "format": {"delimiter": "fixed_width", "header": False,
                                    "layout": [{"name": name, "width": width} for name, width in widths]},
        "mappings": [mapping("state_id", "id"), mapping("last_name", "last"), mapping("first_name", "first"),
                     mapping("birth_date", "dob", date="yyyymmdd"), mapping("residence_line", "num", "street"),
                     mapping("residence_line", "unit"), mapping("residence_zip", "zip"), mapping("phone", "phone")],
    }
    path = tmp_path / "profile.json"
    path.write_text(json.dumps(profile))
    sample = voterfiles / "synthetic-cambridge" / "fixed_width_sample.txt"
    guess = dump("guess", sample)[0]
    assert guess["fixed_width"] and guess["line_length"] == sum(width for _, width in widths)
    voters = dump("voters", path, sample)
    assert len(voters) == len(sample.read_bytes().splitlines())
    assert all("reject" not in voter and voter["problems"] == [] for voter in voters)
    assert (voters[1]["last_name"], voters[1]["birth"], voters[1]["phones"]) == ("CARROLL", "1958-01-21",
                                                                                 ["+17815552719"])
    assert voters[0]["residence"]["number"] == "4"
    # Windows-1252 bytes in a name do not shift the following columns.
    assert {voter["zip5"][:3] for voter in voters if voter["zip5"]} <= {"021", "022"}


@pytest.mark.slow
def test_cambridge(dump, shared_data, voterfiles):
    """The whole town: every row is read, and every voter with an address is at the door of the reference data."""
    folder = voterfiles / "synthetic-cambridge"
    doors = list(csv.DictReader(open(shared_data / "town-cambridge" / "doors.csv", newline="")))
    text = "".join(f"{door['number']} {door['street']}{' #' + door['unit'] if door['unit'] else ''}\t{door['zip']}\n"
                   for door in doors)
    keys = {door["door_id"]: line["address_key"] for door, line in zip(doors, dump("addresses", text=text))}
    assert len(keys) == 42063 and all(keys.values())
    truth = {row["voter_id"]: row["door_id"]
             for row in csv.DictReader(gzip.open(folder / "truth_voter_door.csv.gz", "rt", newline=""))}
    counts = collections.Counter()
    for voter in dump("voters", "nc", folder / "ncvoter_cambridge_full.txt.gz"):
        assert voter["problems"] == []
        counts["rows"] += 1
        counts[voter["registration_status"]] += 1
        counts["confidential"] += voter["confidential"]
        door = truth.get(str(int(voter["custom"]["county_voter_number"])))
        if not voter["residence"]["line"]:
            counts["hidden"] += 1
        elif door is not None:
            counts["with truth"] += 1
            counts["at the door"] += voter["residence"]["address_key"] == keys[door]
    assert counts["rows"] == 64637
    assert (counts["active"], counts["inactive"], counts["pending"], counts["removed"]) == (51800, 5772, 1281, 5784)
    assert (counts["hidden"], counts["confidential"]) == (5905, 138)
    assert counts["with truth"] == 29343
    assert counts["at the door"] >= 0.99 * counts["with truth"]


def test_raw_locations(dump, shared_data):
    """Street lines as an assessor types them: most have a number, none stops the parser."""
    lines = (shared_data / "town-cambridge" / "raw_locations.txt").read_text(errors="replace").splitlines()
    made = dump("addresses", text="".join(line.replace("\t", " ") + "\n" for line in lines))
    assert len(made) == len(lines)
    assert sum(bool(line["address_key"]) for line in made) >= 0.99 * sum(line[:1].isdigit() for line in lines)
    naughty = json.loads((shared_data / "text-torture" / "blns.json").read_text())
    naughty = [text.replace("\n", " ").replace("\0", "") for text in naughty]
    assert len(dump("addresses", text="".join(text + "\n" for text in naughty))) == len(naughty)


def test_history(dump, voterfiles):
    lines = dump("rows", voterfiles / "synthetic-cambridge" / "ncvhis_cambridge_full.txt.gz")
    assert (len(rows_of(lines)), rejects_of(lines), len(lines[-1]["columns"])) == (125292, [], 15)


def test_zip(dump, voterfiles, tmp_path):
    """Stored, deflated and with the records of large archives."""
    source = voterfiles / "synthetic-cambridge" / "ncvoter_sample_3000.txt"
    plain = dump("rows", source)
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        path = tmp_path / f"{method}.zip"
        with zipfile.ZipFile(path, "w", method) as archive:
            archive.writestr("layout.pdf", b"%PDF")
            with archive.open("ncvoter.txt", "w", force_zip64=True) as member:
                member.write(source.read_bytes())
        assert dump("rows", path) == plain


def test_broken_archive(dump, tmp_path):
    path = tmp_path / "voters.gz"
    rows = b"".join(b"%d,%d\n" % (i, i * 7919) for i in range(20000))
    path.write_bytes(gzip.compress(b"id,value\n" + rows)[:-1000])
    assert dump("rows", path)[-1]["failed"] == "broken_file"
