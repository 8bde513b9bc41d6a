"""Delays count from the trade, in a replay from its arrival, and only those of the last minute."""

import dataclasses
import time
from datetime import UTC, datetime, timedelta

import pytest

from analytics.records.market import Tick
from workers.settings import settings_from, use_settings
from workers.stream.delays import WINDOW_SECONDS, Delays
from workers.stream.figures import together

SETTINGS = settings_from({"BINANCE_WS_URL": "ws://127.0.0.1:1", "BINANCE_REST_URL": "http://127.0.0.1:1"})


def _tick(*, seconds_ago: float, on_the_way: float) -> Tick:
    traded_at = datetime.now(UTC) - timedelta(seconds=seconds_ago)
    return Tick("BTCUSDT", 1, 100.0, 1.0, traded_at, traded_at + timedelta(seconds=on_the_way), False, 1, 1)


def _p50(delays: Delays) -> float:
    value = delays.figures("stored")["trade_to_stored_ms_p50"]
    assert isinstance(value, float)
    return value


@pytest.mark.parametrize(("source", "expected"), [("SIMULATED", 2_000.0), ("REPLAY", 500.0)])
def test_a_delay_counts_from_the_trade_or_from_its_arrival(source: str, expected: float) -> None:
    with use_settings(dataclasses.replace(SETTINGS, source=source)):
        delays = Delays()
        delays.note([_tick(seconds_ago=2.0, on_the_way=1.5)])
        assert _p50(delays) == pytest.approx(expected, abs=50)


def test_an_arrival_is_as_old_as_its_way_was_long() -> None:
    with use_settings(SETTINGS):
        delays = Delays()
        delays.note_arrivals([_tick(seconds_ago=9.0, on_the_way=0.25)])
        assert _p50(delays) == pytest.approx(250.0, abs=1)


def test_what_is_older_than_a_minute_is_left_out() -> None:
    moments = [0.0]
    with use_settings(SETTINGS):
        delays = Delays(lambda: moments[0])
        delays.note([_tick(seconds_ago=5.0, on_the_way=0.0)])
        moments[0] = WINDOW_SECONDS + 1
        assert delays.figures("stored") == {
            f"trade_to_stored_ms_{share}": None for share in ("p50", "p95", "p99")
        }
        delays.note([_tick(seconds_ago=1.0, on_the_way=0.0)])
        assert _p50(delays) == pytest.approx(1_000, abs=50)


def test_of_several_captures_the_slowest_counts() -> None:
    parts: list[dict[str, float | int | str | None]] = [
        {"trade_to_sent_ms_p95": 40.0, "ticks_stored": 3},
        {"trade_to_sent_ms_p95": 70.0, "ticks_stored": 4},
    ]
    assert together(parts) == {"trade_to_sent_ms_p95": 70.0, "ticks_stored": 7}


def test_a_mark_costs_little() -> None:
    with use_settings(SETTINGS):
        delays, ticks = Delays(), [_tick(seconds_ago=1.0, on_the_way=0.1)] * 20
        began = time.perf_counter()
        for _ in range(100):
            delays.note(ticks)
        assert time.perf_counter() - began < 0.5
