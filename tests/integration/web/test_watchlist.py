"""The watch-list over the API, and who may change it."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.integration.web.market_seed import STEPS, seed_symbols
from workers.store.instruments import load_instruments, save_instruments
from workers.store.watchlist import load_watchlist, remove_symbol

OWN = "http://localhost"


@pytest.fixture(autouse=True)
def _two_of_three(client: FlaskClient) -> None:
    seed_symbols()
    remove_symbol("DOGEUSDT")


def _token(client: FlaskClient) -> str:
    return str(client.get("/").text.split('name="form-token" content="')[1].split('"')[0])


def _error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["error"]["code"]


def test_a_program_adds_and_removes_a_symbol(client: FlaskClient) -> None:
    assert client.get("/api/watchlist").json == {"symbols": ["BTCUSDT", "ETHUSDT"]}
    answer = client.post("/api/watchlist", json={"symbol": "dogeusdt"})
    assert answer.status_code == 201
    assert answer.json == {"symbol": "DOGEUSDT", "symbols": ["BTCUSDT", "ETHUSDT", "DOGEUSDT"]}
    assert client.post("/api/watchlist", json={"symbol": "DOGEUSDT"}).status_code == 200
    removed = client.delete("/api/watchlist/ethusdt")
    assert removed.json == {"symbol": "ETHUSDT", "position": 1, "symbols": ["BTCUSDT", "DOGEUSDT"]}
    assert _error(client.delete("/api/watchlist/ETHUSDT")) == (404, "unknown_symbol")


def test_a_symbol_is_put_back_at_its_position(client: FlaskClient) -> None:
    position = client.delete("/api/watchlist/BTCUSDT").json["position"]  # type: ignore[index]  # JSON
    client.post("/api/watchlist", json={"symbol": "BTCUSDT", "position": position})
    assert load_watchlist() == ["BTCUSDT", "ETHUSDT"]


def test_instruments_are_what_there_is_to_choose_from(client: FlaskClient) -> None:
    rows: Any = client.get("/api/instruments").json
    assert [row["symbol"] for row in rows] == sorted(STEPS)
    assert {row["status"] for row in rows} == {"TRADING"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"symbol": "NOSUCH"}, (404, "unknown_symbol")),
        ({"symbol": {"$gt": ""}}, (400, "malformed")),
        ({"symbol": ""}, (400, "malformed")),
        ({}, (400, "malformed")),
        ([], (400, "malformed")),
        ({"symbol": "DOGEUSDT", "position": "0"}, (400, "malformed")),
        ({"symbol": "DOGEUSDT", "position": True}, (400, "malformed")),
    ],
)
def test_what_cannot_be_added_is_refused(
    client: FlaskClient, body: object, expected: tuple[int, str]
) -> None:
    assert _error(client.post("/api/watchlist", json=body)) == expected
    assert load_watchlist() == ["BTCUSDT", "ETHUSDT"]


def test_a_symbol_that_does_not_trade_is_not_captured(client: FlaskClient) -> None:
    halted = load_instruments()["DOGEUSDT"]
    save_instruments(
        [type(halted)("DOGEUSDT", "DOGE", "USDT", "HALT", halted.price_step, halted.quantity_step)]
    )
    assert _error(client.post("/api/watchlist", json={"symbol": "DOGEUSDT"})) == (422, "not_trading")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_a_form_can_send_is_refused(client: FlaskClient, kind: str) -> None:
    answer = client.post("/api/watchlist", data='{"symbol": "DOGEUSDT"}', content_type=kind)
    assert _error(answer) == (415, "unsupported_media_type")


def test_json_that_is_none_is_refused(client: FlaskClient) -> None:
    answer = client.post("/api/watchlist", data="{", content_type="application/json")
    assert _error(answer) == (400, "malformed")


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://localhost:1", "http://localhost.evil.example"]
)
def test_another_site_changes_nothing_even_with_the_token(client: FlaskClient, origin: str) -> None:
    headers = {"Origin": origin, "X-Form-Token": _token(client)}
    added = client.post("/api/watchlist", json={"symbol": "DOGEUSDT"}, headers=headers)
    assert _error(added) == (403, "foreign_origin")
    assert _error(client.delete("/api/watchlist/BTCUSDT", headers=headers)) == (403, "foreign_origin")
    assert load_watchlist() == ["BTCUSDT", "ETHUSDT"]


def test_a_cross_site_request_without_an_origin_is_refused(client: FlaskClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert _error(client.delete("/api/watchlist/BTCUSDT", headers=headers)) == (403, "foreign_origin")


def test_a_page_needs_its_token(client: FlaskClient) -> None:
    body = {"symbol": "DOGEUSDT"}
    for token in ("", "0" * 32):
        answer = client.post("/api/watchlist", json=body, headers={"Origin": OWN, "X-Form-Token": token})
        assert _error(answer) == (403, "no_form_token")
    own = {"Origin": OWN, "X-Form-Token": _token(client)}
    assert client.post("/api/watchlist", json=body, headers=own).status_code == 201
