# SPDX-License-Identifier: GPL-3.0-or-later
"""The public list of events with arbitrary filters of strangers: the work of a page is bounded, every event comes
once, and a search counts as ten requests."""

import datetime
import itertools

import pytest

from harness.client import Client, Organization, is_problem, unique
from harness.services import Redis

BOUND = 1000  # as in the function public_events_found
LONG = 86400
KINDS = ("canvass", "training", "meeting")
# %(n)s events, three at each minute, so that among equal times the ids decide the order. Every
# fourth belongs to the other organization, every seventh is in the town, every ninth is a draft and
# every eleventh is unlisted; kinds alternate.
EVENTS = """
INSERT INTO events (organization_id, title, slug, kind, city, start_time, end_time, location_type, is_published, published_at,
    visibility)
  SELECT CASE WHEN n %% 4 = 0 THEN %(other)s ELSE %(one)s END, 'Event ' || n, %(word)s || n,
    (ARRAY['canvass', 'training', 'meeting'])[1 + n %% 3], CASE WHEN n %% 7 = 0 THEN %(town)s END,
    timestamptz '2040-01-01Z' + n / 3 * interval '1 minute', timestamptz '2041-01-01Z', 'virtual', n %% 9 > 0, now(),
    CASE WHEN n %% 11 = 0 THEN 'unlisted' ELSE 'public' END
  FROM generate_series(1, %(n)s) n"""
SHOWN = """
SELECT id, organization_id, kind, city, start_time FROM events
WHERE is_published AND visibility = 'public' AND start_time >= now() ORDER BY start_time, id"""


class Crowded:
    """A separate server with more events than a page reads, in two organizations."""

    def __init__(self, server):
        self.client = Client(server)
        self.one, self.other = (Organization(self.client, everybody=False) for _ in range(2))
        self.town = unique("Greenau")
        server.sql(EVENTS, {"one": self.one.id, "other": self.other.id, "word": unique("e"), "town": self.town, "n": 4000})
        self.events = server.sql(SHOWN)

    def expected(self, organization=None, kind=None, text=None, starts_after=None, starts_before=None):
        """The ids of the events that a filter must find, computed from all public events."""
        slugs = {self.one.slug: self.one.id, self.other.slug: self.other.id}
        return [id for id, of, its_kind, city, start in self.events
                if (organization is None or of == slugs[organization]) and (kind is None or its_kind == kind)
                and (text is None or text.lower() in (city or "").lower())
                and (starts_after is None or start >= moment(starts_after))
                and (starts_before is None or start < moment(starts_before))]

    def pages(self, **query):
        """Yields the ids of each page, up to the last page."""
        cursor = None
        while True:
            page = self.client.ok("GET", "/v1/public/events", query={**query, **({"cursor": cursor} if cursor else {})})
            yield [event["id"] for event in page["data"]]
            cursor = page["next_cursor"]
            if cursor is None:
                return


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


@pytest.fixture(scope="module")
def crowded(cluster, redis_server, binary):
    from harness import server as harness_server

    server = harness_server.Server(cluster, cluster.new_database(binary), redis_server.url)
    server.start()
    yield Crowded(server)
    server.remove()


def filters():
    times = ({}, {"starts_after": "2040-01-01T12:34:00Z"},
             {"starts_after": "2040-01-01T03:00:00Z", "starts_before": "2040-01-02T00:00:30Z"})
    for organization, kind, text, more in itertools.product((None, "one", "other"), (None, *KINDS[:2]), (None, "town"), times):
        yield {"organization": organization, "kind": kind, "text": text, **more}


@pytest.mark.parametrize("asked", filters(), ids=lambda asked: "-".join(value[:13] for value in asked.values() if value) or "all")
def test_the_pages_are_what_a_plain_filter_finds(crowded, asked):
    query = {name: value for name, value in asked.items() if value}
    if "organization" in query:
        query["organization"] = getattr(crowded, query["organization"]).slug
    if "text" in query:
        query["text"] = crowded.town.upper()
    limit = 100
    pages = list(crowded.pages(limit=limit, **query))
    wanted = crowded.expected(**query)
    assert [id for page in pages for id in page] == wanted
    assert wanted
    if "text" not in query and ("kind" not in query or "organization" not in query):
        assert all(len(page) == limit for page in pages[:-1])


@pytest.mark.parametrize("limit", (1, 7, 100))
def test_a_page_that_ends_where_the_bound_is(crowded, limit):
    """The last event that a page reads is either in this page or the first one of the next page."""
    shown = [event[0] for event in crowded.events]
    for place in (BOUND - 2, BOUND - 1, BOUND):
        chosen = shown[place - limit + 1:place + 1]
        title = unique("Rare")
        crowded.one.owner.server.sql("UPDATE events SET short_description = %s WHERE id = ANY (%s)", (title, chosen))
        found = list(crowded.pages(limit=limit, text=title))
        assert [id for page in found for id in page] == chosen


def test_a_search_that_finds_nothing_has_an_end(crowded):
    pages = list(crowded.pages(text=unique("nowhere")))
    assert not any(pages)
    assert len(pages) == len(crowded.events) // BOUND + 1
    whole = crowded.client.get("/v1/public/events", {"text": "nowhere at all"})
    assert whole.json()["data"] == [] and whole.json()["next_cursor"]
    assert whole.json()["next_cursor"] in whole.headers["Link"]
    assert "scan_end" not in whole.text


