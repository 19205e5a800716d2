#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures an import compared with the bare statements: ./dev bench import [--rows 1000000] [--second 64637]

    imports.py --binary campaign-centerd [--rows N] [--second N] [--seed 7] [--data FOLDER]

Makes a file in the layout of North Carolina (67 columns), imports it with the command line (the same job as an
import over the API), and imports it again. Then it loads the resulting columns with a bare \\copy into the same
indexed table of a new database, followed by the same statements for buildings, doors and households. Prints
seconds, ratios and the greatest resident memory. If the folder of shared data exists, the real town follows:
doors.csv as address points, 64,637 voters, and how many of them are at the right door. Exits with 1 when a target
was missed."""

import argparse
import csv
import gzip
import io
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time

import psycopg2

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "db" / "seed")]

import names  # noqa: E402
from harness import client as harness_client  # noqa: E402
from harness import server as harness_server  # noqa: E402
from harness import services  # noqa: E402

HEAD = ("county_id county_desc voter_reg_num ncid last_name first_name middle_name name_suffix_lbl status_cd voter_status_desc "
        "reason_cd voter_status_reason_desc res_street_address res_city_desc state_cd zip_code mail_addr1 mail_addr2 mail_addr3 "
        "mail_addr4 mail_city mail_state mail_zipcode full_phone_number confidential_ind registr_dt race_code ethnic_code party_cd "
        "gender_code birth_year age_at_year_end birth_state drivers_lic precinct_abbrv precinct_desc municipality_abbrv "
        "municipality_desc ward_abbrv ward_desc cong_dist_abbrv super_court_abbrv judic_dist_abbrv nc_senate_abbrv nc_house_abbrv "
        "county_commiss_abbrv county_commiss_desc township_abbrv township_desc school_dist_abbrv school_dist_desc fire_dist_abbrv "
        "fire_dist_desc water_dist_abbrv water_dist_desc sewer_dist_abbrv sewer_dist_desc sanit_dist_abbrv sanit_dist_desc "
        "rescue_dist_abbrv rescue_dist_desc munic_dist_abbrv munic_dist_desc dist_1_abbrv dist_1_desc vtd_abbrv vtd_desc").split()
STREETS = [f"{a} {b}" for a in ("OAK", "MAIN", "CANAL", "ELM", "PINE", "CEDAR", "LAKE", "HILL", "MILL", "CHURCH", "RIVER", "PARK")
           for b in ("ST", "AVE", "RD", "DR", "LN", "CT")]
COLUMNS = ("organization_id, source_id, state_id, first_name, middle_name, last_name, name_suffix, birth_date, birth_year, sex, party, "
           "registration_status, registered_on, precinct, districts, address, unit, city, state, zip5, zip4, address_key, "
           "mailing_address, phones, emails, vote_history, custom, confidential, unreachable")
PLACES = """
INSERT INTO buildings (organization_id, building_key, address, number, street, street_key, city, state, zip5, precinct)
SELECT DISTINCT ON (k.building_key) v.organization_id, k.building_key, k.address, k.number, k.street, k.street_key, v.city, v.state,
  v.zip5, v.precinct
