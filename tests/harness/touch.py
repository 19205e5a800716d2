# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone's screen that is really touched: GTK's broadway backend shows the client in a headless browser, whose touch
events arrive in GTK as fingers. GTK offers no accessibility there, so the positions of widgets come from the same
client at the same size on a desktop.Desktop."""

import base64
import os
import socket
import subprocess
import time

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains

from . import desktop, services
from .server import free_port

# Broadway reads no desktop settings, so this file contains the settings that desktop.Desktop sets
# by GSettings.
LOOK = """[Settings]
gtk-decoration-layout=appmenu:
gtk-font-name=Cantarell 11
gtk-enable-animations=0
"""

# The browser must not scroll or zoom the page itself, and must not send a finger's moves to the
# element of the client's picture that was touched first: broadway replaces these elements with each
# frame, browsers keep sending events to a removed element, and GTK would not learn that the finger
# moved or was lifted.
STYLE = "* { touch-action: none } body > div * { pointer-events: none }"

BROWSER, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
ALIKE = 0.02  # maximal difference of two pictures that count as equal: see difference()
SETTINGS = "[org/campaigncenter/CampaignCenter]\nmaximized=true\n"


def is_possible():
    """Is Debian's browser installed? A browser from a snap can access neither the test's folder nor its driver."""
    return os.path.exists(BROWSER) and os.path.exists(DRIVER)


class TouchScreen(desktop.Desktop):
    """The same as desktop.Desktop, with fingers instead of a pointer."""

    def __init__(self, size=desktop.PHONE, **more):
        self.broadway = self.browser = None
        self.finger = 0
        super().__init__(size, accessible=False, **more)

    def _start(self):
        # Write settings for a window without a frame, so that the client is at the position of the
        # browser's page.
        keyfile = self.folder / "config" / "glib-2.0" / "settings" / "keyfile"
        keyfile.write_text(keyfile.read_text() + SETTINGS)
        folder = self.folder / "config" / "gtk-4.0"
        folder.mkdir()
        (folder / "settings.ini").write_text(LOOK)
        self.session, address = desktop.start_bus(self.environment, self.log, "--session")
        port = free_port()
        self.environment.update({
            "DBUS_SESSION_BUS_ADDRESS": address, "GDK_BACKEND": "broadway", "GSK_RENDERER": "broadway",
            "BROADWAY_DISPLAY": f":{port}"})
        self.broadway = subprocess.Popen(
            ["gtk4-broadwayd", "-a", "127.0.0.1", "-p", str(port), f":{port}"], env=self.environment,
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        self._open_browser(port)

    def _open_browser(self, port):
        options = webdriver.ChromeOptions()
        for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--touch-events=enabled", "--disable-pinch",
                     "--no-first-run", "--disable-background-networking", "--disable-component-update",
                     "--disable-sync", "--disable-quic", "--hide-scrollbars", f"--user-data-dir={self.folder}/browser"):
            options.add_argument(word)
        options.binary_location = BROWSER
        service = webdriver.chrome.service.Service(DRIVER, log_path=os.devnull)
        self.browser = webdriver.Chrome(service=service, options=options)
        width, height = self.size
        self._command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                      mobile=False)
        self._command("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=5)
        services.wait_until(lambda: self._listens(port), 10, "broadway's start")
        self.browser.get(f"http://127.0.0.1:{port}/")
        self.browser.execute_script(
            "document.head.appendChild(document.createElement('style')).textContent = arguments[0]", STYLE)

    @staticmethod
    def _listens(port):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def _command(self, name, **parameters):
        return self.browser.execute_cdp_cmd(name, parameters)

    def remove(self):
        for app in self.apps:
            app.kill()
        if self.browser is not None:
            self.browser.quit()
        desktop.end(self.broadway)
        super().remove()

    # --- fingers

    def touch(self, kind, *points):
        """Send touch events. kind: Start, Move or End; one point per finger. Every new touch has new ids."""
        if kind == "Start":
            self.finger += 10
            (self.folder / "before.png").write_bytes(self.pixels())
        self._command("Input.dispatchTouchEvent", type=f"touch{kind}", touchPoints=[
            {"x": x, "y": y, "id": self.finger + number} for number, (x, y) in enumerate(points)])

    def tap(self, x, y):
        self.touch("Start", (x, y))
        self.touch("End")

    def drag(self, begin, end, steps=12, hold=0.0):
        """Drag one finger at a person's speed: distance and duration distinguish a gesture from a tap. With `hold`
        the finger stands still before it is lifted, so that the content does not continue to scroll."""
        self.touch("Start", begin)
        for step in range(1, steps + 1):
            part = step / steps
            self.touch("Move", (begin[0] + (end[0] - begin[0]) * part, begin[1] + (end[1] - begin[1]) * part))
            time.sleep(0.016)
        if hold:
            time.sleep(hold)
            self.touch("Move", (end[0], end[1] + 1))
        self.touch("End")

    def rest(self):
        """The end event of a lifted finger has no position."""

    # --- keyboard and eyes

    def type(self, text, delay=5):
        ActionChains(self.browser).send_keys(text).perform()

    def key(self, *names):
        raise NotImplementedError("a phone has no such keys")

    def pixels(self, box=None):
        """Return the screen, or a part of it, as a PNG."""
        x, y, width, height = box or (0, 0, *self.size)
        clip = {"x": x, "y": y, "width": width, "height": height, "scale": 1}
        return base64.b64decode(self._command("Page.captureScreenshot", format="png", clip=clip)["data"])

    def _difference(self, box, other):
        """Return the difference between a part of the screen and a picture: 0 to 1, over all pixels. The same page
        differs by 0.001 between broadway and Wayland, by 0.06 if a row is darker under the finger, and by 0.1 or
        more if a text differs."""
        ours = self.folder / "ours.png"
        ours.write_bytes(self.pixels(box))
        said = subprocess.run(["compare", "-metric", "RMSE", str(ours), str(other), "null:"],
                              capture_output=True, text=True).stderr
        return float(said.split("(")[1].rstrip(")\n"))

    def _is_like(self, guide, box):
        x, y, width, height = box
        theirs = self.folder / "theirs.png"
        subprocess.run(["import", "-window", "root", "-crop", f"{width}x{height}+{x}+{y}", "+repage", str(theirs)],
                       check=True, env={**os.environ, "DISPLAY": guide.display})
        return self._difference(box, theirs) < ALIKE

    def _is_new(self, box):
        x, y, width, height = box
        before = self.folder / "before.png"
        return self._difference(box, f"{before}[{width}x{height}+{x}+{y}]") >= ALIKE

    def wait_new(self, box, seconds=10):
        """Wait until that part of the screen differs from its state before the last touch."""
        self._wait(lambda: self._is_new(box), seconds, f"something new at {box}")

    def wait_like(self, guide, box, seconds=10):
        """Wait until a part of the screen looks as on a desktop.Desktop of the same size."""
        self._wait(lambda: self._is_like(guide, box), seconds, f"the same picture at {box}")

    @staticmethod
    def _wait(condition, seconds, what):
        try:
            services.wait_until(condition, seconds * desktop.PATIENCE, what)
        except TimeoutError as error:
            raise desktop.UiError(str(error)) from error

    def picture(self, name):
        path = desktop.SCREENS / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.pixels())
        return path
