# SPDX-License-Identifier: GPL-3.0-or-later
"""A real browser: headless Chromium, driven by chromedriver."""

import contextlib
import os

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from .touch import BROWSER, DRIVER, is_possible


@contextlib.contextmanager
def chromium(width, height, dark=False):
    """Open a browser whose page has this size in CSS pixels. Skips the test when Debian's Chromium is not installed."""
    if not is_possible():
        pytest.skip("Debian's chromium and chromium-driver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for argument in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")
    if dark:
        options.add_argument("--force-dark-mode")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(service=Service(DRIVER), options=options)
    try:
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        if dark:
            browser.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                    {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        yield browser
    finally:
        browser.quit()
