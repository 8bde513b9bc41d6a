"""`/api/quality`, its topic, and the disk in `/api/system`."""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from analytics.quality.repair import is_due
from analytics.records.market import Gap
from app.quality_state import stream_counters
from tests.factories import gap
from tests.integration.web.market_seed import seed_symbols
from workers.store.gaps import load_unresolved_gaps, save_gaps
from workers.store.heartbeats import Heartbeat, save_heartbeat
from workers.store.quarantine import Quarantined, save_quarantined

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def _beat(pid: int, age_seconds: float = 1.0, **figures: float) -> Heartbeat:
    started = NOW - timedelta(hours=pid)
    return Heartbeat("stream", "here", pid, started, NOW - timedelta(seconds=age_seconds), figures)


def _quality(client: FlaskClient) -> Any:
    answer = client.get("/api/quality")
    assert answer.status_code == 200
    return answer.json


def test_without_anything_every_symbol_has_a_row(client: FlaskClient) -> None:
    seed_symbols()
    state = _quality(client)
    assert [row["symbol"] for row in state["symbols"]] == ["BTCUSDT", "ETHUSDT", "DOGEUSDT"]
    assert (state["gaps"], state["quarantine"], state["clock"]) == ([], [], None)


def test_unresolved_gaps_come_first_however_old(client: FlaskClient) -> None:
    old = gap(1, 9, state="failed", found_at=NOW - timedelta(days=3))
    save_gaps([old, *(gap(100 + n, 100 + n, state="filled", found_at=NOW) for n in range(60))])
    gaps = _quality(client)["gaps"]
    assert (gaps[0]["first_id"], gaps[0]["state"]) == (1, "failed")
    assert len(gaps) == 51


def test_a_hostile_message_is_shown_as_text(client: FlaskClient) -> None:
    save_quarantined([Quarantined(NOW, "no JSON", b"<script>alert(1)</script>")])
    answer = client.get("/api/quality")
    assert answer.mimetype == "application/json"
    assert _quality(client)["quarantine"][0]["raw"] == "<script>alert(1)</script>"


def test_counters_are_summed_over_the_living_streams_and_delays_are_of_the_slowest() -> None:
    beats = [_beat(1, repeats=2, stored_after_ms_p99=9.0), _beat(2, repeats=3, stored_after_ms_p99=40.0)]
    found = stream_counters([*beats, _beat(3, age_seconds=60.0, repeats=100)], NOW)
    assert found is not None
    assert (found.figures["repeats"], found.figures["stored_after_ms_p99"]) == (5, 40.0)
    assert found.since == NOW - timedelta(hours=2)
    assert stream_counters([_beat(3, age_seconds=60.0)], NOW) is None


def test_watching_quality_is_answered_by_the_same_state(app: Flask) -> None:
    seed_symbols()
    save_heartbeat(_beat(1))
    reader = app.extensions["socketio"].test_client(app)
    answer = reader.emit("watch", {"topic": "quality"}, callback=True)
    assert answer["topic"] == "quality"
    assert answer["data"] == _quality(app.test_client())
    reader.disconnect()


@pytest.fixture
def batch(client: FlaskClient) -> None:
    """The process that asks the exchange lives, and three symbols are watched."""
    seed_symbols()
    now = datetime.now(UTC)
    save_heartbeat(Heartbeat("batch", "here", 9, now, now, {}))


