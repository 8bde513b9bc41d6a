"""The stage that computes pairs: from stored bars to a stored and published snapshot, on real servers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest

from analytics.pairs.market import PairPrices, pair_prices
from analytics.records.market import Bar
from analytics.records.pairs import PairSnapshot
from analytics.records.scans import PairScore, ScanLuck, ScanReport
from analytics.records.snapshots import Completeness
from analytics.timeframes import length
from tests.factories import MIDNIGHT, bar, gap, planted_pair
from workers.settings import Settings
from workers.store.bars import save_bars
from workers.store.gaps import save_gaps
from workers.store.indexes import ensure_indexes
from workers.store.pair_market import load_newest_closed, load_pair_market
from workers.store.pair_snapshots import load_pair_snapshot
from workers.store.pairs import add_pair
from workers.store.progress import BarProgress, load_progress, save_progress
from workers.store.scans import save_scan
from workers.store.seams import HISTORY, Seam, save_seam
from workers.store.watermarks import load_watermarks, lower_watermarks
from workers.tasks import pairs as stage
from workers.tasks.bars import _note_rewritten as note_rewritten
from workers.tasks.pairs import compute_pairs, mark_name

ETH, BTC = "ETHUSDT", "BTCUSDT"
PAIR = (ETH, BTC)


def store(count: int, *, timeframe: str = "1m", seed: int = 1, first: int = 0) -> None:
    """Bars of a planted pair, and how far they have come."""
    sides = zip((ETH, BTC), planted_pair(seed, 1_600, half_life=6.0), strict=True)
    for symbol, logs in sides:
        closes = np.exp(logs.to_numpy())[first:count].tolist()
        save_bars(made(symbol, timeframe, closes, MIDNIGHT + first * length(timeframe)))
        until = MIDNIGHT + count * length(timeframe)
        save_progress(BarProgress(symbol, count, until))
        save_seam(Seam(symbol, HISTORY, MIDNIGHT, until, None))


def made(symbol: str, timeframe: str, closes: Sequence[float], first: datetime) -> list[Bar]:
    span = length(timeframe)
    return [bar(first + place * span, timeframe, close, symbol=symbol) for place, close in enumerate(closes)]


@pytest.fixture
def published(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The topics that were told something; the database is prepared, and the pair watched."""
    ensure_indexes()
    add_pair(PAIR)
    topics: list[str] = []
    monkeypatch.setattr(stage, "publish", lambda messages: topics.extend(messages))
    return topics


def test_a_closed_bar_brings_a_snapshot_and_says_so(published: list[str]) -> None:
    store(300)
    compute_pairs()
    found = load_pair_snapshot(*PAIR, "1m", with_series=True)
    assert found is not None
    assert (found.bars, found.as_of) == (300, MIDNIGHT + timedelta(minutes=299))
    assert (found.completeness.expected, found.completeness.present) == (1_440, 300)
    assert len(found.levels.z_series) == 300
    assert published == ["pair:ETHUSDT:BTCUSDT:1m"]


def test_what_is_loaded_is_what_was_saved(published: list[str]) -> None:
    store(250)
    compute_pairs()
    market = load_pair_market([ETH, BTC], "1m", MIDNIGHT + timedelta(minutes=249), 1_440)
    made_again = stage._snapshot(market, PAIR, None)
    found = load_pair_snapshot(*PAIR, "1m", with_series=True)
    assert made_again is not None
    assert found is not None
    for name in ("hedges", "spread", "robust", "kalman", "cointegration", "half_life", "levels", "signal"):
        assert getattr(found, name) == getattr(made_again, name)
    assert found.verdict == made_again.verdict
    assert found.completeness == made_again.completeness
    alone = load_pair_snapshot(*PAIR, "1m")
    assert alone is not None
    assert not alone.levels.z_series


def test_nothing_new_is_nothing_done(published: list[str]) -> None:
    store(300)
    compute_pairs()
    published.clear()
    compute_pairs()
    assert not published
    store(301, first=300)
    compute_pairs()
    found = load_pair_snapshot(*PAIR, "1m")
    assert found is not None
    assert found.as_of == MIDNIGHT + timedelta(minutes=300)
    assert published == ["pair:ETHUSDT:BTCUSDT:1m"]


