# SPDX-License-Identifier: GPL-3.0-or-later
"""An API client for tests: bearer token or cookie, idempotency keys, mails, raw bytes."""

import email
import email.policy
import hashlib
import itertools
import json
import re
import secrets
import socket
import time
import uuid

import requests

from .recorder import Recorder  # noqa: F401: imported from here by tests

PASSWORD = "a long walk by the river"
PROBLEM = "application/problem+json"

_numbers = itertools.count(1)
_run = uuid.uuid4().hex[:6]


def unique(prefix="thing"):
    """Return a unique name such as "thing-3f2a1c-17"; it can also be used in slugs and addresses."""
    return f"{prefix}-{_run}-{next(_numbers)}"


class Client:
    """A client of the server. Every write has a new Idempotency-Key unless the caller sends one; every reply is
    checked against the API document when there is a `recorder`."""

    def __init__(self, server, token=None, recorder=None, base=None):
        self.server = server
        self.base = base or server.url
        self.recorder = recorder
        self.session = requests.Session()
        self.session.trust_env = False
        self.token = token
        self.user = None
        self.email = None

    def request(self, method, path, body=None, headers=None, idempotency=True, query=None,
                timeout=60, **options):
        sent = {}
        if self.token is not None:
            sent["Authorization"] = f"Bearer {self.token}"
        if method not in ("GET", "HEAD", "OPTIONS") and idempotency:
            sent["Idempotency-Key"] = str(uuid.uuid4())
        if body is not None:
            options["data"] = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        reply = self.session.request(method, self.base + path, params=query, headers=sent,
                                     timeout=timeout, allow_redirects=False, **options)
        if self.recorder is not None:
            self.recorder.check(method, path, reply)
            self.recorder.follow(method, path, reply, lambda made: self.session.get(
                self.base + made, headers={k: v for k, v in sent.items() if k == "Authorization"}, timeout=timeout))
        return reply

    def get(self, path, query=None, **options):
        return self.request("GET", path, query=query, **options)

    def post(self, path, body=None, **options):
        return self.request("POST", path, body, **options)

    def put(self, path, body=None, **options):
        return self.request("PUT", path, body, **options)

    def patch(self, path, body=None, **options):
        return self.request("PATCH", path, body, **options)

    def delete(self, path, **options):
        return self.request("DELETE", path, **options)

    def ok(self, method, path, body=None, status=None, **options):
        """Send a request that must succeed; returns its decoded body, or None."""
        reply = self.request(method, path, body, **options)
        good = reply.status_code == status if status else 200 <= reply.status_code < 300
        assert good, f"{method} {path}: {reply.status_code} {reply.text[:800]}"
        return reply.json() if reply.content else None

    def pages(self, path, query=None):
        """Yield every item of a list, page by page."""
        query = dict(query or {})
        while True:
            page = self.ok("GET", path, query=query)
            yield from page["data"]
            if page.get("next_cursor") is None:
                return
            query["cursor"] = page["next_cursor"]

    def anonymous(self):
        return Client(self.server, recorder=self.recorder)

    def sign_in(self, address, password=PASSWORD, **more):
        body = {"email": address, "password": password, "device_name": "tests", **more}
        reply = self.ok("POST", "/v1/auth/sign-in", body)
        self.token = reply.get("token")
        self.email = address
        self.user = reply["user_id"]
        return reply

    def socket(self, path, timeout=20):
        """Open a WebSocket (python3-websocket) with this client's credential."""
        import websocket

        headers = [f"Authorization: Bearer {self.token}"] if self.token else []
        return websocket.create_connection(self.base.replace("http", "ws", 1) + path, header=headers,
                                           timeout=timeout, http_no_proxy=["127.0.0.1"])


