# SPDX-License-Identifier: GPL-3.0-or-later
"""Attendees of the demo's events: difficult names beside common ones, families who share a last name, people without
an address, and every status that the event's day allows."""

import datetime
import random

import events
import names

TONIGHT = 340  # attendees of tonight's event
OTHERS = 1660  # attendees of all other events together
NOTES = ["Needs a chair by the door.", "Vegetarian.", "Brings the projector.", "First time!", "ASL, front row please.",
         "Parla italiano, poco inglés.", "Can drive people home.", "Allergic to nuts; has a pen."]
SOURCES = ["direct"] * 5 + ["share"] * 3 + ["email"] * 2 + ["embed"]

COLUMNS = ["organization", "slug", "email", "first_name", "last_name", "phone", "status", "guest_count", "notes",
           "source", "registered_at", "checked_in_at", "checked_in_by", "cancelled_at"]


def status_of(choose, past, waitlist):
    luck = choose()
    if past:
        return "attended" if luck < 0.72 else "no_show" if luck < 0.93 else "cancelled"
    return "cancelled" if luck < 0.05 else "waitlisted" if waitlist and luck < 0.11 else "registered"


def rows(seed, organization, slug, start, base, count, waitlist):
    """`count` attendees of one event. `start` is its local time."""
    generator = random.Random(f"{seed}/attendees/{slug}")
    choose, pick = generator.random, generator.choice
    past = start.date() < base
    last = None
    for number in range(1, count + 1):
        first = pick(names.HARD_FIRST) if choose() < 0.03 else pick(names.FIRST)
        if last is None or choose() > 0.15:  # some come as a family
            last = pick(names.HARD_LAST) if choose() < 0.05 else pick(names.LAST)
        plain = first.lower() if first.isascii() and first.isalpha() else "guest"
        email = f"{plain}.{number}@example.org" if choose() < 0.93 else None
        phone = f"+1845555{generator.randrange(10000):04d}" if choose() < 0.6 else None
        status = status_of(choose, past, waitlist)
        registered = start - datetime.timedelta(days=2 + 19 * choose(), minutes=generator.randrange(600))
        arrived = start + datetime.timedelta(minutes=generator.randrange(-20, 45), seconds=generator.randrange(60))
        yield (organization, slug, email, first, last, phone, status,
               pick((0, 0, 0, 0, 1, 1, 2, 3)), pick(NOTES) if choose() < 0.06 else None, pick(SOURCES),
               zoned(registered), zoned(arrived) if status == "attended" else None,
               "Mai Nguyễn" if status == "attended" else None,
               zoned(start - datetime.timedelta(hours=30)) if status == "cancelled" else None)


def zoned(moment):
    return f"{moment:%Y-%m-%d %H:%M:%S} America/New_York"


def shares(capacities):
    """Distribute OTHERS unevenly without exceeding an event's capacity; the rest goes to events with free places."""
    weights = [3 + 17 * (index % 5) for index in range(len(capacities))]
    given = [min(capacity or OTHERS, OTHERS * weight // sum(weights)) for weight, capacity in zip(weights, capacities)]
    largest = max(range(len(given)), key=lambda index: capacities[index] or 0)
    given[largest] += OTHERS - sum(given)
    return given


def demo(seed, base, listed):
    """Distribute attendees over the demo's events: tonight's event gets its share, drafts none, the others the rest."""
    column = events.COLUMNS.index
    public = [row for row in listed if row[column("is_published")]]
    tonight = next(row for row in public if row[column("title")] == events.TONIGHT)
    others = [row for row in public if row is not tonight]
    given = shares([row[column("capacity")] for row in others])
    for row, count in [(tonight, TONIGHT), *zip(others, given)]:
        start = datetime.datetime.fromisoformat(row[column("start_time")].removesuffix(" America/New_York"))
        yield from rows(seed, row[0], row[column("slug")], start, base, count, row[column("waitlist_enabled")])


def crowd(seed, base, row, count):
    """Attendees of the event that is used for large door lists."""
    start = datetime.datetime.combine(base, datetime.time(events.CROWD_HOUR))
    yield from rows(seed, row[0], row[events.COLUMNS.index("slug")], start, base, count, False)
