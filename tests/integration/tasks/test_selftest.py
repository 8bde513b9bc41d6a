"""The self-test as a worker runs it, on what a real simulated exchange planted and traded.

The exchange's clock stands at a fixed moment: the market of another day is another one, on
which one figure in some hundred misses by chance.
"""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from analytics.pairs.market import pair_prices
from analytics.pairs.paths import p_path
from analytics.timeframes import length
from tests.integration.exchange.running import Running, running
from tests.machine_clock import clock_from
from workers.binance.history import load_exchange_bars
from workers.binance.simulator import load_planted
from workers.settings import Settings, settings_from, use_settings
from workers.store.bars import save_bars
from workers.store.indexes import ensure_indexes
from workers.store.jobs import load_job, open_job
from workers.store.pair_market import load_pair_market
from workers.store.progress import BarProgress, save_progress
from workers.store.results import load_result
from workers.tasks.selftest import TIMEFRAME, WINDOW_BARS, run_self_test

SPAN = WINDOW_BARS * length(TIMEFRAME)
PATH_BARS = 120
PATH_SPAN = PATH_BARS * length(TIMEFRAME)
MOMENT = datetime(2026, 11, 22, 12, tzinfo=UTC)
SMALL = {"pairs": 100, "bars": 300, "seed": 1}


@pytest.fixture(scope="module")
def exchange() -> Iterator[Running]:
    """A synthetic market, from MOMENT on."""
    words = ("--synthetic", "--seed", "3", "--rate", "20")
    with running(*words, environ=clock_from(MOMENT)) as process:
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
    assert min(pair.breaks_at for pair in broken if pair.breaks_at) < MOMENT


def test_a_pair_that_is_not_captured_says_so(told_of: Settings) -> None:
    result = _run()
    assert {pair["bars"] for pair in result["planted"]} == {0}
    assert "must be on the watch-list" in result["planted"][0]["reason"]
    assert 0 <= result["false_positives"]["share"] <= 0.15


@pytest.fixture
def captured(told_of: Settings) -> None:
    """Two days of two planted pairs in the store."""
    for symbol in ("ETHUSDT", "BTCUSDT", "DOTUSDT", "LINKUSDT"):
        save_bars(load_exchange_bars(symbol, TIMEFRAME, start=MOMENT - SPAN, end=MOMENT))
        save_progress(BarProgress(symbol, 1, MOMENT))


@pytest.mark.usefixtures("captured")
def test_what_was_planted_is_found_in_what_was_traded() -> None:
    planted = {(row["y"], row["x"]): row for row in _run()["planted"]}
    assert list(planted) == [("ETHUSDT", "BTCUSDT"), ("AVAXUSDT", "SOLUSDT"), ("DOTUSDT", "LINKUSDT")]
    holding, breaking = planted["ETHUSDT", "BTCUSDT"], planted["DOTUSDT", "LINKUSDT"]
    assert holding["bars"] == holding["completeness"]["present"] == WINDOW_BARS
    names = ["beta", "half-life", "spread deviation", "Engle-Granger p"]
    assert _verdicts(holding) == dict.fromkeys(names, True), holding
    assert _verdicts(breaking) == dict.fromkeys([*names, "break"], True), breaking


@pytest.mark.usefixtures("captured")
def test_the_planted_break_shows_in_the_path_of_p() -> None:
    _, pairs = load_planted()
    pair = next(one for one in pairs if one.breaks_at is not None and one.breaks_at < MOMENT - PATH_SPAN)
    assert pair.holds_from is not None
    assert pair.mends_at is not None
    market = load_pair_market([pair.y, pair.x], TIMEFRAME, MOMENT - length(TIMEFRAME), WINDOW_BARS)
    closes = pair_prices(market, pair.y, pair.x).closes
    path = p_path(np.log(closes[pair.y]), np.log(closes[pair.x]), PATH_BARS, every=6)
    begins = path.index - PATH_SPAN
    before = path[(begins >= pair.holds_from) & (path.index < pair.breaks_at)]
    after = path[(begins >= pair.breaks_at) & (path.index < pair.mends_at)]
    assert len(before) > 9
    assert len(after) > 9
    assert before.median() < 0.01  # 0.0015
    assert after.median() > 0.2  # 0.47


def _verdicts(pair: Any) -> dict[str, bool | None]:
    return {row["name"]: row["passed"] for row in pair["findings"]}


def test_an_exchange_that_does_not_answer_leaves_the_random_walks(settings: Settings) -> None:
    ensure_indexes()
    result = _run()
    assert result["planted"] == []
    assert "does not tell" in result["reason"]
    assert result["false_positives"]["pairs"] == 100
