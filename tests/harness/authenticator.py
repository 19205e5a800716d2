# SPDX-License-Identifier: GPL-3.0-or-later
"""An authenticator application for second factors, as people use it on their phones."""

import base64
import hashlib
import hmac
import time

from .client import PASSWORD


class Authenticator:
    """One account in the application. The server accepts each code once, so the application never returns a code for
    the same time step twice."""

    def __init__(self, secret):
        self.key = base64.b32decode(secret)
        self.last = 0

    def at(self, step):
        mac = hmac.new(self.key, step.to_bytes(8, "big"), hashlib.sha1).digest()
        start = mac[-1] & 15
        return f"{(int.from_bytes(mac[start:start + 4], 'big') & 0x7FFFFFFF) % 1000000:06}"

    def code(self):
        now = int(time.time() // 30)
        step = max(now, self.last + 1)
        if step > now + 1:
            time.sleep((step - 1) * 30 - time.time() + 0.1)
        self.last = step
        return self.at(step)

    def wrong(self):
        now = int(time.time() // 30)
        right = {self.at(step) for step in range(now - 2, now + 3)}
        return next(code for code in (f"{n:06}" for n in range(10)) if code not in right)


def with_second_factor(person, password=PASSWORD):
    """Set a second factor up for a signed-in person; returns the application and the recovery codes."""
    started = person.ok("POST", "/v1/me/totp", {"password": password})
    phone = Authenticator(started["secret"])
    return phone, person.ok("POST", "/v1/me/totp/confirm", {"code": phone.code()})["recovery_codes"]