FROM voters v JOIN bench_keys k USING (address_key) WHERE NOT v.confidential ORDER BY k.building_key, v.id;
INSERT INTO doors (organization_id, building_id, address_key, unit, precinct)
SELECT DISTINCT ON (v.address_key) v.organization_id, b.id, v.address_key, v.unit, v.precinct
FROM voters v JOIN bench_keys k USING (address_key)
JOIN buildings b ON b.organization_id = v.organization_id AND b.building_key = k.building_key
WHERE NOT v.confidential ORDER BY v.address_key, v.id;
INSERT INTO households (organization_id, address_key, door_id, n_voters)
SELECT v.organization_id, v.address_key, d.id, count(*)
FROM voters v JOIN doors d ON d.organization_id = v.organization_id AND d.address_key = v.address_key
GROUP BY v.organization_id, v.address_key, d.id;
"""
LINK = """
UPDATE voters v SET household_id = h.id, door_id = h.door_id
FROM households h WHERE h.organization_id = v.organization_id AND h.address_key = v.address_key
"""


def write_file(path, n, seed):
    """Write n rows of 67 columns, with 1.6 people per door and some doors in buildings; about 400 bytes a row."""
    chance = random.Random(seed)
    rest = "\t".join(['""'] * 3 + ['"05"', '"15A"', '"15A"', '"24"', '"064"'] + ['""'] * 4 + ['"SCH"', '"SCHOOLS"'] + ['""'] * 16)
    number = 0
    with open(path, "w", encoding="cp1252", errors="replace", newline="") as out:
        out.write("\t".join(f'"{name}"' for name in HEAD) + "\r\n")
        while number < n:
            street, zip5 = chance.choice(STREETS), f"27{chance.randint(0, 399):03}"
            house = f"{chance.randint(1, 9999)}  {street}"
            precinct = f"{chance.randint(1, 60):02}-{chance.randint(1, 20):02}"
            units = [""] if chance.random() < 0.75 else [f"   # {u}   " for u in range(1, chance.randint(3, 12))]
            for unit in units:
                last = chance.choice(names.LAST)
                for _ in range(chance.choice((1, 1, 1, 2, 2, 3))):
                    number += 1
                    if number > n:
                        return
                    hidden = chance.random() < 0.01
                    line = "CONFIDENTIAL" if hidden else house + unit
                    phone = f"919{chance.randint(2000000, 9999999)}" if chance.random() < 0.42 else ""
                    cells = ("42", "WAKE", f"{number:012}", f"BN{number}", last.upper(), chance.choice(names.FIRST).upper(),
                             chance.choice("ABCDEFGHJKLM"), "", "A", "ACTIVE", "AV", "VERIFIED", line, "RALEIGH", "NC",
                             "" if hidden else zip5, "" if hidden else f"{house}{unit}".strip(), "", "", "", "RALEIGH", "NC", zip5, phone,
                             "Y" if hidden else "N", f"{chance.randint(1, 12):02}/{chance.randint(1, 28):02}/{chance.randint(1990, 2025)}",
                             chance.choice("WBAUOI"), chance.choice(("NL", "HL", "UN")), chance.choice(("DEM", "REP", "UNA", "LIB")),
                             chance.choice("FMU"), str(chance.randint(1930, 2007)), "40", "NC", "Y", precinct, f"PRECINCT {precinct}",
                             "RAL", "RALEIGH")
                    out.write("\t".join(f'"{cell}"' for cell in cells) + f'\t{rest}' + "\r\n")


class Place:
    """The folder and database of a server with one organization; the server is not running."""

    def __init__(self, cluster, redis, binary):
        self.server = harness_server.Server(cluster, cluster.new_database(binary), redis.url)
        self.slug = "bench"
        self.organization = self.server.sql("INSERT INTO organizations (name, slug) VALUES ('Bench', 'bench') RETURNING id")[0][0]

    def run(self, path, *arguments):
        """Run the import command; returns seconds, maximal resident memory in MB, and output."""
        began = time.monotonic()
        process = subprocess.Popen(
            [str(self.server.program), "import", "--organization", self.slug, *arguments, str(path)], cwd=ROOT,
            env=self.server.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        peak = [0]

        def watch():
            while process.poll() is None:
                try:
                    for line in open(f"/proc/{process.pid}/status"):
                        if line.startswith("VmHWM"):
                            peak[0] = max(peak[0], int(line.split()[1]))
                except (FileNotFoundError, ProcessLookupError):
                    pass
                time.sleep(0.1)

        watcher = threading.Thread(target=watch)
        watcher.start()
        out, error = process.communicate()
        watcher.join()
        if process.returncode != 0:
            sys.exit(f"the import failed: {error[-600:]}")
        return time.monotonic() - began, peak[0] / 1024, json.loads(out)


def wait_for_jobs(server):
    """Wait until no job is left: places of an import are computed after it."""
    while server.sql("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')")[0][0]:
        time.sleep(0.2)


def second(cluster, redis, binary, n, seed, folder):
    """Measure the same import and its undo in a first organization, and then in a second one that PostgreSQL's
    statistics do not cover yet."""
    path = folder / "second.txt"
    write_file(path, n, seed)
    server = harness_server.Server(cluster, cluster.new_database(binary), redis.url, STATEMENT_TIMEOUT=300000, CALL_TIMEOUT=300000)
    server.start()
    imports, undone, owners = [], [], []
    for _ in range(2):
        organization = harness_client.Organization(harness_client.Client(server), everybody=False)
        place = Place.__new__(Place)
        place.server, place.slug = server, organization.slug
        imports.append(place.run(path, "--profile", "nc")[0])
        wait_for_jobs(server)
        owners.append(organization.owner)
    for owner in owners:
        number = owner.ok("GET", "/v1/imports")["data"][0]["id"]
        began = time.monotonic()
        owner.ok("POST", f"/v1/imports/{number}/undo")
        while (state := owner.ok("GET", f"/v1/imports/{number}")["state"]) not in ("undone", "failed"):
            time.sleep(0.05)
        undone.append(time.monotonic() - began)
        wait_for_jobs(server)
        if state != "undone":
            sys.exit("the undo failed")
    server.remove()
    for what, (one, two) in (("import", imports), ("undo", undone)):
        print(f"  {what:6} of {n} rows: first organization {one:6.1f} s, second {two:6.1f} s, ratio {two / one:.2f} (target 1.2)", flush=True)
    return all(two <= 1.2 * one for one, two in (imports, undone))


def bare(cluster, binary, imported):
    """Load the imported columns into a new database; returns the seconds of the bare \\copy, of making the places,
    and of linking people to them."""
    database = cluster.new_database(binary)
    source, target = (psycopg2.connect(cluster.url(name, "postgres")) for name in (imported.database, database))
    with tempfile.TemporaryFile() as rows, tempfile.TemporaryFile() as keys, source.cursor() as read, target.cursor() as write:
        read.copy_expert(f"COPY (SELECT {COLUMNS} FROM voters ORDER BY id) TO STDOUT", rows)
        read.copy_expert("COPY (SELECT d.address_key, b.building_key, b.address, b.number, b.street, b.street_key FROM doors d "
                         "JOIN buildings b ON b.organization_id = d.organization_id AND b.id = d.building_id) TO STDOUT", keys)
        read.execute("SELECT organization_id, id FROM voter_sources")
        for organization, number in read.fetchall():
            write.execute("INSERT INTO organizations (id, name, slug) VALUES (%s, 'Bench', 'bench')", (organization,))
            write.execute("INSERT INTO voter_sources (organization_id, id, name, permitted_use) VALUES (%s, %s, 'a', 'b')",
                          (organization, number))
        write.execute("CREATE TABLE bench_keys (address_key text, building_key text, address text, number text, street text, "
                      "street_key text)")
        keys.seek(0)
        write.copy_expert("COPY bench_keys FROM STDIN", keys)
        write.execute("ANALYZE bench_keys")
        write.execute("SET app.bulk = 'on'")
        target.commit()
        rows.seek(0)
        times = [time.monotonic()]
        write.copy_expert(f"COPY voters ({COLUMNS}) FROM STDIN", rows)
        target.commit()
        times.append(time.monotonic())
        write.execute("SET work_mem = '96MB'; ANALYZE voters; " + PLACES)
        target.commit()
        times.append(time.monotonic())
        write.execute(LINK)
        target.commit()
        times.append(time.monotonic())
    source.close()
    target.close()
    return [b - a for a, b in zip(times, times[1:])]


def big(cluster, redis, binary, n, seed, folder):
    path = folder / "nc.txt"
    write_file(path, n, seed)
    print(f"{n} rows, {path.stat().st_size / 1e6:.0f} MB", flush=True)
    place = Place(cluster, redis, binary)
    first, peak, report = place.run(path, "--profile", "nc")
    print(f"  import        {first:6.1f} s   {report['applied']}   {peak:.0f} MB resident", flush=True)
    source = place.server.sql("SELECT max(id) FROM voter_sources")[0][0]
    again, peak2, report = place.run(path, "--profile", "nc", "--source", str(source))
    print(f"  import again  {again:6.1f} s   {report['applied']}   {peak2:.0f} MB resident", flush=True)
    unchanged = report["applied"] == {"new": 0, "changed": 0, "moved": 0, "gone": 0, "unchanged": n}
    copy, places, link = bare(cluster, binary, place.server)
    print(f"  bare \\copy    {copy:6.1f} s\n  places        {places:6.1f} s (buildings, doors, households)\n"
          f"  linking       {link:6.1f} s (household and door of each person)")
    whole = copy + places + link
    print(f"  import / bare          {first / whole:.2f}   (without linking {first / (copy + places):.2f}; target 2)")
    print(f"  again / import         {again / first:.2f}   (target 0.5)")
    print(f"  resident               {max(peak, peak2):.0f} MB (target 200)")
    place.server.remove()
    return first <= 2 * whole and again <= first / 2 and max(peak, peak2) <= 200 and unchanged


def town(cluster, redis, binary, data):
    doors, voters = data / "town-cambridge", data / "voterfiles" / "synthetic-cambridge"
    server = harness_server.Server(cluster, cluster.new_database(binary), redis.url, STATEMENT_TIMEOUT=300000, CALL_TIMEOUT=300000)
    server.start()
    organization = harness_client.Organization(harness_client.Client(server), everybody=False)
    with open(doors / "doors.csv", newline="") as file:
        points = {row["door_id"]: row for row in csv.DictReader(file)}
    features = [{"type": "Feature", "geometry": {"type": "Point", "coordinates": [float(row["lon"]), float(row["lat"])]},
                 "properties": {"address": f"{row['number']} {row['street']}", "unit": row["unit"], "city": row["city"],
                                "zip": row["zip"], "precinct": row["precinct"]}} for row in points.values()]
    for i in range(0, len(features), 4000):
        organization.owner.ok("POST", "/v1/address-points/import", timeout=300, headers={"Content-Type": "application/geo+json"},
                              data=json.dumps({"type": "FeatureCollection", "features": features[i:i + 4000]}).encode())
    place = Place.__new__(Place)
    place.server, place.slug = server, organization.slug
    seconds, peak, report = place.run(voters / "ncvoter_cambridge_full.txt.gz", "--profile", "nc")
    with gzip.open(voters / "truth_voter_door.csv.gz", "rt") as file:
        truth = {row["voter_id"]: row for row in csv.DictReader(file)}
    found = {state_id: (precinct, lat, lon, number, unit) for state_id, precinct, lat, lon, number, unit in server.sql(
        "SELECT v.state_id, v.precinct, b.latitude, b.longitude, b.number, d.unit FROM voters v "
        "JOIN doors d ON d.organization_id = v.organization_id AND d.id = v.door_id "
        "JOIN buildings b ON b.organization_id = d.organization_id AND b.id = d.building_id")}
    able = right = precinct_right = 0
    for voter, row in truth.items():
        state_id = f"ZZ{int(voter):06}"
        if row["status"] == "R" or not row["door_id"] or state_id not in found and server.sql(
                "SELECT 1 FROM voters WHERE state_id = %s AND address IS NULL", (state_id,)):
            continue
        able += 1
        point, at = points[row["door_id"]], found.get(state_id)
        same = at is not None and at[1] is not None and abs(at[1] - float(point["lat"])) < 1e-6 \
            and abs(at[2] - float(point["lon"])) < 1e-6
        right += same and (at[4] or "").lstrip("#0") == point["unit"].upper().lstrip("#0")
        precinct_right += at is not None and at[0] == row["precinct"]
    places = server.sql("SELECT (SELECT count(*) FROM doors), (SELECT count(*) FROM doors WHERE created_import_id IS NOT NULL)")[0]
    print(f"the town: {seconds:.1f} s, {report['applied']}, {peak:.0f} MB resident; {places[0]} doors, {places[1]} of them new")
    print(f"  at the door of the truth  {100 * right / able:.2f} % of {able} (target 99), precinct {100 * precinct_right / able:.2f} %")
    server.remove()
    return right >= 0.99 * able


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", required=True)
    parser.add_argument("--rows", type=int, default=1000000)
    parser.add_argument("--second", type=int, default=64637, help="rows of the import beside another organization's; 0: none")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--data", type=pathlib.Path, default=ROOT.parent / "shared" / "data")
    asked = parser.parse_args()
    cluster, redis = services.Cluster(), services.Redis()
    harness_server.binary = lambda: pathlib.Path(asked.binary).resolve()
    good = True
    try:
        with tempfile.TemporaryDirectory() as folder:
            if asked.rows > 0:
                good = big(cluster, redis, asked.binary, asked.rows, asked.seed, pathlib.Path(folder))
            if asked.second > 0:
                good = second(cluster, redis, asked.binary, asked.second, asked.seed, pathlib.Path(folder)) and good
            if asked.data.is_dir():
                good = town(cluster, redis, asked.binary, asked.data) and good
    finally:
        cluster.remove()
        redis.remove()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
