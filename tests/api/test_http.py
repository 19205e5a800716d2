# SPDX-License-Identifier: GPL-3.0-or-later
"""Properties of every reply, and requests that must be refused, over the network."""

import importlib.util
import json
import pathlib
import re
import socket
import threading

import pytest
import requests

from harness.client import Client, is_problem, raw, raw_status, unique

# The exact set of security headers of every reply (the CSP replaces X-XSS-Protection of the first
# specification).
SECURITY = {
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
FORBIDDEN = {"Server", "X-Powered-By", "X-XSS-Protection", "Access-Control-Allow-Origin"}
EVENT = {"title": "T", "start_time": "2030-05-01T15:00:00Z", "end_time": "2030-05-01T18:00:00Z"}
JSON = {"Content-Type": "application/json"}


def post_raw(client, body, path="/v1/events", headers=None):
    return client.request("POST", path, headers={**JSON, **(headers or {})}, data=body)


def has_security_headers(reply):
    found = {name: reply.headers.get(name) for name in SECURITY}
    assert found == SECURITY
    assert not FORBIDDEN & set(reply.headers), set(reply.headers)
    assert re.fullmatch(r"[A-Za-z0-9._-]{8,64}", reply.headers["X-Request-Id"])
    if reply.request.method != "OPTIONS":  # never cached
        assert reply.headers["Cache-Control"] in ("no-store", "no-cache")
    assert "Strict-Transport-Security" not in reply.headers  # because PUBLIC_URL is http here
    return True


# Headers ------------------------------------------------------------------------------------------


def test_security_headers_on_every_kind_of_answer(api, org):
    event = org.event(publish=True)
    place = f"/v1/events/{event['id']}"
    answers = [
        (200, org.owner.get(place)), (201, org.owner.post("/v1/events", EVENT)),
        (204, org.owner.delete(f"/v1/events/{org.event()['id']}")),
        (304, org.owner.get(place, headers={"If-None-Match": '"2.0"'})), (400, post_raw(org.owner, b"{")),
        (401, api.get(place)), (403, org.member.patch(place, {})), (404, api.get("/nowhere")),
        (404, org.owner.get("/v1/events/999999999")), (405, api.put(place)), (409, org.owner.delete(place)),
        (412, org.owner.patch(place, {}, headers={"If-Match": '"99"'})),
        (413, post_raw(org.owner, b"x" * 400000)), (415, post_raw(org.owner, b"{}", headers={"Content-Type": "a/b"})),
        (422, org.owner.post("/v1/events", {})), (200, api.get("/health")), (200, api.get("/openapi.json")),
        (204, api.request("OPTIONS", place)),
    ]
    for status, reply in answers:
        assert reply.status_code == status, reply.text[:300]
        assert has_security_headers(reply), status


def test_strict_transport_security_with_https(make_server):
    server = make_server(PUBLIC_URL="https://campaign.example.org")
    reply = requests.get(f"{server.url}/health", timeout=10)
    assert reply.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"


def test_the_page_may_load_its_style_and_script_only(server):
    policy = requests.get(f"{server.url}/docs", timeout=10).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "style-src 'self'" in policy and "script-src 'self'" in policy
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy


@pytest.mark.parametrize("given, kept", [
    ("abcdefgh", True), ("A-b_c.0123456789", True), ("x" * 64, True), ("x" * 65, False), ("short", False),
    ("has space in it", False), ("semi;colon;semi", False), ("<script>alert(1)</script>", False), ("ünicode-ünicode", False),
    ("{\"a\":\"bcdefghi\"}", False)])
def test_request_ids(api, given, kept):
    reply = api.get("/health", headers={"X-Request-Id": given.encode()})
    assert (reply.headers["X-Request-Id"] == given) == kept
    assert has_security_headers(reply)


def test_request_ids_are_made_apart_and_stand_in_problems(api):
    answers = [api.get("/v1/me") for _ in range(20)]
    made = {reply.headers["X-Request-Id"] for reply in answers}
    assert len(made) == 20 and {reply.json()["request_id"] for reply in answers} == made


# Methods and paths --------------------------------------------------------------------------------


def test_head_is_get_without_a_body(shared_org):
    event = shared_org.event(publish=True)
    for path in (f"/v1/events/{event['id']}", "/v1/events", f"/v1/public/events/{event['id']}", "/openapi.json",
                 "/v1/events/999999999"):
        get, head = shared_org.member.get(path), shared_org.member.request("HEAD", path)
        assert head.status_code == get.status_code and head.content == b"", path
        skip = {"X-Request-Id", "Date", "RateLimit"}
        assert {k: v for k, v in head.headers.items() if k not in skip} == {
            k: v for k, v in get.headers.items() if k not in skip}, path
    assert shared_org.member.request("HEAD", "/v1/auth/sign-in").status_code == 405


def test_a_connection_lives_on_after_head(server):
    request = b"HEAD /health HTTP/1.1\r\nHost: x\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = raw(server, request)
    assert raw_status(answer) == [200, 200] and answer.count(b"healthy") == 1


@pytest.mark.parametrize("method, path, allowed", [
    ("PUT", "/v1/events", "GET, HEAD, POST, OPTIONS"), ("DELETE", "/v1/events", "GET, HEAD, POST, OPTIONS"),
    ("POST", "/v1/events/1", "GET, HEAD, PATCH, DELETE, OPTIONS"), ("GET", "/v1/auth/sign-in", "POST, OPTIONS"),
    ("GET", "/v1/events/1/publish", "POST, OPTIONS"), ("POST", "/health", "GET, HEAD, OPTIONS"),
    ("TRACE", "/health", "GET, HEAD, OPTIONS"), ("PROPFIND", "/health", "GET, HEAD, OPTIONS"),
    ("get", "/health", "GET, HEAD, OPTIONS")])
def test_wrong_methods(server, method, path, allowed):
    answer = raw(server, f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert raw_status(answer) == [405]
    assert f"\r\nAllow: {allowed}\r\n".encode() in answer
    assert b'"type":"method_not_allowed"' in answer


def test_options(api):
    reply = api.request("OPTIONS", "/v1/events")
    assert reply.status_code == 204 and reply.headers["Allow"] == "GET, HEAD, POST, OPTIONS" and not reply.content
    assert api.request("OPTIONS", "/nowhere").status_code == 404


@pytest.mark.parametrize("path", ["/v1/events/%2F", "/v1/events/a%2Fb", "/v1/events/%00", "/v1/events/1%00", "/v1/./me",
                                  "/v1/../v1/me", "/v1/%2e%2e/me", "/v1/%2e/me", "/v1//me", "//v1/me", "/v1/me/",
                                  "/v1/events/%", "/v1/events/%zz", "/v1/events/%4", "/v1/events/%ff%fe",
                                  "/v1/events/%0d%0aX: y", "/v1/events/%1b[2J", "/v1/events/%e2%80%ae"])
def test_paths_that_are_refused(server, path):
    answer = raw(server, f"GET {path.replace(' ', '%20')} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert raw_status(answer) in ([400], [404]), answer[:300]
    if path not in ("/v1/me/",):
        assert raw_status(answer) == [400], answer[:300]
    assert b"\r\nX: y" not in answer


@pytest.mark.parametrize("path, status", [("/", 404), ("/v1", 404), ("/v1/events/1/2/3/4/5/6/7/8/9/10", 404),
                                          ("/%76%31/me", 401), ("/V1/me", 404), ("/v1/me?", 401), ("/v1/me?x=1", 401)])
def test_other_paths(server, path, status):
    answer = raw(server, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert raw_status(answer) == [status]


# Bodies -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
                                  "application/jsonx", "application/problem+json", "json", ""])
def test_wrong_content_types(shared_org, kind):
    headers = {} if kind is None else {"Content-Type": kind}
    reply = shared_org.owner.session.post(
        shared_org.owner.base + "/v1/events", data=json.dumps(EVENT).encode(), timeout=10,
        headers={"Authorization": f"Bearer {shared_org.owner.token}", **headers})
    assert is_problem(reply, 415, "unsupported_media_type"), reply.text


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "APPLICATION/JSON;charset=UTF-8"])
def test_good_content_types(shared_org, kind):
    assert post_raw(shared_org.owner, json.dumps(EVENT), headers={"Content-Type": kind}).status_code == 201


