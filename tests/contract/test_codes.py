# SPDX-License-Identifier: GPL-3.0-or-later
"""docs/codes.md is what the server prints, and has a row for every code that SQL functions and statements raise. The
recorder (tests/harness/recorder.py) refuses replies of the API tests with a code that the page lacks."""

import re
import subprocess

from harness.recorder import CODES, documented_codes
from harness.services import ROOT

# Forms in which SQL raises a code: refused_code := 'x' · assert_rule(…, 'x', 'Sentence') · DETAIL =
# 'x' · COMMENT … IS '[x] Sentence'
RAISED = re.compile(r"refused_code := '([a-z_]+)'|DETAIL = '([a-z_]+)'|IS '\[([a-z_]+)\]"
                    r"|assert_rule\((?:[^;]|\n)*?,\s*'([a-z_]+)',\s*'[A-Z]|refuse_field\(\s*'[^']*',\s*'([a-z_]+)'")
# Codes that are reported only in the verdict of an upload.
OF_UPLOADS = set()


def raised():
    """Return {code: file} of db/functions and db/queries."""
    found = {}
    for folder in ("db/functions", "db/queries"):
        for file in sorted((ROOT / folder).rglob("*.sql")):
            for groups in RAISED.findall(file.read_text(encoding="utf-8")):
                found.update({code: file.name for code in groups if code})
    return found


def test_the_page_is_what_the_server_prints(binary):
    printed = subprocess.run([str(binary), "codes"], capture_output=True, text=True, check=True).stdout
    assert printed == CODES.read_text(encoding="utf-8"), "build/server/campaign-centerd codes > docs/codes.md"


def test_a_code_has_one_row():
    rows = re.findall(r"^\| `([a-z_0-9]+)` \|", CODES.read_text(encoding="utf-8"), re.M)
    assert len(rows) == len(set(rows)), sorted({row for row in rows if rows.count(row) > 1})


def test_every_code_of_sql_is_documented():
    found = raised()
    assert len(found) > 60, "the pattern finds the codes of SQL"
    missing = {code: file for code, file in found.items() if code not in documented_codes() | OF_UPLOADS}
    assert not missing, missing
