# SPDX-License-Identifier: GPL-3.0-or-later
"""SECRET_KEY is changed while an organization works: second factors, cursors, repeated requests and erasures keep
working, and the old key can be removed."""

import uuid

from harness.authenticator import with_second_factor
from harness.client import Client, Organization, Outbox, unique
from test_erase import QUINN
from test_imports import ANN, HEAD, JO, Imports, table

NEW, NEWEST = "a1" * 32, "b2" * 32


def restart(server, **settings):
    server.stop()
    server.environment.update(settings)
    server.start()


def erased_is_known(imports):
    imports.source = imports.new_source()
    ready = imports.start(table(QUINN, ANN, head=HEAD))
    return [each["code"] for each in ready["problems"] if each["rejected"]] == ["erased"]


def test_the_key_is_changed_twice(make_server):
    server = make_server()
    old = server.environment["SECRET_KEY"]
    org = Organization(Client(server))
    owner = org.owner
    phone, _ = with_second_factor(owner)
    imports = Imports(server, org)
    imports.apply(table(QUINN, JO, head=HEAD))
    owner.ok("POST", f"/v1/voters/{imports.voter('Q9001')}/erase")
    for _ in range(3):
        org.event()
    page = owner.ok("GET", "/v1/events", query={"limit": 1})
    feed = owner.ok("GET", "/v1/changes", query={"limit": 1})["cursor"]
    repeated = {"headers": {"Idempotency-Key": str(uuid.uuid4())}, "idempotency": False}
    body = {"name": unique("tag")}
    tag = owner.ok("POST", "/v1/tags", body, status=201, **repeated)

    def goes_on():
        assert len(owner.ok("GET", "/v1/events", query={"limit": 5, "cursor": page["next_cursor"]})["data"]) == 2
        assert owner.ok("GET", "/v1/changes", query={"since": feed})["data"]
        again = owner.post("/v1/tags", body, **repeated)
        assert again.status_code == 201 and again.json() == tag and again.headers["Idempotent-Replayed"] == "true"
        assert owner.post("/v1/tags", {"name": unique("tag")}, **repeated).json()["code"] == "idempotency_mismatch"
        assert erased_is_known(imports)

    goes_on()
    restart(server, SECRET_KEY=NEW, SECRET_KEY_PREVIOUS=old)
    goes_on()
    Client(server).sign_in(owner.email, code=phone.code())
    # The key is changed a second time before any secret was sealed again with the first new key.
    restart(server, SECRET_KEY=NEWEST, SECRET_KEY_PREVIOUS=f"{NEW},{old}")
    goes_on()
    done = server.command("reseal")
    assert done.returncode == 0 and "1 secrets sealed again, 0 that no key opens" in done.stdout, done
    assert "can go in 25 hours" in done.stdout and NEWEST not in done.stdout and old not in done.stdout
    erasure = next(line for line in done.stdout.splitlines() if line.startswith("ERASURE_KEY="))
    assert "0 secrets sealed again" in server.command("reseal").stdout

    page = owner.ok("GET", "/v1/events", query={"limit": 1})
    feed = owner.ok("GET", "/v1/changes", query={"limit": 1})["cursor"]
    restart(server, SECRET_KEY_PREVIOUS="", ERASURE_KEY=erasure.removeprefix("ERASURE_KEY="))
    assert len(owner.ok("GET", "/v1/events", query={"limit": 5, "cursor": page["next_cursor"]})["data"]) == 2
    assert owner.ok("GET", "/v1/changes", query={"since": feed})["data"] and erased_is_known(imports)
    Client(server).sign_in(owner.email, code=phone.code())


def test_what_no_key_opens_is_counted(make_server):
    server = make_server()
    owner = Organization(Client(server), everybody=False).owner
    with_second_factor(owner)
    # A queued mail would count, too: the notice is written, and its job has ended.
    Outbox(server).wait(owner.email)
    server.stop()
    server.environment.update(SECRET_KEY=NEW)
    done = server.command("reseal")
    assert done.returncode == 1 and "0 secrets sealed again, 1 that no key opens" in done.stdout, done


def test_wrong_keys_stop_the_start(make_server):
    for settings, named in (({"SECRET_KEY_PREVIOUS": "5eed"}, "SECRET_KEY_PREVIOUS"), ({"ERASURE_KEY": "g" * 64}, "ERASURE_KEY"),
                            ({"SECRET_KEY_PREVIOUS": ",".join([NEW] * 5)}, "SECRET_KEY_PREVIOUS")):
        server = make_server(start=False, **settings)
        done = server.command("serve", timeout=30)
        assert done.returncode != 0 and named in done.stdout + done.stderr and NEW not in done.stdout + done.stderr
