# SPDX-License-Identifier: GPL-3.0-or-later
"""A phone's screen that is really touched: GTK's broadway shows the client in a headless browser, whose
touch events reach it as those of fingers. GTK has no accessibility there, so somebody else must say where
things are: the same client at the same size on a desktop.Desktop."""

import base64
import os
import socket
import subprocess
import time

from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains

from . import desktop, services
from .server import free_port

SETTINGS = "[org/campaigncenter/CampaignCenter]\nmaximized=true\n"


class TouchScreen(desktop.Desktop):
    """As desktop.Desktop, with fingers instead of a pointer."""

    def __init__(self, size=desktop.PHONE, **more):
        self.broadway = self.browser = None
        self.finger = 0
        super().__init__(size, accessible=False, **more)

    def _start(self):
        # A window without a frame: only so is the client where the browser's page is.
        keyfile = self.folder / "config" / "glib-2.0" / "settings" / "keyfile"
        keyfile.write_text(keyfile.read_text() + SETTINGS)
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
        options.binary_location = "/usr/bin/chromium"
        service = webdriver.chrome.service.Service("/usr/bin/chromedriver", log_path=os.devnull)
        self.browser = webdriver.Chrome(service=service, options=options)
        width, height = self.size
        self._command("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                      mobile=False)
        self._command("Emulation.setTouchEmulationEnabled", enabled=True, maxTouchPoints=5)
        services.wait_until(lambda: self._listens(port), 10, "broadway's start")
        self.browser.get(f"http://127.0.0.1:{port}/")
        # Else the browser scrolls and zooms the page itself.
        self.browser.execute_script("document.body.style.touchAction = 'none'")

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
        """kind: Start, Move or End; a point for each finger. Every new touch has ids of its own."""
        if kind == "Start":
            self.finger += 10
        self._command("Input.dispatchTouchEvent", type=f"touch{kind}", touchPoints=[
            {"x": x, "y": y, "id": self.finger + number} for number, (x, y) in enumerate(points)])

    def tap(self, x, y):
        self.touch("Start", (x, y))
        self.touch("End")

    def drag(self, begin, end, steps=12):
        """One finger, at a person's speed: a gesture is told from a tap by its way and its time."""
        self.touch("Start", begin)
        for step in range(1, steps + 1):
            part = step / steps
            self.touch("Move", (begin[0] + (end[0] - begin[0]) * part, begin[1] + (end[1] - begin[1]) * part))
            time.sleep(0.016)
        self.touch("End")

    def rest(self):
        """A finger that is lifted is nowhere."""

    # --- keyboard and eyes

    def type(self, text, delay=5):
        ActionChains(self.browser).send_keys(text).perform()

    def key(self, *names):
        raise NotImplementedError("a phone has no such keys")

    def pixels(self, top=0, height=None):
        """The screen as a PNG, or a strip of it."""
        clip = {"x": 0, "y": top, "width": self.size[0], "height": height or self.size[1], "scale": 1}
        return base64.b64decode(self._command("Page.captureScreenshot", format="png", clip=clip)["data"])

    def settle(self, seconds=5):
        """Wait until the screen stands still."""
        last = [None]

        def same():
            before, last[0] = last[0], self.pixels()
            return before == last[0]

        services.wait_until(same, seconds, "a screen that stands still")

    def picture(self, name):
        path = desktop.SCREENS / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.pixels())
        return path
