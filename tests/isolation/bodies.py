"""A body for any command, made from its schema: well-formed, about a given branch, and for a day far ahead.

What it asks for may be refused by a rule, never for its form, so that an answer tells what the policy says. Start at
:func:`body_of`.
"""

from typing import Any

LATER = "2099-01-01"
VILLAGER = "a-villager"  # whom nobody else needs: they may be erased
BY_NAME: dict[str, Any] = {
    "person": VILLAGER, "superior": "QS", "on": LATER, "effective": LATER, "year": 2099, "kind": "clerk",
    "told_through": {"channel": "intranet", "url": "http://intranet.example"},
    "values": {"P-01": "3"}, "holidays": [LATER],
}  # fmt: skip
ALWAYS = {"item", "organisation", "town", "holidays"}  # said even where they may be left out: what it is about


def body_of(schema: dict[str, Any], components: dict[str, Any], known: dict[str, list[str]]) -> Any:
    return _sample("", schema, components, known)


def _sample(name: str, schema: dict[str, Any], components: dict[str, Any], known: dict[str, list[str]]) -> Any:
    schema = _resolved(schema, components)
    if BY_NAME.get(name) is not None and BY_NAME[name] in schema.get("enum", [BY_NAME[name]]):
        return BY_NAME[name]
    if name in known and "enum" not in schema and schema.get("type") == "string":
        return known[name][0]
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    match schema.get("type"):
        case "object":
            return _object(schema, components, known)
        case "array":
            return [_sample("", schema["items"], components, known)] * schema.get("minItems", 0)
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
        case _:
            return _text(schema)


def _object(schema: dict[str, Any], components: dict[str, Any], known: dict[str, list[str]]) -> dict[str, Any]:
    fields = schema.get("properties", {})
    wanted = [n for n in fields if n in schema.get("required", []) or n in ALWAYS]
    made = {n: _sample(n, fields[n], components, known) for n in wanted}
    if not fields and schema.get("minProperties"):
        made["C1"] = known["organisation"][0]
    return made


def _resolved(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema or "anyOf" in schema or "oneOf" in schema:
        if "$ref" in schema:
            schema = components[schema["$ref"].rsplit("/", 1)[1]]
        else:
            schema = next(s for s in schema.get("anyOf", schema.get("oneOf", [])) if s.get("type") != "null")
    return schema


def _text(schema: dict[str, Any]) -> str:
    if schema.get("format") in ("date", "date-time"):
        return LATER if schema["format"] == "date" else f"{LATER}T00:00:00+08:00"
    return "new-thing"[: schema.get("maxLength", 9)]
