#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fills a migrated database with the demo organization, or with as many rows as a bench needs.

    demo.py --url URL --binary campaign-centerd          the demo of ./dev up
    demo.py … --organizations 200 --events 200000        the demo and 200 more organizations with events
    demo.py … --crowd 10000                              one more event today with that many attendees
    demo.py --csv FOLDER --people 1000000                streets.csv, doors.csv, people.csv only

The same seed and base date make the same rows. URL is the owner's; it is under row-level security too,
so rows go into temporary tables first and from there into each organization in turn."""

import argparse
import csv
import datetime
import pathlib
import subprocess
import sys

import attendees
import events
import town

PASSWORD = "walk every street together"

# (email, first name, last name)
PEOPLE = [
    ("owner@demo.test", "Ruth", "Okafor"),
    ("admin@demo.test", "José", "Núñez-Smith"),
    ("field@demo.test", "Mai", "Nguyễn"),
    ("chair@tenants.test", "Dolores", "O’Sullivan"),
    ("desk@library.test", "Wei", "Zhang"),
    ("many@size.test", "Sam", "Many"),
]

# (name, slug, description, members as (email, role, permissions))
ORGANIZATIONS = [
    ("Riverside for All", "riverside",
     "Neighbours who want homes, buses and a clean river. We knock on every door, twice.",
     [("owner@demo.test", "owner", "{}"), ("admin@demo.test", "admin", "{}"),
      ("field@demo.test", "member", '{"check_in": true}')]),
    ("Canal Street Tenants Union", "canal-street-tenants",
     "Heat in winter, locks that lock, rent that stays.",
     [("chair@tenants.test", "owner", "{}"), ("field@demo.test", "member", '{"manage_events": true}')]),
    ("Friends of the Riverside Library", "library-friends", "Open on Sundays again.",
     [("desk@library.test", "owner", "{}")]),
]
SMALL_EVENTS = 6  # of each organization but the first

SCHEMA = """
\\set ON_ERROR_STOP on
\\set QUIET on
BEGIN;
SET LOCAL app.bulk = 'on';
SET LOCAL app.actor = 'seed';
SET LOCAL statement_timeout = 0;
SET LOCAL client_min_messages = 'warning';
CREATE TEMP TABLE load_users (email text, first_name text, last_name text, password_hash text) ON COMMIT DROP;
CREATE TEMP TABLE load_organizations (organization bigint PRIMARY KEY, name text, slug text, description text,
  id bigint) ON COMMIT DROP;
CREATE TEMP TABLE load_members (organization bigint, email text, role text, permissions jsonb) ON COMMIT DROP;
CREATE TEMP TABLE load_events ON COMMIT DROP AS
  SELECT NULL::bigint AS organization, {columns} FROM events LIMIT 0;
CREATE TEMP TABLE load_attendees ON COMMIT DROP AS
  SELECT NULL::bigint AS organization, NULL::text AS slug, {attendee_columns} FROM event_attendees LIMIT 0;
"""

LOAD = """
CREATE INDEX ON load_events (organization);
ANALYZE load_events;
INSERT INTO users (email, first_name, last_name, password_hash, email_verified_at)
  SELECT email, first_name, last_name, password_hash, now() FROM load_users ORDER BY ctid
  ON CONFLICT (email) DO NOTHING;
DO $$
DECLARE
  one record;
  made bigint;
  host bigint;
BEGIN
  FOR one IN SELECT * FROM load_organizations ORDER BY organization LOOP
    made := nextval(pg_get_serial_sequence('organizations', 'id'));
    PERFORM set_config('app.organization_id', made::text, true);
    INSERT INTO organizations (id, name, slug, description, website_url)
      VALUES (made, one.name, one.slug, one.description, 'https://' || one.slug || '.example.org');
    INSERT INTO organization_members (organization_id, user_id, role, permissions)
      SELECT made, u.id, m.role, m.permissions FROM load_members m JOIN users u USING (email)
      WHERE m.organization = one.organization;
    SELECT u.id INTO host FROM load_members m JOIN users u USING (email)
      WHERE m.organization = one.organization AND m.role = 'owner' LIMIT 1;
    INSERT INTO events (organization_id, created_by, published_at, {columns})
      SELECT made, host, CASE WHEN is_published THEN now() END, {columns}
      FROM load_events WHERE organization = one.organization ORDER BY ctid;
    PERFORM record_bulk('event', 'insert', (SELECT count(*) FROM load_events
                                            WHERE organization = one.organization));
    IF EXISTS (SELECT FROM load_attendees l WHERE l.organization = one.organization) THEN
      INSERT INTO event_attendees (organization_id, event_id, checked_in_actor, {attendee_columns})
        SELECT made, e.id, CASE WHEN l.status = 'attended' THEN 'seed' END, {attendee_columns l}
        FROM load_attendees l JOIN events e ON e.organization_id = made AND e.slug = l.slug
        WHERE l.organization = one.organization ORDER BY l.ctid;
      PERFORM count_attendees(made, e.id) FROM events e WHERE e.organization_id = made;
      PERFORM record_bulk('attendee', 'insert', (SELECT count(*) FROM load_attendees l
                                                 WHERE l.organization = one.organization));
    END IF;
  END LOOP;
