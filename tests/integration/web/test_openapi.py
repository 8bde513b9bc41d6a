"""The OpenAPI document says what the API does: every address is in it, and real answers have its shape."""

from typing import Any

import jsonschema_rs
from flask import Flask
from flask.testing import FlaskClient

from app.api.contract import contract_of
from app.api.openapi import document, path_of

Node = dict[str, Any]  # a piece of JSON


def undeclared(app: Flask) -> list[str]:
    """Addresses under /api, or that change something, of which the document says nothing."""
    told = document(app)["paths"]
    missing = []
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            if rule.rule.startswith("/api/") and method.lower() not in told.get(path_of(rule), {}):
                missing.append(f"{method} {rule.rule}")
    return sorted(missing)


def test_every_address_of_the_api_is_in_the_document(app: Flask) -> None:
    assert undeclared(app) == []


def test_an_address_that_declares_nothing_is_found(app: Flask) -> None:
    app.add_url_rule("/api/forgotten/<name>", "forgotten", lambda name: name, methods=["GET", "POST"])
    assert undeclared(app) == ["GET /api/forgotten/<name>", "POST /api/forgotten/<name>"]


def test_every_part_of_an_address_is_declared(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        contract = contract_of(app.view_functions[rule.endpoint])
        if contract is not None:
            assert set(contract.path) == rule.arguments, rule.rule


def test_what_changes_something_says_so(app: Flask) -> None:
    """The only exemption computes and changes nothing."""
    for rule in app.url_map.iter_rules():
        contract = contract_of(app.view_functions[rule.endpoint])
        changes = (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}
        if contract is not None and changes:
            assert contract.is_change == (rule.rule != "/api/corr_heatmap"), rule.rule


def test_the_document_is_openapi_and_every_name_in_it_is_known(client: FlaskClient) -> None:
    told: Node = client.get("/api/openapi.json").json or {}
    assert told["openapi"].startswith("3.1")
    known = {f"#/components/schemas/{name}" for name in told["components"]["schemas"]}
    assert set(_references(told)) == known
    for schema in told["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)


def test_no_two_operations_share_a_name(app: Flask) -> None:
    paths = document(app)["paths"].values()
    names = [operation["operationId"] for path in paths for operation in path.values()]
    assert len(names) == len(set(names))


def _references(node: object) -> list[str]:
    if isinstance(node, list):
        return [found for item in node for found in _references(item)]
    if not isinstance(node, dict):
        return []
    own = [node["$ref"]] if "$ref" in node else []
    return own + [found for value in node.values() for found in _references(value)]
