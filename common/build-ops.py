#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make cc-ops.c, the list of the API's operations, and cc-ops.h, which declares them, from the definitions.

usage: build-ops.py OUT_C OUT_H FILE...

An operation is defined at the beginning of a line: `const cc_op cc_op_get_event = {`, or by a macro whose first
argument is its name. The list has the order of the files, and of the definitions in each."""

import re
import sys

DEFINITION = re.compile(r"^(?:const cc_op |[A-Z_]+\()(cc_op_\w+)(?: = \{|,)", re.M)
MADE = "/* Made by common/build-ops.py from common/api; do not edit. */\n"


def main():
    out_c, out_h, *files = sys.argv[1:]
    lines, names = [], []
    for path in files:
        with open(path, encoding="utf-8") as file:
            found = DEFINITION.findall(file.read())
        names += found
        if found:
            lines.append(f"\n/* {path.rsplit('/', 1)[-1]} */")
            lines += [f"extern const cc_op {name};" for name in found]
    doubled = {name for name in names if names.count(name) > 1}
    if doubled:
        sys.exit(f"defined twice: {' '.join(sorted(doubled))}")
    with open(out_h, "w", encoding="utf-8") as file:
        file.write(MADE + '#pragma once\n\n#include "common/api/cc-op.h"\n' + "\n".join(lines) + "\n")
    with open(out_c, "w", encoding="utf-8") as file:
        file.write(MADE + '#include "cc-ops.h"\n\nconst cc_op *const cc_ops[] = {\n')
        file.writelines(f"  &{name},\n" for name in names)
        file.write("  NULL,\n};\n")


if __name__ == "__main__":
    main()
