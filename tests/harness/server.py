# SPDX-License-Identifier: GPL-3.0-or-later
"""The real server on free ports, with a separate log, outbox and storage folder."""

import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

from . import services

SECRET_KEY = "5eed" * 16
HASHES = {}

# Options of sanitizers. Their exit code differs from all others, so that no report is overlooked;
# the logs are checked too.
SANITIZER_EXIT = 86
SANITIZERS = {
    "ASAN_OPTIONS": f"exitcode={SANITIZER_EXIT}:detect_leaks=1:abort_on_error=0:"
                    "detect_stack_use_after_return=1:strict_string_checks=1:"
                    "intercept_tls_get_addr=0",  # tests/client/meson.build has the reason
    # fontconfig, with which walk lists are drawn, keeps its configuration in memory until the end;
    # the client's list of suppressions includes it.
    "LSAN_OPTIONS": f"exitcode={SANITIZER_EXIT}:report_objects=1:print_suppressions=0:"
                    f"suppressions={services.ROOT / 'tests' / 'client' / 'lsan.supp'}",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=0",
    "TSAN_OPTIONS": f"exitcode={SANITIZER_EXIT}:halt_on_error=0:second_deadlock_stack=1:print_suppressions=0:"
                    f"suppressions={services.ROOT / 'tests' / 'harness' / 'tsan.supp'}",
}
REPORTS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer",
           "runtime error:", "Assertion `")


def binary():
    """The program under test: CAMPAIGN_CENTERD_BINARY, otherwise the newest build."""
    named = os.environ.get("CAMPAIGN_CENTERD_BINARY")
    if named:
        return pathlib.Path(named).resolve()
    found = [services.ROOT / folder / "server" / "campaign-centerd"
             for folder in ("build-test", "build")]
    found = [path for path in found if path.exists()]
    if not found:
        raise RuntimeError("there is no campaign-centerd: ./dev test builds it")
    return max(found, key=lambda path: path.stat().st_mtime)


def is_sanitized():
    """Does the server run under a sanitizer? Then everything takes several times as long."""
    return any(word in str(binary()) for word in ("asan", "tsan"))


# Ports in steps of ten, below those that the kernel assigns to outgoing connections (from 32768
# on).
PORTS = range(15000, 32000, 10)
CLAIMS = {}


def port_is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


def claim(port):
    """Try to reserve the ten ports from `port` on until this process ends. Suites run in parallel: another suite
    could take a port after this one has tested it and before the server binds to it. The reservation is a socket
    in Linux's abstract namespace, which disappears with its process and leaves no file."""
    held = socket.socket(socket.AF_UNIX)
    try:
        held.bind(f"\0campaign-center-tests-{port}")
    except OSError:
        held.close()
        return False
    CLAIMS[port] = held
    return True


def free_port():
    """Return a port P for which P + 8 and P + 9 are free too: API, second API port, internal listener."""
    for port in random.sample(PORTS, len(PORTS)):
        if port not in CLAIMS and claim(port) and all(port_is_free(port + more) for more in (0, 8, 9)):
            return port
    raise RuntimeError("no free ports")


