# SPDX-License-Identifier: GPL-3.0-or-later
"""An installation of the client that uploads field work."""

import datetime
import uuid

UTC = datetime.timezone.utc


def stamp(**ago):
    return (datetime.datetime.now(UTC) - datetime.timedelta(**ago)).isoformat().replace("+00:00", "Z")


class Phone:
    """An installation of the client, used by one person; its clock is wrong by `skew` seconds."""

    def __init__(self, client, skew=0):
        self.client, self.installation, self.sequence = client, str(uuid.uuid4()), 0
        self.skew = datetime.timedelta(seconds=skew)

    def clock(self, **ago):
        return (datetime.datetime.now(UTC) + self.skew - datetime.timedelta(**ago)).isoformat().replace("+00:00", "Z")

    def did(self, kind, body, based_on=None, **ago):
        self.sequence += 1
        return {"client_id": str(uuid.uuid4()), "sequence": self.sequence, "kind": kind, "body": body,
                "occurred_at": self.clock(**ago), "based_on": based_on}

    def send(self, *operations, settled=0, **more):
        return self.client.ok("POST", "/v1/field/uploads", {
            "installation": self.installation, "device_clock": self.clock(), "settled": settled,
            "operations": list(operations), **more})

    def one(self, kind, body, based_on=None, **ago):
        return self.send(self.did(kind, body, based_on, **ago))["verdicts"][0]
