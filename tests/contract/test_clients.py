# SPDX-License-Identifier: GPL-3.0-or-later
"""The API document is suitable for generating clients, and an installed generator makes every operation."""

import json
import re
import shutil
import subprocess

import pytest

from test_document import COMMITTED, resolved, schemas_of, walk
from harness.recorder import METHODS
from harness.services import ROOT


@pytest.fixture(scope="module")
def document():
    def once(pairs):
        names = [name for name, _ in pairs]
        assert len(names) == len(set(names)), names
        return dict(pairs)

    return json.loads(COMMITTED.read_text(encoding="utf-8"), object_pairs_hook=once)


@pytest.fixture(scope="module")
def operations(document):
    return [(template, method, operation) for template, methods in document["paths"].items()
            for method, operation in methods.items() if method in METHODS]


def test_a_class_has_one_name(document):
    """Generators name a class by the title: each schema's title is its name in the document."""
    schemas = document["components"]["schemas"]
    assert {name: schema.get("title") for name, schema in schemas.items()} == {name: name for name in schemas}


def test_an_object_inside_another_is_a_reference(document, operations):
    """An inline object would become another class for each place. A page is a class of its own, without a title."""
    inline = []
    for place, schema in schemas_of(document, operations):
        for inner, node in walk(schema, place):
            if inner != place and "title" in node:
                inline.append(inner)
    assert not inline, inline


def test_a_reply_promises_no_limit_of_a_request(document):
    limits = {"minLength", "maxLength", "pattern", "minimum", "maximum", "minItems", "maxItems", "minProperties",
              "maxProperties"}
    for name, schema in document["components"]["schemas"].items():
        is_request = schema.get("additionalProperties") is False
        found = {limit for _, node in walk(schema) for limit in limits & set(node)}
        assert is_request or not found, (name, found)


def test_names_of_rights_are_listed(document):
    schemas = document["components"]["schemas"]
    rights = schemas["ApiTokenNewBody"]["properties"]["scopes"]["items"]["enum"]
    assert {"check_in", "manage_events", "export_voters"} <= set(rights)
    for name in ("ApiToken", "ApiTokenMade", "Device"):
        assert schemas[name]["properties"]["scopes"]["items"]["enum"] == rights
    for name in ("Member", "Membership", "InvitationBody", "MemberPatchPatch"):
        assert schemas[name]["properties"]["permissions"]["propertyNames"]["enum"] == rights


def test_headers_are_declared(document, operations):
    by_name = {operation["operationId"]: operation for _, _, operation in operations}

    def headers(name, status):
        return set(resolved(document, by_name[name]["responses"][status])["headers"])

    assert {"ETag", "X-Request-Id", "RateLimit", "RateLimit-Policy"} <= headers("getEvent", "200")
    assert {"Location", "Idempotent-Replayed"} <= headers("createEvent", "201")
    assert "Link" in headers("listEvents", "200")
    assert "WWW-Authenticate" in headers("getEvent", "401")
    assert "Retry-After" in headers("getEvent", "429") & headers("getEvent", "503")
    assert "Accept" in headers("createEvent", "415")
    assert "Upload-Offset" in headers("putImportFile", "200") & headers("putImportFile", "409")
    assert "RateLimit" not in headers("health", "200")


def test_security_lists_the_credentials_that_can_have_the_right(operations):
    can = {operation["x-right"]: {each for choice in operation["security"] for each in choice}
           for _, _, operation in operations}
    assert can["public"] == set()
    assert can["signed_in"] == can["owner"] == {"session", "cookie"}
    assert can["member"] == can["check_in"] == can["canvass"] == {"session", "cookie", "token", "device"}
    assert can["manage_events"] == can["export_voters"] == {"session", "cookie", "token"}


GENERATORS = {
    "openapi-python-client": ["generate", "--path", "DOCUMENT", "--output-path", "OUT"],
    "openapi-typescript": ["DOCUMENT", "--default-non-nullable=false", "-o", "OUT"],
    "oapi-codegen": ["-package", "api", "-generate", "types,client", "-o", "OUT", "DOCUMENT"],
}


@pytest.mark.parametrize("program", GENERATORS)
def test_a_generator_makes_every_operation(program, operations, tmp_path):
    """None of the generators is a Debian package: a test is skipped when its generator is not on the PATH."""
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed")
    out = tmp_path / ("out" if program == "openapi-python-client" else "out.ts")
    words = {"DOCUMENT": str(COMMITTED), "OUT": str(out)}
    made = subprocess.run([path, *[words.get(each, each) for each in GENERATORS[program]]], capture_output=True,
                          text=True, timeout=600)
    assert made.returncode == 0, made.stderr[-2000:]
    assert "will not be generated" not in made.stdout + made.stderr
    if out.is_dir():
        found = {each.stem.replace("_", "") for each in out.glob("*/api/*/*.py")}
    else:
        names = re.findall(r"operations\[.(\w+).\]|func New(\w+?)Request", out.read_text(encoding="utf-8"))
        found = {each.lower() for pair in names for each in pair if each}
    wanted = {operation["operationId"].lower() for _, _, operation in operations}
    assert wanted <= found, wanted - found


PAGE = ROOT / "docs" / "integrating.md"


def snake(name):
    return re.sub(r"([A-Z])", r"_\1", name).lower()


def test_the_examples_use_names_of_the_document(document, operations):
    """Package and call names in the examples are those that the generators derive: packages from the title, calls
    from operations and tags."""
    text = PAGE.read_text(encoding="utf-8")
    python, typescript, go = (re.search(rf"^```{name}\n(.*?)^```$", text, re.M | re.S)[1]
                              for name in ("python", "typescript", "go"))
    package = document["info"]["title"].lower().replace(" ", "_") + "_client"
    assert set(re.findall(r"from (\w+)", python)) == {package}
    by_name = {operation["operationId"]: (template, method, operation) for template, method, operation in operations}
    for tag, name in re.findall(r"api\.(\w+) import (\w+)", python):
        assert any(snake(each) == name and tag == operation["tags"][0].lower().replace(" ", "_")
                   for each, (_, _, operation) in by_name.items()), name
    for method, template in re.findall(r'api\.([A-Z]+)\("([^"]+)"', typescript):
        assert method.lower() in document["paths"][template]
    called = re.findall(r"client\.(\w+)WithResponse\(", go)
    assert called and {name[0].lower() + name[1:] for name in called} <= set(by_name)
    _, _, listed = by_name["listEvents"]
    parameters = {each["name"]: each["schema"] for each in (resolved(document, each) for each in listed["parameters"])}
    assert parameters["limit"]["format"] == "int64" and "limit := int64(" in go
