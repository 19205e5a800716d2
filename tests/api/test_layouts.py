# SPDX-License-Identifier: GPL-3.0-or-later
"""Files in the layouts that states publish: each is recognized, every row has a door or a reported reason, and no
column with values is lost silently."""

import pytest

from harness.layouts import LAYOUTS
from test_imports import Imports, counts


@pytest.fixture
def imports(server, org):
    return Imports(server, org)


# Profile: the expected result of its first row.
STATES = {
    "oh": ("OH0012345678", "12 N MAIN ST #3B 45660", "democratic", "inactive", ["11/07/2000 GENERAL"]),
    "wa": ("W1", "4 1/2 NE CANAL PL #109 98101", None, "active", ["11/05/2024 GENERAL"]),
    "co": ("6000", "351 N SUTHERLAND ST #4 80202", "unaffiliated", "active", []),
    "pa": ("001234567-67", "57A ELM ST #2 17401", "republican", "active", ["11/05/2024 GENERAL"]),
    "ut": ("7", "120 S MAIN ST #F101 84601", "unaffiliated", "active", ["11/08/1994 GENERAL", "06/25/2024"]),
    "ny": ("NY000000000000000001", None, "democratic", "active", ["11/05/2024 GENERAL", "06/25/2024 PRIMARY"]),
    "ga": ("00012345", "12 PEACHTREE ST NE #7 30308", None, "active", ["11/05/2024 GENERAL"]),
    "mi": ("100001", "8588 DYER AVE #2 48201", None, "active", []),
    "tx": ("1000000001", "700 CONGRESS AVE #12 78701", None, "inactive", []),
    "va": ("900000001", "12 E BROAD ST #5 23219", None, "active", []),
    "ks": ("3100001", "12 N MANHATTAN AVE #4 66502", "democratic", "active", ["11/05/2024 GENERAL"]),
    "az": ("500001", "120 E BROADWAY BLVD #7 85701", "unaffiliated", "active", []),
    "wi": ("700000001", "12 N CARROLL ST #5 53703", None, "active", ["11/05/2024 GENERAL"]),
}


@pytest.mark.parametrize("state", STATES)
def test_a_published_layout(imports, state):
    layout, (number, door, party, status, elections) = LAYOUTS[state], STATES[state]
    # A file without names is recognized by two rows.
    done = imports.apply(layout.file(*[layout.person] * (1 if layout.named else 2)))
    assert done["format"]["profile"] == state and done["applied"] == counts(new=1)
    found = imports.client.ok("GET", f"/v1/voters/{imports.voter(number)}")
    assert (found["last_name"].upper(), found["party"], found["registration_status"]) == ("ABLE", party, status)
    assert [v["election"] for v in found["vote_history"]] == elections
    key = imports.voter(number, "address_key")
    assert key is not None and door in (None, key) and found["door_id"]
    # No value of the row is lost without a report.
    assert [c["name"] for c in done["columns"] if c["lost"]] == []
    assert [p["code"] for p in done["problems"]] == ([] if layout.named else ["repeated_id"])


SAMPLES = {"oh.csv": "oh", "mi.csv": "mi", "wa.csv": "wa", "ny.csv": "ny-45", "fl.csv": "fl", "nc.csv": "nc", "vt.csv": "generic", "de.csv": "generic"}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_of_a_state(imports, shared_data, name):
    """Every row has a door or a reported reason; every column is used or reported."""
    done = imports.start((shared_data / "voterfiles" / "nvf-synthetic" / name).read_bytes())
    assert (done["state"], done["format"]["profile"]) == ("ready", SAMPLES[name]), done["error"]
    reported = {p["code"]: p["count"] for p in done["problems"]}
    ignored = {p["column"] for p in done["problems"] if p["code"] == "ignored_column"}
    assert ignored <= {c["name"] for c in done["columns"] if c["field"] == "ignored" and c["lost"] == c["values"] > 0}
    imports.client.ok("POST", f"/v1/imports/{done['id']}/apply?confirm=true")
    assert imports.wait(done["id"])["state"] == "done"
    away = imports.rows("SELECT count(*) FROM voters WHERE organization_id = %s AND door_id IS NULL AND NOT confidential "
                        "AND registration_status IS DISTINCT FROM 'removed'")[0][0]
    assert away == reported.get("no_door", 0)
