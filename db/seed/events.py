# SPDX-License-Identifier: GPL-3.0-or-later
"""Events as a local campaign has them: every kind, place and state, with realistic texts."""

import datetime
import re
import unicodedata

# The event of tonight, with attendees to check in.
TONIGHT = "Town Hall with the Candidate"
CROWD_HOUR = 16

# (title, kind, location, day, hour, minutes, capacity, short description, description)
# day: relative to the base date. {street}, {number} are filled with an address of the town.
DEMO = [
    ("Saturday Canvass: {street}", "canvass", "in_person", 3, 10, 180, 40,
     "Knock on doors with us. First-timers welcome, we go in pairs.",
     "We meet at the corner at **ten**, practise the opening lines for fifteen minutes, then walk in pairs.\n\n"
     "Bring: a charged phone, comfortable shoes, water. We bring clipboards, maps and snacks.\n\n"
     "Back by one o'clock to hand in lists and tell each other how it went."),
    ("Sunday Afternoon Doors", "canvass", "in_person", 4, 13, 180, 30,
     "Short turfs close together: good for a first walk.", "Every turf has at most 45 doors and no hills. Kids are welcome."),
    ("Evening Canvass", "canvass", "in_person", -2, 17, 120, 20, "Catch people when they come home.",
     "We stop at sunset, whatever is left on the list."),
    ("Phone Bank from Home", "phone_bank", "virtual", 1, 18, 120, None,
     "Call neighbours from your kitchen table.",
     "You need a laptop and a phone. We train on the call at 6:00 and dial from 6:20. Stay as long as you like."),
    ("Thursday Phone Bank at {street}", "phone_bank", "hybrid", 5, 17, 150, 25,
     "Pizza at the office, or join on the video call.", "Ring bell 2. The lift does not work; write to us if stairs are a problem."),
    ("Noche de llamadas en español", "phone_bank", "virtual", 8, 18, 90, None,
     "Llame a votantes que prefieren hablar español.", "¡Anímese! Le damos el guión y practicamos juntos antes de empezar."),
    ("Text Bank: Early Voting Reminders", "text_bank", "virtual", 2, 12, 60, 100,
     "Send reminders on your lunch break.", "One hour, about 400 texts each. We answer every reply: that is the part that matters."),
    ("Text Bank: Weekend Volunteers", "text_bank", "virtual", -5, 19, 60, None, "Fill the weekend's shifts.", None),
    ("Rally on the Green", "rally", "in_person", 12, 12, 150, 2000,
     "Music, three short speeches, and sign-up tables.",
     "The whole slate will be there. ASL interpretation at the left of the stage; step-free way in from {street}.\n\n"
     "Rain or shine. **No poles on signs**, the park service insists."),
    ("Get Out the Vote Rally", "rally", "in_person", 30, 17, 120, 800, "One last time before election day.",
     "Bring one friend who has not voted yet. Shuttle to the early voting site every twenty minutes."),
    ("Backyard Fundraiser with the Okafors", "fundraiser", "in_person", 9, 18, 180, 60,
     "Jollof, lemonade and the candidate.", "Suggested gift $25, nobody is turned away. Parking on the odd side only."),
    ("Trivia Night Fundraiser", "fundraiser", "in_person", 16, 19, 180, 80, "Teams of six; the mayor asks the questions.",
     "Tables are $60. Prizes are, as ever, ridiculous."),
    ("Online Fundraiser: 100 Days", "fundraiser", "virtual", -14, 20, 60, None, "An hour with the candidate and the organizers.", None),
    ("New Volunteer Training", "training", "hybrid", 2, 18, 90, 35, "Everything you need for your first shift.",
     "What we say at a door, what we never promise, how the app works, how we stay safe."),
    ("Training: Walking with the App", "training", "in_person", 6, 11, 60, 12, "Bring your phone; we set it up together.",
     "Works without a signal. We will prove it in the basement."),
    ("Training: Hard Conversations", "training", "virtual", -9, 19, 90, 50, "Listening first. Practice in small groups.", None),
    ("Poll Watcher Training", "training", "hybrid", 20, 18, 120, 60, "Needed once, good for both elections.",
     "County rules say that you must live in the county. Bring an ID with your address."),
    ("Weekly Organizers' Meeting", "meeting", "hybrid", 0, 19, 60, 40, "Numbers, turfs, shifts, worries.", "Agenda in the folder. Ends on time."),
    ("Weekly Organizers' Meeting", "meeting", "hybrid", -7, 19, 60, 40, "Numbers, turfs, shifts, worries.", None),
    ("Weekly Organizers' Meeting", "meeting", "hybrid", 7, 19, 60, 40, "Numbers, turfs, shifts, worries.", None),
    ("Tenants' Meeting at {number} {street}", "meeting", "in_person", 10, 18, 90, 50, "Heat, locks, and who to call.",
     "Interpretation into Spanish and Haitian Creole. Childcare next door."),
    ("Precinct Captains’ Breakfast", "meeting", "in_person", 11, 8, 90, 33, "Eggs and walk lists.", "One captain per precinct, 33 precincts, 33 chairs."),
    ("River Clean-up", "community", "in_person", 13, 9, 180, 75, "Gloves and bags are there. Boots are not.",
     "We take out about a ton each time. No party signs at this one: we are neighbours first."),
    ("Block Party on {street}", "community", "in_person", 17, 14, 240, 300, "Grill, chalk, a bouncy castle, voter registration.",
     "The street is closed between the two crossings from noon. Bring a dish: A–M savoury, N–Z sweet."),
    ("Free Rides to the Food Pantry", "community", "in_person", 5, 9, 180, 16, "Drivers and riders, please both sign up.", None),
    ("Voter Registration at the Farmers' Market", "community", "in_person", 3, 8, 240, 10, "Two people an hour at our table.",
     "Deadline is close. We have forms in five languages: English, Español, 中文, Kreyòl ayisyen, العربية."),
    ("Repair Café ☕🔧", "community", "in_person", 18, 13, 180, 45, "Bring a broken thing, leave with a working one. Perhaps.", None),
    ("Postcards to Voters", "other", "in_person", 1, 14, 120, 24, "Good pens provided.", "400 cards on the table. Nice handwriting not required."),
    ("Yard Sign Pick-up", "other", "in_person", 4, 9, 360, None, "Drive up, we load.", "One per house, two on corners."),
    ("Debate Watch Party", "other", "hybrid", 14, 20, 150, 90, "Bingo cards at the door.", None),
    ("Office Move: Many Hands", "other", "in_person", -20, 9, 240, 15, "Boxes, mostly light.", "Thank you to the eleven who came."),
    ("Canvass Kick-off with Breakfast", "canvass", "in_person", -11, 9, 240, 80, "The first big walk of the year.", "312 doors, 141 talks, 27 new volunteers."),
    ("Literature Drop: {street} and around", "canvass", "in_person", 15, 10, 120, 25, "No talking needed: leaflets only.", "Never in the letter box: federal law. At the handle or under the mat."),
    ("Election Day Canvass, Morning", "canvass", "in_person", 33, 7, 300, 120, "The last list, the shortest doors.", "Launch every hour on the hour."),
    ("Election Day Canvass, Afternoon", "canvass", "in_person", 33, 14, 360, 120, "Until the polls close at nine.", "If you are in line by nine, you vote."),
    ("Election Night", "other", "in_person", 33, 20, 240, 250, "Together, whatever comes.", "Cash bar, big screen, quiet room."),
    ("Candidate Coffee Hour", "meeting", "in_person", 6, 15, 60, 18, "Ask anything.", None),
    ("Data Night for Nerds", "training", "virtual", 9, 20, 90, 20, "Turf, rates, and why the map lies.", "Bring questions; we bring queries."),
    ("Youth Council", "meeting", "hybrid", 12, 16, 90, 30, "Under 25? You run this one.", "Snacks. Real decisions."),
    ("Volunteer Thank-you Picnic", "community", "in_person", 40, 12, 240, 150, "You did this.", "Bring nothing. Sit down."),
    (TONIGHT, "meeting", "in_person", 0, 18, 180, 450, "Your questions, two hours, no slides.",
     "Doors open at half past five. We check everybody in at the door: give your name, that is all.\n\n"
     "Questions go on cards; children's questions come first."),
]

