# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs last: some test of this folder has called every operation of the API successfully."""

import pathlib

import pytest


@pytest.mark.closing
def test_every_operation_was_seen(request, recorder):
    if not recorder.is_shared:
        folder = pathlib.Path(__file__).parent
        ran = {pathlib.Path(item.fspath).name for item in request.session.items}
        missing = {path.name for path in folder.glob("test_*.py")} - ran
        if missing or request.config.option.keyword or request.config.option.markexpr:
            pytest.skip(f"only a part of the suite runs: without {sorted(missing) or 'what -k or -m leaves out'}")
    succeeded = {name for name, status in recorder.all_seen() if status < 300}
    assert not recorder.never_seen(), f"no test asks for {recorder.never_seen()}"
    # A WebSocket's 101 bypasses the recorder: tests/api/test_feed.py records it.
    assert not recorder.names() - succeeded, f"no test sees a success of {sorted(recorder.names() - succeeded)}"
    left = recorder.creating() - recorder.all_followed()
    assert not left, f"no test follows the Location of {sorted(left)}"
