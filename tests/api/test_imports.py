# SPDX-License-Identifier: GPL-3.0-or-later
"""Importing files of voters: upload, preflight, dry run, apply, import again, undo, purge, export."""

import csv
import gzip
import io
import json
import zipfile

import pytest

from harness import services

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
    """What most tests do with an organization's imports."""

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

    def wait(self, number, seconds=60, states=OVER):
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
    # New places are to be found on the map.
    assert imports.rows("SELECT count(*) FROM jobs WHERE organization_id = %s AND kind = 'geocode'") == [(1,)]
    # Nothing is left of staging and of the file.
    services.wait_until(lambda: not imports.server.sql("SELECT FROM pg_class WHERE relname = %s",
                                                       (f"rows_{ready['id']}",)), 20, "staging to go")


def test_the_same_file_again_changes_nothing(imports):
    imports.apply(table(ROSA, JO, ANN))
    before = imports.voters("*")
    assert imports.apply(table(ROSA, JO, ANN))["applied"] == counts(unchanged=3)
    assert imports.voters("*") == before
