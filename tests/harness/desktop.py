# SPDX-License-Identifier: GPL-3.0-or-later
"""A desktop on a virtual screen: the phone compositor phoc nested in Xvfb, with the real client. Its widgets are
found over AT-SPI and used with a real pointer and keyboard.

GTK 4.8 leaves the accessibility cache empty and never sets the state "showing", and hidden pages of a stack stay
in the tree. So a node counts as visible when its extents are inside the window."""

import atexit
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
import warnings

from . import services

PHONE = (360, 720)
DESK = (1280, 800)
NAME = "campaign-center"
SCREENS = services.ROOT / ".dev" / "results" / "screens"
BUILDS = ("build-test", "build")
# Factor for timeouts: a timeout only ends what hangs, and does not measure the machine's speed.
PATIENCE = 4
LOCALE = "en_US.UTF-8"

# Messages of GTK or missing system services, each with its cause.
NOISE = (
    "attempt to allocate",              # AdwSqueezer without animations, GTK 4.8
    "Unable to acquire session bus",
    "Failed to get the portal",         # no xdg-desktop-portal on a bare bus
    "org.freedesktop.portal",
    "AT-SPI",
    "Unable to create a DConf",
    "libEGL",
    "Trying to measure GtkLabel",       # about the heading of AdwMessageDialog, GTK 4.14; tests/client/ui checks which label it is
)

# Roles that newer versions of at-spi2-core renamed.
ROLES = {"button": "push button"}


class UiError(AssertionError):
    """The expected widget is not visible."""


def binary():
    """Return the client under test: CAMPAIGN_CLIENT_BINARY, otherwise the newest build."""
    named = os.environ.get("CAMPAIGN_CLIENT_BINARY")
    if named:
        return pathlib.Path(named).resolve()
    found = [services.ROOT / folder / "client-gtk" / NAME for folder in BUILDS]
    found = [path for path in found if path.exists()]
    if not found:
        raise RuntimeError("there is no client: ./dev test builds it")
    return max(found, key=lambda path: path.stat().st_mtime)


def locale_folder():
    """A folder for LOCPATH with en_US.UTF-8, created once: newer C libraries ignore LANGUAGE in C.UTF-8, and a
    machine may have no other locale."""
    folder = services.ROOT / ".dev" / "locale"
    if not (folder / LOCALE).exists():
        folder.mkdir(parents=True, exist_ok=True)
        made = pathlib.Path(tempfile.mkdtemp(prefix="new-", dir=folder))
        subprocess.run(["localedef", "-i", "en_US", "-f", "UTF-8", str(made / LOCALE)], check=True,
                       env=services.clean_environment())
        try:
            (made / LOCALE).rename(folder / LOCALE)
        except OSError:  # another test has created it
            shutil.rmtree(made / LOCALE)
        made.rmdir()
    return folder


def end(process, seconds=5):
    """Stop a process of the test; returns its exit code, None if it was not started."""
    if process is None:
        return None
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return process.returncode


def read_line(descriptor, seconds, what):
    """Return the first line that a program writes to a pipe."""
    text = b""
    deadline = time.monotonic() + seconds
    while not text.endswith(b"\n"):
        ready, _, _ = select.select([descriptor], [], [], max(0, deadline - time.monotonic()))
        piece = os.read(descriptor, 4096) if ready else b""
        if not piece:
            raise UiError(f"{what} did not start")
        text += piece
    return text.decode().strip()


