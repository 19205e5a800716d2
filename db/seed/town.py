# SPDX-License-Identifier: GPL-3.0-or-later
"""An invented town: streets on a slightly crooked grid, doors along them, people behind the doors.

Everything is generated street by street with a random generator per street, so a town of a million people needs
only the memory of one street, and the same seed always makes the same town."""

import math
import random

import names

CITY, STATE, ZIP = "Riverside", "NY", "12999"
LATITUDE, LONGITUDE = 41.9272, -73.9974
METRE_NORTH = 1 / 111_320
METRE_EAST = 1 / (111_320 * math.cos(math.radians(LATITUDE)))
BLOCK = 110  # metres along a street between crossings
SPACING = 85  # metres between neighbouring streets

STREET_COLUMNS = ["street_id", "name", "from_latitude", "from_longitude", "to_latitude", "to_longitude"]
DOOR_COLUMNS = ["door_id", "street_id", "house_number", "street", "unit", "city", "state", "zip", "side",
                "latitude", "longitude"]
PERSON_COLUMNS = ["person_id", "door_id", "first_name", "middle_name", "last_name", "suffix", "birth_date",
                  "email", "phone", "language", "party", "registered_on"]


def street_name(number):
    """The name of street 0, 1, 2 …: difficult names are mixed in, and no name occurs twice."""
    if number % 23 == 7 and number // 23 < len(names.STREET_HARD):
        return names.STREET_HARD[number // 23]
    base = names.STREET[number % len(names.STREET)]
    turn = number // len(names.STREET)
    kind = names.STREET_KIND[(turn + number * 7) % len(names.STREET_KIND)]
    turn //= len(names.STREET_KIND)
    quarter = ["", "North ", "South ", "East ", "West ", "Old ", "New ", "Upper ", "Lower "]
    name = f"{quarter[turn % len(quarter)]}{base} {kind}"
    rest = turn // len(quarter)
    return f"{name} {rest + 1}" if rest else name


class Street:
    """One street: its position and the generator of its doors."""

    def __init__(self, seed, number, blocks):
        self.id = number + 1
        self.name = street_name(number)
        self.blocks = blocks
        self.random = random.Random(f"{seed}/street/{number}")
        self.east_west = number % 2 == 0
        column = (number // 2) % 40 - 20
        row = number // 80
        crooked = self.random.uniform(-0.06, 0.06)
        angle = (0.0 if self.east_west else math.pi / 2) + crooked
        self.step = (math.cos(angle), math.sin(angle))
        along, across = row * BLOCK * 14.0, column * SPACING
        self.start = (along, across) if self.east_west else (across, along)

    def point(self, metres, side=0.0):
        """Latitude and longitude of a position along the street, `side` metres to the left of it."""
        east = self.start[0] + self.step[0] * metres - self.step[1] * side
        north = self.start[1] + self.step[1] * metres + self.step[0] * side
        return (round(LATITUDE + north * METRE_NORTH, 7), round(LONGITUDE + east * METRE_EAST, 7))

    def row(self):
        return (self.id, self.name, *self.point(0), *self.point(self.blocks * BLOCK))

    def houses(self):
        """(house number, side, latitude, longitude, number of doors): odd numbers on the left, even ones on the
        right."""
        choose = self.random.random
        for block in range(self.blocks):
            for side in (1, 0):
                number = block * 100 + (1 if side else 2) + 2 * self.random.randrange(3)
                metres = 8.0
                while metres < BLOCK - 6:
                    latitude, longitude = self.point(block * BLOCK + metres, 12 if side else -12)
                    luck = choose()
                    yield (self.spelled(number, luck), "L" if side else "R", latitude, longitude,
                           self.doors_of_house(choose()))
                    if luck < 0.015:
                        yield (f"{number} 1/2", "L" if side else "R", latitude, longitude, 1)
                    number += 2 * self.random.choice((1, 2, 2, 2, 3, 4))
                    metres += self.random.uniform(11, 24)

    @staticmethod
    def spelled(number, luck):
        """House numbers are not always integers."""
        if luck < 0.97:
            return str(number)
        if luck < 0.978:
            return f"{number}-{number + 2}"
        if luck < 0.985:
            return f"{number}R"
        if luck < 0.992:
            return f"{number}-A"
        return f"{number // 10}-{number % 100:02d}"

    def doors_of_house(self, luck):
        if luck < 0.72:
            return 1
        if luck < 0.85:
            return 2
        if luck < 0.94:
            return 3
        if luck < 0.985:
            return self.random.randrange(4, 13)
        return self.random.randrange(20, 90)

    def unit(self, index, count):
        """The unit of door `index` of a house with `count` doors."""
        if count == 1:
            return ""
        if count == 2:
            return ("Unit 1", "Unit 2")[index] if self.id % 2 else ("", "Rear")[index]
        if count == 3:
            return ("1st Floor", "2nd Floor", "3rd Floor")[index]
        floor, letter = divmod(index, 6)
        return f"Apt {floor + 1}{'ABCDEF'[letter]}"

    def doors(self):
        """Rows of doors, without their id."""
        for house, side, latitude, longitude, count in self.houses():
            for index in range(count):
                yield (self.id, house, self.name, self.unit(index, count), CITY, STATE, ZIP, side, latitude,
                       longitude)


def household(generator, door_id, first_person_id, today_year):
    """Rows of the people behind one door."""
    pick, choose = generator.choice, generator.random
    luck = choose()
    size = 0 if luck < 0.05 else 1 if luck < 0.38 else 2 if luck < 0.74 else 3 if luck < 0.88 else 4
    if luck > 0.985:
        size = 7
    family = pick(names.HARD_LAST) if choose() < 0.03 else pick(names.LAST)
    oldest = generator.randrange(24, 92)
    for index in range(size):
        first = pick(names.HARD_FIRST) if choose() < 0.02 else pick(names.FIRST)
        last = family if choose() < 0.8 else pick(names.LAST)
        age = max(18, oldest - (0, 3, 27, 29, 31, 33, 35)[index])
        suffix = pick(names.SUFFIXES) if choose() < 0.012 else ""
        middle = "" if choose() < 0.35 else pick(names.FIRST) if choose() < 0.3 else pick("ABCDEFGHJKLMNPRSTW")
        number = first_person_id + index
        ascii_name = first.isascii() and first.isalpha()
        address = f"{first.lower()}.{number}@example.org" if ascii_name and choose() < 0.3 else ""
        phone = f"+1845555{number % 10000:04d}" if choose() < 0.55 else ""
        born = f"{today_year - age}-{generator.randrange(1, 13):02d}-{generator.randrange(1, 29):02d}"
        registered = f"{today_year - min(age - 18, generator.randrange(40))}-{generator.randrange(1, 13):02d}-15"
        yield (number, door_id, first, middle, last, suffix, born, address, phone, pick(names.LANGUAGES),
               pick(names.PARTIES), registered)


class Town:
    """Streets, doors and people up to the given numbers; rows are tuples with the columns above."""

    PEOPLE_PER_BLOCK = 54  # approximate, by the probabilities above

    def __init__(self, seed, streets, people, year):
        self.seed = seed
        self.people = people
        self.year = year
        self.streets = streets
        self.blocks = max(2, math.ceil(people / max(1, streets) / self.PEOPLE_PER_BLOCK))

    def street(self, number):
        return Street(self.seed, number, self.blocks)

    def addresses(self, count):
        """`count` doors distributed over the town, for events."""
        for index in range(count):
            street = self.street(index % self.streets)
            doors = [door for door in street.doors() if not door[3]]
            yield doors[(index * 13) % len(doors)]

    def rows(self):
        """("street" | "door" | "person", row) of the whole town; ends after exactly `people` people."""
        door_id = person_id = 0
        number = 0
        while person_id < self.people or number < self.streets:
            street = self.street(number)
            yield "street", street.row()
            homes = random.Random(f"{self.seed}/people/{number}")
            for door in street.doors():
                door_id += 1
                yield "door", (door_id, *door)
                for person in household(homes, door_id, person_id + 1, self.year):
                    if person_id == self.people:
                        break
                    person_id += 1
                    yield "person", person
            number += 1