def test_what_is_not_in_the_list_is_not_looked_at(crowded):
    """Drafts are not in the index, so an organization that has only drafts needs a single page."""
    lonely = Organization(crowded.client, everybody=False)
    lonely.owner.server.sql(EVENTS + " WHERE n %% 9 = 0",
                            {"one": lonely.id, "other": lonely.id, "word": unique("d"), "town": "x", "n": 2 * 9 * BOUND})
    assert list(crowded.pages(organization=lonely.slug, text="event")) == [[]]


def test_the_documents_count_as_requests(counted):
    """The documents are generated for each request; health checks must not wait for them, and do not count."""
    server = counted(3)
    assert [ask(server, path).status_code for path in ("/openapi.json", "/docs", "/docs/style.css", "/docs")] == [200] * 3 + [429]
    assert [ask(server, "/health").status_code for _ in range(5)] == [200] * 5


# The weight of a search ---------------------------------------------------------------------------


@pytest.fixture
def counted(make_server):
    """A server that counts in its own Redis."""
    redis = Redis()
    yield lambda quota: make_server(redis=redis.url, TRUSTED_PROXY="127.0.0.1", RATE_LIMIT_API=f"{quota}/{LONG}")
    redis.remove()


def ask(server, path, address="203.0.113.7"):
    return Client(server).get(path, headers={"X-Real-IP": address})


def test_ten_searches_use_up_a_hundred_requests(counted):
    server = counted(100)
    assert [ask(server, "/v1/public/events?text=x").status_code for _ in range(11)] == [200] * 10 + [429]
    refused = ask(server, "/v1/public/events?text=x")
    assert is_problem(refused, 429, "rate_limited") and 0 < int(refused.headers["Retry-After"]) <= LONG
    assert ask(server, "/v1/public/events").status_code == 429
    assert ask(server, "/v1/public/events?text=x", "203.0.113.8").status_code == 200


def test_a_search_that_is_refused_costs_nothing(counted):
    """A client whose searches are refused can still list events."""
    server = counted(100)
    plain = [ask(server, "/v1/public/events").status_code for _ in range(13)]
    searches = [ask(server, "/v1/public/events?text=x").status_code for _ in range(10)]
    assert plain == [200] * 13 and searches == [200] * 8 + [429] * 2
    rest = [ask(server, "/v1/public/events") for _ in range(8)]
    assert [reply.status_code for reply in rest] == [200] * 7 + [429]


def test_the_name_of_a_member_may_be_written_in_many_ways(counted):
    server = counted(30)
    for query in ("t%65xt=x", "limit=1&text=x", "te%78t=x&limit=1"):
        assert ask(server, f"/v1/public/events?{query}").status_code == 200
    assert ask(server, "/v1/public/events?limit=1").status_code == 429


def test_a_search_with_a_quota_below_its_weight(counted):
    server = counted(5)
    assert [ask(server, "/v1/public/events?text=x").status_code for _ in range(2)] == [200, 429]
    assert ask(server, "/v1/public/events?text=x", "203.0.113.9").status_code == 200
    assert ask(server, "/v1/public/events?context=x", "203.0.113.10").status_code == 422


def test_without_redis_a_search_weighs_the_same(make_server):
    server = make_server(redis="", TRUSTED_PROXY="127.0.0.1", RATE_LIMIT_API=f"25/{LONG}")
    assert [ask(server, "/v1/public/events?text=x").status_code for _ in range(3)] == [200, 200, 429]
    assert [ask(server, "/v1/public/events").status_code for _ in range(6)] == [200] * 5 + [429]


def test_a_network_counts_searches_too(counted):
    """Twenty times the quota for all networks of a site."""
    server = counted(10)
    statuses = [ask(server, "/v1/public/events?text=x", f"2001:db8:5:{n:x}::1").status_code for n in range(21)]
    assert statuses == [200] * 20 + [429]


@pytest.mark.parametrize("query", ({}, {"kind": "rally"}))
def test_what_runs_is_in_the_list_until_its_end(org, query):
    now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)

    def event(begins, ends, **more):
        times = {"start_time": (now + datetime.timedelta(hours=begins)).isoformat(), "end_time": (now + datetime.timedelta(hours=ends)).isoformat()}
        return org.event(publish=True, kind="rally", **times, **more)["id"]

    over, soon = event(-5, -1), event(1, 2)
    tonight, week, two = event(-2, 3), event(-50, 60), event(-13, 1)
    event(-400, -300), event(-20, 9, visibility="unlisted")
    path = {"organization": org.slug, **query}
    listed = [e["id"] for e in org.owner.ok("GET", "/v1/public/events", query=path)["data"]]
    assert listed == [week, two, tonight, soon] and over not in listed
    assert [e["id"] for e in org.owner.pages("/v1/public/events", {**path, "limit": 1})] == listed
    since = {"starts_after": now.isoformat()}
    assert [e["id"] for e in org.owner.ok("GET", "/v1/public/events", query={**path, **since})["data"]] == [soon]
    whole = [e["id"] for e in org.owner.pages("/v1/public/events", {"limit": 100, **query})]
    assert [id for id in whole if id in listed] == listed
