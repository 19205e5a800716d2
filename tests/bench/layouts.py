#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports a large file in the layout of each of ten states: ./dev bench layouts [--rows 1000000] [--state oh …]

    layouts.py --binary campaign-centerd [--rows N] [--state NAME …]

A file has N people, three per door, in the columns that the state publishes; no profile is named. Prints seconds,
rows per second, greatest resident memory, people with a door, doors, and values that were lost and not reported.
Exits with 1 if a file was read with another profile, a person has no door, or a value was lost."""

import argparse
import pathlib
import re
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "db" / "seed")]

from harness import services  # noqa: E402
from harness.layouts import LAYOUTS  # noqa: E402
from imports import Place  # noqa: E402

AT_A_DOOR, IN_A_ZIP = 3, 9000
# For each state the columns that the made-up rows vary: voter id, house number (alone or before the
# street), ZIP code.
VARIED = {
    "oh": ("SOS_VOTERID", ["RESIDENTIAL_ADDRESS1"], "RESIDENTIAL_ZIP"),
    "wa": ("StateVoterID", ["RegStNum"], "RegZipCode"),
    "co": ("VOTER_ID", ["HOUSE_NUM", "RESIDENTIAL_ADDRESS"], "RESIDENTIAL_ZIP_CODE"),
    "pa": ("id_number", ["house_number"], "zip"),
    "ut": ("Voter ID", ["House Number"], "Zip"),
    "ny": ("sboeid", ["raddnumber"], "rzip5"),
    "ga": ("Voter Registration Number", ["Residence Street Number"], "Residence Zipcode"),
    "mi": ("VOTER_IDENTIFICATION_NUMBER", ["STREET_NUMBER"], "ZIP_CODE"),
    "tx": ("VUID", ["Perm House Number"], "Perm Zipcode"),
    "va": ("IDENTIFICATION_NUMBER", ["HOUSE_NUMBER", "ADDRESS_LINE_1"], "ZIP"),
}


def people(state, n):
    person = LAYOUTS[state].person
    number, houses, zip5 = VARIED[state]
    digits = re.search(r"\d{1,9}", person[number])
    for i in range(n):
        door = i // AT_A_DOOR
        made = {**person, number: f"{person[number][:digits.start()]}{i + 1:09}", zip5: str(int(person[zip5]) + door // IN_A_ZIP)}
        for column in houses:
            made[column] = re.sub(r"^\d+", str(1 + door % IN_A_ZIP), person[column])
        yield made


def imported(cluster, redis, binary, state, n, folder):
    path = folder / f"{state}.txt"
    with open(path, "w", encoding="utf-8", newline="") as out:
        LAYOUTS[state].write(out, people(state, n))
    place = Place(cluster, redis, binary)
    seconds, peak, report = place.run(path)
    path.unlink()
    at_a_door, doors = place.server.sql("SELECT count(*) FILTER (WHERE door_id IS NOT NULL), count(DISTINCT door_id) FROM voters")[0]
    profile = place.server.sql("SELECT format ->> 'profile' FROM imports")[0][0]
    named = {each["column"] for each in report["problems"] if each["code"] == "ignored_column"}
    lost = sum(each["lost"] for each in report["columns"] if each["name"] not in named)
    place.server.remove()
    right = (profile, report["applied"]["new"], at_a_door, doors, lost) == (state, n, n, -(-n // AT_A_DOOR), 0)
    print(f"  {state}  {seconds:7.1f} s  {n / seconds:7.0f} rows a second  {peak:4.0f} MB  profile {profile}, {report['applied']['new']} new, "
          f"{at_a_door} at a door, {doors} doors, {lost} values lost without a word{'' if right else '  WRONG'}", flush=True)
    return right


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--state", action="append", choices=list(VARIED))
    options = parser.parse_args()
    cluster, redis = services.Cluster(), services.Redis()
    try:
        with tempfile.TemporaryDirectory(prefix="cc-layouts-") as folder:
            right = [imported(cluster, redis, pathlib.Path(options.binary), state, options.rows, pathlib.Path(folder))
                     for state in options.state or VARIED]
    finally:
        redis.remove()
        cluster.remove()
    return 0 if all(right) else 1


if __name__ == "__main__":
    sys.exit(main())
