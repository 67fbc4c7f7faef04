"""Contracts: what each service promises of its events, written to ``shared/contracts`` and held against the code.

A promise may grow, never shrink: :func:`breaks` names what a reader of the old schema would miss in the new one. A
change that breaks needs a higher ``VERSION`` on the event and an upcaster for what the log already holds.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.archive.events import REGISTRY as ARCHIVE
from services.audit.events import REGISTRY as AUDIT
from services.catalogue.events import REGISTRY as CATALOGUE
from services.feedback.events import REGISTRY as FEEDBACK
from services.publication.events import REGISTRY as PUBLICATION
from shared.cloudevents import CONTEXT, schema_of
from shared.events import Event, Registry

REGISTRIES: tuple[Registry, ...] = (CATALOGUE, PUBLICATION, FEEDBACK, ARCHIVE, AUDIT)
FOLDER = Path(__file__).parents[2] / "shared" / "contracts"
ASYNCAPI_VERSION = "3.1.0"
Schema = dict[str, Any]


def contract_of(registry: Registry, event: type[Event]) -> Schema:
    """The JSON Schema of an event's data, with its type and version."""
    schema = event.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": schema_of(registry.type_of(event)),
        "x-type": registry.type_of(event),
        **schema,
    }


def contracts() -> dict[str, Schema]:
    """Every contract by its path under ``shared/contracts``."""
    written = {
        f"{registry.service}/{name}.json": contract_of(registry, event)
        for registry in REGISTRIES
        for name, event in registry.events.items()
    }
    return {**written, "asyncapi.json": asyncapi()}


def text_of(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


@dataclass(frozen=True)
class Difference:
    """A contract that is not what the code says: ``breaking`` names what its readers would lose."""

    path: str
    what: str
    breaking: tuple[str, ...] = ()


def differences(folder: Path = FOLDER) -> Iterator[Difference]:
    """What stands in the folder against what the code says."""
    wanted = contracts()
    found = {str(file.relative_to(folder)): file for file in sorted(folder.rglob("*.json"))}
    for path in sorted(found.keys() - wanted.keys()):
        yield Difference(path, "the event is gone", (f"{path}: readers of the old log still need it",))
    for path, schema in sorted(wanted.items()):
        if path not in found:
            yield Difference(path, "not written yet")
        elif found[path].read_text(encoding="utf-8") != text_of(schema):
            old = json.loads(found[path].read_text(encoding="utf-8"))
            bump = old.get("x-type") != schema.get("x-type")
            yield Difference(path, "differs from the code", () if bump else tuple(breaks(old, schema)))


def write(folder: Path = FOLDER, *, accept_breaking: bool = False) -> list[Difference]:
    """Write every contract that differs; nothing at all if one breaks readers and that is not accepted."""
    found = list(differences(folder))
    if any(d.breaking for d in found) and not accept_breaking:
        return found
    wanted = contracts()
    for difference in found:
        file = folder / difference.path
        if difference.path in wanted:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text_of(wanted[difference.path]), encoding="utf-8")
        else:
            file.unlink()
    return found


def breaks(old: Schema, new: Schema, at: str = "") -> Iterator[str]:
    """What a reader of ``old`` would no longer find, or find otherwise, in data that fits ``new``."""
    if at == "" and old.get("asyncapi"):
        return
    old, new = _resolved(old, old), _resolved(new, new)
    yield from _breaks(old, new, old, new, at)


