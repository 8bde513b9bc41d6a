"""The OpenAPI document, written from what every address declares: `GET /api/openapi.json`."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify
from werkzeug.routing import Rule

from analytics.timeframes import TIMEFRAMES
from app.api.contract import Answer, Contract, File, contract_of, endpoint
from app.api.shapes.operation import ERROR
from app.api.shapes.vocabulary import optional, record, table
from app.form_tokens import HEADER
from workers.jobs import REQUIRED, Parameter

blueprint = Blueprint("openapi", __name__)

Node = dict[str, Any]  # a piece of the document: nested plain values

VERSION = "1"
ABOUT = (
    "Market data and statistics of pairs, as the pages show them. Moments are ISO 8601 in UTC; one that "
    "is given may also be milliseconds since 1970. A value that does not exist is null, with a reason "
    "beside it. A program sends a token where a sign-in is asked for, and JSON for every change; a page "
    "also sends its form token. An answer has an ETag; one of several pages has a header Link with "
    'rel="next".'
)
MEANINGS = {
    200: "The answer",
    201: "It is new",
    202: "Asked for; follow the address",
    206: "A part of it",
    400: "A value is malformed or missing",
    401: "Who asks is not known",
    403: "Not allowed: asked by another site, from another machine, or by a token that may only read",
    404: "There is no such thing",
    409: "Not possible yet, or no longer",
    413: "The body is too large",
    415: "The body is not JSON, or of a file not its bytes",
    422: "A value is out of range",
    429: "Too many requests; Retry-After says how long to wait",
    503: "A part of the system is down; the code names it",
}
UNCHANGED = {"304": {"description": "The same as before: the ETag that If-None-Match names still holds"}}
ALWAYS = (401, 403, 429, 503)


@blueprint.get("/openapi.json")
@endpoint(table({}))
def openapi() -> Response:
    """This document."""
    return jsonify(document(current_app))


def document(app: Flask) -> Node:
    """The document of an application, made once."""
    if "openapi" not in app.extensions:
        app.extensions["openapi"] = written(app)
    found: Node = app.extensions["openapi"]
    return found


def written(app: Flask) -> Node:
    """Everything that is declared, in the order of the addresses."""
    components: dict[str, Node] = {}
    paths: dict[str, Node] = {}
    for rule, method, contract in declared(app):
        about = app.view_functions[rule.endpoint].__doc__ or ""
        operation = _operation(contract, about, tag=rule.endpoint.partition(".")[0])
        if method == "GET":
            operation["responses"] |= UNCHANGED
        operation["operationId"] = operation_id(method, path_of(rule))
        paths.setdefault(path_of(rule), {})[method.lower()] = _named(operation, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "GemsCap Quant", "version": VERSION, "description": ABOUT},
        "servers": [{"url": "/"}],
        "security": [{}, {"token": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(components.items())),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def declared(app: Flask) -> Iterator[tuple[Rule, str, Contract]]:
    """Every address and method that declares what it is."""
    for rule in app.url_map.iter_rules():
        contract = contract_of(app.view_functions[rule.endpoint])
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if contract is not None:
                yield rule, method, contract


def path_of(rule: Rule) -> str:
    """The address as OpenAPI writes it."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)


def operation_id(method: str, path: str) -> str:
    """The name of an address and method, for programs that make themselves a client.

    >>> operation_id("DELETE", "/api/pairs/{y}/{x}")
    'delete_pairs_y_x'
    """
    return "_".join([method.lower(), *re.findall(r"\w+", path.removeprefix("/api"))])


def _operation(contract: Contract, about: str, *, tag: str) -> Node:
    summary, _, rest = about.strip().partition("\n")
    operation: Node = {
        "tags": [tag],
        "summary": summary,
        "parameters": _parameters(contract),
        "responses": _responses(contract),
    }
    if rest.strip():
        operation["description"] = re.sub(r"\s+", " ", rest.strip())
    body = _body(contract)
    return operation | ({"requestBody": body} if body else {})


def _parameters(contract: Contract) -> list[Node]:
    found = [_parameter(name, rule, "path") for name, rule in contract.path.items()]
    found += [_parameter(name, rule, "query") for name, rule in contract.query.items()]
    if contract.is_change:
        about = "of the page that asks; not needed where no Origin is sent"
        found.append({"name": HEADER, "in": "header", "description": about, "schema": {"type": "string"}})
    return found


