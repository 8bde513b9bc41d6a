"""The JSON interface over a real store."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.records.market import Gap
from app.api.parameters import MAX_LIMIT
from tests.integration.web.market_seed import seed_market, seed_symbols, wandering_bars
from workers.messages.market import bar_json
from workers.messages.times import iso
from workers.store.bars import save_bars
from workers.store.gaps import save_gaps
from workers.store.heartbeats import Heartbeat, save_heartbeat

NOON = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)
BAR_KEYS = {"ts", "open", "high", "low", "close", "volume"}


@pytest.fixture
def bars(client: FlaskClient) -> list[dict[str, Any]]:
    """1,600 bars of a minute in the store, as they are sent, oldest first."""
    seed_symbols()
    stored = wandering_bars("BTCUSDT", "1m", newest=NOON, count=1_600)
    save_bars(stored)
    return orjson.loads(orjson.dumps([bar_json(bar) for bar in stored]))


def _get(client: FlaskClient, **query: object) -> Any:
    answer = client.get("/api/get_ohlc", query_string=query)
    assert answer.status_code == 200, answer.json
    return answer.json


def _error(client: FlaskClient, path: str, status: int) -> dict[str, str]:
    answer = client.get(path)
    assert answer.status_code == status, answer.data
    assert answer.json is not None
    return answer.json["error"]


@pytest.mark.parametrize("path", ["/api/get_ohlc", "/api/ohlc"])
def test_the_newest_500_bars_oldest_first_in_any_case(
    client: FlaskClient, bars: list[dict[str, Any]], path: str
) -> None:
    answer = client.get(f"{path}?symbol=btcUsdt&tf=1m")
    assert answer.json == bars[-500:]
    assert set(bars[0]) >= BAR_KEYS
    assert re.fullmatch(r"2026-11-22T12:00:00\.000Z", bars[-1]["ts"])


@pytest.mark.parametrize("limit", [1, 499, 1_500, 1_501, 1_600, MAX_LIMIT])
def test_a_limit_takes_the_newest(client: FlaskClient, bars: list[dict[str, Any]], limit: int) -> None:
    assert _get(client, symbol="BTCUSDT", limit=limit) == bars[-limit:]


@pytest.mark.parametrize(("first", "last"), [(1_590, 1_600), (200, 300), (0, 40), (90, 1_595)])
def test_start_is_included_and_end_is_not(
    client: FlaskClient, bars: list[dict[str, Any]], first: int, last: int
) -> None:
    span = {"start": bars[first]["ts"]} | ({"end": bars[last]["ts"]} if last < len(bars) else {})
    assert _get(client, symbol="BTCUSDT", limit=5_000, **span) == bars[first:last]
    assert _get(client, symbol="BTCUSDT", limit=7, **span) == bars[first:last][-7:]


def test_moments_may_be_milliseconds_or_any_iso_8601(client: FlaskClient, bars: list[dict[str, Any]]) -> None:
    start = NOON - timedelta(minutes=3)
    spellings = [
        str(int(start.timestamp() * 1000)),
        start.isoformat(),
        start.isoformat().replace("+00:00", "Z"),
        start.replace(tzinfo=None).isoformat(),
        (start + timedelta(hours=2)).replace(tzinfo=None).isoformat() + "+02:00",
    ]
    assert all(_get(client, symbol="BTCUSDT", start=text) == bars[-3:] for text in spellings)
    unescaped = (start + timedelta(hours=2)).replace(tzinfo=None).isoformat() + "+02:00"
    assert client.get(f"/api/ohlc?symbol=BTCUSDT&start={unescaped}").json == bars[-3:]


def test_a_bar_that_is_corrected_is_corrected_in_the_next_answer(
    client: FlaskClient, bars: list[dict[str, Any]]
) -> None:
    assert _get(client, symbol="BTCUSDT") == bars[-500:]
    corrected = wandering_bars("BTCUSDT", "1m", newest=NOON - timedelta(minutes=40), count=3, forming=False)
    save_bars(corrected)
    answer = _get(client, symbol="BTCUSDT")
    assert answer[-43:-40] == orjson.loads(orjson.dumps([bar_json(bar) for bar in corrected]))
    assert answer[-40:] == bars[-40:]


def test_new_bars_are_in_the_next_answer(client: FlaskClient, bars: list[dict[str, Any]]) -> None:
    assert _get(client, symbol="BTCUSDT", limit=2) == bars[-2:]
    new = wandering_bars("BTCUSDT", "1m", newest=NOON + timedelta(minutes=2), count=2)
    save_bars(new)
    assert [bar["ts"] for bar in _get(client, symbol="BTCUSDT", limit=3)] == [
        bars[-1]["ts"],
        "2026-11-22T12:01:00.000Z",
        "2026-11-22T12:02:00.000Z",
    ]


def test_a_known_symbol_without_bars_has_an_empty_list(client: FlaskClient) -> None:
    seed_symbols()
    assert _get(client, symbol="ETHUSDT") == []
    answer = client.get("/api/get_ohlc?symbol=ETHUSDT")
    assert answer.headers["Completeness"] == "expected=0, present=0, final=0, open_gaps=0"
    assert "As-Of" not in answer.headers


def test_bars_say_how_whole_they_are_and_of_when(client: FlaskClient, bars: list[dict[str, Any]]) -> None:
    for limit in (10, 1_600):  # from what is kept, and from the store
        answer = client.get(f"/api/get_ohlc?symbol=BTCUSDT&limit={limit}")
        assert answer.headers["As-Of"] == bars[-1]["ts"]
        open_bars = sum(not bar["is_final"] for bar in bars[-limit:])
        assert open_bars == 1
        assert answer.headers["Completeness"] == (
            f"expected={limit}, present={limit}, final={limit - 1}, open_gaps=0"
        )


def test_bars_with_a_hole_among_them_say_so(client: FlaskClient) -> None:
    seed_symbols()
    stored = wandering_bars("BTCUSDT", "1m", newest=NOON, count=20, forming=False)
    lost, first = stored.pop(10), stored[0]
    save_bars(stored)
    answer = client.get("/api/get_ohlc?symbol=BTCUSDT")
    assert answer.headers["Completeness"].startswith("expected=20, present=20, final=20")  # nothing traded
    hole = {"after": lost.start, "before": lost.start + timedelta(seconds=30), "found_at": NOON}
    save_gaps([Gap("BTCUSDT", 5, 9, "open", **hole)])
    answer = client.get("/api/get_ohlc?symbol=BTCUSDT")
    assert answer.headers["Completeness"] == "expected=20, present=19, final=19, open_gaps=1"
    before = client.get(f"/api/get_ohlc?symbol=BTCUSDT&end={iso(first.start + timedelta(minutes=5))}")
    assert before.headers["Completeness"] == "expected=5, present=5, final=5, open_gaps=0"


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("", 400, "symbol"),
        ("symbol=", 400, "symbol"),
        ("symbol=NOSUCH", 404, "symbol"),
        ("symbol=BTCUSDT&tf=2m", 400, "tf"),
        ("symbol=BTCUSDT&limit=ten", 400, "limit"),
        ("symbol=BTCUSDT&limit=0", 422, "limit"),
        ("symbol=BTCUSDT&limit=-5", 422, "limit"),
        ("symbol=BTCUSDT&limit=5001", 422, "limit"),
        ("symbol=BTCUSDT&limit=1e3", 400, "limit"),
        ("symbol=BTCUSDT&start=yesterday", 400, "start"),
        ("symbol=BTCUSDT&end=9999-12-31", 422, "end"),
        ("symbol=BTCUSDT&start=-99999999999999", 400, "start"),
        ("symbol=BTCUSDT&start=2026-01-02&end=2026-01-01", 422, "start"),
    ],
)
def test_a_bad_value_is_named(client: FlaskClient, query: str, status: int, field: str) -> None:
    seed_symbols()
    for path in ("/api/get_ohlc", "/api/indicators"):
        error = _error(client, f"{path}?{query}", status)
        assert error["field"] == field
        assert error["message"]


ANY_TEXT = st.one_of(
    st.text(max_size=30),
    st.integers().map(str),
    st.floats().map(str),
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.sampled_from(
        ["BTCUSDT", "1m", "1s", '{"$gt": ""}', "0001-01-01T00:00:00+14:00", "٣", "\x00", "1" * 5_000]
    ),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.dictionaries(st.sampled_from(["symbol", "tf", "limit", "start", "end"]), ANY_TEXT))
def test_no_value_whatsoever_is_an_internal_error(client: FlaskClient, query: dict[str, str]) -> None:
    seed_symbols()
    for path in ("/api/ohlc", "/api/indicators"):
        for full in (query, {"symbol": "BTCUSDT"} | query):
            answer = client.get(path, query_string=full)
            assert answer.status_code in (200, 400, 404, 409, 422), (path, full, answer.data)
            assert answer.status_code == 200 or set((answer.json or {})["error"]) >= {"code", "message"}


def test_indicators_come_as_columns_of_equal_length(client: FlaskClient) -> None:
    seed_market()
    answer = client.get("/api/indicators?symbol=btcusdt&tf=5m&limit=120").json
    assert answer is not None
    assert len(answer["ts"]) == 120
    assert answer["ts"] == sorted(answer["ts"])
    assert {len(column) for column in answer["series"].values()} == {120}
    assert answer["latest"]["values"]["rsi_14"]["value"] == answer["series"]["rsi_14"][-1]


def test_indicators_say_how_whole_they_are_and_of_when(client: FlaskClient) -> None:
    seed_market()
    told: Any = client.get("/api/indicators?symbol=btcusdt&tf=5m").json
    assert (told["as_of"], told["reasons"]) == (told["ts"][-1], {})
    assert told["completeness"] == told["latest"]["completeness"]
    assert told["completeness"]["present"] > 0


def test_before_the_first_figures_it_is_said_what_is_needed(client: FlaskClient) -> None:
    seed_symbols()
    for query in ("symbol=ETHUSDT&tf=1m", "symbol=ETHUSDT&tf=1m&end=2020-01-01"):
        answer: Any = client.get(f"/api/indicators?{query}")
        assert answer.status_code == 409
        error = answer.json["error"]
        assert (error["code"], error["have"], error["need"]) == ("not_enough_data", 0, 1)


def test_a_time_without_figures_of_a_symbol_that_has_some_is_empty(client: FlaskClient) -> None:
    seed_market()
    told: Any = client.get("/api/indicators?symbol=BTCUSDT&tf=5m&end=2020-01-01").json
    assert (told["ts"], told["latest"], told["as_of"]) == ([], None, None)
    assert told["reasons"] == {"latest": "no bar with figures begins in this time"}
    assert told["completeness"] == {"expected": 0, "present": 0, "final": 0, "open_gaps": 0}


def test_every_figure_is_explained(client: FlaskClient) -> None:
    seed_market()
    named = {row["name"] for row in client.get("/api/indicators/definitions").json or []}
    latest = (client.get("/api/indicators?symbol=BTCUSDT&limit=1").json or {})["latest"]
    assert set(latest["values"]) == named


def test_symbols_come_in_the_order_of_the_watch_list(client: FlaskClient) -> None:
    assert client.get("/api/symbols").json == []
    seed_market()
    rows = client.get("/api/symbols").json or []
    assert [row["symbol"] for row in rows] == ["BTCUSDT", "ETHUSDT", "DOGEUSDT"]
    assert rows[2]["price_step"] == "0.00001000"
    assert len(rows[0]["sparkline"]) == 96
    assert rows[0]["change_24h"] == pytest.approx(1 / 1.012 - 1)


def test_ready_names_what_does_not_work(client: FlaskClient) -> None:
    answer = client.get("/api/ready")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["parts"]["mongodb"] == {"ok": True}
    assert answer.json["parts"]["stream"] == {"ok": False, "reason": "not started"}
    assert "stream, compute, feed" in answer.json["error"]["message"]


def test_who_shows_the_parts_is_answered_while_one_is_away(client: FlaskClient) -> None:
    answer = client.get("/api/parts")
    assert answer.status_code == 200
    assert answer.json == {"parts": (client.get("/api/ready").json or {})["parts"]}
    assert answer.json["parts"]["stream"] == {"ok": False, "reason": "not started"}


def test_ready_is_ready_when_every_part_lives(client: FlaskClient) -> None:
    seed_market()
    answer = client.get("/api/ready")
    assert answer.status_code == 200, answer.json
    assert answer.json is not None
    assert answer.json["ready"] is True


def test_a_process_that_fell_silent_is_not_ready(client: FlaskClient) -> None:
    silent = datetime.now(UTC) - timedelta(minutes=10)
    save_heartbeat(Heartbeat("beat", "here", 4_003, silent, silent, {}))
    part = (client.get("/api/ready").json or {})["parts"]["beat"]
    assert part["ok"] is False
    assert re.fullmatch(r"no sign of life for 6\d\d s", part["reason"])


def test_health_needs_nothing_but_the_process(client: FlaskClient) -> None:
    assert client.get("/api/health").json == {"status": "ok"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/nothing", 404), ("POST", "/api/ohlc", 405), ("DELETE", "/api/symbols", 405)],
)
def test_every_error_under_api_is_json(client: FlaskClient, method: str, path: str, status: int) -> None:
    answer = client.open(path, method=method)
    assert answer.status_code == status
    assert answer.json is not None
    assert set(answer.json["error"]) == {"code", "message"}


@pytest.mark.parametrize(("path", "kind"), [("/api/ohlc", "application/json"), ("/quality", "text/html")])
def test_a_method_that_is_not_allowed_names_those_that_are(client: FlaskClient, path: str, kind: str) -> None:
    answer = client.delete(path)
    assert (answer.status_code, answer.mimetype) == (405, kind)
    assert set(answer.allow) >= {"GET", "HEAD", "OPTIONS"}


def test_an_unforeseen_error_shows_no_trace(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setitem(app.view_functions, "system.health", fail)
    answer = app.test_client().get("/api/health")
    assert answer.status_code == 500
    assert b"secret" not in answer.data
    assert (answer.json or {})["error"]["code"] == "internal"


def test_every_answer_carries_the_headers(client: FlaskClient) -> None:
    for path in ("/", "/api/health", "/api/nothing", "/static/css/tokens.css", "/nowhere"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"], path
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    @client.application.post("/api/echo")
    def echo() -> str:
        from flask import request

        return str(len(request.get_data()))

    answer = client.post("/api/echo", data=b"x" * 1_000_001)
    assert answer.status_code == 413
    assert (answer.json or {})["error"]["code"] == "too_large"
