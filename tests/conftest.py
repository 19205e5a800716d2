# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of every suite that needs the real server: one cluster, one Redis and one server per run, new
organizations per test, and further servers with other settings."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from harness import client as harness_client  # noqa: E402
from harness import parts  # noqa: E402
from harness import server as harness_server  # noqa: E402
from harness import services  # noqa: E402

SHARED_DATA = services.ROOT.parent / "shared" / "data"


def pytest_addoption(parser):
    parts.add_options(parser)


def pytest_configure(config):
    parts.add_markers(config)


# Called last, after -k and -m have selected tests.
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    parts.select(config, items)


@pytest.fixture(scope="session")
def binary():
    return harness_server.binary()


@pytest.fixture(scope="session")
def cluster():
    """A throwaway PostgreSQL; `cluster.new_database(binary)` is a migrated database on it."""
    made = services.Cluster()
    yield made
    made.remove()


@pytest.fixture(scope="session")
def redis_server():
    made = services.Redis()
    yield made
    made.remove()


@pytest.fixture(scope="session")
def server(cluster, redis_server, binary):
    """The server that most tests share. A sanitizer's report in its log fails the run at the end."""
    made = harness_server.Server(cluster, cluster.new_database(binary), redis_server.url)
    made.start()
    yield made
    made.remove()


@pytest.fixture
def make_server(cluster, redis_server, binary):
    """make_server(RATE_LIMIT_LOGIN="5/300") starts a server for the test, with a separate database unless `database`
    names one; `redis` may be another URL or "" for none."""
    servers = []

    def make(database=None, redis=None, start=True, **settings):
        url = redis_server.url if redis is None else redis
        made = harness_server.Server(cluster, database or cluster.new_database(binary), url, **settings)
        servers.append(made)
        return made.start() if start else made

    yield make
    for made in servers:
        made.remove()


@pytest.fixture(scope="session")
def document(server):
    """The API document of the running server."""
    return harness_client.Client(server).ok("GET", "/openapi.json")


@pytest.fixture(scope="session")
def recorder(document, request):
    made = harness_client.Recorder(document, share=True)
    made.counts = lambda: not request.config.reads_shared_data
    return made


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    """Do not count operations called by a test that reads the shared data: whether all operations were called must
    not depend on a folder that a clone does not have."""
    item.config.reads_shared_data = "shared_data" in item.fixturenames


@pytest.fixture
def api(server, recorder):
    """A client without credentials."""
    return harness_client.Client(server, recorder=recorder)


@pytest.fixture
def person(api):
    """A client of a registered, verified and signed-in person without an organization."""
    return harness_client.new_person(api)


@pytest.fixture
def org(api):
    """A new organization with .owner, .admin and .member."""
    return harness_client.Organization(api)


@pytest.fixture(scope="module")
def shared_org(server, recorder):
    """One organization for all tests of a file that only add rows to it."""
    return harness_client.Organization(harness_client.Client(server, recorder=recorder))


@pytest.fixture(scope="session")
def outbox(server):
    return harness_client.Outbox(server)


@pytest.fixture(scope="session")
def shared_data():
    """The folder of real data beside the checkout; tests that read it are skipped when it does not exist."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the folder of shared data is absent")
    return SHARED_DATA
