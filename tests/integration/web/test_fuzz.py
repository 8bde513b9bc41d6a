"""Whatever is sent, the API answers in its own words: no internal error, no trace of what failed."""

import time
from collections import Counter
from collections.abc import Iterable

import pytest
from flask.testing import FlaskClient
from pymongo import MongoClient

from app.api.openapi import document, path_of
from tests.fault.measuring import Measured
from tests.integration.web.fuzzed import Request, fuzzed, fuzzed_pages
from tests.integration.web.market_seed import seed_market
from workers.settings import Settings

SEED = 37
SMALL, WHOLE = 400, 5_000  # requests
PAGES = 200
REDIRECTS = {302, 303, 308}
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
    is_page = not answer.request.path.startswith("/api/")
    fine = REFUSED | {304} | (REDIRECTS if is_page else set())
    assert answer.status_code < 300 or answer.status_code in fine, about
    assert not [leak for leak in LEAKS if leak.encode() in answer.data], about
    if answer.status_code in REFUSED and answer.request.path.startswith("/api/") and request.method != "HEAD":
        error = (answer.json or {})["error"]
        assert set(error) <= {"code", "message", "field", "have", "need"}, about
        assert error["code"], about
        assert error["message"], about
    return answer.status_code, seconds


def storm(client: FlaskClient, requests: Iterable[Request], measured: Measured) -> Counter[int]:
    """All of them; how often each status came."""
    outcomes = [send(client, request) for request in requests]
    count = len(outcomes)
    seconds = sorted(took for _, took in outcomes)
    statuses = Counter(status for status, _ in outcomes)
    p99 = seconds[int(0.99 * len(seconds))]
    measured(
        "R37",
        injected=f"{count} requests made up, most of them wrong",
        demanded="answered in our own words, 0 x 500, p99 <= 500 ms",
        found=f"{dict(sorted(statuses.items()))}, p99 {1000 * p99:.0f} ms",
    )
    assert p99 <= SLOWEST_P99_SECONDS
    return statuses


@pytest.mark.usefixtures("market")
def test_no_request_whatsoever_is_an_internal_error(client: FlaskClient, measured: Measured) -> None:
    statuses = storm(client, fuzzed(document(client.application), SEED, SMALL), measured)
    assert {200, 400, 404, 405, 415, 422} <= set(statuses)


@pytest.mark.soak
@pytest.mark.usefixtures("market")
def test_none_of_five_thousand_requests_is_an_internal_error(client: FlaskClient, measured: Measured) -> None:
    told = document(client.application)
    assert storm(client, fuzzed(told, SEED + 1, WHOLE), measured)[200] > WHOLE / 20


@pytest.mark.usefixtures("market")
def test_nor_is_one_for_a_page_the_sign_in_or_the_metrics(client: FlaskClient, measured: Measured) -> None:
    told = {path_of(rule) for rule in client.application.url_map.iter_rules()}
    documented = set(document(client.application)["paths"])
    rules = [rule for rule in client.application.url_map.iter_rules() if path_of(rule) not in documented]
    assert told - documented >= {"/", "/sign-in", "/metrics", "/market/{symbol}"}
    statuses = storm(client, fuzzed_pages(rules, SEED, PAGES), measured)
    assert {200, 404, 405} <= set(statuses)


@pytest.mark.usefixtures("market")
def test_a_view_that_fails_is_found(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, measured: Measured
) -> None:
    """Negative control."""

    def fail(**_asked: object) -> None:
        raise RuntimeError("Traceback inside")

    monkeypatch.setattr("app.api.book.book_state", fail)
    with pytest.raises(AssertionError, match="500"):
        storm(client, fuzzed(document(client.application), SEED, SMALL), measured)
