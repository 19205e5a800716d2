# SPDX-License-Identifier: GPL-3.0-or-later
"""Caching of credentials: what the server uses without asking again, and for how long."""

import datetime
import time

from harness.client import Client, Organization

LONG = {"SESSION_CACHE": "60", "RATE_LIMIT_API": "100000/3600"}


def commands(redis_server):
    """Number of commands that Redis has run, without this question's own."""
    return sum(each["calls"] for name, each in redis_server.client().info("commandstats").items()
               if name != "cmdstat_info")


def test_a_known_session_costs_redis_nothing(make_server, redis_server):
    owner = Organization(Client(make_server(**LONG))).owner
    owner.ok("GET", "/v1/events")
    before = commands(redis_server)
    for _ in range(100):
        owner.ok("GET", "/v1/events")
    # A process leases a sixteenth of a quota at a time: a lease, and a few background commands each
    # second.
    assert commands(redis_server) - before < 50


def test_a_token_ends_on_time_though_it_is_cached(make_server):
    owner = Organization(Client(make_server(**LONG))).owner
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=6)
    made = owner.ok("POST", "/v1/api-tokens",
                    {"name": "short", "scopes": ["manage_events"], "expires_at": end.isoformat()}, status=201)
    program = Client(owner.server, token=made["token"])
    program.ok("GET", "/v1/events")
    while program.get("/v1/events").status_code == 200:
        late = datetime.datetime.now(datetime.timezone.utc) - end
        assert late < datetime.timedelta(seconds=2), "the token is believed after its end"
        time.sleep(0.1)
