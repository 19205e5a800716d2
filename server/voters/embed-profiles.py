#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the mapping profiles that ship as C: embed-profiles.py OUTPUT PROFILE.json…"""

import json
import pathlib
import sys

output, *paths = sys.argv[1:]
lines = ['/* Made by embed-profiles.py. */', '#include "server/voters/ccd-profile.h"', ""]
rows = []
for path in map(pathlib.Path, paths):
    # One line each: smaller, and a mistake in the JSON stops the build.
    text = json.dumps(json.loads(path.read_text()), separators=(",", ":")).encode()
    name = path.stem.replace("-", "_")
    lines.append(f"static const char {name}[] = {{{','.join(str(byte) for byte in text)},0}};")
    rows.append(f'  {{"{path.stem}", {name}, sizeof {name} - 1}},')
lines += ["const ccd_shipped_profile ccd_shipped_profiles[] = {", *rows, "  {NULL, NULL, 0},", "};", ""]
pathlib.Path(output).write_text("\n".join(lines))
