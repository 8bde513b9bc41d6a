"""Schemathesis makes requests up from the OpenAPI document, and holds the answers against it."""

from collections import Counter

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from pymongo import MongoClient
from schemathesis.checks import CheckFunction
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.integration.web.market_seed import seed_market
from workers.settings import Settings

CHECKS: list[CheckFunction] = [
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
PLAIN = {"Accept-Encoding": "identity"}  # without a socket it asks for packed answers and unpacks none
FEW, MANY = 4, 60  # requests of each operation


@pytest.fixture
def api(app: Flask, mongo_client: MongoClient[dict[str, object]], settings: Settings) -> Flask:
    """A market, and nobody who computes."""
    seed_market()
    mongo_client[settings.database].drop_collection("heartbeats")
    return app


def storm(api: Flask, count: int) -> Counter[int]:
    """So many requests of each operation; an answer that the document does not describe fails."""
    statuses: Counter[int] = Counter()
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", api)
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=count,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def hold(case: schemathesis.Case) -> None:
            answer = case.call_and_validate(checks=CHECKS, headers=PLAIN)
            assert answer.status_code < 500 or answer.status_code == 503, answer.content
            statuses[answer.status_code] += 1

        hold()
    return statuses


def test_answers_are_what_the_document_says(api: Flask) -> None:
    statuses = storm(api, FEW)
    print(dict(sorted(statuses.items())))
    assert {200, 404, 422} <= set(statuses)


def test_an_answer_of_another_shape_is_found(api: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control."""
    monkeypatch.setattr("app.api.selftest.load_result", lambda _key: {"source": 1})
    with pytest.raises(FailureGroup, match="source"):
        storm(api, 1)


@pytest.mark.soak
def test_many_answers_are_what_the_document_says(api: Flask) -> None:
    storm(api, MANY)