def start_bus(environment, log, *arguments):
    """Start a D-Bus daemon for the test; returns (process, address)."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        ["dbus-daemon", "--nofork", "--nopidfile", "--nosyslog", f"--print-address={writing}", *arguments],
        pass_fds=[writing], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    os.close(writing)
    try:
        return process, read_line(reading, 10, "dbus-daemon")
    finally:
        os.close(reading)


class Accessibility:
    """The accessibility bus. All desktops of a run share it, because libatspi connects once per process. Programs
    find it by AT_SPI_BUS_ADDRESS, so each can have a separate session bus."""

    _one = None

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cc-a11y-", dir="/tmp"))
        environment = services.clean_environment()
        environment.update(HOME=str(self.folder), XDG_RUNTIME_DIR=str(self.folder))
        environment.pop("DISPLAY", None)
        self.log = open(self.folder / "log", "ab")
        self.session, environment["DBUS_SESSION_BUS_ADDRESS"] = start_bus(environment, self.log, "--session")
        warnings.simplefilter("ignore", DeprecationWarning)
        import gi

        gi.require_version("Atspi", "2.0")
        from gi.repository import Atspi, Gio, GLib

        # The session bus starts the launcher, which starts the accessibility bus, which starts the
        # registry.
        connection = Gio.DBusConnection.new_for_address_sync(
            environment["DBUS_SESSION_BUS_ADDRESS"],
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
            None, None)
        self.address = connection.call_sync(
            "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", None,
            GLib.VariantType("(s)"), Gio.DBusCallFlags.NONE, 20000, None).unpack()[0]
        connection.set_exit_on_close(False)
        self.connection = connection
        os.environ["AT_SPI_BUS_ADDRESS"] = self.address
        Atspi.init()
        self.atspi = Atspi
        self.error = GLib.Error
        self.desktop = Atspi.get_desktop(0)
        self.desktop.set_cache_mask(Atspi.Cache.NONE)

    @classmethod
    def get(cls):
        if cls._one is None:
            cls._one = cls()
            atexit.register(cls.remove)
        return cls._one

    @classmethod
    def remove(cls):
        """Close the bus at the end of a run; afterwards no widget can be found."""
        if cls._one is not None:
            cls._one.atspi.exit()
            end(cls._one.session)
            cls._one.log.close()
            shutil.rmtree(cls._one.folder, ignore_errors=True)
            cls._one = None


def phoc_version():
    """Return the version of phoc as numbers: (0, 24, 0) for "Phoc 0.24.0 - Phone compositor". Version 0.46 of Debian
    13 does not pass the mouse button "back" to the client."""
    said = subprocess.run(["phoc", "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in re.search(r"(\d+)\.(\d+)\.(\d+)", said).groups())


class Desktop:
    """One virtual screen: Xvfb, phoc in it, a session bus, a home folder. Used as `with Desktop(PHONE) as desktop:`."""

    def __init__(self, size=PHONE, dark=False, text_scale=1.0, language="", contrast=False, accessible=True):
        self.size = size
        self.bus = Accessibility.get() if accessible else None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cc-desk-", dir="/tmp"))
        self.folder.chmod(0o700)
        self.log = open(self.folder / "log", "ab")
        self.screen = self.compositor = self.session = None
        self.apps = []
        self.environment = self._environment(dark, text_scale, language, contrast)
        self._write_settings(text_scale)
        try:
            self._start()
        except BaseException:
            self.remove()
            raise

    def _environment(self, dark, text_scale, language, contrast):
        folder = self.folder
        for name in ("config", "data", "cache", "run"):
            (folder / name).mkdir(mode=0o700)
        made = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "XDG_RUNTIME_DIR": str(folder / "run"),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_SESSION_TYPE": "wayland",
            "GDK_BACKEND": "wayland",
            "GSK_RENDERER": "cairo",
            "GSETTINGS_BACKEND": "keyfile",
            "SECRET_BACKEND": "file",
            "SECRET_FILE_TEST_PATH": str(folder / "keyring"),
            "SECRET_FILE_TEST_PASSWORD": "tests",
            "GTK_USE_PORTAL": "0",
            "no_proxy": "127.0.0.1,localhost",
        }
        if self.bus is not None:
            made["AT_SPI_BUS_ADDRESS"] = self.bus.address
        if dark:
            made["ADW_DEBUG_COLOR_SCHEME"] = "prefer-dark"
        if contrast:
            made["ADW_DEBUG_HIGH_CONTRAST"] = "1"
        if language:
            made.update(LANG=LOCALE, LANGUAGE=language, LOCPATH=str(locale_folder()))
        for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                made[name] = os.environ[name]
        return made

    def _write_settings(self, text_scale):
        keyfile = self.folder / "config" / "glib-2.0" / "settings" / "keyfile"
        keyfile.parent.mkdir(parents=True)
        keyfile.write_text("[org/gnome/desktop/interface]\n"
                           "enable-animations=false\n"
                           "font-name='Cantarell 11'\n"
                           f"text-scaling-factor={text_scale}\n"
                           "[org/gnome/desktop/wm/preferences]\n"
                           "button-layout='appmenu:'\n")

    def _start(self):
        width, height = self.size
        reading, writing = os.pipe()
        self.screen = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{width}x{height}x24",
             "-nolisten", "tcp", "-noreset"],
            pass_fds=[writing], env=self.environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        os.close(writing)
        try:
            self.display = ":" + read_line(reading, 20, "Xvfb")
        finally:
            os.close(reading)
        self.session, address = start_bus(self.environment, self.log, "--session")
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = address
        settings = self.folder / "phoc.ini"
        settings.write_text(f"[core]\nxwayland=false\n[output:X11-1]\nmode = {width}x{height}\nscale = 1\n")
        self.compositor = subprocess.Popen(
            ["phoc", "-C", str(settings)],
            env={**self.environment, "DISPLAY": self.display, "WLR_BACKENDS": "x11", "WLR_RENDERER": "pixman"},
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        run = self.folder / "run"
        services.wait_until(lambda: self._has_socket(run), 20, "phoc's start")

    def _has_socket(self, run):
        if self.compositor.poll() is not None:
            raise UiError(f"phoc ended with {self.compositor.returncode}:\n"
                          + (self.folder / "log").read_text(errors="replace")[-2000:])
        names = [path.name for path in run.glob("wayland-*") if path.is_socket()]
        if names:
            self.environment["WAYLAND_DISPLAY"] = names[0]
        return bool(names)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()

    def remove(self):
        for app in self.apps:
            app.kill()
        for process in (self.compositor, self.session, self.screen):
            end(process)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *arguments, **environment):
        """Start the client on this desktop."""
        app = App(self, arguments, environment)
        self.apps.append(app)
        return app

    def _xdotool(self, *arguments):
        subprocess.run(["xdotool", *arguments], check=True, env={**os.environ, "DISPLAY": self.display})

    def tap(self, x, y):
        """Move the pointer to that point, press and release its button."""
        self._xdotool("mousemove", str(int(x)), str(int(y)), "click", "1")

    def press_back(self):
        """Press the mouse button that browsers use for "back"."""
        self._xdotool("click", "8")

    def rest(self):
        """Move the pointer to the corner, so that no widget in a picture is hovered."""
        self._xdotool("mousemove", str(self.size[0] - 1), str(self.size[1] - 1))

    def type(self, text, delay=5):
        """Type into the focused widget. ASCII only, because phoc has no other keys."""
        self._xdotool("type", "--delay", str(delay), text)

    def key(self, *names):
        self._xdotool("key", *names)

    def picture(self, name):
        """Save a picture of the screen as .dev/results/screens/NAME.png."""
        path = SCREENS / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["import", "-window", "root", str(path)], check=True,
                       env={**os.environ, "DISPLAY": self.display})
        return path

    def pixels(self):
        """Return the bytes of the visible picture, to detect whether it still changes."""
        return subprocess.run(["import", "-window", "root", "-depth", "8", "rgb:-"], check=True,
                              capture_output=True, env={**os.environ, "DISPLAY": self.display}).stdout


class Node:
    """A widget of the client, as AT-SPI shows it."""

    def __init__(self, accessible, app):
        self.accessible = accessible
        self.app = app

    @property
    def name(self):
        return self.accessible.get_name()

    @property
    def role(self):
        name = self.accessible.get_role_name()
        return ROLES.get(name, name)

    @property
    def states(self):
        return {state.value_nick for state in self.accessible.get_state_set().get_states()}

    @property
    def text(self):
        """The text of an entry. Read up to its length, because -1 returns nothing in GTK 4.8."""
        atspi = self.app.bus.atspi
        return atspi.Text.get_text(self.accessible, 0, atspi.Text.get_character_count(self.accessible))

    @property
    def extents(self):
        atspi = self.app.bus.atspi
        box = atspi.Component.get_extents(self.accessible, atspi.CoordType.WINDOW)
        return box.x, box.y, box.width, box.height

    def is_on_screen(self):
        width, height = self.app.desktop.size
        try:
            x, y, w, h = self.extents
        except self.app.bus.error:
            return False
        return w > 0 and h > 0 and x + w > 0 and y + h > 0 and x < width and y < height

    def walk(self):
        yield from self.app.walk(self.accessible)

    def labels(self):
        return [node.name for node in self.walk()
                if node.role == "label" and node.name not in ("", "GtkLabel")]

    def set_text(self, text):
        atspi = self.app.bus.atspi
        if not atspi.EditableText.set_text_contents(self.accessible, text):
            raise UiError(f"{self.role} {self.name!r} cannot be edited")

    def do(self, action="click"):
        """Run an action of the widget: a button's click, or an action of the window ("win.back")."""
        atspi = self.app.bus.atspi
        for i in range(atspi.Action.get_n_actions(self.accessible)):
            if atspi.Action.get_action_name(self.accessible, i) == action:
                return atspi.Action.do_action(self.accessible, i)
        raise UiError(f"{self.role} {self.name!r} has no action {action}")

    def tap(self):
        """Tap the middle of the widget with the real pointer."""
        x, y, width, height = self.extents
        if width < 1 or height < 1:
            raise UiError(f"{self.role} {self.name!r} is not on the screen")
        self.app.desktop.tap(x + width / 2, y + height / 2)


