# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes values that fit the schemas of the API document."""


def sample(document, schema):
    """Return a value for a schema: its example, otherwise the smallest value that fits."""
    while {"$ref", "allOf", "anyOf"} & set(schema) and not schema.get("examples"):
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        else:
            schema = (schema.get("allOf") or schema["anyOf"])[0]
    if schema.get("examples"):
        return schema["examples"][0]
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {name: sample(document, child) for name, child in schema.get("properties", {}).items()
                if name in schema.get("required", ())}
    if "default" in schema or "enum" in schema:
        return schema.get("default", schema.get("enum", [None])[0])
    if kind == "string":
        return {"email": "ada@example.org", "date-time": "2030-01-01T00:00:00Z"}.get(
            schema.get("format"), "a" * max(schema.get("minLength", 0), 8))
    if kind == "array":
        return [sample(document, schema["items"]) for _ in range(schema.get("minItems", 0))]
    return {"integer": schema.get("minimum", 1), "number": 1.0, "boolean": False}[kind]


def sample_body(document, operation):
    """Return a JSON body for an operation; None when it has no body."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return None if content is None else sample(document, content["schema"])
