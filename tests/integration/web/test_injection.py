"""Nothing a client sends becomes a part of a question to the database, a stream's name or a file's."""

import time
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from flask.testing import FlaskClient
from pymongo import MongoClient
from werkzeug.test import TestResponse

from analytics.records.market import Instrument
from app.api.openapi import document
from tests.fault.measuring import Measured
from tests.integration.web.fuzzed import body_schemas
from tests.integration.web.hostile import MARK, VALUES
from tests.integration.web.market_seed import seed_market
from tests.product import wait_for
from workers.settings import Settings
from workers.store.instruments import save_instruments
from workers.store.watchlist import load_watchlist

Questions = Callable[[], list[Any]]
SLOWEST_SECONDS, TRIES = 0.5, 3
OPERATORS = [value for value in VALUES if isinstance(value, dict)]
INJECTED = [
    "../../etc/passwd",
    "%2e%2e",
    "BTC/USDT",
    "BTCUSDT@trade/ethusdt@trade",
    "BTCUSDT\r\nX: y",
    "BTCUSDT#",
    "BTCUSDT\x00",
    "BTCUSDT?x",
    "１２３",
    "ＢＴＣＵＳＤＴ",
    "这是测试币456",
    "(a+)+$" + "a" * 5_000,
]


@pytest.fixture
def questions(
    client: FlaskClient, mongo_client: MongoClient[dict[str, object]], settings: Settings
) -> Questions:
    """What the database was asked since, as it wrote it down itself."""
    seed_market()
    database = mongo_client[settings.database]
    database.drop_collection("heartbeats")  # nobody computes: what is not there is told at once
    database.command("profile", 2)

    def asked() -> list[Any]:
        database.command("profile", 0)
        return [row["command"] for row in database["system.profile"].find({"command": {"$exists": True}})]

    return asked


def soon(ask: Callable[[], TestResponse]) -> TestResponse:
    """The answer, in time. A late one is asked for again: a question that sleeps does so each time."""
    for _ in range(TRIES):
        began = time.perf_counter()
        answer = ask()
        if time.perf_counter() - began <= SLOWEST_SECONDS:
            return answer
    raise AssertionError(f"{ask} took longer than {SLOWEST_SECONDS} s, {TRIES} times")


def operators_in(node: object) -> list[str]:
    """Operators whose value holds the mark of a client."""
    if isinstance(node, list):
        return [found for item in node for found in operators_in(item)]
    if not isinstance(node, Mapping):
        return []
    # $eq, $in and the like take values; the mark may be one, as a text that is compared.
    own = [
        name
        for name, value in node.items()
        if (name.startswith("$") and name not in ("$in", "$eq", "$db") and MARK in str(value)) or MARK in name
    ]
    return own + [found for value in node.values() for found in operators_in(value)]


def test_an_operator_in_a_body_is_malformed_and_reaches_no_question(
    client: FlaskClient, questions: Questions, measured: Measured
) -> None:
    told, tried = document(client.application), 0
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            for field in [name for each in json_schemas(told, operation) for name in each["properties"]]:
                for operator in OPERATORS:
                    address = path.replace("{job}", "pair_report" if field != "symbols" else "scan")
                    answer = soon(partial(client.open, address, method=method, json={field: operator}))
                    assert answer.status_code == 400, (address, field, operator, answer.data)
                    tried += 1
    assert operators_in(questions()) == []
    measured(
        "R38",
        injected=f"{len(OPERATORS)} operators in every field of every body",
        demanded="400 <= 0.5 s, in no question to the database",
        found=f"{tried} times 400, in none",
    )


def test_an_operator_in_an_address_reaches_no_question(
    client: FlaskClient, questions: Questions, measured: Measured
) -> None:
    tried = 0
    texts = [f'{{"$gt": "{MARK}"}}', f'{{"$where": "sleep(5000) // {MARK}"}}', f"{MARK}(a+)+$"]
    for path, operations in document(client.application)["paths"].items():
        for method, operation in operations.items():
            for each in operation["parameters"]:
                if each["in"] == "header":
                    continue
                for text in texts:
                    answer = soon(partial(_with, client, method, path, each, text, _media_type(operation)))
                    assert answer.status_code in (400, 404, 409, 422), (path, each["name"], answer.data)
                    tried += 1
    assert client.get(f"/api/ohlc?symbol[$ne]={MARK}").status_code == 400
    assert operators_in(questions()) == []
    measured(
        "R38",
        injected="operators and an endless pattern in every part of every address",
        demanded="refused <= 0.5 s, in no question to the database",
        found=f"{tried + 1} times refused, in none",
    )


def test_an_operator_that_got_through_is_found(
    questions: Questions, mongo_client: MongoClient[dict[str, object]], settings: Settings
) -> None:
    """Negative control."""
    list(mongo_client[settings.database]["bars"].find({"symbol": {"$ne": MARK}}))
    assert operators_in(questions()) == ["$ne"]


@pytest.mark.parametrize("symbol", INJECTED)
def test_the_exchange_decides_what_a_symbol_is(client: FlaskClient, symbol: str, measured: Measured) -> None:
    seed_market({"1m": 3})
    watched = load_watchlist()
    assert client.post("/api/watchlist", json={"symbol": symbol}).status_code == 404
    assert client.post("/api/pairs", json={"y": "BTCUSDT", "x": symbol}).status_code == 404
    for path in ("/api/ohlc", "/api/book", "/api/indicators", "/api/symbols"):
        answer = client.get(path, query_string={"symbol": symbol})
        assert answer.status_code == (200 if path == "/api/symbols" else 404)
        assert "X" not in answer.headers
    assert load_watchlist() == watched
    named = f"{symbol[:30]!a} as a symbol"
    measured("R39", injected=named, demanded="known to nobody", found="404, watched by none")


def test_a_symbol_of_any_script_works_when_the_exchange_has_it(client: FlaskClient) -> None:
    seed_market({"1m": 3})
    name, step = "这是测试币456USDT", Decimal("0.01")
    save_instruments([Instrument(name, "这是测试币456", "USDT", "TRADING", step, step)])
    assert client.post("/api/watchlist", json={"symbol": name.lower()}).status_code == 201
    asked = {"symbol": name}
    wait_for(lambda: client.get("/api/ohlc", query_string=asked).status_code == 200, 5, "the new symbol")
    assert name in load_watchlist()
    assert client.delete(f"/api/watchlist/{name}").status_code == 200


def json_schemas(told: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    """The shapes of a body; none where the bytes of a file are taken, which have no fields."""
    return [each for each in body_schemas(told, operation) if "properties" in each]


def _media_type(operation: dict[str, Any]) -> str | None:
    return next(iter(operation.get("requestBody", {}).get("content", {})), None)


def _with(
    client: FlaskClient, method: str, path: str, parameter: dict[str, Any], text: str, media_type: str | None
) -> Any:
    sent: dict[str, Any] = {"method": method, "content_type": media_type}
    sent["data"] = {None: None, "application/json": b"{}"}.get(media_type, b"1")
    if parameter["in"] == "path":
        return client.open(path.replace("{" + parameter["name"] + "}", text), **sent)
    return client.open(path, query_string={parameter["name"]: text}, **sent)