GOOD = json.dumps(EVENT)[:-1]
BAD_BODIES = {
    "empty": "", "blank": " ", "text": "hello", "half": GOOD, "two": GOOD + "}{}", "trailing": GOOD + "} x",
    "comma": GOOD + ",}", "single quotes": "{'title': 'x'}", "comment": "/**/" + GOOD + "}", "array": "[]", "number": "1",
    "string": '"x"', "null": "null", "NaN": GOOD + ',"latitude":NaN}', "infinity": GOOD + ',"latitude":1e999}',
    "duplicate key": GOOD + ',"title":"again"}', "duplicate by escape": GOOD + r',"titl\u0065":"again"}',
    "duplicate inside": GOOD + ',"x":{"a":1,"a":2}}', "bad UTF-8": (GOOD + ',"city":"').encode() + b'\xff\xfe"}',
    "overlong UTF-8": (GOOD + ',"city":"').encode() + b'\xc0\xaf"}', "surrogate": GOOD + r',"city":"\ud800"}',
    "UTF-16": (GOOD + "}").encode("utf-16"), "two BOMs": b"\xef\xbb\xbf" * 2 + (GOOD + "}").encode(),
    "NUL": GOOD + r',"city":"a\u0000b"}', "raw control": GOOD + ',"city":"a\x01b"}', "leading zero": GOOD + ',"capacity":01}',
    "depth": '{"a":' * 10000 + "1" + "}" * 10000, "depth of lists": "[" * 60000, "bombs": "[" + "{}," * 40000 + "{}]",
    "many keys": "{" + ",".join(f'"k{n}":1' for n in range(8000)) + "}", "long number": GOOD + ',"capacity":' + "9" * 50000 + "}",
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_bad_bodies(shared_org, name):
    body = BAD_BODIES[name]
    reply = post_raw(shared_org.owner, body if isinstance(body, bytes) else body.encode())
    assert reply.status_code in (400, 422), f"{reply.status_code} {reply.text[:300]}"
    assert reply.headers["Content-Type"] == "application/problem+json" and len(reply.content) < 65536
    assert shared_org.owner.get("/v1/me").status_code == 200


def test_the_limit_of_a_body(shared_org):
    # The longest text of an event, 20,000 characters, may arrive as escapes of 12 bytes each.
    emoji = json.dumps("\N{GRINNING FACE}" * 20000)
    assert post_raw(shared_org.owner, f'{GOOD},"description":{emoji}}}'.encode()).status_code == 201
    most = 65536 + 12 * 20000
    head = (GOOD + ',"description":"').encode()
    filling = most - len(head) - 2
    fits = post_raw(shared_org.owner, head + b"x" * filling + b'"}')
    assert fits.status_code == 422 and fits.json()["errors"][0]["pointer"] == "/description"
    over = post_raw(shared_org.owner, head + b"x" * (filling + 1) + b'"}')
    assert is_problem(over, 413, "payload_too_large") or over.status_code == 413, over.text


def test_a_body_where_none_is_taken(shared_org):
    event = shared_org.event()
    place = f"/v1/events/{event['id']}"
    for body in (b'{"x":1}', b"[]", b"{} {}", b"{}\0", b"null"):
        reply = post_raw(shared_org.owner, body, f"{place}/publish")
        assert reply.status_code == 400 and reply.json()["code"] == "body_unexpected", body
    assert shared_org.owner.ok("GET", place)["is_published"] is False
    # Many libraries send an empty object where no body is needed.
    assert post_raw(shared_org.owner, b" {\n} ", f"{place}/publish").status_code == 200
    assert post_raw(shared_org.owner, b"{}", f"{place}/cancel", {"Content-Type": "text/plain"}).status_code == 200


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a b", "Bearer " + "x" * 5000, "bearer",
                                   "Bearer ccs_", "Bearer cct_" + "x" * 43, "Bearer \xc3\xa9", "Token x"])
