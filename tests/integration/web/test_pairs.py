"""The list of pairs over the API."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.integration.web.market_seed import seed_symbols
from workers.store.pairs import fill_pairs, load_pairs
from workers.store.watchlist import load_watchlist, remove_symbol

PAIR = {"y": "ETHUSDT", "x": "BTCUSDT"}


@pytest.fixture(autouse=True)
def _two_of_three(client: FlaskClient) -> None:
    seed_symbols()
    remove_symbol("DOGEUSDT")


def _error(answer: Any) -> tuple[int, str, str]:
    error = answer.json["error"]
    return answer.status_code, error["code"], error.get("field", "")


def test_a_program_adds_and_removes_a_pair(client: FlaskClient) -> None:
    assert client.get("/api/pairs").json == {"pairs": []}
    answer = client.post("/api/pairs", json={"y": "ethusdt", "x": "btcusdt"})
    assert answer.status_code == 201
    assert answer.json == {**PAIR, "captured": [], "pairs": [PAIR]}
    assert client.post("/api/pairs", json=PAIR).status_code == 200
    assert client.delete("/api/pairs/ethusdt/btcusdt").json == {**PAIR, "position": 0, "pairs": []}
    assert _error(client.delete("/api/pairs/ETHUSDT/BTCUSDT")) == (404, "unknown_pair", "y")


def test_the_other_way_round_is_another_pair(client: FlaskClient) -> None:
    client.post("/api/pairs", json=PAIR)
    assert client.post("/api/pairs", json={"y": "BTCUSDT", "x": "ETHUSDT"}).status_code == 201
    assert load_pairs() == [("ETHUSDT", "BTCUSDT"), ("BTCUSDT", "ETHUSDT")]


def test_both_symbols_of_a_pair_are_captured_from_then_on(client: FlaskClient) -> None:
    answer: Any = client.post("/api/pairs", json={"y": "DOGEUSDT", "x": "BTCUSDT"}).json
    assert answer["captured"] == ["DOGEUSDT"]
    assert load_watchlist() == ["BTCUSDT", "ETHUSDT", "DOGEUSDT"]


def test_a_symbol_stays_as_long_as_a_pair_needs_it(client: FlaskClient) -> None:
    client.post("/api/pairs", json=PAIR)
    answer: Any = client.delete("/api/watchlist/BTCUSDT")
    assert _error(answer) == (409, "part_of_a_pair", "symbol")
    assert "ETHUSDT/BTCUSDT" in answer.json["error"]["message"]
    client.delete("/api/pairs/ETHUSDT/BTCUSDT")
    assert client.delete("/api/watchlist/BTCUSDT").status_code == 200


def test_a_pair_is_put_back_at_its_position(client: FlaskClient) -> None:
    fill_pairs([("ETHUSDT", "BTCUSDT"), ("BTCUSDT", "ETHUSDT")])
    position = client.delete("/api/pairs/ETHUSDT/BTCUSDT").json["position"]  # type: ignore[index]  # JSON
    client.post("/api/pairs", json={**PAIR, "position": position})
    assert load_pairs() == [("ETHUSDT", "BTCUSDT"), ("BTCUSDT", "ETHUSDT")]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"y": "ETHUSDT"}, (400, "malformed", "x")),
        ({"y": {"$gt": ""}, "x": "BTCUSDT"}, (400, "malformed", "y")),
        ({"y": "ETHUSDT", "x": "NOSUCH"}, (404, "unknown_symbol", "x")),
        ({"y": "BTCUSDT", "x": "btcusdt"}, (422, "same_symbol", "x")),
        ({"y": "DOGEUSDT", "x": "BTCUSDT", "position": -1}, (422, "out_of_range", "position")),
    ],
)
def test_what_is_no_pair_is_refused_and_changes_nothing(
    client: FlaskClient, body: object, expected: tuple[int, str, str]
) -> None:
    assert _error(client.post("/api/pairs", json=body)) == expected
    assert load_pairs() == []
    assert load_watchlist() == ["BTCUSDT", "ETHUSDT"]


def test_a_foreign_page_changes_no_pair(client: FlaskClient) -> None:
    answer = client.post("/api/pairs", json=PAIR, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code in (400, 403)
    assert load_pairs() == []


def test_an_empty_list_is_filled_and_another_is_left_alone(client: FlaskClient) -> None:
    fill_pairs([("ETHUSDT", "BTCUSDT")])
    fill_pairs([("BTCUSDT", "ETHUSDT")])
    assert load_pairs() == [("ETHUSDT", "BTCUSDT")]
