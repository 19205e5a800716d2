# SPDX-License-Identifier: GPL-3.0-or-later
"""Remembers sources for which clang-tidy had no findings. Such a source is skipped while the source itself, each
header that it includes, its compile command, .clang-tidy and clang-tidy are unchanged."""

import hashlib
import os
import pathlib
import subprocess
import time

# Entries that were unused during this time are removed.
KEPT_DAYS = 30


def dependencies(build):
    """Return {object: [files]} as recorded by the last compilation; empty when nothing was built."""
    result = subprocess.run(["ninja", "-C", str(build), "-t", "deps"], capture_output=True, text=True)
    found, current = {}, None
    for line in result.stdout.splitlines() if result.returncode == 0 else []:
        if line.startswith("    "):
            current.append(line.strip())
        elif line and ": #deps" in line:
            name, state = line.split(": #deps")
            current = found.setdefault(name, []) if "(VALID)" in state else []
    return found


class Known:
    """The clean results in the folder `store`, for the compile commands of a build."""

    def __init__(self, root, build, commands, store):
        self.root, self.build, self.store = root, root / build, store
        self.hashes = {}
        self.common = self.text_of(["clang-tidy", "--version"]) + (root / ".clang-tidy").read_text()
        deps = dependencies(self.build)
        self.inputs = {}
        for entry in commands:
            source = os.path.realpath(os.path.join(entry["directory"], entry["file"]))
            if entry.get("output") in deps:
                self.inputs[source] = (entry["command"], deps[entry["output"]])

    @staticmethod
    def text_of(command):
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout

    def hash_of(self, path):
        """Hash of a file's content; for a system header, which only its package changes, hash of its size and time."""
        if path not in self.hashes:
            whole = pathlib.Path(os.path.normpath(self.build / path))
            if whole.is_relative_to(self.root):
                self.hashes[path] = hashlib.sha256(whole.read_bytes()).hexdigest()
            else:
                status = whole.stat()
                self.hashes[path] = f"{status.st_size}-{status.st_mtime_ns}"
        return self.hashes[path]

    def entry(self, name):
        """Path of the file that marks a source as clean; None when its includes are unknown."""
        command, files = self.inputs.get(str(self.root / name), (None, None))
        if not files:
            return None
        try:
            parts = [self.common, command, *(f"{path} {self.hash_of(path)}" for path in sorted(files))]
        except OSError:
            return None
        return self.store / hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def is_clean(self, name):
        entry = self.entry(name)
        if entry is None or not entry.exists():
            return False
        entry.touch()
        return True

    def remember(self, name):
        entry = self.entry(name)
        if entry is not None:
            self.store.mkdir(parents=True, exist_ok=True)
            entry.touch()

    def forget_old(self):
        oldest = time.time() - KEPT_DAYS * 86400
        for entry in self.store.glob("*"):
            if entry.stat().st_mtime < oldest:
                entry.unlink(missing_ok=True)
