# SPDX-License-Identifier: GPL-3.0-or-later
"""The page at /docs: it contains everything of the document, and loads nothing from another host."""

import html.parser
import re


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.open, self.words = set(), [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.ids.add(attributes.get("id"))
        self.links += [attributes[name] for name in ("href", "src") if name in attributes]
        if tag not in ("meta", "link", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def test_the_page_shows_every_operation_and_field(api, document):
    reply = api.get("/docs")
    assert reply.status_code == 200 and reply.headers["Content-Type"] == "text/html; charset=utf-8"
    page = Page(reply.text)
    text = " ".join(page.words)
    assert page.open == []
    for path, methods in document["paths"].items():
        assert path in text
        for operation in methods.values():
            assert operation["operationId"] in page.ids
            assert operation["summary"] in text
    for field in document["components"]["schemas"]["Event"]["properties"].values():
        assert field["description"] in text


def test_the_page_stands_alone(api):
    reply = api.get("/docs")
    page = Page(reply.text)
    assert page.links and all(link.startswith(("/", "#")) for link in page.links)
    assert re.findall(r"<script[^>]*>", reply.text) == ['<script src="/docs/script.js" defer>']
    assert not re.search(r"style=|onload|http-equiv", reply.text)
    assert {"style-src 'self'", "script-src 'self'"} <= set(reply.headers["Content-Security-Policy"].split("; "))
    script = api.get("/docs/script.js")
    assert script.status_code == 200 and script.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "http" not in script.text
    style = api.get("/docs/style.css")
    assert style.status_code == 200 and style.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "url(" not in style.text