def _breaks(old: Schema, new: Schema, old_root: Schema, new_root: Schema, at: str) -> Iterator[str]:
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    lost_types = _types(new, new_root) - _types(old, old_root)
    if _types(old, old_root) and lost_types:
        yield f"{at or '/'}: may now be {', '.join(sorted(lost_types))}"
    if "enum" in old and "enum" not in new and "const" not in new:
        yield f"{at or '/'}: was one of {old['enum']}, now anything"
    for name, part in old.get("properties", {}).items():
        if name not in new.get("properties", {}):
            yield f"{at}/{name}: gone"
            continue
        if name in old.get("required", []) and name not in new.get("required", []):
            yield f"{at}/{name}: no longer always there"
        yield from _breaks(part, new["properties"][name], old_root, new_root, f"{at}/{name}")
    if isinstance(old.get("items"), dict) and isinstance(new.get("items"), dict):
        yield from _breaks(old["items"], new["items"], old_root, new_root, f"{at}/[]")


def _resolved(schema: Schema, root: Schema) -> Schema:
    reference = schema.get("$ref", "")
    if reference.startswith("#/$defs/"):
        return dict(root.get("$defs", {}).get(reference.removeprefix("#/$defs/"), {}))
    return schema


def _types(schema: Schema, root: Schema) -> set[str]:
    schema = _resolved(schema, root)
    kind = schema.get("type")
    if isinstance(kind, str):
        return {kind}
    alternatives = [*schema.get("anyOf", []), *schema.get("oneOf", [])]
    return {kind for alternative in alternatives for kind in _types(alternative, root)}


def asyncapi() -> Schema:
    """The event log as AsyncAPI 3.1: a channel per topic, a message per event, CloudEvents attributes as headers."""
    channels: Schema = {}
    operations: Schema = {}
    messages: Schema = {}
    schemas: Schema = {}
    for registry in REGISTRIES:
        names = sorted(registry.events)
        channels[registry.service] = {
            "address": f"{{county}}.{registry.service}.events.v1",
            "description": f"Every event of {registry.service}, keyed by stream, kept for ever.",
            "parameters": {"county": {"description": "The county's short name."}},
            "messages": {name: {"$ref": f"#/components/messages/{registry.service}.{name}"} for name in names},
        }
        operations[f"publish_{registry.service}"] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{registry.service}"},
            "summary": f"The relay of {registry.service} ships its journal in order.",
        }
        for name in names:
            event = registry.events[name]
            schema = contract_of(registry, event)
            key = f"{registry.service}.{name}"
            schemas[key] = {k: v for k, v in schema.items() if k not in ("$schema", "$id", "$defs")}
            schemas[key] = _inlined(schemas[key], schema.get("$defs", {}))
            messages[key] = {
                "name": registry.type_of(event),
                "title": name,
                "summary": (event.__doc__ or name).strip().splitlines()[0],
                "contentType": "application/json",
                "headers": {"$ref": "#/components/schemas/CloudEventHeaders"},
                "payload": {"$ref": f"#/components/schemas/{key}"},
            }
    schemas["CloudEventHeaders"] = _headers()
    return {
        "asyncapi": ASYNCAPI_VERSION,
        "info": {
            "title": "Gongkai event log",
            "version": "1",
            "description": "CloudEvents 1.0, Kafka binary binding. Within a topic positions are 1, 2, 3 ...",
        },
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas},
    }


def _headers() -> Schema:
    always = [f"ce_{name}" for name in ("id", "source", "specversion", "subject", "time", "type", "sequence")]
    always.append("content-type")
    extensions = [f"ce_{name}" for name in CONTEXT]
    return {
        "type": "object",
        "required": always,
        "properties": {name: {"type": "string"} for name in [*always, "ce_dataschema", *extensions, "after"]},
    }


def _inlined(node: Any, definitions: Schema) -> Any:
    """Definitions put in place of their references: AsyncAPI resolves them against the whole document."""
    if isinstance(node, dict):
        reference = node.get("$ref", "")
        if isinstance(reference, str) and reference.startswith("#/$defs/"):
            return _inlined(definitions[reference.removeprefix("#/$defs/")], definitions)
        return {k: _inlined(v, definitions) for k, v in node.items() if k != "discriminator"}
    if isinstance(node, list):
        return [_inlined(part, definitions) for part in node]
    return node
