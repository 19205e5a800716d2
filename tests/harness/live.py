# SPDX-License-Identifier: GPL-3.0-or-later
"""WebSockets of the change feed; one selector can read many of them."""

import base64
import json
import os
import selectors
import socket
import struct
import time
import urllib.parse

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Refused(Exception):
    """The server refused the handshake. The reply: .status, .headers (lower case) and .body (decoded JSON)."""

    def __init__(self, status, headers, body):
        super().__init__(f"{status} {body}")
        self.status, self.headers, self.body = status, headers, body


class LiveSocket:
    """One socket. `pages`: the decoded pages in order; `changes`: the changes of all pages; `times`: arrival times of
    the pages; `closed`: None while the socket is open, then (code, reason), or (None, "") without a close frame."""

    def __init__(self, port, token, since=None, receive_buffer=None, timeout=30):
        self.sock = socket.socket()
        if receive_buffer is not None:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.settimeout(timeout)
        self.sock.connect(("127.0.0.1", port))
        self.buffer = b""
        self.pages, self.changes, self.texts, self.times, self.pongs = [], [], [], [], []
        self.closed = None
        self._shake(port, token, since)

    def _shake(self, port, token, since):
        query = "" if since is None else "?" + urllib.parse.urlencode({"since": since})
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall((f"GET /v1/changes/live{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                           f"Authorization: Bearer {token}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                           f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n").encode())
        head, _, rest = self._until(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        status = int(lines[0].split()[1])
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        if status == 101:
            self.buffer = rest
            return
        length = int(headers.get("content-length", 0))
        while len(rest) < length:
            rest += self.sock.recv(65536)
        self.sock.close()
        raise Refused(status, headers, json.loads(rest))

    def _until(self, end):
        data = b""
        while end not in data:
            part = self.sock.recv(65536)
            if not part:
                raise ConnectionError(f"closed after {data!r}")
            data += part
        return data.partition(end)

    def fileno(self):
        return self.sock.fileno()

    def send_frame(self, opcode, payload=b"", fin=True, masked=True):
        length = len(payload)
        head = bytes([(0x80 if fin else 0) | opcode])
        bit = 0x80 if masked else 0
        head += (bytes([bit | length]) if length < 126 else
                 bytes([bit | 126]) + struct.pack(">H", length) if length < 65536 else
                 bytes([bit | 127]) + struct.pack(">Q", length))
        mask = os.urandom(4) if masked else b""
        if masked and length:
            key = (mask * (length // 4 + 1))[:length]
            payload = (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(length, "big")
        self.sock.sendall(head + mask + payload)

    def read(self, decode=True):
        """Read received data; waits at most the socket's timeout."""
        try:
            data = self.sock.recv(1 << 18)
        except (socket.timeout, BlockingIOError):
            return
        except ConnectionError:
            data = b""
        if not data:
            self.closed = self.closed or (None, "")
            return
        self.buffer += data
        self.take(decode)

    def take(self, decode=True):
        at, data = 0, self.buffer
        while len(data) - at >= 2:
            length, head = data[at + 1], 2
            if length == 126:
                head = 4
            elif length == 127:
                head = 10
            if len(data) - at < head:
                break
            if head > 2:
                length = int.from_bytes(data[at + 2:at + head], "big")
            if len(data) - at < head + length:
                break
            self._frame(data[at] & 15, data[at + head:at + head + length], decode)
            at += head + length
        self.buffer = data[at:]

    def _frame(self, opcode, payload, decode):
        if opcode == TEXT:
            self.times.append(time.monotonic())
            self.texts.append(payload)
            if decode:
                self.pages.append(json.loads(payload))
                self.changes += self.pages[-1]["data"]
        elif opcode == CLOSE:
            self.closed = (struct.unpack(">H", payload[:2])[0], payload[2:].decode())
        elif opcode == PONG:
            self.pongs.append(payload)

    def close(self):
        self.sock.close()


class Crowd:
    """Many sockets that are read together."""

    def __init__(self, sockets=()):
        self.selector = selectors.DefaultSelector()
        self.sockets = []
        for each in sockets:
            self.add(each)

    def add(self, live):
        live.sock.setblocking(False)
        live.take()
        self.sockets.append(live)
        self.selector.register(live.sock, selectors.EVENT_READ, live)
        return live

    def read(self, seconds=0.1):
        """Read what arrives within the time, at least once."""
        for key, _ in self.selector.select(seconds):
            key.data.read()
            if key.data.closed is not None and key.data.sock.fileno() >= 0:
                self.selector.unregister(key.data.sock)

    def until(self, done, seconds=120):
        """Read until done() is true; fails if that takes too long. Returns the seconds."""
        begin = time.monotonic()
        while not done():
            assert time.monotonic() - begin < seconds, f"not so after {seconds} s"
            self.read()
        return time.monotonic() - begin

    def close(self):
        self.selector.close()
        for each in self.sockets:
            each.close()