# Titles of events in organizations made for size (benches).
PLAIN = ["Canvass on {street}", "Phone Bank", "Neighbourhood Meeting at {street}", "Volunteer Training",
         "Text Bank", "House Party on {street}", "Street Rally", "Postcards and Pizza"]
PLAIN_KIND = ["canvass", "phone_bank", "meeting", "training", "text_bank", "fundraiser", "rally", "other"]

COLUMNS = ["organization", "title", "slug", "kind", "description", "short_description", "start_time", "end_time",
           "timezone", "location_type", "address_line_1", "address_line_2", "city", "state", "zip", "country",
           "latitude", "longitude", "virtual_link", "virtual_platform", "capacity", "waitlist_enabled",
           "registration_deadline", "requires_approval", "is_published", "is_featured", "visibility",
           "contact_email", "contact_phone", "cancelled_at"]


def slug(text):
    """a-z 0-9 and single inner hyphens, like slugify() of the database."""
    plain = re.sub("[\u0300-\u036f'’]", "", unicodedata.normalize("NFKD", text).lower())
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].strip("-")


def place(location, address):
    """The eight columns of the place."""
    if location == "virtual":
        return (None, None, None, None, None, "US", None, None)
    _, number, street, unit, city, state, zip_code, _, latitude, longitude = address
    return (f"{number} {street}", unit or None, city, state, zip_code, "US", latitude, longitude)


