# SPDX-License-Identifier: GPL-3.0-or-later
"""Temporary PostgreSQL clusters and Redis servers on Unix sockets; an unprivileged user runs them when the tests run
as root."""

import glob
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from . import sql_profile

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Settings of clusters that need no durability; tests of crashes use other settings.
FAST = ["fsync=off", "full_page_writes=off", "synchronous_commit=on"]


def service_user():
    """Name of the user that runs PostgreSQL and Redis, which refuse to run as root; None: the present user."""
    return "postgres" if os.geteuid() == 0 else None


def as_service(command):
    user = service_user()
    if user is None:
        return command
    return ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] + command


def make_folder(prefix="cc-"):
    """Make a private folder that belongs to the service user; its path is short enough for sockets."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    user = service_user()
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    return folder


def clean_environment():
    """Return the caller's environment without settings that could redirect PostgreSQL."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "CAMPAIGN_"))}
    kept["LC_ALL"] = "C.UTF-8"
    return kept


def wait_until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} took more than {seconds} s")
        time.sleep(0.02)


# Names the folder of a cluster made by make_template(); new clusters are copies of it.
TEMPLATE = "CAMPAIGN_CLUSTER_TEMPLATE"
MIGRATED = "migrated"


# States of a process, as in proc(5); "" means that it does not exist.
GONE = ("", "Z", "X")
STANDING = (*GONE, "T", "t")