def test_wrong_credentials(api, value):
    for path in ("/v1/me", "/v1/events"):
        reply = api.get(path, headers={"Authorization": value.encode("latin-1")})
        assert reply.status_code in (401, 431), (reply.status_code, reply.text)
        if reply.status_code == 401:
            assert reply.headers["WWW-Authenticate"].startswith("Bearer")


# CORS ---------------------------------------------------------------------------------------------


def test_no_origin_is_allowed_unless_configured(api):
    for method in ("GET", "OPTIONS"):
        reply = api.request(method, "/v1/public/events", headers={"Origin": "https://evil.example"})
        assert not [name for name in reply.headers if name.lower() == "access-control-allow-origin"]


def test_configured_origins(make_server):
    server = make_server(CORS_ORIGINS="https://app.example.com,http://localhost:5173")
    for origin in ("https://app.example.com", "http://localhost:5173"):
        flight = requests.options(f"{server.url}/v1/events/1", timeout=10, headers={
            "Origin": origin, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "if-match"})
        assert flight.status_code == 204 and flight.headers["Access-Control-Allow-Origin"] == origin
        assert "PATCH" in flight.headers["Access-Control-Allow-Methods"]
        names = {name.strip().lower() for name in flight.headers["Access-Control-Allow-Headers"].split(",")}
        assert {"authorization", "content-type", "idempotency-key", "if-match", "if-none-match"} <= names
        assert int(flight.headers["Access-Control-Max-Age"]) > 0 and "Origin" in flight.headers["Vary"]
        for path in ("/v1/public/events", "/v1/me", "/nowhere"):
            reply = requests.get(server.url + path, timeout=10, headers={"Origin": origin})
            assert reply.headers["Access-Control-Allow-Origin"] == origin
            assert "ETag" in reply.headers["Access-Control-Expose-Headers"]
    for origin in ("https://app.example.co", "https://app.example.com.evil.net", "https://app.example.com:8443", "null", "",
                   "http://app.example.com", "https://app.example.com,http://localhost:5173", "app.example.com", "https:"):
        reply = requests.get(f"{server.url}/v1/public/events", timeout=10, headers={"Origin": origin})
        assert "Access-Control-Allow-Origin" not in reply.headers, origin