def _parameter(name: str, rule: Parameter, place: str) -> Node:
    listed = {"style": "form", "explode": False} if rule.kind in ("symbols", "choices") else {}
    about = {"description": rule.about} if rule.about else {}
    required = place == "path" or rule.default is REQUIRED
    return {"name": name, "in": place, "required": required, "schema": rule_schema(rule), **about, **listed}


def rule_schema(rule: Parameter) -> Node:
    """What may be given for one parameter, as JSON Schema."""
    found = _kind_schema(rule)
    if rule.default not in (REQUIRED, None):
        found["default"] = rule.default
    return found


def _kind_schema(rule: Parameter) -> Node:
    match rule.kind:
        case "symbol" | "text":
            return {"type": "string", "minLength": 1}
        case "symbols":
            return {
                "type": "array",
                "items": {"type": "string", "minLength": 1},
                "minItems": int(rule.low),
                "maxItems": int(rule.high),
            }
        case "timeframe":
            return {"type": "string", "enum": list(rule.choices or TIMEFRAMES)}
        case "choice":
            return {"type": "string", "enum": list(rule.choices)}
        case "choices":
            return {"type": "array", "items": {"type": "string", "enum": list(rule.choices)}}
        case "flag":
            return {"type": "boolean"}
        case "moment":
            return {"type": "string", "format": "date-time"}
        case "whole":
            return {"type": "integer", "minimum": int(rule.low), "maximum": int(rule.high)}
        case _:
            return {"type": "number", "minimum": rule.low, "maximum": rule.high}


def _body(contract: Contract) -> Node | None:
    if contract.upload:
        bytes_of_a_file = {"type": "string", "format": "binary"}
        return {"required": True, "content": {contract.upload: {"schema": bytes_of_a_file}}}
    if contract.bodies:
        schemas = [{**_body_schema(rules), "title": f"Job_{name}"} for name, rules in contract.bodies.items()]
        return {"required": False, "content": {"application/json": {"schema": {"anyOf": schemas}}}}
    if contract.body is None:
        return None
    return {"required": True, "content": {"application/json": {"schema": _body_schema(contract.body)}}}


def _body_schema(rules: Mapping[str, Parameter]) -> Node:
    properties = {name: _field(rule) for name, rule in rules.items()}
    required = [name for name, rule in rules.items() if rule.default is REQUIRED]
    return {**record(**properties), "required": required, "additionalProperties": False}


def _field(rule: Parameter) -> Node:
    schema = rule_schema(rule)
    found = schema if rule.default is REQUIRED else dict(optional(schema))
    return found | ({"description": rule.about} if rule.about else {})


def _responses(contract: Contract) -> Node:
    refused = dict.fromkeys(sorted(_refusals(contract)), ERROR)
    answers = {**refused, **contract.answers}
    found = {str(status): _response(status, answers[status]) for status in sorted(answers)}
    for status in contract.answers if contract.headers else ():
        headers = {name: {"schema": schema} for name, schema in contract.headers.items()}
        found[str(status)]["headers"] = headers
    return found


def _refusals(contract: Contract) -> set[int]:
    found = {*ALWAYS, *contract.refusals}
    rules = [*contract.query.values(), *(contract.body or {}).values()]
    if rules:
        found |= {400, 422}
    if any(rule.kind in ("symbol", "symbols") for rule in rules):
        found.add(404)
    if contract.body is not None or contract.bodies or contract.upload:
        found |= {400, 413, 415, 422}
    return found


def _response(status: int, answer: Answer) -> Node:
    if isinstance(answer, File):
        content: Node = {kind: {"schema": {}} for kind in answer.media_types}
    else:
        content = {"application/json": {"schema": answer}}
    return {"description": MEANINGS[status], "content": content}


def _named(node: Any, components: dict[str, Node]) -> Any:  # Any: any piece of the document
    """The same with what has a title put among the components, and its name in its place."""
    if isinstance(node, list | tuple):
        return [_named(item, components) for item in node]
    if not isinstance(node, Mapping):
        return node
    found = {name: _named(value, components) for name, value in node.items() if name != "title"}
    title = node.get("title")
    if not isinstance(title, str):
        return found
    _put(title, found, components)
    about = {"description": node["description"]} if "description" in node else {}
    return {"$ref": f"#/components/schemas/{title}"} | about


def _put(title: str, schema: Node, components: dict[str, Node]) -> None:
    known = components.setdefault(title, schema)
    if known != schema:
        raise ValueError(f"two different shapes are called {title}")
