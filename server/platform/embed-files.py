#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes C strings of text files: embed-files.py OUT_C OUT_H FILE...

The file docs.css becomes `extern const char ccd_file_docs_css[];`."""

import pathlib
import sys

LICENCE = "/* SPDX-License-Identifier: GPL-3.0-or-later */\n"


def literal(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return "\n".join(f'  "{line}\\n"' for line in escaped.splitlines()) or '  ""'


def main():
    out_c, out_h, *files = sys.argv[1:]
    names = {file: "ccd_file_" + pathlib.Path(file).name.replace(".", "_").replace("-", "_") for file in files}
    declarations = "".join(f"extern const char {name}[];\n" for name in names.values())
    pathlib.Path(out_h).write_text(f"{LICENCE}#pragma once\n\n{declarations}", encoding="utf-8")
    definitions = "".join(f"\nconst char {name}[] =\n{literal(pathlib.Path(file).read_text(encoding='utf-8'))};\n"
                          for file, name in names.items())
    pathlib.Path(out_c).write_text(f'{LICENCE}#include "{pathlib.Path(out_h).name}"\n{definitions}', encoding="utf-8")


if __name__ == "__main__":
    main()