class Server:
    """One campaign-centerd. `settings` are environment variables besides the tests' defaults."""

    def __init__(self, cluster, database, redis_url, program=None, **settings):
        self.program = program or binary()
        self.cluster = cluster
        self.database = database
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cc-server-", dir="/tmp"))
        self.outbox = self.folder / "outbox"
        self.storage = self.folder / "storage"
        self.texts = self.folder / "texts"
        self.outbox.mkdir()
        self.storage.mkdir()
        self.log_path = self.folder / "server.log"
        self.port = free_port()
        self.process = None
        self.problems = []
        self.lock = threading.Lock()
        self.connection = None
        self.environment = services.clean_environment()
        self.environment.update(SANITIZERS)
        self.environment.update({
            "DATABASE_URL": cluster.url(database),
            "MIGRATION_DATABASE_URL": cluster.url(database, "campaign_owner"),
            "REDIS_URL": redis_url or "",
            "CAMPAIGN_API_PORT": str(self.port),
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "SECRET_KEY": SECRET_KEY,
            "MAIL_OUTBOX": str(self.outbox),
            "SMS_OUTBOX": str(self.texts),
            "STORAGE_FOLDER": str(self.storage),
            "LOG_LEVEL": "info",
            # Warming a connection is a transaction, which would delay readers of the feed.
            "WARM_CONNECTIONS": "0",
            # Tests sign in and send requests more often than a person does; tests of the limits set
            # their own limits.
            "RATE_LIMIT_API": "1000000/60",
            "RATE_LIMIT_LOGIN": "1000000/60",
            "RATE_LIMIT_REGISTER": "1000000/60",
        })
        self.environment.update({name: str(value) for name, value in settings.items()})
        suppressions = services.ROOT / "tests" / "tsan.supp"
        if suppressions.exists():
            self.environment["TSAN_OPTIONS"] += f":suppressions={suppressions}"

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def slow_url(self):
        return f"http://127.0.0.1:{self.port + 8}"

    @property
    def internal_url(self):
        return f"http://127.0.0.1:{self.port + 9}"

    @property
    def pid(self):
        return self.process.pid

    def sql(self, statement, parameters=None):
        """Run a statement in this server's database as a superuser, committed at once; returns its rows."""
        import psycopg2

        with self.lock:
            if self.connection is None:
                self.connection = psycopg2.connect(self.cluster.url(self.database, "postgres"))
                self.connection.autocommit = True
            with self.connection.cursor() as cursor:
                cursor.execute(statement, parameters)
                return cursor.fetchall() if cursor.description else []

    def password_hash(self, password):
        """Return the hash of a password, made by the program itself once per password."""
        if password not in HASHES:
            HASHES[password] = self.command("hash-password", input=password + "\n").stdout.strip()
        return HASHES[password]

    def command(self, *arguments, **options):
        """Run another command of the program with the same settings."""
        return subprocess.run([str(self.program), *arguments], cwd=services.ROOT, env=self.environment,
                              capture_output=True, text=True, **options)

    def start(self, ready=True, seconds=60, command="serve"):
        command = [str(self.program), command]
        if "tsan" in str(self.program):
            command = ["setarch", os.uname().machine, "-R"] + command
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(command, cwd=services.ROOT, env=self.environment,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        if ready:
            self.wait_ready(seconds)
        return self

    def wait_ready(self, seconds=60):
        deadline = time.monotonic() + seconds
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.log()}")
            if self.is_ready():
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"the server was not ready after {seconds} s:\n{self.log()}")
            time.sleep(0.03)

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"{self.internal_url}/readyz", timeout=5) as reply:
                return reply.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def metrics(self):
        with urllib.request.urlopen(f"{self.internal_url}/metrics", timeout=5) as reply:
            return reply.read().decode()

    def settle_log(self):
        """The server writes its log asynchronously: wait until the whole log is written."""
        if self.process is None or self.process.poll() is not None:
            return
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            try:
                if "\ncampaign_log_pending_bytes 0\n" in self.metrics():
                    return
            except (urllib.error.URLError, OSError):
                return  # the server has no internal listener, or is stopping
            time.sleep(0.005)

    def log(self):
        self.settle_log()
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def log_lines(self):
        """The log's JSON lines as objects."""
        lines = []
        for line in self.log().splitlines():
            start = line.find("{")
            try:
                lines.append(json.loads(line[start:]))
            except ValueError:
                pass
        return lines

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self, seconds=30):
        """Stop the server as an operator does (SIGTERM); records reports of sanitizers and wrong exit codes."""
        if self.process is None:
            return None
        code = self.process.poll()
        if code is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                code = self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                self.problems.append(f"the server did not stop within {seconds} s")
                code = 0
        if code not in (0, -signal.SIGKILL):
            self.problems.append(f"the server ended with {code}")
        reports = [line for line in self.log().splitlines() if any(word in line for word in REPORTS)]
        if reports:
            self.problems.append("\n".join(reports[:5]))
        self.process = None
        return code

    def remove(self):
        """Stop the server and remove its folder; after an error, fail and keep the log."""
        self.stop()
        if self.connection is not None:
            self.connection.close()
            self.connection = None
        if self.problems:
            raise AssertionError(f"{'; '.join(self.problems)}\nlog: {self.log_path}\n{self.log()[-6000:]}")
        shutil.rmtree(self.folder, ignore_errors=True)
