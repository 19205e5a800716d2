#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Validates .ui files with gtk4-builder-tool: ui_files.py MODULE FILE…. Needs a display.

The tool knows neither libadwaita nor the client's classes, so MODULE (tests/client/ui/ui-types.c) is preloaded
into it. It also cannot find signal handlers, which are static functions of the classes, nor a template's own
properties. So it gets copies without <signal> and without bindings to the template;
tests/client/ui/test-templates.c tests these."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

# Messages that libadwaita and GTK write on a desktop without services.
NOISE = ("session bus", "Adwaita-WARNING", "portal")
SIGNAL = re.compile(r"<signal [^>]*/>")


def validate(module, name, folder):
    """Return the tool's messages about the file."""
    text = pathlib.Path(name).read_text()
    copy = pathlib.Path(folder) / pathlib.Path(name).name
    template = re.search(r'<template class="(\w+)"', text)
    own = rf'<property [^>]*bind-source="{template.group(1)}"[^>]*/>' if template else "$^"
    copy.write_text(re.sub(own, "", SIGNAL.sub("", text)))
    environment = {**os.environ, "LD_PRELOAD": module}
    if 'class="CcgPage"' in text:
        environment["UI_TYPES_WITHOUT_PAGE"] = "1"
    result = subprocess.run(["gtk4-builder-tool", "validate", str(copy)], env=environment, capture_output=True, text=True)
    lines = [line for line in (result.stderr + result.stdout).splitlines()
             if line.strip() and not any(noise in line for noise in NOISE)]
    if result.returncode != 0 and not lines:
        lines = [f"gtk4-builder-tool ended with {result.returncode}"]
    return [line.replace(f"{copy}:", "").strip() for line in lines]


def main(module, *names):
    bad = 0
    with tempfile.TemporaryDirectory(prefix="cc-ui-") as folder:
        for name in names:
            for line in validate(module, name, folder):
                bad += 1
                place = re.match(r"(\d+):\d+\s+(.*)", line)
                print(f"{name}:{place.group(1)}: {place.group(2)}" if place else f"{name}:1: {line}")
    print(f"validated {len(names)} files")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
