"""Statistics of several symbols over what is known without a break: from stored bars to snapshots."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from analytics.errors import NotEnoughData
from analytics.records.imports import Stretch
from analytics.records.pairs import LEAST_BARS, WINDOW_BARS
from analytics.timeframes import length
from tests.factories import MIDNIGHT, bar, gap, planted_pair
from tests.stored_scans import load_scan
from workers.settings import Settings
from workers.store.bars import save_bars
from workers.store.correlations import load_correlations
from workers.store.gaps import save_gaps
from workers.store.indexes import ensure_indexes
from workers.store.known_closes import load_known_closes
from workers.store.pair_snapshots import load_pair_snapshot
from workers.store.pairs import add_pair
from workers.store.progress import BarProgress, save_progress
from workers.store.seams import HISTORY, JOIN, Seam, save_seam
from workers.store.stretches import save_stretch
from workers.store.watchlist import fill_watchlist
from workers.tasks import correlations, pairs, scan
from workers.tasks.pair_requests import newest_prices

ETH, BTC = "ETHUSDT", "BTCUSDT"
BEGIN = MIDNIGHT - timedelta(hours=48)  # of the history
YEARS_AGO = MIDNIGHT - timedelta(days=700)


@pytest.fixture(autouse=True)
def _watched(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_indexes()
    fill_watchlist([ETH, BTC])
    add_pair((ETH, BTC))
    for stage in (correlations, pairs, scan):
        monkeypatch.setattr(stage, "publish", lambda messages: None)


def store(timeframe: str, *, first: datetime, until: datetime, levels: float = 1.0) -> None:
    """Bars of a planted pair, without saying what they cover."""
    span = length(timeframe)
    for symbol, logs in zip((ETH, BTC), planted_pair(5, 1_600, half_life=6.0), strict=True):
        closes = levels * np.exp(logs.to_numpy())[: (until - first) // span]
        save_bars(
            [
                bar(first + k * span, timeframe, close, symbol=symbol)
                for k, close in enumerate(closes.tolist())
            ]
        )


def capture(symbols: tuple[str, ...] = (ETH, BTC), *, until: datetime = MIDNIGHT) -> None:
    """History from BEGIN on, the join to the first trade, and bars up to a moment."""
    joined = BEGIN + timedelta(hours=1)
    for symbol in symbols:
        save_seam(Seam(symbol, HISTORY, BEGIN, joined, BEGIN))
        save_seam(Seam(symbol, JOIN, joined, joined + timedelta(seconds=4), None))
        save_progress(BarProgress(symbol, 1, until))


def import_file(since: datetime, until: datetime) -> None:
    for symbol in (ETH, BTC):
        save_stretch(Stretch(symbol, 1, 900, since, until, 901), replaced=())


def test_bars_of_years_ago_are_not_bridged_to_those_of_today() -> None:
    store("1h", first=YEARS_AGO, until=YEARS_AGO + timedelta(hours=1_400), levels=0.2)
    import_file(YEARS_AGO, YEARS_AGO + timedelta(hours=1_400))
    store("1h", first=BEGIN, until=MIDNIGHT)
    capture()
    with pytest.raises(NotEnoughData) as told:
        newest_prices(ETH, BTC, "1h", WINDOW_BARS)
    assert (told.value.have, told.value.need) == (48, LEAST_BARS)
    pairs.compute_pairs()
    assert load_pair_snapshot(ETH, BTC, "1h") is None
    scan.compute_scans()
    assert load_scan("1h") is None


def test_a_window_that_reaches_back_before_what_is_known_says_how_much_of_it_there_is() -> None:
    store("5m", first=YEARS_AGO, until=YEARS_AGO + timedelta(hours=100), levels=0.2)
    import_file(YEARS_AGO, YEARS_AGO + timedelta(hours=100))
    store("5m", first=BEGIN, until=MIDNIGHT)
    capture()
    pairs.compute_pairs()
    found = load_pair_snapshot(ETH, BTC, "5m", with_series=True)
    assert found is not None
    assert (found.bars, found.completeness.expected, found.completeness.present) == (576, 1_440, 576)
    assert "It rests on 576 of 1,440 bars." in found.verdict.sentence
    scan.compute_scans()
    report = load_scan("5m")
    assert report is not None
    assert {score.n for score in report.scores} == {576}
    assert report.completeness.present == 576
    correlations.compute_correlations()
    matrix = load_correlations("5m", 1_440, "pearson")
    assert matrix is not None
    assert (matrix.n, matrix.completeness.present) == ([[], [575]], 576)


def test_a_file_that_reaches_up_to_the_history_carries_it_on() -> None:
    file_begin = BEGIN - timedelta(hours=72)
    store("5m", first=file_begin, until=MIDNIGHT)
    import_file(file_begin, BEGIN + timedelta(minutes=7))
    capture()
    prices = newest_prices(ETH, BTC, "5m", WINDOW_BARS)
    assert (len(prices.closes), prices.completeness.present) == (1_440, 1_440)


def test_a_quiet_symbol_is_flat_and_complete() -> None:
    store("1m", first=BEGIN, until=BEGIN + timedelta(minutes=1_500))
    capture()
    prices = newest_prices(ETH, BTC, "1m", 1_440)
    assert prices.as_of == MIDNIGHT - timedelta(minutes=1)
    assert (len(prices.closes), prices.completeness.present) == (1_440, 1_440)
    assert prices.closes[ETH].iloc[-60:].nunique() == 1


@pytest.mark.parametrize("state", ["open", "failed", "expired"])
def test_a_hole_that_nobody_filled_is_not_bridged_and_one_with_candles_is(state: str) -> None:
    begin, end = MIDNIGHT - timedelta(minutes=400), MIDNIGHT - timedelta(minutes=300)
    store("1m", first=MIDNIGHT - timedelta(minutes=1_500), until=begin)
    store("1m", first=end, until=MIDNIGHT)
    capture()
    after, before = begin - timedelta(seconds=1), end + timedelta(seconds=1)
    for symbol in (ETH, BTC):
        save_gaps([gap(10, 12, symbol=symbol, state=state, after=after, before=before)])
    prices = newest_prices(ETH, BTC, "1m", 1_440)
    assert (len(prices.closes), prices.completeness.present) == (300, 300)
    for symbol in (ETH, BTC):
        save_seam(Seam(symbol, "10", after, before, None))
    assert len(newest_prices(ETH, BTC, "1m", 1_440).closes) == 1_440


def test_ids_that_never_were_hide_nothing() -> None:
    begin, end = MIDNIGHT - timedelta(minutes=400), MIDNIGHT - timedelta(minutes=300)
    store("1m", first=MIDNIGHT - timedelta(minutes=1_500), until=begin)
    store("1m", first=end, until=MIDNIGHT)
    capture()
    moments = {"after": begin - timedelta(seconds=1), "before": end}
    save_gaps([gap(10, 12, symbol=symbol, state="verified_absent", **moments) for symbol in (ETH, BTC)])
    assert len(newest_prices(ETH, BTC, "1m", 1_440).closes) == 1_440


def test_a_symbol_that_lies_behind_is_not_carried_on() -> None:
    store("1m", first=BEGIN, until=MIDNIGHT)
    capture((ETH,))
    capture((BTC,), until=MIDNIGHT + timedelta(minutes=5))
    found = load_known_closes([ETH, BTC], "1m", MIDNIGHT + timedelta(minutes=4), 1_440)
    assert len(found[ETH].starts) == 0
    assert found[BTC].starts[-1] == int((MIDNIGHT + timedelta(minutes=4)).timestamp())
