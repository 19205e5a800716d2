#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a test program on a separate desktop: on_desktop.py WIDTHxHEIGHT [LANGUAGE] -- PROGRAM [ARGUMENT…]. The
program gets the desktop's environment, and the variables of the caller that concern the test."""

import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness import desktop  # noqa: E402

KEPT = ("G_TEST", "G_DEBUG", "GTK_A11Y", "GIO_", "GSETTINGS_SCHEMA_DIR", "CAMPAIGN_", "ASAN_", "LSAN_", "UBSAN_", "MALLOC_")


def main(size, *rest):
    width, height = size.split("x")
    command = rest[rest.index("--") + 1:]
    language = rest[0] if rest[0] != "--" else ""
    kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
    with desktop.Desktop((int(width), int(height)), language=language, accessible=False) as made:
        process = subprocess.Popen(command, env={**made.environment, **kept})
        try:
            return process.wait()
        finally:
            desktop.end(process)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
