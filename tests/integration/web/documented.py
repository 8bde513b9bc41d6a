"""A test client that holds every answer of the API against the OpenAPI document, key by key."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema_rs
import orjson
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from app.api.contract import contract_of
from app.api.openapi import document, path_of

Node = dict[str, Any]  # a piece of JSON


class DocumentedClient(FlaskClient):
    """Flask's test client; an answer that the document does not describe fails the test."""

    def open(self, *args: Any, **given: Any) -> TestResponse:  # Any: Flask's own signature
        """One request, its answer checked."""
        answer = super().open(*args, **{"buffered": True, **given})  # read to its end and closed
        told = operation_of(self.application, answer.request.path, answer.request.method)
        if told is not None:
            problems = undocumented(document(self.application), told, answer)
            assert problems == [], (answer.request.method, answer.request.path, answer.status_code, problems)
        return answer


def documented_client(app: Flask) -> FlaskClient:
    """A client of an application that a test has made itself."""
    app.test_client_class = DocumentedClient
    return app.test_client()


def operation_of(app: Flask, path: str, method: str) -> Node | None:
    """What the document says of a request; None where the address is none of the API's."""
    try:
        rule, _ = app.url_map.bind("localhost").match(path, method=method, return_rule=True)
    except HTTPException:
        return None
    if contract_of(app.view_functions[rule.endpoint]) is None or method in ("HEAD", "OPTIONS"):
        return None
    found: Node = document(app)["paths"][path_of(rule)][method.lower()]
    return found


def undocumented(told: Node, operation: Node, answer: TestResponse) -> list[str]:
    """What of an answer the document does not allow."""
    response = operation["responses"].get(str(answer.status_code))
    if response is None:
        return [f"status {answer.status_code} is not in the document"]
    missing = [name for name in response.get("headers", {}) if name not in answer.headers]
    if missing and answer.data != b"[]":  # of nothing there is no moment
        return [f"the headers {missing} are not in the answer"]
    if "content" not in response:
        return ["a body is not in the document"] if answer.data else []
    if answer.mimetype not in response["content"]:
        return [f"{answer.mimetype} is not in the document"]
    if answer.mimetype != "application/json" or "Content-Encoding" in answer.headers:
        return []
    schema = response["content"]["application/json"]["schema"]
    errors = _validator(_frozen({**schema, "components": told["components"]})).iter_errors(answer.json)
    return [f"{error.instance_path}: {error.message[:200]}" for error in errors]


def closed(node: Any) -> Any:  # Any: any piece of a schema
    """The same schema where an object may hold nothing that is not named."""
    if isinstance(node, list):
        return [closed(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    found = {name: closed(value) for name, value in node.items()}
    if isinstance(found.get("properties"), dict):
        found.setdefault("additionalProperties", False)
    return found


def _frozen(schema: Node) -> str:
    return orjson.dumps(closed(schema), option=orjson.OPT_SORT_KEYS).decode()


@cache
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