class App:
    """The client's process on a desktop."""

    def __init__(self, desktop, arguments, environment):
        self.desktop = desktop
        self.bus = desktop.bus
        self.log_path = desktop.folder / f"client-{len(desktop.apps)}.log"
        program = binary()
        # Settings schema and translations lie beside the program in the build folder.
        beside = {"GSETTINGS_SCHEMA_DIR": str(program.parent / "data"),
                  "CAMPAIGN_LOCALE_DIR": str(program.parent / "po")}
        self.started = time.monotonic()
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [str(program), *arguments], env={**desktop.environment, **beside, **environment},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=desktop.folder)
        self.root = None

    def connect(self, seconds=30):
        """Wait until the client has registered on the accessibility bus."""
        self.root = self.wait(self._find_root, seconds, "the client on the accessibility bus")
        self.root.set_cache_mask(self.bus.atspi.Cache.NONE)
        return self

    def _find_root(self):
        desktop = self.bus.desktop
        for i in range(desktop.get_child_count()):
            child = desktop.get_child_at_index(i)
            if child is not None and child.get_process_id() in (self.process.pid, *self.children()) and child.get_child_count():
                return child
        return None

    def children(self):
        """Ids of child processes: with a debugger, the client is a child of the started process."""
        listed = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(number) for number in listed.split()]

    @property
    def log(self):
        return self.log_path.read_text(errors="replace")

    def complaints(self):
        """Warnings and errors in the client's log that are not in NOISE, and reports of sanitizers."""
        words = ("WARNING **", "CRITICAL **", "ERROR:", "ERROR **", "runtime error:", "Assertion",
                 "-WARNING", "-CRITICAL")
        return [line for line in self.log.splitlines()
                if any(word in line for word in words) and not any(word in line for word in NOISE)]

    def wait(self, condition, seconds=5, what="a condition"):
        """Wait until condition() returns a true value, and return it. A node that vanishes meanwhile is looked up
        again. `seconds` is the limit on a quiet machine."""
        deadline = time.monotonic() + seconds * PATIENCE
        said = ""
        while True:
            if self.process.poll() is not None:
                raise UiError(f"the client ended with {self.process.returncode} while waiting for {what}:\n"
                              + self.log[-3000:])
            try:
                value = condition()
                if value:
                    return value
            except self.bus.error as error:
                said = str(error)
            if time.monotonic() > deadline:
                raise UiError(f"{what}: not within {seconds * PATIENCE} s {said}")
            time.sleep(0.02)

    def walk(self, accessible=None, on_screen=False):
        """Yield all nodes below, depth first; by default those of the main window. Nodes that vanish are skipped with
        everything below them; with on_screen also invisible nodes, which skips most of a long list.

        Dialogs are included only with dialog=True, while one is open: GTK 4.8 crashes when it is asked for a
        window that was closed after the windows were counted, if another window was never shown (shortcuts)."""
        try:
            accessible = accessible or self.root.get_child_at_index(0)
            node = Node(accessible, self)
            # A GtkStackPage has no extents of its own.
            if on_screen and not node.is_on_screen() and node.name != "GtkStackPage":
                return
            yield node
            for i in range(accessible.get_child_count()):
                child = accessible.get_child_at_index(i)
                if child is not None:
                    yield from self.walk(child, on_screen)
        except self.bus.error:
            return

    def dialogs(self):
        """Yield the windows above the main one."""
        for i in range(1, self.root.get_child_count()):
            child = self.root.get_child_at_index(i)
            if child is not None:
                yield Node(child, self)

    def alone(self, seconds=5):
        """Wait until no window is above the main one."""
        self.wait(lambda: self.root.get_child_count() == 1, seconds, "the end of the window above")

    def walk_dialogs(self, on_screen=False):
        for window in self.dialogs():
            yield from self.walk(window.accessible, on_screen)

    def all(self, role=None, name=None, on_screen=True, dialog=False):
        for node in self.walk_dialogs(on_screen) if dialog else self.walk(None, on_screen):
            try:
                if role is not None and node.role != role:
                    continue
                if name is not None and not (name(node.name) if callable(name) else node.name == name):
                    continue
                if on_screen and not node.is_on_screen():
                    continue  # a page of a stack
            except self.bus.error:
                continue
            yield node

    def find(self, role=None, name=None, on_screen=True, dialog=False):
        return next(self.all(role, name, on_screen, dialog), None)

    def get(self, role=None, name=None, seconds=5, on_screen=True, dialog=False):
        """Return the first node with this role and name, as soon as there is one."""
        return self.wait(lambda: self.find(role, name, on_screen, dialog), seconds, f"{role} {name!r}")

    def gone(self, role=None, name=None, seconds=5):
        self.wait(lambda: self.find(role, name) is None, seconds, f"the end of {role} {name!r}")

    def says(self, text, seconds=5, dialog=False):
        """Wait for a text with these words, whatever its role: label, notice or dialog."""
        return self.wait(lambda: self.find(None, lambda name: text in name, True, dialog), seconds,
                         f"the words {text!r}")

    def texts(self):
        return [node.name for node in self.all("label") if node.name]

    def settle(self, seconds=3):
        """Wait until the picture does not change any more: two pictures in a row are equal."""
        self.desktop.rest()
        last = [None]

        def same():
            now = self.desktop.pixels()
            before, last[0] = last[0], now
            return now == before

        self.wait(same, seconds, "a screen that stands still")

    def picture(self, name):
        self.settle()
        return self.desktop.picture(name)

    def tree(self):
        lines = []

        def add(accessible, depth):
            node = Node(accessible, self)
            try:
                box = node.extents
            except self.bus.error:
                box = None
            lines.append(f"{'  ' * depth}{node.role} {node.name!r} {box}")
            for i in range(accessible.get_child_count()):
                child = accessible.get_child_at_index(i)
                if child is not None:
                    add(child, depth + 1)

        try:
            add(self.root, 0)
        except (self.bus.error, AttributeError) as error:
            lines.append(f"({error})")
        return "\n".join(lines)

    def dump(self, name):
        """Save the picture and the tree of widgets after a test has failed."""
        folder = SCREENS / "failed"
        folder.mkdir(parents=True, exist_ok=True)
        self.desktop.picture(f"failed/{name}")
        (folder / f"{name}.txt").write_text(f"{self.tree()}\n\n{self.log[-20000:]}")

    def resident_kb(self):
        """Return the resident memory, and the part of it that is not shared."""
        found = {}
        for line in pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text().splitlines()[1:]:
            key, _, value = line.partition(":")
            found[key] = int(value.split()[0])
        return found["Rss"], found["Private_Dirty"]

    def cpu_ms(self):
        """CPU time of the process, in milliseconds."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")

    def quit(self, seconds=10):
        """End the client with SIGTERM, as the session would; returns its exit code."""
        return end(self.process, seconds)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
