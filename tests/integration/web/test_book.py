"""`/api/book`, `/api/book/seconds`, and the topic of best bid and ask."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from analytics.records.book import BookSecond, TopOfBook
from app import create_app
from tests.integration.web.market_seed import seed_symbols
from workers.settings import Market, Settings, use_settings
from workers.store.book import save_book

BEGIN = datetime(2026, 11, 22, 8, 0, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _seconds(client: FlaskClient) -> None:
    seed_symbols()
    rows = []
    for number in range(4):
        start = BEGIN + timedelta(seconds=number)
        moment = start + timedelta(milliseconds=500)
        top = TopOfBook("BTCUSDT", number, 100.0 + number, 1.0, 101.0 + number, 2.0, moment, moment)
        rows.append(BookSecond(start, top, 10 * number))
    save_book(rows)


def test_the_newest_bid_and_ask_with_spread_and_mid(client: FlaskClient) -> None:
    answer = client.get("/api/book?symbol=btcusdt")
    assert answer.status_code == 200
    assert answer.json == {
        "symbol": "BTCUSDT",
        "bid": 103.0,
        "bid_quantity": 1.0,
        "ask": 104.0,
        "ask_quantity": 2.0,
        "spread": 1.0,
        "mid": 103.5,
        "update_id": 3,
        "quoted_at": "2026-11-22T08:00:03.500Z",
        "received_at": "2026-11-22T08:00:03.500Z",
    }


def test_before_the_first_quote_every_figure_is_null(client: FlaskClient) -> None:
    body = client.get("/api/book?symbol=ETHUSDT").json
    assert body is not None
    assert body["symbol"] == "ETHUSDT"
    assert {value for name, value in body.items() if name != "symbol"} == {None}


def test_a_stretch_of_seconds_comes_as_columns(client: FlaskClient) -> None:
    query = {"symbol": "BTCUSDT", "start": "2026-11-22T08:00:01Z", "end": "2026-11-22T08:00:03Z"}
    body = client.get("/api/book/seconds", query_string=query).json
    assert body is not None
    assert body["ts"] == ["2026-11-22T08:00:01.000Z", "2026-11-22T08:00:02.000Z"]
    assert (body["mid"], body["spread"], body["updates"]) == ([101.5, 102.5], [1.0, 1.0], [10, 20])
    newest = client.get("/api/book/seconds?symbol=BTCUSDT&limit=1").json
    assert newest is not None
    assert newest["bid"] == [103.0]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/book", (400, "malformed")),
        ("/api/book?symbol=NOSUCH", (404, "unknown_symbol")),
        ("/api/book/seconds?symbol=BTCUSDT&limit=0", (422, "out_of_range")),
        ("/api/book/seconds?symbol=BTCUSDT&start=soon", (400, "malformed")),
    ],
)
def test_what_cannot_be_answered_is_said(client: FlaskClient, path: str, expected: tuple[int, str]) -> None:
    answer = client.get(path)
    assert answer.json is not None
    assert (answer.status_code, answer.json["error"]["code"]) == expected


def test_watching_the_book_is_answered_by_the_same_state(app: Flask) -> None:
    reader = app.extensions["socketio"].test_client(app)
    answer = reader.emit("watch", {"topic": "book:BTCUSDT"}, callback=True)
    assert answer["topic"] == "book:BTCUSDT"
    assert answer["data"] == app.test_client().get("/api/book?symbol=BTCUSDT").json
    reader.disconnect()


@pytest.mark.parametrize("is_on", [True, False])
def test_the_page_shows_no_figures_of_quotes_that_are_not_kept(settings: Settings, is_on: bool) -> None:
    with use_settings(dataclasses.replace(settings, book_ticker=is_on)) as told:
        client = create_app(told, message_queue=False, background=False).test_client()
        assert ('id="spread"' in client.get("/market/BTCUSDT").text) is is_on


@pytest.mark.parametrize(("market", "shown"), [("spot", False), ("usdm", True)])
def test_every_page_says_when_it_shows_futures(settings: Settings, market: Market, shown: bool) -> None:
    with use_settings(dataclasses.replace(settings, market=market)) as told:
        client = create_app(told, message_queue=False, background=False).test_client()
        for path in ("/", "/market/BTCUSDT", "/quality", "/system"):
            assert (">USD-M</span>" in client.get(path).text) is shown