def times(base, day, hour, minutes):
    """Start and end: the base date's local hour with New York's zone, which PostgreSQL converts."""
    start = datetime.datetime.combine(base, datetime.time(hour)) + datetime.timedelta(days=day)
    end = start + datetime.timedelta(minutes=minutes)
    return f"{start} America/New_York", f"{end} America/New_York", start


def link(location, index):
    if location == "in_person":
        return (None, None)
    return (f"https://meet.example.org/riverside-{index}", "Jitsi" if index % 3 else "Zoom")


def demo_row(index, organization, base, addresses):
    """Event `index` of the demo organization: the listed events, then the same ones in later weeks."""
    title, kind, location, day, hour, minutes, capacity, short, text = DEMO[index % len(DEMO)]
    week = index // len(DEMO)
    address = addresses[index % len(addresses)]
    fill = {"street": address[2], "number": address[1]}
    title = title.format(**fill)
    start, end, when = times(base, day + 7 * week, hour, minutes)
    deadline = f"{when - datetime.timedelta(hours=12)} America/New_York" if kind == "training" else None
    draft = index % 11 == 10
    visibility = "private" if kind == "meeting" and index % 2 else "unlisted" if index % 13 == 12 else "public"
    cancelled = f"{when - datetime.timedelta(days=1)} America/New_York" if index % 29 == 24 else None
    name = slug(f"{title} {when:%b %d}") if "Weekly" in title or week else slug(title)
    return (organization, title, f"{name}-{index}" if week else name, kind,
            text.format(**fill) if text else None, short, start, end, "America/New_York", location,
            *place(location, address), *link(location, index), capacity, capacity is not None and index % 2 == 0,
            deadline, kind == "fundraiser", not draft, index in (0, 8), visibility,
            "field@demo.test", "+18455550142", cancelled)


def crowd_row(base, addresses):
    """The demo organization's large event: a door list longer than any screen."""
    start, end, _ = times(base, 0, CROWD_HOUR, 360)
    return (0, "County Convention", "county-convention", "rally", "Every precinct, every club, one hall.",
            "The door list is as long as it gets.", start, end, "America/New_York", "in_person",
            *place("in_person", addresses[0]), None, None, None, False, None, False, True, False, "public", None, None, None)


def plain_row(index, organization, base, addresses):
    """Event `index` of an organization made for size."""
    which = index % len(PLAIN)
    address = addresses[(index * 7) % len(addresses)]
    location = "virtual" if PLAIN_KIND[which] in ("phone_bank", "text_bank") else "in_person"
    title = PLAIN[which].format(street=address[2])
    start, end, _ = times(base, index % 97 - 20, 8 + index % 12, 60 + 30 * (index % 4))
    return (organization, title, f"{slug(title)}-{index}", PLAIN_KIND[which],
            f"Meet at {address[1]} {address[2]}. Bring water and a charged phone; we bring the rest. "
            f"This is shift {index % 6 + 1} of six, so come back for another.",
            "Neighbours talking to neighbours.", start, end, "America/New_York", location,
            *place(location, address), *link(location, index), 20 + index % 80, index % 3 == 0, None, False,
            index % 20 != 19, index % 50 == 0, "unlisted" if index % 40 == 13 else "public",
            None, None, None)