def state_of(pid):
    """Return (state, number of the parent) of a process."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text(errors="replace").rsplit(")", 1)[1].split()
        return fields[0], int(fields[1])
    except (FileNotFoundError, ProcessLookupError):
        return "", 0


def children_of(pid):
    """Return the children of a process. All processes are read, because the kernel's list of children is complete
    only when no child ends meanwhile."""
    numbers = [int(path.name) for path in pathlib.Path("/proc").iterdir() if path.name.isdigit()]
    return [number for number in numbers if state_of(number)[1] == pid]


def signal_process(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


class Cluster:
    """A PostgreSQL cluster with the project's roles, in which databases are created on demand."""

    def __init__(self, settings=FAST):
        folders = glob.glob("/usr/lib/postgresql/*/bin")
        if not folders:
            raise RuntimeError("PostgreSQL is not installed: ./dev up installs it")
        self.bin = max(folders, key=lambda path: int(re.search(r"/(\d+)/bin", path).group(1)))
        self.folder = make_folder("cc-pg-")
        self.settings = [*settings, *(sql_profile.SETTINGS if sql_profile.folder() else [])]
        self.count = 0
        self.template = None
        self.log = self.folder / "log"
        self.copied = os.environ.get(TEMPLATE)
        if self.copied:
            subprocess.run(as_service(["cp", "-a", "--reflink=auto", f"{self.copied}/data", str(self.folder)]),
                           check=True, cwd="/")
        else:
            self._run("initdb", "-D", str(self.folder / "data"), "-U", "postgres", "-E", "UTF8",
                      "--locale=C.UTF-8", "--auth=trust", "--no-sync", quiet=True)
        self.start()

    def _run(self, program, *arguments, quiet=False, **options):
        return subprocess.run(as_service([f"{self.bin}/{program}", *arguments]), check=True, cwd="/",
                              env=clean_environment(),
                              stdout=subprocess.DEVNULL if quiet else None, **options)

    def start(self):
        options = ["-c listen_addresses=''", f"-k {self.folder}", "-c max_connections=200",
                   "-c TimeZone=UTC", "-c log_min_messages=warning"]
        options += [f"-c {setting}" for setting in self.settings]
        try:
            self._run("pg_ctl", "start", "-s", "-w", "-D", str(self.folder / "data"),
                      "-l", str(self.log), "-o", " ".join(options), quiet=True)
        except subprocess.CalledProcessError as error:
            raise RuntimeError(f"PostgreSQL did not start:\n{self.log.read_text(errors='replace')[-2000:]}") from error
        self.pid = int(subprocess.check_output(
            as_service(["head", "-n", "1", str(self.folder / "data" / "postmaster.pid")]), cwd="/"))

    def stop(self, mode="fast"):
        self._run("pg_ctl", "stop", "-s", "-w", "-m", mode, "-D", str(self.folder / "data"),
                  quiet=True)

    def processes(self):
        """Stop the postmaster by SIGSTOP, so that it starts no further process; return its pid and the pids of its children."""
        signal_process(self.pid, signal.SIGSTOP)
        wait_until(lambda: state_of(self.pid)[0] in STANDING, 10, "PostgreSQL to stop")
        return [self.pid, *children_of(self.pid)]

    def stand_still(self):
        """Stop all processes, so that the database hangs until go_on()."""
        for pid in self.processes():
            signal_process(pid, signal.SIGSTOP)

    def go_on(self):
        for pid in reversed(self.processes()):
            signal_process(pid, signal.SIGCONT)

    def kill(self):
        """Kill all processes with SIGKILL; returns when none is left, so that start() finds no shared memory in use."""
        whole = self.processes()
        for pid in whole:
            signal_process(pid, signal.SIGKILL)
        wait_until(lambda: all(state_of(pid)[0] in GONE for pid in whole), 20, "PostgreSQL to be gone")
        # If nothing reaps orphans, the dead postmaster keeps its process id, and its lock files
        # seem to be valid: remove them.
        for lock in [self.folder / "data" / "postmaster.pid", *self.folder.glob(".s.PGSQL.*")]:
            lock.unlink(missing_ok=True)

    def url(self, database, role="campaign_api"):
        return f"postgresql:///{database}?host={self.folder}&user={role}"

    def sql(self, parameters, statement, database, role="postgres"):
        """Run SQL outside a transaction; returns the rows of the last statement. Without `parameters` a % needs no
        doubling."""
        import psycopg2

        connection = psycopg2.connect(self.url(database, role))
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement, parameters)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def connect(self, database, role="campaign_api", organization=None, user=None):
        """Return a psycopg2 connection in a transaction with the settings that the server makes."""
        import psycopg2

        connection = psycopg2.connect(self.url(database, role))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('app.organization_id', %s, false), "
                "set_config('app.user_id', %s, false)",
                ("" if organization is None else str(organization),
                 "" if user is None else str(user)))
        connection.commit()
        return connection

    def new_database(self, binary=None):
        """Create a database with the roles' grants: empty or, with the server's binary, migrated (a copy of a
        database that was migrated once)."""
        self.count += 1
        name = f"campaign_{self.count}"
        if binary is None:
            return self._create(name, "template0")
        if self.template is None:
            self.template = self._migrated(binary)
        return self._create(name, self.template)

    def _migrated(self, binary):
        """Return the name of a migrated database. The template was made by one build; the program of another build
        migrates a database itself, so that a sanitizer covers the migrations too."""
        if self.copied and (pathlib.Path(self.copied) / "binary").read_text() == str(binary):
            return MIGRATED
        name = "migrated_here" if self.copied else MIGRATED
        self._create(name, "template0")
        self.migrate(name, binary)
        return name

    def _create(self, name, template):
        self.sql(None, f"CREATE DATABASE {name} TEMPLATE {template}", database="postgres")
        # Grants on the database itself are not copied, so a copy needs them too.
        self.sql(None, (ROOT / "db" / "roles.sql").read_text(), database=name)
        return name

    def migrate(self, database, binary):
        environment = clean_environment()
        environment["DATABASE_URL"] = self.url(database)
        environment["MIGRATION_DATABASE_URL"] = self.url(database, "campaign_owner")
        environment["SECRET_KEY"] = "0" * 64
        environment["MAIL_OUTBOX"] = environment["STORAGE_FOLDER"] = str(self.folder)
        result = subprocess.run([str(binary), "migrate"], cwd=ROOT, env=environment,
                                capture_output=True, text=True)
        if result.returncode != 0:
            raise RuntimeError(f"migrate failed ({result.returncode}):\n{result.stdout}{result.stderr}")

    def remove(self):
        self.go_on()
        sql_profile.save(self)
        try:
            self.stop("immediate")
        except subprocess.CalledProcessError:
            pass
        shutil.rmtree(self.folder, ignore_errors=True)


def make_template(binary):
    """Make a cluster with a migrated database and stop it; the caller removes it and names its folder in
    $CAMPAIGN_CLUSTER_TEMPLATE."""
    made = Cluster()
    try:
        made._create(MIGRATED, "template0")
        made.migrate(MIGRATED, binary)
        made.stop()
        (made.folder / "binary").write_text(str(binary))
    except Exception:
        made.remove()
        raise
    return made


class Redis:
    """A Redis server without persistence."""

    def __init__(self):
        self.folder = make_folder("cc-redis-")
        self.path = self.folder / "redis.sock"
        self.process = None
        self.start()

    @property
    def url(self):
        return f"unix://{self.path}"

    def start(self):
        self.process = subprocess.Popen(
            as_service(["redis-server", "--port", "0", "--unixsocket", str(self.path),
                        "--unixsocketperm", "777", "--save", "", "--appendonly", "no",
                        "--dir", str(self.folder)]),
            cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self.answers, 10, "Redis' start")

    def answers(self):
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.path))
                probe.sendall(b"PING\r\n")
                return probe.recv(16).startswith(b"+PONG")
            except OSError:
                return False

    def client(self):
        import redis

        return redis.Redis(unix_socket_path=str(self.path))

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def remove(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
