# SPDX-License-Identifier: GPL-3.0-or-later
"""The page at /docs in a real browser, and its curl commands in a real shell."""

import html
import re
import subprocess

import pytest

from harness.browser import chromium
from harness.recorder import documented_codes

pytestmark = pytest.mark.slow
SIZES = [(360, 720), (1280, 800)]


@pytest.fixture(scope="module")
def page(server):
    return server.url + "/docs"


def visible(browser):
    return browser.execute_script(
        "return [...document.querySelectorAll('main section')].filter(s => !s.hidden).map(s => s.id)")


@pytest.mark.parametrize("width, height", SIZES, ids=["phone", "desk"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_nothing_is_wider_than_the_page(page, width, height, dark):
    with chromium(width, height, dark) as browser:
        browser.get(page)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        assert browser.get_log("browser") == []
        background = browser.execute_script("return getComputedStyle(document.documentElement).colorScheme")
        assert background == "light dark"


def test_the_search_filters_operations(page):
    with chromium(1280, 800) as browser:
        browser.get(page)
        field = browser.find_element("id", "search")
        everything = visible(browser)
        browser.find_element("tag name", "body").send_keys("/")
        assert browser.switch_to.active_element == field
        field.send_keys("mergeVoters")
        some = visible(browser)
        assert "mergeVoters" in some and len(some) < 10 < len(everything)
        assert browser.find_element("id", "found").text == f"{len(some)} match" + ("es" if len(some) > 1 else "")
        field.send_keys(" zzzz")
        assert visible(browser) == [] and browser.find_element("id", "found").text.startswith("No operation matches")
        field.send_keys("\ue00c")  # Escape
        assert visible(browser) == everything


def test_a_curl_command_is_copied_by_key(page):
    with chromium(1280, 800) as browser:
        browser.get(page)
        origin = page.removesuffix("/docs")
        browser.execute_cdp_cmd("Browser.grantPermissions", {
            "origin": origin, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
        block = browser.find_element("css selector", ".curl[data-operation=createEvent]")
        button = block.find_element("tag name", "button")
        assert button.get_attribute("aria-label") == "Copy the curl command of createEvent"
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'}); arguments[0].focus()", button)
        button.send_keys("\ue007")  # Enter
        copied = browser.execute_async_script("const done = arguments[0];"
                                              "navigator.clipboard.readText().then(done, e => done(String(e)))")
        assert copied == block.find_element("tag name", "code").get_attribute("textContent")


def test_every_operation_has_a_link_and_every_code_a_row(api, document):
    text = api.get("/docs").text
    for methods in document["paths"].values():
        for operation in methods.values():
            assert f'<a href="#{operation["operationId"]}">' in text
    for code in documented_codes():
        assert f"<tr><td><code>{code}</code></td>" in text


@pytest.mark.parametrize("operation", ["createEvent", "listEvents", "createTag"])
def test_a_curl_command_works_as_printed(shared_org, operation):
    text = shared_org.owner.get("/docs").text
    command = html.unescape(re.search(rf'data-operation="{operation}"><pre><code>(.*?)</code>', text, re.S)[1])
    done = subprocess.run(["bash", "-c", command.replace("curl -s", "curl -s -w '\\n%{http_code}'", 1)], text=True,
                          capture_output=True, env={"TOKEN": shared_org.owner.token, "PATH": "/usr/bin:/bin"}, timeout=30)
    assert done.stdout.rsplit("\n", 1)[-1] in ("200", "201"), (command, done.stdout, done.stderr)