def _error(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json["error"]["code"]


def _tried(first_id: int, **fields: Any) -> Gap:
    row = gap(first_id, first_id + 4, state="failed", found_at=NOW)
    return dataclasses.replace(row, **({"tries": 6, "tried_at": NOW, "reason": "no answer"} | fields))  # type: ignore[arg-type]  # by name


@pytest.mark.usefixtures("batch")
def test_a_failed_gap_is_tried_again_at_once(client: FlaskClient) -> None:
    save_gaps([_tried(5), _tried(20), _tried(40, state="filled")])
    answer = client.post("/api/quality/repair", json={"symbol": "btcusdt", "first_id": 5})
    assert answer.status_code == 202
    assert answer.json == {"symbol": "BTCUSDT", "first_id": 5, "gaps": 1}
    assert {row.first_id: is_due(row, NOW) for row in load_unresolved_gaps()} == {5: True, 20: False}
    answer = client.post("/api/quality/repair", json={"symbol": "BTCUSDT"})
    assert answer.json == {"symbol": "BTCUSDT", "first_id": None, "gaps": 2}
    assert all(is_due(row, NOW) for row in load_unresolved_gaps())
    rows = {row["first_id"]: row["tried_at"] for row in _quality(client)["gaps"]}
    assert rows == {5: None, 20: None, 40: "2026-11-22T12:00:00.000Z"}


@pytest.mark.usefixtures("batch")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"symbol": "BTCUSDT"}, (409, "nothing_to_repair")),
        ({"symbol": "BTCUSDT", "first_id": 7}, (404, "unknown_gap")),
        ({"symbol": "BTCUSDT", "first_id": 40}, (409, "nothing_to_repair")),
        ({"symbol": "BTCUSDT", "first_id": "5"}, (400, "malformed")),
        ({"symbol": "BTCUSDT", "first_id": {"$gt": 0}}, (400, "malformed")),
        ({"symbol": "BTCUSDT", "first_id": -1}, (422, "out_of_range")),
        ({"symbol": "NOSUCH"}, (404, "unknown_symbol")),
        ({"symbol": {"$ne": ""}}, (400, "malformed")),
        ({}, (400, "malformed")),
        ([], (400, "malformed")),
    ],
)
def test_a_repair_of_nothing_is_refused_in_words(
    client: FlaskClient, body: object, expected: tuple[int, str]
) -> None:
    save_gaps([_tried(40, state="expired")])
    assert _error(client.post("/api/quality/repair", json=body)) == expected


@pytest.mark.usefixtures("batch")
def test_a_comparison_is_wished_for_one_symbol_or_all(client: FlaskClient) -> None:
    answer = client.post("/api/quality/compare", json={"symbol": "ETHUSDT"})
    assert (answer.status_code, answer.json) == (202, {"symbols": ["ETHUSDT"]})
    asked = {row["symbol"]: row["comparison_asked_at"] for row in _quality(client)["symbols"]}
    assert [symbol for symbol, at in asked.items() if at] == ["ETHUSDT"]
    answer = client.post("/api/quality/compare", json={})
    assert answer.json == {"symbols": ["BTCUSDT", "ETHUSDT", "DOGEUSDT"]}
    assert all(row["comparison_asked_at"] for row in _quality(client)["symbols"])
    assert _error(client.post("/api/quality/compare", json={"symbol": "NOSUCH"})) == (404, "unknown_symbol")


def test_without_the_process_that_asks_the_exchange_a_wish_is_refused(client: FlaskClient) -> None:
    seed_symbols()
    save_gaps([_tried(5)])
    for path in ("/api/quality/repair", "/api/quality/compare"):
        answer = client.post(path, json={"symbol": "BTCUSDT"})
        assert _error(answer) == (503, "batch_down")
    assert [row.tried_at for row in load_unresolved_gaps()] == [NOW]


@pytest.mark.usefixtures("batch")
@pytest.mark.parametrize("path", ["/api/quality/repair", "/api/quality/compare"])
def test_another_site_may_not_ask(client: FlaskClient, path: str) -> None:
    save_gaps([_tried(5)])
    body, own = {"symbol": "BTCUSDT"}, "http://localhost"
    foreign = client.post(path, json=body, headers={"Origin": "https://evil.example"})
    assert _error(foreign) == (403, "foreign_origin")
    assert _error(client.post(path, json=body, headers={"Origin": own})) == (403, "no_form_token")
    token = client.get("/quality").text.split('name="form-token" content="')[1].split('"')[0]
    answer = client.post(path, json=body, headers={"Origin": own, "X-Form-Token": token})
    assert answer.status_code == 202


def test_the_system_tells_the_room_on_the_disk(client: FlaskClient) -> None:
    seed_symbols()
    disk: Any = client.get("/api/system").json["disk"]  # type: ignore[index]  # JSON
    assert disk["state"] in ("ok", "nearly_full")
    assert 0 < disk["free_gb"] < disk["total_gb"]
