"""The OpenAPI document says what the API does: every address is in it, and real answers have its shape."""

from typing import Any

import jsonschema_rs
import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.api.contract import contract_of
from app.api.openapi import document, path_of

Node = dict[str, Any]  # a piece of JSON
CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
# What is for people and their browsers, or speaks Prometheus' own language: no part of the API.
PAGES = [
    *("overview.page", "market.first", "market.page", "pair_page.first", "pair_page.page", "sign_in.page"),
    *("correlation_page.page", "quality_page.page", "scanner_page.page", "import_page.page"),
    *("selftest_page.page", "system_page.page", "access_page.page"),
]
FILES = ["static", "vendor.bundle"]
FORMS = ["sign_in.enter", "sign_in.leave"]
NO_API = {f"GET {name}" for name in [*PAGES, *FILES, "metrics.metrics"]} | {f"POST {name}" for name in FORMS}


def undeclared(app: Flask) -> list[str]:
    """Addresses of which the document says nothing, but for those that are named."""
    told = document(app)["paths"]
    missing = []
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            is_told = method.lower() in told.get(path_of(rule), {})
            if not is_told and f"{method} {rule.endpoint}" not in NO_API:
                missing.append(f"{method} {rule.rule}")
    return sorted(missing)


def test_every_address_is_in_the_document_or_named_as_none_of_the_api(app: Flask) -> None:
    assert undeclared(app) == []


def test_what_is_named_is_there_and_only_forms_of_it_change_anything(app: Flask) -> None:
    served = {
        f"{method} {rule.endpoint}" for rule in app.url_map.iter_rules() for method in rule.methods or ()
    }
    assert served >= NO_API
    changing = {name for name in NO_API if name.partition(" ")[0] in CHANGING}
    assert changing == {f"POST {name}" for name in FORMS}


@pytest.mark.parametrize("address", ["/api/forgotten/<name>", "/forgotten/<name>"])
def test_an_address_that_declares_nothing_is_found(app: Flask, address: str) -> None:
    app.add_url_rule(address, "forgotten", lambda name: name, methods=["GET", "POST"])
    assert undeclared(app) == [f"GET {address}", f"POST {address}"]


def test_every_part_of_an_address_is_declared(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        contract = contract_of(app.view_functions[rule.endpoint])
        if contract is not None:
            assert set(contract.path) == rule.arguments, rule.rule


def test_what_changes_something_says_so(app: Flask) -> None:
    """The only exemption computes and changes nothing."""
    for rule in app.url_map.iter_rules():
        contract = contract_of(app.view_functions[rule.endpoint])
        changes = (rule.methods or set()) & CHANGING
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