def test_a_bar_that_was_rewritten_is_looked_at_again(published: list[str]) -> None:
    store(300)
    compute_pairs()
    before = load_pair_snapshot(*PAIR, "1m")
    save_bars([bar(MIDNIGHT + timedelta(minutes=299), "1m", 91.0, symbol=ETH)])
    lower_watermarks([mark_name(PAIR, "1m")], rewritten=MIDNIGHT + timedelta(minutes=299))
    compute_pairs()
    after = load_pair_snapshot(*PAIR, "1m")
    assert before is not None
    assert after is not None
    assert after.spread != before.spread


def test_too_few_bars_are_no_snapshot_and_not_tried_each_second(published: list[str]) -> None:
    store(60)
    compute_pairs()
    assert load_pair_snapshot(*PAIR, "1m") is None
    assert load_watermarks("pairs")[mark_name(PAIR, "1m")].done == MIDNIGHT + timedelta(minutes=59)


def test_a_symbol_without_history_waits(published: list[str]) -> None:
    store(300)
    add_pair((ETH, "SOLUSDT"))
    compute_pairs()
    assert load_pair_snapshot(*PAIR, "1m") is not None
    assert load_pair_snapshot(ETH, "SOLUSDT", "1m") is None


def test_an_open_hole_of_either_side_is_told(published: list[str]) -> None:
    store(300)
    moments = {"after": MIDNIGHT + timedelta(minutes=250), "before": MIDNIGHT + timedelta(minutes=252)}
    save_gaps([gap(10, 12, symbol=BTC, **moments)])
    compute_pairs()
    found = load_pair_snapshot(*PAIR, "1m")
    assert found is not None
    assert found.completeness.open_gaps == 1


def test_the_newest_closed_bar_is_that_of_the_slower_side(published: list[str]) -> None:
    store(300)
    save_progress(BarProgress("SOLUSDT", 1, MIDNIGHT + timedelta(minutes=200)))
    assert load_newest_closed([ETH, "SOLUSDT"], "1m") == MIDNIGHT + timedelta(minutes=199)
    assert load_newest_closed([ETH, "XRPUSDT"], "1m") is None
    market = load_pair_market([ETH, BTC], "1m", MIDNIGHT + timedelta(minutes=199), 150)
    prices = pair_prices(market, ETH, BTC)
    assert len(prices.closes) == 150
    assert prices.closes.index[-1] == MIDNIGHT + timedelta(minutes=199)


@pytest.mark.parametrize(("minutes_old", "expected"), [(2, 0.03), (20, None)])
def test_q_is_that_of_the_newest_scan_unless_that_is_old(
    published: list[str], minutes_old: int, expected: float | None
) -> None:
    store(300)
    as_of = MIDNIGHT + timedelta(minutes=299 - minutes_old)
    numbers = dict.fromkeys(PairScore.__dataclass_fields__) | {"n": 300, "verdict": "found"}
    score = PairScore(**numbers | {"y": ETH, "x": BTC, "q_value": 0.03})  # type: ignore[arg-type] # by name
    luck, whole = ScanLuck(0.05, 1, 0.05, 1, 1, 0), Completeness(300, 300, 300, 0)
    save_scan(ScanReport("1m", 300, as_of, as_of, [ETH, BTC], {}, luck, [score], whole))
    compute_pairs()
    found = load_pair_snapshot(*PAIR, "1m")
    assert found is not None
    assert found.q_value == expected
    assert ("q = 0.03" in found.verdict.sentence) == (expected is not None)


@pytest.mark.parametrize("symbol", PAIR)
def test_a_correction_of_either_side_makes_the_pair_due(published: list[str], symbol: str) -> None:
    store(300)
    compute_pairs()
    published.clear()
    corrected = bar(MIDNIGHT + timedelta(minutes=200), "1m", 90.0, symbol=symbol)
    note_rewritten(symbol, [corrected], load_progress()[symbol])
    compute_pairs()
    assert published == ["pair:ETHUSDT:BTCUSDT:1m"]


def test_a_pair_that_cannot_be_computed_keeps_no_other_from_its_snapshot(
    published: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    whole = stage.pair_snapshot

    def failing(prices: PairPrices, **more: Any) -> PairSnapshot:
        if prices.y == BTC:
            raise ZeroDivisionError("float division by zero")
        return whole(prices, **more)

    monkeypatch.setattr(stage, "pair_snapshot", failing)
    add_pair((BTC, ETH))
    store(300)
    compute_pairs()
    assert load_pair_snapshot(*PAIR, "1m") is not None
    assert load_pair_snapshot(BTC, ETH, "1m") is None
    assert "pair not computed pair=BTCUSDT/ETHUSDT timeframe=1m" in caplog.text
