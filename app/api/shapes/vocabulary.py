"""The words that shapes of answers are made of; each is a piece of JSON Schema.

A schema with a `title` becomes a component of the OpenAPI document by that name.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]  # JSON Schema: nested plain values

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
ANYTHING: Schema = {}


def told(schema: Schema, about: str) -> Schema:
    """The same with a word of explanation."""
    return {**schema, "description": about}


def choice(*values: str) -> Schema:
    """One of these texts."""
    return {"type": "string", "enum": list(values)}


def optional(schema: Schema) -> Schema:
    """The same, or null.

    >>> optional(choice("buy", "sell"))
    {'type': ['string', 'null'], 'enum': ['buy', 'sell', None]}
    """
    if not isinstance(schema.get("type"), str) or "title" in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    listed = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, "type": [schema["type"], "null"], **listed}


def many(schema: Schema) -> Schema:
    """A list of such."""
    return {"type": "array", "items": schema}


def table(schema: Schema) -> Schema:
    """An object with any names, and such a value under each."""
    return {"type": "object", "additionalProperties": schema}


def record(title: str = "", /, **fields: Schema) -> Schema:
    """An object with exactly these fields, all of them always there."""
    named = {"title": title} if title else {}
    return {**named, "type": "object", "properties": fields, "required": list(fields)}


def widened(schema: Schema, title: str, optional_fields: Sequence[str] = (), **fields: Schema) -> Schema:
    """A record with more fields, or with others of the same name; some need not be there."""
    properties = {**schema["properties"], **fields}
    required = [name for name in properties if name not in optional_fields]
    return {"title": title, "type": "object", "properties": properties, "required": required}


def without(schema: Schema, title: str, *names: str) -> Schema:
    """A record less some fields."""
    kept = {name: field for name, field in schema["properties"].items() if name not in names}
    return record(title, **kept)
