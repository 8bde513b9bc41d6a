"""Whatever is sent, the API answers in its own words: no internal error, no trace of what failed."""

import time
from collections import Counter

import pytest
from flask.testing import FlaskClient
from pymongo import MongoClient

from app.api.openapi import document
from tests.integration.web.fuzzed import Request, fuzzed
from tests.integration.web.market_seed import seed_market
from workers.settings import Settings

SEED = 37
SMALL, WHOLE = 400, 5_000  # requests
SLOWEST_P99_SECONDS = 0.5
REFUSED = {400, 403, 404, 405, 409, 413, 415, 422, 429, 503}
LEAKS = ("Traceback", "pymongo", "werkzeug", "E11000", "codeName", "site-packages", 'File "')


@pytest.fixture
def market(client: FlaskClient, mongo_client: MongoClient[dict[str, object]], settings: Settings) -> None:
    """A market, and nobody who computes: what is not there is told at once."""
    seed_market()
    mongo_client[settings.database].drop_collection("heartbeats")


def send(client: FlaskClient, request: Request) -> tuple[int, float]:
    """One request, its answer held against all that must hold of it; status and seconds."""
    began = time.perf_counter()
    answer = client.open(
        request.address, method=request.method, data=request.data, headers=request.headers
    )  # the client compares it with the document
    seconds = time.perf_counter() - began
    about = (request, answer.status_code, answer.data[:300])
    assert answer.status_code < 300 or answer.status_code in REFUSED | {304}, about
    assert not [leak for leak in LEAKS if leak.encode() in answer.data], about
    if answer.status_code in REFUSED and answer.request.path.startswith("/api/") and request.method != "HEAD":
        error = (answer.json or {})["error"]
        assert set(error) <= {"code", "message", "field", "have", "need"}, about
        assert error["code"], about
        assert error["message"], about
    return answer.status_code, seconds


def storm(client: FlaskClient, seed: int, count: int) -> Counter[int]:
    """So many requests; how often each status came."""
    told = document(client.application)
    outcomes = [send(client, request) for request in fuzzed(told, seed, count)]
    seconds = sorted(took for _, took in outcomes)
    statuses = Counter(status for status, _ in outcomes)
    p99 = seconds[int(0.99 * len(seconds))]
    print(f"{count} requests, seed {seed}: {dict(sorted(statuses.items()))}, p99 {1000 * p99:.0f} ms")
    assert p99 <= SLOWEST_P99_SECONDS
    return statuses


@pytest.mark.usefixtures("market")
def test_no_request_whatsoever_is_an_internal_error(client: FlaskClient) -> None:
    statuses = storm(client, SEED, SMALL)
    assert {200, 400, 404, 405, 415, 422} <= set(statuses)


@pytest.mark.soak
@pytest.mark.usefixtures("market")
def test_none_of_five_thousand_requests_is_an_internal_error(client: FlaskClient) -> None:
    assert storm(client, SEED + 1, WHOLE)[200] > WHOLE / 20


@pytest.mark.usefixtures("market")
def test_a_view_that_fails_is_found(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control."""

    def fail(**_asked: object) -> None:
        raise RuntimeError("Traceback inside")

    monkeypatch.setattr("app.api.book.book_state", fail)
    with pytest.raises(AssertionError, match="500"):
        storm(client, SEED, SMALL)
