# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests are counted by properties that the client cannot choose. tests/unit/data/test-limits.c and test_config.py
check the counting itself."""

import pytest

from harness.client import PASSWORD, Client, Organization, is_problem, new_person, new_session, unique
from harness.services import Redis

LONG = 86400  # a window that does not end while a test runs, except at midnight UTC


@pytest.fixture
def own_redis():
    """Counters are identified by person and class only, so a test that counts has its own Redis."""
    made = Redis()
    yield made
    made.remove()


@pytest.fixture
def behind_proxy(make_server, own_redis):
    """behind_proxy(RATE_LIMIT_API="10/86400"): a server that trusts X-Real-IP."""
    def make(**settings):
        return make_server(redis=own_redis.url, TRUSTED_PROXY="127.0.0.1", **settings)
    return make


def status_from(server, address):
    return Client(server).get("/v1/public/events", headers={"X-Real-IP": address}).status_code


def sign_in_from(server, address, email, password):
    return Client(server).post("/v1/auth/sign-in", {"email": email, "password": password},
                               headers={"X-Real-IP": address})


def test_the_addresses_of_one_network_count_together(behind_proxy):
    server = behind_proxy(RATE_LIMIT_API=f"10/{LONG}")
    assert [status_from(server, f"2001:db8:1:2::{n:x}") for n in range(1, 13)] == [200] * 10 + [429] * 2
    assert status_from(server, "2001:db8:1:3::1") == 200
    assert [status_from(server, f"203.0.113.{n}") for n in range(1, 13)] == [200] * 12


def test_the_networks_of_one_site_count_together_too(behind_proxy):
    server = behind_proxy(RATE_LIMIT_API=f"2/{LONG}")
    statuses = [status_from(server, f"2001:db8:7:{n:x}::1") for n in range(42)]
    assert statuses == [200] * 40 + [429] * 2
    assert status_from(server, "2001:db8:8::1") == 200


def test_the_sessions_of_a_person_count_together(make_server, own_redis):
    server = make_server(redis=own_redis.url, RATE_LIMIT_API=f"10/{LONG}")
    first = new_person(Client(server))
    second = new_session(Client(server), first.user)
    statuses = [person.get("/v1/me").status_code for _ in range(6) for person in (first, second)]
    assert statuses == [200] * 10 + [429] * 2
    assert new_person(Client(server)).get("/v1/me").status_code == 200


def test_a_new_session_of_a_known_person_is_counted_at_once(make_server, own_redis):
    """Nothing is cached for a credential at its first use."""
    server = make_server(redis=own_redis.url, RATE_LIMIT_API=f"5/{LONG}")
    person = new_person(Client(server))
    statuses = [new_session(Client(server), person.user).get("/v1/me").status_code for _ in range(7)]
    assert statuses == [200] * 5 + [429] * 2


def test_the_tokens_of_an_organization(make_server, own_redis):
    """Each token has its own quota, and all together have twenty times that."""
    maker = make_server(redis="")
    org = Organization(Client(maker), everybody=False)
    made = [org.owner.ok("POST", "/v1/api-tokens", {"name": unique("t"), "scopes": ["manage_events"]})
            for _ in range(22)]
    server = make_server(redis=own_redis.url, database=maker.database, RATE_LIMIT_API=f"2/{LONG}")
    tokens = [Client(server, token=one["token"]) for one in made]
    assert [tokens[0].get("/v1/events").status_code for _ in range(3)] == [200, 200, 429]
    statuses = [token.get("/v1/events").status_code for token in tokens[1:] for _ in range(2)]
    assert statuses == [200] * 38 + [429] * 4
    person = Client(server, token=org.owner.token)  # the person who made them has a separate quota
    assert person.get("/v1/events").status_code == 200


def test_an_account_counts_over_all_addresses(behind_proxy):
    """From a new address each time: 20 tries at one account, and no more."""
    server = behind_proxy(RATE_LIMIT_LOGIN=f"1/{LONG}")
    person, other = new_person(Client(server)), new_person(Client(server))
    home = "198.51.100.7"
    assert sign_in_from(server, home, person.email, PASSWORD).status_code == 200
    statuses = [sign_in_from(server, f"2001:db8:{n:x}::1", person.email, "not the one it is").status_code
                for n in range(1, 22)]
    assert statuses == [401] * 19 + [429] * 2
    refused = sign_in_from(server, "2001:db8:ffff::1", person.email, PASSWORD)
    assert is_problem(refused, 429, "rate_limited")
    assert sign_in_from(server, "2001:db8:ffff::1", other.email, PASSWORD).status_code == 200


def test_nobody_is_locked_out_where_they_have_signed_in(behind_proxy):
    server = behind_proxy(RATE_LIMIT_LOGIN=f"2/{LONG}")
    person = new_person(Client(server))
    assert sign_in_from(server, "2001:db8:a:b::1", person.email, PASSWORD).status_code == 200
    for n in range(1, 41):
        sign_in_from(server, f"203.0.113.{n}", person.email, "not the one it is")
    assert sign_in_from(server, "203.0.113.99", person.email, PASSWORD).status_code == 429
    assert sign_in_from(server, "2001:db8:a:b::2", person.email, PASSWORD).status_code == 200


def test_an_account_that_nobody_has_counts_alike(behind_proxy):
    server = behind_proxy(RATE_LIMIT_LOGIN=f"1/{LONG}")
    statuses = [sign_in_from(server, f"2001:db8:{n:x}::1", "nobody@example.org", "not the one it is").status_code
                for n in range(1, 23)]
    assert statuses == [401] * 20 + [429] * 2
