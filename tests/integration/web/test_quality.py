"""`/api/quality`, its topic, and the disk in `/api/system`."""

from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from app.quality_state import stream_counters
from tests.factories import gap
from tests.integration.web.market_seed import seed_symbols
from workers.store.gaps import save_gaps
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


def test_the_system_tells_the_room_on_the_disk(client: FlaskClient) -> None:
    seed_symbols()
    disk: Any = client.get("/api/system").json["disk"]  # type: ignore[index]  # JSON
    assert disk["state"] in ("ok", "nearly_full")
    assert 0 < disk["free_gb"] < disk["total_gb"]
