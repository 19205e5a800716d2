# SPDX-License-Identifier: GPL-3.0-or-later
"""Malformed, ambiguous and slow HTTP against a running listener.

Each refused shape must get exactly one 4xx and a closed connection, or a plain close: never a second
answer, never a 2xx. Each legal shape next to it must be served.

    python3 http_probes.py HOST PORT [PATH_GET [PATH_POST]]
"""
import re
import socket
import sys
import threading
import time

STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
WAIT = 5.0  # timeout for a reply that does not depend on a timeout of the server


class Reply:
    """Everything received on one connection until it was closed or nothing more came."""

    def __init__(self, data, closed):
        self.data = data
        self.codes = [int(code) for code in STATUS.findall(data) if code != b"100"]
        self.closed = closed

    def __str__(self):
        return f"codes={self.codes} closed={self.closed}"


def connect(host, port):
    sock = socket.create_connection((host, port), timeout=WAIT)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def read_all(sock, wait=WAIT, enough=None):
    """Read until the close, until `wait` seconds without data, or until `enough` replies came."""
    data, deadline = b"", time.monotonic() + wait
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            return Reply(data, False)
        sock.settimeout(left)
        try:
            piece = sock.recv(65536)
        except socket.timeout:
            return Reply(data, False)
        except OSError:
            return Reply(data, True)
        if not piece:
            return Reply(data, True)
        data += piece
        if enough is not None and len(STATUS.findall(data)) >= enough:
            deadline = min(deadline, time.monotonic() + 0.3)


def exchange(host, port, data, wait=WAIT, enough=None):
    with connect(host, port) as sock:
        try:
            sock.sendall(data)
        except OSError:
            pass
        return read_all(sock, wait, enough)


def refused(reply):
    """One 4xx (505 for an unsupported version) and a close, or only a close."""
    if not reply.closed or len(reply.codes) > 1:
        return False
    return not reply.codes or 400 <= reply.codes[0] < 500 or reply.codes[0] == 505


def refused_413(reply):
    return refused(reply) and reply.codes == [413]


def served(n, code=200):
    return lambda reply: reply.codes == [code] * n