class Outbox:
    """The mails that a server has written into its outbox folder."""

    def __init__(self, server):
        self.folder = server.outbox

    def mails(self, address=None):
        found = []
        for path in sorted(self.folder.glob("*.eml")):  # the file name begins with the time at which the mail was caused
            mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            receivers = str(mail["To"] or "").lower()
            if address is None or address.lower() in receivers:
                found.append(mail)
        return found

    def wait(self, address, count=1, seconds=20):
        """Wait for `count` mails to an address."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.mails(address)
            if len(found) >= count:
                return found
            if time.monotonic() > deadline:
                raise AssertionError(f"{len(found)} mails to {address} after {seconds} s, not {count}")
            time.sleep(0.03)

    def token(self, address, prefix="ccm_", count=1, seconds=20):
        """The newest token in the newest mail to an address ("ccm_…", "cci_…" for invitations)."""
        deadline = time.monotonic() + seconds
        while True:
            for mail in reversed(self.mails(address)[count - 1:]):
                part = mail.get_body(preferencelist=("plain", "html"))
                found = re.findall(prefix + r"[A-Za-z0-9_-]{43}", part.get_content())
                if found:
                    return found[-1]
            if time.monotonic() > deadline:
                raise AssertionError(f"no {prefix} token was mailed to {address} in {seconds} s")
            time.sleep(0.03)


def register_person(client, address=None, password=PASSWORD, **more):
    """Register, verify by mail, and sign in; returns a client of the new person."""
    address = address or f"{unique('person')}@example.org"
    person = client.anonymous()
    person.ok("POST", "/v1/auth/register",
              {"email": address, "password": password, "first_name": "Ada", "last_name": "Person",
               **more}, status=202)
    token = Outbox(client.server).token(address)
    person.ok("POST", "/v1/auth/verify-email", {"token": token})
    person.sign_in(address, password)
    return person


def new_session(client, user, organization=None):
    """Return a client whose session was inserted into the database, which avoids a slow password hash."""
    token = "ccs_" + secrets.token_urlsafe(32)
    client.server.sql(
        "INSERT INTO sessions (token_hash, user_id, active_organization_id, kind, device_name, expires_at) "
        "VALUES (%s, %s, %s, 'bearer', 'tests', now() + interval '1 day')",
        (hashlib.sha256(token.encode()).digest(), user, organization))
    return Client(client.server, token=token, recorder=client.recorder)


def new_person(client, address=None, password=PASSWORD):
    """Return a client of a verified, signed-in person. With the usual password the rows are inserted directly, which
    avoids two slow hashes; register_person does the real registration."""
    address = address or f"{unique('person')}@example.org"
    if password != PASSWORD or address != address.lower() or not address.isascii():
        return register_person(client, address, password)
    user = client.server.sql(
        "INSERT INTO users (email, email_verified_at, password_hash, first_name, last_name) "
        "VALUES (%s, now(), %s, 'Ada', 'Person') RETURNING id",
        (address, client.server.password_hash(PASSWORD)))[0][0]
    person = new_session(client, user)
    person.user = user
    person.email = address
    return person


class Organization:
    """A new organization; `owner`, `admin` and `member` are clients of its signed-in people."""

    def __init__(self, client, everybody=True):
        self.owner = new_person(client)
        self.slug = unique("org")
        made = self.owner.ok("POST", "/v1/organizations", {"name": unique("Org"), "slug": self.slug},
                             status=201)
        self.id = made["id"]
        self.owner.ok("PUT", "/v1/session/organization", {"organization_id": self.id})
        self.admin = self.add("admin") if everybody else None
        self.member = self.add("member") if everybody else None

    def add(self, role, permissions=None):
        """Add a new member to this organization by SQL: invitations have separate tests."""
        person = new_person(self.owner)
        self.owner.server.sql(
            "INSERT INTO organization_members (organization_id, user_id, role, permissions, invited_by) "
            "VALUES (%s, %s, %s, %s, %s)",
            (self.id, person.user, role, json.dumps(permissions or {}), self.owner.user))
        self.owner.server.sql("UPDATE sessions SET active_organization_id = %s WHERE user_id = %s",
                              (self.id, person.user))
        return person

    def event(self, client=None, publish=False, **fields):
        body = {"title": unique("Event"), "start_time": "2030-05-01T15:00:00Z",
                "end_time": "2030-05-01T18:00:00Z", **fields}
        client = client or self.owner
        made = client.ok("POST", "/v1/events", body, status=201)
        if publish:
            made = client.ok("POST", f"/v1/events/{made['id']}/publish")
        return made


def raw(server, data, seconds=10, port=None, half_close=False):
    """Send bytes unchanged and read until the server closes or is silent; returns the reply's bytes."""
    with socket.create_connection(("127.0.0.1", port or server.port), timeout=seconds) as connection:
        connection.settimeout(seconds)
        received = b""
        try:
            connection.sendall(data)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # The server closed the connection while the request was being sent: its reply can still be read.
        try:
            while piece := connection.recv(65536):
                received += piece
        except (TimeoutError, ConnectionResetError):
            pass
        return received


def raw_status(answer):
    """Return the status of each response in the result of raw()."""
    return [int(code) for code in re.findall(rb"HTTP/1\.[01] (\d{3})", answer)]


def is_problem(reply, status, kind):
    """Is the reply a problem document with that status and type?"""
    return (reply.status_code == status and reply.headers["Content-Type"].startswith(PROBLEM)
            and reply.json()["type"] == kind)
