"""REST as a client meets it: answers, errors, limits, keep-alive."""

import pytest
import urllib3

from tests.integration.exchange.running import Running, running

DAY = 86_400_000


def test_the_exchange_tells_its_time_and_answers_pings(exchange: Running) -> None:
    assert exchange.json("/api/v3/ping") == {}
    first, second = (exchange.json("/api/v3/time")["serverTime"] for _ in range(2))
    assert 0 <= second - first < 10_000


def test_exchange_information_has_every_symbol_with_filters_and_limits(exchange: Running) -> None:
    info = exchange.json("/api/v3/exchangeInfo")
    assert len(info["symbols"]) >= 12
    assert {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1, "limit": 6000} in info[
        "rateLimits"
    ]
    bitcoin = exchange.json("/api/v3/exchangeInfo", symbol="BTCUSDT")["symbols"][0]
    filters = {row["filterType"]: row for row in bitcoin["filters"]}
    assert filters["PRICE_FILTER"]["tickSize"] == "0.01000000"
    assert filters["LOT_SIZE"]["stepSize"] == "0.00001000"
    assert (bitcoin["baseAsset"], bitcoin["quoteAsset"], bitcoin["status"]) == ("BTC", "USDT", "TRADING")
    two = exchange.json("/api/v3/exchangeInfo", symbols='["BTCUSDT","ETHUSDT"]')["symbols"]
    assert [row["symbol"] for row in two] == ["BTCUSDT", "ETHUSDT"]


def test_two_days_of_history_are_there(exchange: Running) -> None:
    now = exchange.json("/api/v3/time")["serverTime"]
    bars = exchange.json(
        "/api/v3/klines", symbol="ZENUSDT", interval="5m", startTime=now - 2 * DAY, limit=1000
    )
    assert len(bars) >= 575
    orders = exchange.json("/api/v3/aggTrades", symbol="ZENUSDT", startTime=now - 2 * DAY, limit=10)
    assert len(orders) == 10
    assert orders[0]["T"] >= now - 2 * DAY


def test_pages_by_id_join_without_hole_or_repeat(exchange: Running) -> None:
    newest = exchange.json("/api/v3/historicalTrades", symbol="BTCUSDT", limit=1)[0]["id"]
    wanted, ids = newest - 5000, list[int]()
    while len(ids) < 5000:
        page = exchange.json("/api/v3/historicalTrades", symbol="BTCUSDT", fromId=wanted, limit=1000)
        ids += [row["id"] for row in page]
        wanted = ids[-1] + 1
    assert ids == list(range(newest - 5000, newest))


def test_a_span_of_time_holds_exactly_its_orders(exchange: Running) -> None:
    newest = exchange.json("/api/v3/aggTrades", symbol="ETHUSDT", limit=500)
    start, end = newest[100]["T"], newest[300]["T"]
    found = exchange.json("/api/v3/aggTrades", symbol="ETHUSDT", startTime=start, endTime=end, limit=1000)
    assert found == [row for row in newest if start <= row["T"] <= end]


def test_times_come_in_microseconds_when_the_header_says_so(exchange: Running) -> None:
    url = exchange.url + "/api/v3/time"
    answer = urllib3.request("GET", url, headers={"X-MBX-TIME-UNIT": "MICROSECOND"}).json()
    assert 10**15 < answer["serverTime"] < 10**16
    refused = urllib3.request("GET", url, headers={"X-MBX-TIME-UNIT": "SECOND"})
    assert (refused.status, refused.json()["code"]) == (400, -1194)


ILLEGAL_LIMIT = "Illegal characters found in parameter 'limit'; legal range is '^[0-9]{1,20}$'."
MISSING_SYMBOL = "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed."


@pytest.mark.parametrize(
    ("path", "parameters", "code", "text"),
    [
        ("klines", {"interval": "1m"}, -1102, MISSING_SYMBOL),
        ("klines", {"symbol": "NOSUCH", "interval": "1m"}, -1121, "Invalid symbol."),
        ("klines", {"symbol": "BTCUSDT", "interval": "7m"}, -1120, "Invalid interval."),
        ("klines", {"symbol": "btcusdt", "interval": "1m"}, -1100, None),
        ("aggTrades", {"symbol": "BTCUSDT", "limit": "many"}, -1100, ILLEGAL_LIMIT),
        (
            "aggTrades",
            {"symbol": "BTCUSDT", "limit": 0},
            -1130,
            "Data sent for parameter 'limit' is not valid.",
        ),
        ("aggTrades", {"symbol": "BTCUSDT", "fromId": 1, "startTime": 1}, -1128, None),
        ("aggTrades", {"symbol": "BTCUSDT", "startTime": 2, "endTime": 1}, -1130, None),
        (
            "trades",
            {"symbol": "BTCUSDT", "colour": "red"},
            -1104,
            "Not all sent parameters were read; read '1' parameter(s) but was sent '2'.",
        ),
    ],
)
def test_a_bad_request_gets_binance_s_error(
    exchange: Running, path: str, parameters: dict[str, object], code: int, text: str | None
) -> None:
    answer = exchange.get(f"/api/v3/{path}", **parameters)
    assert answer.status == 400
    assert answer.json()["code"] == code
    assert text is None or answer.json()["msg"] == text


def test_unknown_paths_are_not_found(exchange: Running) -> None:
    assert exchange.get("/api/v3/nothing").status == 404
    assert exchange.get("/").status == 404


def test_one_connection_serves_many_requests(exchange: Running) -> None:
    pool = urllib3.HTTPConnectionPool(
        exchange.url.removeprefix("http://").split(":")[0], int(exchange.url.split(":")[2])
    )
    for _ in range(20):
        assert pool.request("GET", "/api/v3/ping").status == 200
    assert pool.num_connections == 1


def test_the_planted_pairs_are_told_apart_from_binance_s_paths(exchange: Running) -> None:
    told = exchange.json("/simulator/planted")
    pairs = told["pairs"]
    assert [(pair["y"], pair["x"]) for pair in pairs] == [
        ("ETHUSDT", "BTCUSDT"),
        ("AVAXUSDT", "SOLUSDT"),
        ("DOTUSDT", "LINKUSDT"),
    ]
    assert pairs[2]["breaks_at"] is not None
    now = exchange.json("/api/v3/time")["serverTime"]
    assert told["breaks"], "two days hold a break"
    assert all(now - 48 * 3_600_000 <= pair["breaks_at"] <= now for pair in told["breaks"])


def test_weight_is_counted_refused_and_banned() -> None:
    with running("--synthetic") as exchange:
        assert exchange.get("/api/v3/exchangeInfo").headers["X-MBX-USED-WEIGHT-1M"] == "20"
        assert (
            exchange.get("/api/v3/depth", symbol="BTCUSDT", limit=5).headers["X-MBX-USED-WEIGHT-1M"] == "25"
        )
        answers = [exchange.get("/api/v3/depth", symbol="ZENUSDT", limit=5000) for _ in range(60)]
        statuses = [answer.status for answer in answers]
        assert statuses[0] == 200
        assert statuses == sorted(statuses, key=[200, 429, 418].index)
        assert {429, 418} <= set(statuses)
        refused = answers[statuses.index(429)]
        assert refused.json()["code"] == -1003
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        banned = answers[statuses.index(418)]
        assert 60 < int(banned.headers["Retry-After"]) <= 120
        assert exchange.get("/api/v3/ping").status == 418
