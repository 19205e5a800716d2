# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure rules of phone banks and text campaigns: zones and hours, size and content of texts."""

import datetime
import zoneinfo

import pytest

UTC = datetime.timezone.utc
UNKNOWN = "America/Los_Angeles,America/New_York"


@pytest.mark.parametrize("state, zip5, zones", [
    ("MA", None, "America/New_York"), ("ma", "02141", "America/New_York"), (None, "02141", "America/New_York"),
    ("TX", "75001", "America/Chicago"), ("TX", "79901", "America/Denver"), ("TX", "79830", "America/Chicago,America/Denver"),
    ("TX", None, "America/Chicago,America/Denver"), ("FL", "32501", "America/Chicago"), ("FL", "33101", "America/New_York"),
    ("FL", "32401", "America/Chicago,America/New_York"), ("TN", "37402", "America/New_York"), ("TN", "38103", "America/Chicago"),
    ("KY", "42101", "America/Chicago"), ("KY", "40507", "America/New_York"), ("IN", "46402", "America/Chicago"),
    ("IN", "46204", "America/New_York"), ("IN", "47708", "America/Chicago"), ("MI", "49801", "America/Chicago,America/New_York"),
    ("SD", "57701", "America/Denver"), ("NE", "69301", "America/Denver"), ("ND", "58102", "America/Chicago"),
    ("AZ", "85001", "America/Phoenix"), ("AZ", "86515", "America/Denver,America/Phoenix"), ("ID", "83814", "America/Los_Angeles"),
    ("ID", "83702", "America/Denver"), ("OR", "97914", "America/Denver"), ("OR", "97201", "America/Los_Angeles"),
    ("NV", "89883", "America/Denver"), ("NV", "89101", "America/Los_Angeles"), ("AK", "99501", "America/Anchorage"),
    ("AK", "99546", "America/Adak"), ("HI", "96813", "Pacific/Honolulu"), ("AS", "96799", "Pacific/Pago_Pago"),
    ("PR", "00901", "America/Puerto_Rico"), ("GU", "96910", "Pacific/Guam"), ("DC", "20001", "America/New_York"),
    (None, None, UNKNOWN), ("", "", UNKNOWN), ("XX", "?", UNKNOWN), ("AE", "09012", UNKNOWN),
    # ZIP code and state disagree: the zones of both count.
    ("NC", "90210", "America/Los_Angeles,America/New_York"),
])
def test_zones(db, state, zip5, zones):
    assert db.value("SELECT zones_of(%s, %s)", state, zip5) == zones


def test_every_zone_is_one_of_the_system_and_every_state_is_there(db):
    zones = {row[0] for row in db.sql("SELECT unnest(zones) FROM state_zones UNION SELECT unnest(zones) FROM zip_zones")}
    assert zones <= zoneinfo.available_timezones()
    assert db.value("SELECT count(*) FROM state_zones") == 56  # fifty, DC, PR, VI, GU, MP, AS


def open_at(db, zones, at, start=9, stop=21):
    return db.value("SELECT hours_open(%s, %s, %s, %s)", zones, start, stop, at)


@pytest.mark.parametrize("month, first, last", [(1, 14, 1), (7, 13, 0)])
def test_hours_follow_summer_time(db, month, first, last):
    """9 to 21 in New York is 14 to 2 UTC in winter, 13 to 1 in summer."""
    day = datetime.datetime(2026, month, 15, tzinfo=UTC)
    for hour, wanted in ((first - 1, False), (first, True), (24 + last, True), (24 + last + 1, False)):
        assert open_at(db, "America/New_York", day + datetime.timedelta(hours=hour, minutes=30)) is wanted, hour


