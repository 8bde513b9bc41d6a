"""Requests made up from the OpenAPI document and a seed: some right, most wrong in one place or another."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import orjson
from werkzeug.routing import Rule

from tests.integration.web.hostile import BODIES, METHODS, TEXTS, VALUES

Node = dict[str, Any]  # a piece of the document

NAMED = {
    "symbol": ("BTCUSDT", "ethusdt"),
    "y": ("ETHUSDT", "ethusdt"),
    "x": ("BTCUSDT", "btcusdt"),
    "job": ("recompute_indicators", "scan", "correlation"),
    "task": ("0" * 32,),
}
MOMENTS = ("2026-11-22", "1795348800000", "2026-11-22T12:00:00Z", "2026-11-22T14:00:00+02:00")
QUERY = ("tf", "next", "window", "symbol", "range", "name[]")  # of pages
HOSTILE = 0.3  # share of values


@dataclass(frozen=True)
class Request:
    """One request as a test client takes it."""

    method: str
    address: str
    data: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def fuzzed(told: Node, seed: int, count: int) -> Iterator[Request]:
    """So many requests over all addresses; the same seed gives the same ones."""
    rng = random.Random(seed)
    operations = [
        (path, method.upper(), each)
        for path, found in told["paths"].items()
        for method, each in found.items()
    ]
    for place in range(count):
        path, method, operation = operations[place % len(operations)]
        if rng.random() < 0.05:
            method = rng.choice(METHODS)
        bodies = body_schemas(told, operation)
        data, kind = _body(rng, bodies) if bodies else (b"", "")
        yield Request(method, _address(rng, path, operation), data, {"Content-Type": kind} if kind else {})


def fuzzed_pages(rules: Sequence[Rule], seed: int, count: int) -> Iterator[Request]:
    """So many requests over addresses of which the document says nothing."""
    rng = random.Random(seed)
    for place in range(count):
        rule = rules[place % len(rules)]
        methods = sorted((rule.methods or set()) - {"OPTIONS"})
        method = rng.choice(METHODS) if rng.random() < 0.1 else rng.choice(methods)
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: _of_page(rng, found[1]), rule.rule)
        query = [(name, _of_page(rng, name)) for name in QUERY if rng.random() < 0.4]
        data, kind = rng.choice(BODIES) if method not in ("GET", "HEAD") else (b"", "")
        if kind == "application/x-www-form-urlencoded":
            data = urlencode({"password": rng.choice(TEXTS), "next": rng.choice(TEXTS)}).encode()
        address = f"{path}?{urlencode(query)}" if query else path
        yield Request(method, address, data, {"Content-Type": kind} if kind else {})


def _of_page(rng: random.Random, name: str) -> str:
    good = name in NAMED and rng.random() > HOSTILE
    return quote(rng.choice(NAMED[name] if good else TEXTS) or "-", safe=rng.choice(("", "/.")))


def _address(rng: random.Random, path: str, operation: Node) -> str:
    query: list[tuple[str, str]] = []
    for each in operation["parameters"]:
        name, text = each["name"], _text(rng, each["name"], each["schema"])
        if each["in"] == "path":
            path = path.replace("{" + name + "}", quote(text or "-", safe=rng.choice(("", "/."))))
        elif each["in"] == "query" and (each["required"] or rng.random() < 0.5) and rng.random() < 0.97:
            query += [(_key(rng, name), text)] * (2 if rng.random() < 0.03 else 1)
    return f"{path}?{urlencode(query)}" if query else path


def _key(rng: random.Random, name: str) -> str:
    return rng.choice((f"{name}[$ne]", f"${name}", f"{name}.x")) if rng.random() < 0.03 else name


def _text(rng: random.Random, name: str, schema: Node) -> str:
    if rng.random() < HOSTILE:
        return rng.choice(TEXTS)
    value = _value(rng, name, schema)
    return ",".join(value) if isinstance(value, list) else str(value).lower() if value is True else str(value)


def body_schemas(told: Node, operation: Node) -> list[Node]:
    """What a body may be: one shape, several, or none where no body is taken."""
    if "requestBody" not in operation:
        return []
    content, named = operation["requestBody"]["content"], told["components"]
    schema = next(iter(content.values()))["schema"]
    shapes = schema.get("anyOf", [schema])
    return [named["schemas"][each["$ref"].rpartition("/")[2]] if "$ref" in each else each for each in shapes]


def _body(rng: random.Random, schemas: list[Node]) -> tuple[bytes, str]:
    if rng.random() < 0.25:
        return rng.choice(BODIES)
    return orjson.dumps(_value(rng, "", rng.choice(schemas))), "application/json"


def _value(rng: random.Random, name: str, schema: Node) -> Any:  # Any: of the kind of the schema
    if name in NAMED:
        return rng.choice(NAMED[name])
    if "enum" in schema:
        return rng.choice(schema["enum"])
    kind = schema.get("type", "string")
    match kind[0] if isinstance(kind, list) else kind:
        case "object":
            return _object(rng, schema)
        case "array":
            listed = schema["items"].get("enum", ("BTCUSDT", "ethusdt", "DOGEUSDT"))
            return rng.sample(listed, rng.randint(1, min(3, len(listed))))
        case "integer":
            low, high = schema["minimum"], schema["maximum"]
            return rng.choice((low, low - 1, high, high + 1, rng.randint(low, high)))
        case "number":
            return rng.choice((schema["minimum"], schema["maximum"] * 2, rng.random()))
        case "boolean":
            return rng.random() < 0.5
    return rng.choice(MOMENTS if schema.get("format") == "date-time" else ("BTCUSDT", "of the tests"))


def _object(rng: random.Random, schema: Node) -> Node:
    fields = schema.get("properties", {})
    found = {
        name: rng.choice(VALUES) if rng.random() < HOSTILE else _value(rng, name, each)
        for name, each in fields.items()
        if rng.random() < 0.8
    }
    return found | ({rng.choice(("$where", "a.b", "extra")): 1} if rng.random() < 0.05 else {})