def test_a_write_by_cookie_needs_this_site_s_origin(make_server):
    """Browsers send the cookie automatically, so another site's page must not be able to write with it."""
    server = make_server(CORS_ORIGINS="https://app.example.com")
    from harness.client import new_person

    person = new_person(Client(server))
    cookie = f"cc={person.token}"
    server.cluster.sql(None, "UPDATE sessions SET kind = 'cookie'", server.database)
    results = {}
    for origin in (server.url, "https://app.example.com", "https://app.example.co", "https://evil.example", "null", "", None,
                   "https:", "http", ","):
        headers = {"Cookie": cookie, "Content-Type": "application/json"}
        if origin is not None:
            headers["Origin"] = origin
        reply = requests.patch(f"{server.url}/v1/me", data='{"first_name":"Eve"}', headers=headers, timeout=10)
        results[origin] = reply.status_code
    good = {server.url: 200, "https://app.example.com": 200}
    assert results == {origin: good.get(origin, 403) for origin in results}


# Logs ---------------------------------------------------------------------------------------------


def test_the_log_is_json_lines_and_holds_nobody_s_data(make_server):
    server = make_server(LOG_LEVEL="debug")
    from harness.client import new_person

    canary = "canary" + unique("x").replace("-", "")
    person = new_person(Client(server))
    person.ok("PATCH", "/v1/me", {"first_name": canary, "last_name": canary})
    person.ok("POST", "/v1/organizations", {"name": canary})
    made = person.ok("POST", "/v1/events", {**EVENT, "title": canary, "slug": canary, "description": canary,
                                            "contact_email": f"{canary}@example.org"})
    person.get(f"/v1/events?text={canary}")
    person.get(f"/v1/events/by-slug/{canary}")
    person.get(f"/v1/events/by-slug/{canary}x")
    person.get(f"/{canary}")
    person.post("/v1/events", {**EVENT, "title": canary * 100, canary: canary})
    post_raw(person, f'{{"title": "{canary}", '.encode())
    person.post("/v1/events", {**EVENT, "slug": canary})
    Client(server).post("/v1/auth/sign-in", {"email": f"{canary}@example.org", "password": canary})
    Client(server).post("/v1/auth/register", {"email": f"{canary}@example.org", "password": f"{canary} walks a street",
                                              "first_name": canary, "last_name": canary})
    person.get("/v1/me", headers={"User-Agent": canary, "X-Request-Id": f"{canary} {canary}", "Referer": canary})
    Client(server).get("/v1/me", headers={"Authorization": f"Bearer {canary}", "Cookie": f"cc={canary}"})
    token = person.token
    assert server.stop() == 0
    lines = server.log().splitlines()
    for line in lines:
        entry = json.loads(line)
        assert {"time", "level", "event"} <= set(entry)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", entry["time"])
    asked = [json.loads(line) for line in lines if '"event":"request"' in line]
    assert len(asked) >= 12 and all({"id", "route", "status", "us", "org", "actor"} <= set(entry) for entry in asked)
    assert {"createEvent", "event.create"} & {entry.get("op") for entry in asked}
    assert any(entry["actor"] == f"user:{person.user}" and entry["org"] == made["organization_id"] for entry in asked)
    for secret in (canary, person.email, token, token[4:]):
        assert not [line for line in lines if secret in line], secret