@pytest.mark.parametrize("day, minutes", [("2026-03-08", 23 * 60), ("2026-11-01", 25 * 60), ("2026-11-25", 24 * 60)])
def test_minute_by_minute_against_the_systems_zones(db, day, minutes):
    """Also on the days when clocks change; Python computes the expected values."""
    begin = datetime.datetime.fromisoformat(day).replace(tzinfo=zoneinfo.ZoneInfo("America/New_York")).astimezone(UTC)
    times = [begin + datetime.timedelta(minutes=i) for i in range(0, minutes, 7)]
    keys = ["America/New_York", "America/Phoenix", UNKNOWN, "Pacific/Honolulu", "America/Chicago,America/New_York"]
    got = db.sql("SELECT z, t, hours_open(z, 9, 21, t), hours_end(z, 21, t), hours_next(z, 9, 21, t) "
                 "FROM unnest(%s::text[]) z, unnest(%s::timestamptz[]) t", keys, times)
    assert len(got) == len(keys) * len(times)
    for key, at, is_open, ends, begins in got:
        local = [at.astimezone(zoneinfo.ZoneInfo(zone)) for zone in key.split(",")]
        assert is_open == all(9 <= each.hour < 21 for each in local), (key, at)
        assert ends == min(each.replace(hour=21, minute=0, second=0, microsecond=0) for each in local).astimezone(UTC)
        if is_open:
            assert begins == at and ends > at
        else:
            assert begins > at
            there = [begins.astimezone(zoneinfo.ZoneInfo(zone)) for zone in key.split(",")]
            assert all(9 <= each.hour < 21 for each in there) and any((each.hour, each.minute) == (9, 0) for each in there)


def test_unknown_is_noon_to_nine_eastern(db):
    eastern = zoneinfo.ZoneInfo("America/New_York")
    for month in (1, 7):
        hours = [hour for hour in range(24)
                 if open_at(db, UNKNOWN, datetime.datetime(2026, month, 15, hour, 30, tzinfo=eastern))]
        assert hours == list(range(12, 21))


def test_hours_that_never_meet(db):
    assert db.value("SELECT hours_next(%s, 9, 11, now())", UNKNOWN) is None


@pytest.mark.parametrize("text, size", [
    ("", ("gsm7", 0, 0)), ("hello", ("gsm7", 5, 1)), ("a" * 160, ("gsm7", 160, 1)), ("a" * 161, ("gsm7", 161, 2)),
    ("a" * 306, ("gsm7", 306, 2)), ("a" * 307, ("gsm7", 307, 3)), ("€", ("gsm7", 2, 1)), ("a" * 158 + "€", ("gsm7", 160, 1)),
    ("a" * 159 + "€", ("gsm7", 161, 2)),
    # A character that counts twice is not split: 152 + 2 does not fit into 153.
    ("a" * 152 + "€" + "a" * 152, ("gsm7", 306, 3)),
    ("ñéà ÅΔ§", ("gsm7", 7, 1)), ("ç", ("ucs2", 1, 1)), ("Ç", ("gsm7", 1, 1)), ("`", ("ucs2", 1, 1)),
    ("ж" * 70, ("ucs2", 70, 1)), ("ж" * 71, ("ucs2", 71, 2)), ("ж" * 134, ("ucs2", 134, 2)), ("ж" * 135, ("ucs2", 135, 3)),
    ("😀" * 35, ("ucs2", 70, 1)), ("😀" * 36, ("ucs2", 72, 2)), ("😀" * 67, ("ucs2", 134, 3)), ("’", ("ucs2", 1, 1)),
    ("a\nb\\{}", ("gsm7", 9, 1)),
])
def test_how_long_a_text_is(db, text, size):
    assert db.sql("SELECT encoding, units, segments FROM text_length(%s)", text) == [size]


@pytest.mark.parametrize("source, made", [
    ("Hi {first_name}!", "Hi Rosa!"), ("{first_name}{last_name}", "Rosa{city}"), ("no field", "no field"),
    ("{city}", ""), ("{nickname}", ""), ("a { b", "a { b"), ("", ""),
])
def test_a_template_is_gone_over_once(db, source, made):
    fields = '{"first_name": "Rosa", "last_name": "{city}", "city": null}'
    assert db.value("SELECT text_render(%s, %s)", source, fields) == made


def test_names_are_not_shouted(db):
    assert [db.value("SELECT text_name(%s)", name) for name in ("ROSA", "McDonald", "O'NEIL", "de la Cruz", None)] == [
        "Rosa", "McDonald", "O'Neil", "de la Cruz", None]


def test_codes(db):
    codes = {db.value("SELECT joining_code()") for _ in range(200)}
    assert len(codes) == 200 and all(len(code) == 8 and not set(code) & set("01IO") for code in codes)
    assert db.value("SELECT joining_code_clean(' ab-Cd ef ')") == "ABCDEF"