def bad_requests(get, post):
    """(name, bytes, check) of requests that are refused at once."""
    host = b"Host: a.test\r\n"
    smuggled = b"GET " + get + b" HTTP/1.1\r\n" + host + b"\r\n"
    head = b"POST " + post + b" HTTP/1.1\r\n" + host
    chunked = b"Transfer-Encoding: chunked\r\n"
    line = b"GET " + get + b" HTTP/1.1\r\n"
    one = [
        ("two lengths", head + b"Content-Length: 5\r\nContent-Length: 3\r\n\r\nhello" + smuggled),
        ("two equal lengths", head + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" + smuggled),
        ("list of lengths", head + b"Content-Length: 5, 5\r\n\r\nhello" + smuggled),
        ("length and chunked", head + b"Content-Length: 5\r\n" + chunked + b"\r\n0\r\n\r\n" + smuggled),
        ("chunked and length", head + chunked + b"Content-Length: 5\r\n\r\n0\r\n\r\n" + smuggled),
        ("two encodings", head + chunked + chunked + b"\r\n0\r\n\r\n" + smuggled),
        ("chunked, then identity", head + chunked + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n" + smuggled),
        ("unknown encoding", head + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + smuggled),
        ("gzip, chunked", head + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + smuggled),
        ("encoding with a vertical tab", head + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + smuggled),
        ("chunked on HTTP/1.0", b"POST " + post + b" HTTP/1.0\r\n" + host + chunked + b"\r\n0\r\n\r\n" + smuggled),
        ("length +5", head + b"Content-Length: +5\r\n\r\nhello" + smuggled),
        ("length -1", head + b"Content-Length: -1\r\n\r\n" + smuggled),
        ("length 0x5", head + b"Content-Length: 0x5\r\n\r\nhello" + smuggled),
        ("length empty", head + b"Content-Length:\r\n\r\n" + smuggled),
        ("length 5 5", head + b"Content-Length: 5 5\r\n\r\nhello" + smuggled),
        ("length of 30 digits", head + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n" + smuggled),
        ("blank before colon of length", head + b"Content-Length : 5\r\n\r\nhello" + smuggled),
        ("blank before colon of encoding", head + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + smuggled),
        ("tab before colon", line + host + b"X-A\t: b\r\n\r\n" + smuggled),
        ("two hosts", line + host + b"Host: b.test\r\n\r\n" + smuggled),
        ("two hosts in one", line + b"Host: a.test, b.test\r\n\r\n" + smuggled),
        ("host with a path", line + b"Host: a.test/x\r\n\r\n" + smuggled),
        ("no host", line + b"X-A: b\r\n\r\n" + smuggled),
        ("NUL in a value", line + host + b"X-A: a\0b\r\n\r\n" + smuggled),
        ("NUL at the end of a value", line + host + b"X-A: a\0\r\n\r\n" + smuggled),
        ("four NULs in the last value", line + host + b"X-A: a\0\0\0\0b: c\r\n\r\n" + smuggled),
        ("NUL in a name", line + host + b"X-\0A: b\r\n\r\n" + smuggled),
        ("line that begins with NUL", line + host + b"\0X-A: b\r\nContent-Length: 5\r\n\r\nhello" + smuggled),
        ("NUL in the path", b"GET " + get + b"\0x HTTP/1.1\r\n" + host + b"\r\n" + smuggled),
        ("NUL in the query", b"GET " + get + b"?a=\0 HTTP/1.1\r\n" + host + b"\r\n" + smuggled),
        ("control character in the path", b"GET " + get + b"\x01 HTTP/1.1\r\n" + host + b"\r\n" + smuggled),
        ("escape character in a value", line + host + b"X-A: a\x1b[2Jb\r\n\r\n" + smuggled),
        ("DEL in a value", line + host + b"X-A: a\x7fb\r\n\r\n" + smuggled),
        ("lone CR in a value", line + host + b"X-A: a\rContent-Length: 5\r\n\r\nhello" + smuggled),
        ("folded line", line + host + b"X-A: a\r\n b\r\n\r\n" + smuggled),
        ("folded line with a tab", line + host + b"X-A: a\r\n\tb\r\n\r\n" + smuggled),
        ("folded line makes a length", head + b"Content-Lengt: 5\r\n h\r\n\r\nhello" + smuggled),
        ("folded length", head + b"Content-Length:\r\n 5\r\n\r\nhello" + smuggled),
        ("folded encoding", head + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + smuggled),
        ("blank before the first header", line + b" " + host + b"\r\n" + smuggled),
        ("bare LF everywhere", b"GET " + get + b" HTTP/1.1\nHost: a.test\n\n" + smuggled),
        ("bare LF after the request line", b"GET " + get + b" HTTP/1.1\n" + host + b"\r\n" + smuggled),
        ("bare LF after a header", line + b"Host: a.test\nX-A: b\r\n\r\n" + smuggled),
        ("bare LF at the end of the head", line + b"Host: a.test\r\n\n" + smuggled),
        ("header without colon", line + host + b"X-A\r\n\r\n" + smuggled),
        ("empty header name", line + host + b": b\r\n\r\n" + smuggled),
        ("bracket in a header name", line + host + b"X[A]: b\r\n\r\n" + smuggled),
        ("non-ASCII header name", line + host + b"X-\xc3\xa4: b\r\n\r\n" + smuggled),
        ("two blanks in the request line", b"GET  " + get + b" HTTP/1.1\r\n" + host + b"\r\n" + smuggled),
        ("blank at the end of the request line", b"GET " + get + b" HTTP/1.1 \r\n" + host + b"\r\n" + smuggled),
        ("blank in the target", b"GET " + get + b" x HTTP/1.1\r\n" + host + b"\r\n" + smuggled),
        ("tab in the request line", b"GET\t" + get + b" HTTP/1.1\r\n" + host + b"\r\n" + smuggled),
        ("target without slash", b"GET x" + get + b" HTTP/1.1\r\n" + host + b"\r\n" + smuggled),
        ("absolute target", b"GET http://b.test" + get + b" HTTP/1.1\r\n" + host + b"\r\n" + smuggled),
        ("non-ASCII target", b"GET " + get + b"\xff HTTP/1.1\r\n" + host + b"\r\n" + smuggled),
        ("bracket in the method", b"GE[T " + get + b" HTTP/1.1\r\n" + host + b"\r\n" + smuggled),
        ("no version", b"GET " + get + b"\r\n" + host + b"\r\n" + smuggled),
        ("HTTP/2.0", b"GET " + get + b" HTTP/2.0\r\n" + host + b"\r\n" + smuggled),
        ("HTTP/1.2", b"GET " + get + b" HTTP/1.2\r\n" + host + b"\r\n" + smuggled),
        ("http/1.1", b"GET " + get + b" http/1.1\r\n" + host + b"\r\n" + smuggled),
        ("HTTP/1.10", b"GET " + get + b" HTTP/1.10\r\n" + host + b"\r\n" + smuggled),
        ("preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + smuggled),
        ("TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64 + b"\r\n\r\n" + smuggled),
        ("upgrade with a body", head + b"Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n\r\nhello" + smuggled),
        ("two upgrades", line + host + b"Connection: upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n\r\n" + smuggled),
        ("two keys of a web socket", line + host + b"Connection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
         b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n" + smuggled),
        ("two authorizations", line + host + b"Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n" + smuggled),
        ("chunk size that overflows", head + chunked + b"\r\nffffffffffffffff1\r\nx\r\n0\r\n\r\n" + smuggled),
        ("chunk size with a sign", head + chunked + b"\r\n-1\r\nx\r\n0\r\n\r\n" + smuggled),
        ("chunk size 0x1", head + chunked + b"\r\n0x1\r\nx\r\n0\r\n\r\n" + smuggled),
        ("chunk longer than its size", head + chunked + b"\r\n1\r\nxyz\r\n0\r\n\r\n" + smuggled),
        ("chunk size missing", head + chunked + b"\r\n\r\nx\r\n0\r\n\r\n" + smuggled),
        ("header of 40 kB", line + host + b"X-A: " + b"a" * 40000 + b"\r\n\r\n" + smuggled),
        ("target of 40 kB", b"GET " + get + b"?" + b"a" * 40000 + b" HTTP/1.1\r\n" + host + b"\r\n" + smuggled),
        ("101 headers", line + host + b"".join(b"X-%d: a\r\n" % i for i in range(101)) + b"\r\n" + smuggled),
        ("28 kB in 90 headers", line + host + b"".join(b"X-%02d: %s\r\n" % (i, b"a" * 290) for i in range(90)) + b"\r\n" + smuggled),
        ("600 headers", line + host + b"".join(b"X-%d: a\r\n" % i for i in range(600)) + b"\r\n" + smuggled),
    ]
    cases = [(name, data, refused) for name, data in one]
    # A request after a valid one is checked again.
    first = line + host + b"\r\n"
    cases.append(("good request, then garbage", first + b"\x00\x01\x02 garbage\r\n\r\n" + smuggled,
                  lambda reply: reply.closed and reply.codes[:1] == [200] and len(reply.codes) <= 2
                  and all(400 <= code < 500 for code in reply.codes[1:])))
    cases.append(("good request, then two lengths", first + one[0][1],
                  lambda reply: reply.closed and reply.codes == [200, 400]))
    return cases


def good_requests(get):
    """(name, bytes, check, replies) of legal but unusual requests."""
    host = b"Host: a.test\r\n"
    line = b"GET " + get + b" HTTP/1.1\r\n"
    plain = line + host + b"\r\n"
    return [
        ("plain", plain, served(1), 1),
        ("ten in one packet", plain * 10, served(10), 10),
        ("HTTP/1.0 without host", b"GET " + get + b" HTTP/1.0\r\n\r\n", served(1), None),
        ("connection: close", line + host + b"Connection: close\r\n\r\n" + plain, served(1), None),
        ("blanks around a value", line + b"Host:\t a.test\r\nX-A:   b c\t \r\n\r\n" + plain, served(2), 2),
        ("many blanks behind each value", line + host + b"X-A: b \r\nX-B: c  \t \r\n\r\n" + plain, served(2), 2),
        ("blanks behind an empty value", line + host + b"X-A:  \t \r\nX-B: \r\n\r\n" + plain, served(2), 2),
        ("head of 20 kB that ends in blanks", line + host + b"".join(b"X-%02d: %s\r\n" % (i, b"a" * 330) for i in range(60))
         + b"X-A: b" + b" \t" * 200 + b"\r\n\r\n" + plain * 3, served(4), 4),
        ("no blank after the colon", line + b"Host:a.test\r\nX-A:b\r\n\r\n" + plain, served(2), 2),
        ("empty value", line + host + b"X-A:\r\n\r\n" + plain, served(2), 2),
        ("host with port", line + b"Host: [::1]:3004\r\n\r\n" + plain, served(2), 2),
        ("repeated list header", line + host + b"Accept: a/b\r\nAccept: c/d\r\n\r\n" + plain, served(2), 2),
        ("non-ASCII value", line + host + b"X-A: \xc3\xa4\xff\r\n\r\n" + plain, served(2), 2),
        ("cookies", line + host + b"Cookie: a=b; c=\"d\"; e\r\n\r\n" + plain, served(2), 2),
        ("blank line before the request", b"\r\n" + plain, served(1), 1),
        ("header of 10 kB", line + host + b"X-A: " + b"a" * 10000 + b"\r\n\r\n" + plain, served(2), 2),
        ("head of 20 kB in 60 headers", line + host + b"".join(b"X-%02d: %s\r\n" % (i, b"a" * 330) for i in range(60))
         + b"\r\n" + plain, served(2), 2),
        ("upgrade to h2c is ignored", line + host + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n" + plain, served(2), 2),
        ("GET with a short body", line + host + b"Content-Length: 2\r\n\r\n{}" + plain,
         lambda reply: len(reply.codes) == 2 and reply.codes[1] == 200, 2),
    ]


def too_large(host, port, post, max_body):
    """(name, check, reply) of bodies over the limit."""
    head = b"POST " + post + b" HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/json\r\n"
    more = b"a" * (max_body + 1)

    def announced_not_sent():
        return exchange(host, port, head + b"Content-Length: %d\r\n\r\n" % (10 ** 12))

    def announced_with_expect():
        return exchange(host, port, head + b"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n" % len(more))

    def announced():
        return exchange(host, port, head + b"Content-Length: %d\r\n\r\n" % len(more) + more)

    def announced_8_mib():
        body = b"a" * (8 << 20)
        return exchange(host, port, head + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def chunked():
        return exchange(host, port, head + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(more) + more + b"\r\n0\r\n\r\n")

    def chunked_small_pieces():
        piece = b"400\r\n" + b"a" * 1024 + b"\r\n"
        return exchange(host, port, head + b"Transfer-Encoding: chunked\r\n\r\n" + piece * (max_body // 1024 + 1) + b"0\r\n\r\n")

    def chunked_endless():
        piece = b"10000\r\n" + b"a" * 65536 + b"\r\n"
        with connect(host, port) as sock:
            try:
                sock.sendall(head + b"Transfer-Encoding: chunked\r\n\r\n")
                for _ in range(4096):
                    sock.sendall(piece)
            except OSError:
                pass
            return read_all(sock)

    return [
        ("1 TB announced, not sent", refused_413, announced_not_sent),
        ("over the limit, 100-continue", lambda r: refused_413(r) and b" 100 " not in r.data, announced_with_expect),
        ("over the limit by one", refused_413, announced),
        ("8 MiB announced and sent", refused_413, announced_8_mib),
        ("over the limit, chunked", refused_413, chunked),
        ("over the limit, small chunks", refused_413, chunked_small_pieces),
        ("256 MiB chunked", refused, chunked_endless),
    ]


def drip(host, port, start, rest, limit):
    """Send `start`, then one byte of `rest` per second; returns the seconds until the close, and the reply."""
    with connect(host, port) as sock:
        began = time.monotonic()
        sock.sendall(start)
        data = b""
        for i in range(int(limit)):
            sock.settimeout(1.0)
            try:
                piece = sock.recv(4096)
                if not piece:
                    return time.monotonic() - began, Reply(data, True)
                data += piece
            except socket.timeout:
                pass
            except OSError:
                return time.monotonic() - began, Reply(data, True)
            try:
                sock.sendall(rest[i % len(rest):][:1])
            except OSError:
                return time.monotonic() - began, Reply(data, True)
        return limit, Reply(data, False)


def slow_clients(host, port, get, post, request_timeout):
    """A client that sends one byte per second is disconnected after the request timeout, in whatever part of the
    request."""
    head = b"POST " + post + b" HTTP/1.1\r\nHost: a.test\r\n"
    starts = [
        ("silent from the start", b"", b""),
        ("slow request line", b"G", b"ET /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("slow head", b"GET " + get + b" HTTP/1.1\r\nHost: a.test\r\n", b"X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("slow body", head + b"Content-Length: 100\r\n\r\n", b"{" + b" " * 98),
        ("slow chunks", head + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        ("slow chunk extension", head + b"Transfer-Encoding: chunked\r\n\r\n1;", b"aaaa"),
    ]
    limit, results, threads = request_timeout + 5, {}, []

    def one(name, start, rest):
        try:
            if rest:
                results[name] = drip(host, port, start, rest, limit)
            else:
                with connect(host, port) as sock:
                    began = time.monotonic()
                    reply = read_all(sock, limit)
                    results[name] = (time.monotonic() - began, reply)
        except OSError as error:
            results[name] = (0.0, Reply(str(error).encode(), False))

    for start in starts:
        threads.append(threading.Thread(target=one, args=start))
        threads[-1].start()
    for thread in threads:
        thread.join()
    found = []
    for name, _, _ in starts:
        seconds, reply = results[name]
        ok = refused(reply) and seconds <= request_timeout + 3
        found.append((name, ok, f"{reply} after {seconds:.1f} s"))
    return found


def split_everywhere(host, port, get):
    """A good request sent byte by byte, without waiting, is served."""
    with connect(host, port) as sock:
        for byte in b"GET " + get + b" HTTP/1.1\r\nHost: a.test\r\nX-A: b\r\n\r\n":
            sock.sendall(bytes([byte]))
        return read_all(sock, enough=1)


def run(host, port, path_get, path_post, max_body=131072, request_timeout=10, slow=True):
    """List of (name, ok, detail). `path_get` answers 200 to anyone; `path_post` takes a body."""
    get, post = path_get.encode(), path_post.encode()
    found = []

    def note(name, check, reply):
        found.append((name, bool(check(reply)), str(reply)))

    for name, data, check in bad_requests(get, post):
        note(name, check, exchange(host, port, data))
    for name, data, check, answers in good_requests(get):
        note("legal: " + name, check, exchange(host, port, data, enough=answers))
    note("legal: byte by byte", served(1), split_everywhere(host, port, get))
    for name, check, probe in too_large(host, port, post, max_body):
        note(name, check, probe())
    if slow:
        found += slow_clients(host, port, get, post, request_timeout)
    note("legal: still serving", served(1),
         exchange(host, port, b"GET " + get + b" HTTP/1.1\r\nHost: a.test\r\n\r\n", enough=1))
    return found


def main(args):
    host, port = args[0], int(args[1])
    found = run(host, port, *(args[2:4] or ["/health"]), *(["/v1/auth/sign-in"] if len(args) < 4 else []))
    for name, ok, detail in found:
        print(f"{'ok  ' if ok else 'FAIL'} {name}: {detail}")
    failed = sum(not ok for _, ok, _ in found)
    print(f"{len(found)} probes, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
