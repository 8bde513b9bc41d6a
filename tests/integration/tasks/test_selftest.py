"""The self-test as a worker runs it, on what a real simulated exchange planted and traded."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from analytics.timeframes import length
from tests.integration.exchange.running import Running, running
from workers.binance.history import load_exchange_bars
from workers.binance.simulator import load_planted
from workers.settings import Settings, settings_from, use_settings
from workers.store.bars import save_bars
from workers.store.indexes import ensure_indexes
from workers.store.jobs import load_job, open_job
from workers.store.progress import BarProgress, save_progress
from workers.store.results import load_result
from workers.tasks.selftest import TIMEFRAME, WINDOW_BARS, run_self_test

SPAN = WINDOW_BARS * length(TIMEFRAME)
SMALL = {"pairs": 100, "bars": 300, "seed": 1}


@pytest.fixture(scope="module")
def exchange() -> Iterator[Running]:
    """A synthetic market."""
    with running("--synthetic", "--seed", "3", "--rate", "20") as process:
        yield process


@pytest.fixture
def told_of(exchange: Running, settings: Settings) -> Iterator[Settings]:
    """This test's database, and the exchange to ask."""
    environ = {"BINANCE_WS_URL": exchange.ws_url, "BINANCE_REST_URL": exchange.url, "SOURCE": "SIMULATED"}
    urls = settings_from(environ)
    both = dataclasses.replace(
        settings, binance_ws_url=urls.binance_ws_url, binance_rest_url=urls.binance_rest_url
    )
    with use_settings(both):
        ensure_indexes()
        yield both


def _run() -> Any:
    job, _ = open_job("self_test", SMALL, "the self-test")
    run_self_test(job.id, **SMALL)
    ended = load_job(job.id)
    assert ended is not None
    assert ended.state == "done", ended
    return load_result("the self-test")


def test_what_the_exchange_planted_is_read(told_of: Settings) -> None:
    seed, pairs = load_planted()
    assert seed == 3
    assert [(pair.y, pair.x) for pair in pairs][:2] == [("ETHUSDT", "BTCUSDT"), ("AVAXUSDT", "SOLUSDT")]
    broken = [pair for pair in pairs if pair.breaks_at is not None]
    assert pairs[2:] == broken
    for pair in broken:
        assert pair.holds_from is not None
        assert pair.breaks_at is not None
        assert pair.holds_from < pair.breaks_at
    assert min(pair.breaks_at for pair in broken if pair.breaks_at) < datetime.now(UTC)


def test_a_pair_that_is_not_captured_says_so(told_of: Settings) -> None:
    result = _run()
    assert {pair["bars"] for pair in result["planted"]} == {0}
    assert "must be on the watch-list" in result["planted"][0]["reason"]
    assert 0 <= result["false_positives"]["share"] <= 0.15


def test_what_was_planted_is_found_in_what_was_traded(told_of: Settings) -> None:
    now = datetime.now(UTC)
    for symbol in ("ETHUSDT", "BTCUSDT", "DOTUSDT", "LINKUSDT"):
        save_bars(load_exchange_bars(symbol, TIMEFRAME, start=now - SPAN, end=now))
        save_progress(BarProgress(symbol, 1, now))
    planted = _run()["planted"]
    assert [row["y"] for row in planted] == ["ETHUSDT", "AVAXUSDT", "DOTUSDT"]
    pair = planted[0]
    assert pair["bars"] > 500
    assert pair["completeness"]["present"] > 500
    names = ["beta", "half-life", "spread deviation", "Engle-Granger p"]
    assert [row["name"] for row in pair["findings"]] == names
    # The market of today is another one tomorrow: each figure misses once in some hundred days.
    assert [row["passed"] for row in pair["findings"]].count(True) >= 3, pair
    assert pair["findings"][0]["found"] == pytest.approx(1.2, abs=0.2)
    assert [row["name"] for row in planted[2]["findings"]] == [*names, "break"]


def test_an_exchange_that_does_not_answer_leaves_the_random_walks(settings: Settings) -> None:
    ensure_indexes()
    result = _run()
    assert result["planted"] == []
    assert "does not tell" in result["reason"]
    assert result["false_positives"]["pairs"] == 100