END
$$;
COMMIT;
ANALYZE users, organizations, organization_members, events, event_attendees;
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", help="connection of the role campaign_owner")
    parser.add_argument("--binary", help="campaign-centerd, which hashes the demo's password")
    parser.add_argument("--psql", default="psql")
    parser.add_argument("--csv", type=pathlib.Path, help="write streets.csv, doors.csv, people.csv into this folder")
    parser.add_argument("--streets", type=int, default=0, help="0: as many as the people need")
    parser.add_argument("--people", type=int, default=6000)
    parser.add_argument("--events", type=int, default=0,
                        help="all events together; 0: the demo's and a few of the small organizations")
    parser.add_argument("--organizations", type=int, default=0,
                        help="organizations made for size, besides the three of the demo")
    parser.add_argument("--crowd", type=int, default=0, help="attendees of one more event of the demo organization")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--base-date", type=datetime.date.fromisoformat, default=datetime.date.today(),
                        help="the day that the events lie around: YYYY-MM-DD, today when left out")
    chosen = parser.parse_args()
    if not chosen.url and not chosen.csv:
        parser.error("--url or --csv is needed")
    if chosen.url and not chosen.binary:
        parser.error("--url needs --binary")
    chosen.streets = chosen.streets or max(24, chosen.people // 500)
    return chosen


def escaped(value):
    """A value as COPY's text format has it."""
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    text = str(value)
    if "\\" in text or "\n" in text or "\t" in text or "\r" in text:
        text = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return text


def copy(out, table, rows):
    """Stream rows into a table by COPY inside the script that psql reads."""
    out.write(f"COPY {table} FROM STDIN;\n")
    for row in rows:
        out.write("\t".join(map(escaped, row)))
        out.write("\n")
    out.write("\\.\n")


def password_hash(binary):
    result = subprocess.run([binary, "hash-password"], input=PASSWORD + "\n", capture_output=True, text=True)
    if result.returncode != 0 or not result.stdout.startswith("$argon2id$"):
        sys.exit(f"{binary} hash-password failed: {result.stderr.strip()}")
    return result.stdout.strip()


def organization_rows(extra):
    for number, (name, slug, description, _) in enumerate(ORGANIZATIONS):
        yield number, name, slug, description, None
    for number in range(extra):
        name = f"Neighbours of {town.street_name(number)}"
        yield (len(ORGANIZATIONS) + number, name, f"{events.slug(name)}-{number}",
               "An organization made for size.", None)


def member_rows(extra):
    for number, (_, _, _, members) in enumerate(ORGANIZATIONS):
        for email, role, permissions in members:
            yield number, email, role, permissions
    for number in range(extra):
        yield len(ORGANIZATIONS) + number, "many@size.test", "owner", "{}"


def event_rows(options, addresses):
    """The demo's own events, a few for each small organization, the rest for organizations made for size."""
    base = options.base_date
    small = SMALL_EVENTS * (len(ORGANIZATIONS) - 1)
    rest = max(0, options.events - len(events.DEMO) - small)
    own = len(events.DEMO) + (rest if options.organizations == 0 else 0)
    for index in range(own):
        yield events.demo_row(index, 0, base, addresses)
    if options.crowd:
        yield events.crowd_row(base, addresses)
    for number in range(1, len(ORGANIZATIONS)):
        for index in range(SMALL_EVENTS):
            yield events.plain_row(index, number, base, addresses)
    if options.organizations:
        for index in range(rest):
            number = len(ORGANIZATIONS) + index % options.organizations
            yield events.plain_row(index // options.organizations, number, base, addresses)


def attendee_rows(options, addresses):
    base = options.base_date
    listed = [events.demo_row(index, 0, base, addresses) for index in range(len(events.DEMO))]
    yield from attendees.demo(options.seed, base, listed)
    if options.crowd:
        yield from attendees.crowd(options.seed, base, events.crowd_row(base, addresses), options.crowd)


def write_csv(folder, made):
    folder.mkdir(parents=True, exist_ok=True)
    columns = {"street": ("streets.csv", town.STREET_COLUMNS), "door": ("doors.csv", town.DOOR_COLUMNS),
               "person": ("people.csv", town.PERSON_COLUMNS)}
    files = {kind: open(folder / name, "w", newline="", encoding="utf-8") for kind, (name, _) in columns.items()}
    writers = {kind: csv.writer(file, lineterminator="\n") for kind, file in files.items()}
    for kind, (_, header) in columns.items():
        writers[kind].writerow(header)
    for kind, row in made.rows():
        writers[kind].writerow(row)
    for file in files.values():
        file.close()


def filled(text):
    """The columns of the two lists, in the order of their rows."""
    given = attendees.COLUMNS[2:]
    return (text.replace("{columns}", ", ".join(events.COLUMNS[1:]))
            .replace("{attendee_columns}", ", ".join(given))
            .replace("{attendee_columns l}", ", ".join(f"l.{name}" for name in given)))


def load(options, made):
    addresses = list(made.addresses(60))
    hashes = {email: password_hash(options.binary) for email, _, _ in PEOPLE}
    process = subprocess.Popen([options.psql, "-X", "-q", "-d", options.url, "-f", "-"],
                               stdin=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        with process.stdin as out:
            out.write(filled(SCHEMA))
            copy(out, "load_users", ((*person, hashes[person[0]]) for person in PEOPLE))
            copy(out, "load_organizations", organization_rows(options.organizations))
            copy(out, "load_members", member_rows(options.organizations))
            copy(out, "load_events", event_rows(options, addresses))
            copy(out, "load_attendees", attendee_rows(options, addresses))
            out.write(filled(LOAD))
    except BrokenPipeError:
        pass  # psql ended; its exit code and message give the reason
    if process.wait() != 0:
        sys.exit("the database refused the demo (see above)")


def main():
    options = arguments()
    made = town.Town(options.seed, options.streets, options.people, options.base_date.year)
    if options.csv:
        write_csv(options.csv, made)
    if options.url:
        load(options, made)


if __name__ == "__main__":
    main()
