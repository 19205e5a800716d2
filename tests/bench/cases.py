# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests that are compared with their bare statements, and the pgbench script for each statement."""

import re

import database


class Case:
    """`ratio` and `cpu` are targets: minimal HTTP rate / bare rate, maximal microseconds of the server per request."""

    def __init__(self, name, query, what, ratio=None, cpu=None, writes=False):
        self.name, self.query, self.what = name, query, what
        self.ratio, self.cpu, self.writes = ratio, cpu, writes
        self.http, self.plain = [], []


def all_cases():
    return [
        Case("public", "public_event_get", "(a) public event by id", ratio=0.35),
        Case("member", "event_get", "(b) event by id: session, limit, RLS", ratio=0.22, cpu=75),
        Case("list", "event_list", "(c) list of 50", ratio=0.45, cpu=200),
        Case("create", "event_create", "(d) create event", ratio=0.50, writes=True),
        Case("check-in", "attendee_check_in", "(e) check-in", ratio=0.50, writes=True),
        Case("door", "attendee_list", "(f) 500 of a door list of 10,000"),
        Case("contact", "contact_add", "(g) contact at a door of a turf", ratio=0.50, writes=True),
        Case("create-keyed", "event_create", "(-) create event with Idempotency-Key", writes=True),
    ]


def variables_of(case, options):
    """Lines of a pgbench script that set the case's variables."""
    per, organizations = options.events // options.organizations, options.organizations
    lines = [f"\\set organization_id random(1, {organizations})"]
    if case.name == "public":
        lines.append(f"\\set i random(0, {per // 20 - 1}) * 20 + random(1, 19)")
    elif case.name == "check-in":
        lines += [f"\\set i random(1, {database.attendees(organizations)})", "\\set event_id :organization_id",
                  f"\\set attendee_id (:i - 1) * {organizations} + :organization_id"]
    elif case.name == "contact":
        lines.append(f"\\set door_id (random(1, {database.doors(organizations)}) - 1) * {organizations} + :organization_id")
    elif case.name == "door":
        lines += ["\\set organization_id 1", f"\\set event_id {organizations + 1}"]
    elif case.name == "member":
        lines.append(f"\\set i random(1, {per})")
    else:
        lines.append("\\set unique random(1, 1000000000000000)")
    if case.query in ("public_event_get", "event_get"):
        lines.append(f"\\set event_id (:i - 1) * {organizations} + :organization_id")
    return lines + ["\\set user_id :organization_id", f"\\set limit {501 if case.name == 'door' else 51}"]


def script_of(case, text, names, options):
    """Return a pgbench script: the statement with its parameters as variables. pgbench reads an unset variable as
    NULL. pgbench has no text functions, so the statement itself makes titles unique."""
    if case.name == "contact":
        text = re.sub(r"\$%d\b::jsonb" % (names.index("body") + 1), database.CONTACT, text)
    text = re.sub(r"\$(\d+)", lambda found: ":" + names[int(found.group(1)) - 1], text)
    text = text.replace(":client_id::uuid", "gen_random_uuid()")
    text = text.replace(":body::jsonb", f"replace(:body::text, '{database.UNIQUE}', :unique::text)::jsonb")
    return "\n".join(variables_of(case, options)) + "\n" + text.strip().rstrip(";") + ";\n"