def test_the_log_survives_what_a_client_sends(make_server):
    server = make_server()
    before = len(server.log_lines())
    evil = [b"GET /%0d%0a%7b%22event%22%3a%22forged%22%7d HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET /a%1b%5b2J HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /%s%n%s%n%p HTTP/1.1\r\nHost: x\r\n\r\n",
            b"FORGED\x7b HTTP/1.1\r\nHost: x\r\n\r\n", b"{\"event\":\"forged\"} / HTTP/1.1\r\nHost: x\r\n\r\n",
            b"GET /health HTTP/1.1\r\nHost: x\r\nX-Request-Id: forged\x1b[2J\r\n\r\n",
            b"GET /health HTTP/1.1\r\nHost: x\r\nX-Request-Id: forged\rforged\r\n\r\n",
            b"GET /health HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: \"},forged\r\nX-Real-IP: forged\r\nUser-Agent: %s%n\r\n\r\n",
            b"GET /v1/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s%n\x80\xffforged\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: forged\r\nX-Request-Id: \xe2\x80\xaeforged-forged\r\n\r\n"]
    for request in evil:
        raw(server, request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert requests.get(f"{server.url}/health", timeout=10).status_code == 200
    assert server.stop() == 0
    text = server.log()
    assert "forged" not in text and "\x1b" not in text and "\r" not in text
    for line in text.splitlines():
        json.loads(line)
    assert len(text.splitlines()) > before


def test_a_proxy_s_header_is_believed_from_the_proxy_only(make_server):
    for proxy, believed in (("", False), ("127.0.0.1", True), ("10.0.0.1", False)):
        server = make_server(TRUSTED_PROXY=proxy)
        reply = requests.get(f"{server.url}/v1/me", timeout=10, headers={
            "Authorization": "Bearer ccs_" + "x" * 43, "X-Real-IP": "203.0.113.9", "X-Forwarded-For": "198.51.100.1"})
        assert reply.status_code == 401
        server.stop()
        logged = [entry for entry in server.log_lines() if entry["event"] == "security.refused"]
        assert logged and ({entry["address"] for entry in logged} == {"203.0.113.9" if believed else "127.0.0.1"})


# Ambiguous, malformed and slow requests ------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.alone
def test_every_probe(server):
    path = pathlib.Path(__file__).parents[1] / "fault" / "http_probes.py"
    spec = importlib.util.spec_from_file_location("http_probes", path)
    probes = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(probes)
    for port in (server.port, server.port + 8):
        found = probes.run("127.0.0.1", port, "/health", "/v1/auth/sign-in", slow=port == server.port)
        assert len(found) > 70
        wrong = [f"{name}: {detail}" for name, ok, detail in found if not ok]
        assert not wrong, f"port {port - server.port:+}: {wrong}"


def resident(server):
    status = pathlib.Path(f"/proc/{server.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status).group(1)) / 1024


def test_memory_after_bombs(make_server):
    """100 concurrent oversized requests of different kinds; afterwards the server uses as little memory as before,
    within 64 MiB."""
    server = make_server()
    from harness.client import new_person

    person = new_person(Client(server))
    head = (f"POST /v1/organizations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {person.token}\r\n"
            "Content-Type: application/json\r\nConnection: close\r\n").encode()
    bodies = [b"{}" * (512 * 1024), b"[" * 131072, b'{"a":' * 26000, b"[" + b"{}," * 43000 + b"{}]",
              b'{"name":"' + b"\\u0041" * 21000 + b'"}', b"x" * (8 << 20)]
    idle, peak, stop = resident(server), [0.0], threading.Event()

    def bomb(body):
        with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
            try:
                connection.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
                while connection.recv(65536):
                    pass
            except OSError:
                pass

    def watch():
        while not stop.wait(0.01):
            peak[0] = max(peak[0], resident(server))

    watcher = threading.Thread(target=watch)
    watcher.start()
    threads = [threading.Thread(target=bomb, args=(bodies[n % len(bodies)],)) for n in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)
    stop.set()
    watcher.join()
    assert person.get("/v1/me").status_code == 200
    assert resident(server) - idle <= 64, f"{resident(server):.0f} MiB, {idle:.0f} MiB when idle"
    assert peak[0] - idle <= 64, f"{peak[0]:.0f} MiB at the peak, {idle:.0f} MiB when idle"
