"""The stage that correlates the watch-list: from stored bars to stored and published snapshots."""

from datetime import timedelta

import numpy as np
import pytest

from analytics.records.correlations import WINDOWS, CorrelationSnapshot
from analytics.timeframes import length
from tests.factories import MIDNIGHT, bar, gap, random_closes
from workers.messages.envelope import JSON
from workers.messages.times import iso
from workers.settings import Settings
from workers.store.bars import save_bars
from workers.store.correlations import load_correlated_at, load_correlated_symbols, load_correlations
from workers.store.gaps import save_gaps
from workers.store.indexes import ensure_indexes
from workers.store.progress import BarProgress, save_progress
from workers.store.seams import HISTORY, Seam, save_seam
from workers.store.watchlist import add_symbol, fill_watchlist, remove_symbol
from workers.tasks import correlations as stage
from workers.tasks.correlations import compute_correlations

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT")


def store(symbol: str, count: int, *, timeframe: str = "1m", already: int = 0) -> None:
    """So many bars of a walk that half follows a common one, and how far they have come."""
    common = random_closes(99, 2_000).to_numpy()
    closes = random_closes(SYMBOLS.index(symbol), 2_000).to_numpy() * common
    span = length(timeframe)
    save_bars(
        [bar(MIDNIGHT + k * span, timeframe, float(closes[k]), symbol=symbol) for k in range(already, count)]
    )
    until = MIDNIGHT + count * span
    save_progress(BarProgress(symbol, count, until))
    save_seam(Seam(symbol, HISTORY, MIDNIGHT, until, None))


def kept() -> list[CorrelationSnapshot]:
    """What is kept ready of minutes, shortest window first."""
    found = [load_correlations("1m", window, "pearson") for window in WINDOWS]
    return [each for each in found if each]


@pytest.fixture
def published(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, JSON]]:
    """What was told; the database is prepared, and two symbols watched."""
    ensure_indexes()
    fill_watchlist(SYMBOLS[:2])
    told: list[dict[str, JSON]] = []
    monkeypatch.setattr(stage, "publish", told.append)
    return told


def test_a_closed_bar_brings_every_window_and_says_so(published: list[dict[str, JSON]]) -> None:
    for symbol in SYMBOLS[:2]:
        store(symbol, 300)
    compute_correlations()
    found = kept()
    assert [(each.window, each.method) for each in found] == [
        (60, "pearson"),
        (240, "pearson"),
        (1_440, "pearson"),
    ]
    assert [each.n[1][0] for each in found] == [60, 240, 299]
    returns = [
        np.diff(np.log((random_closes(seed, 2_000) * random_closes(99, 2_000)).to_numpy()[59:300]))
        for seed in (0, 1)
    ]
    assert found[1].values[1][0] == pytest.approx(np.corrcoef(returns)[0, 1], rel=1e-9)
    assert found[0].as_of == MIDNIGHT + timedelta(minutes=299)
    assert (found[2].completeness.expected, found[2].completeness.present) == (1_440, 300)
    assert list(published[0]) == ["correlation:1m"]
    computed_at = load_correlated_at("1m")
    assert computed_at is not None
    assert published[0]["correlation:1m"] == {"timeframe": "1m", "computed_at": iso(computed_at)}


def test_nothing_new_is_nothing_done(published: list[dict[str, JSON]]) -> None:
    for symbol in SYMBOLS[:2]:
        store(symbol, 100)
    compute_correlations()
    compute_correlations()
    assert len([told for told in published if "correlation:1m" in told]) == 1


def test_the_bar_is_waited_for_until_every_symbol_has_it(published: list[dict[str, JSON]]) -> None:
    for symbol in SYMBOLS[:2]:
        store(symbol, 100)
    compute_correlations()
    store("BTCUSDT", 101, already=100)
    compute_correlations()
    assert kept()[0].as_of == MIDNIGHT + timedelta(minutes=99)
    store("ETHUSDT", 101, already=100)
    compute_correlations()
    assert kept()[0].as_of == MIDNIGHT + timedelta(minutes=100)


def test_a_symbol_that_stopped_holds_nobody_up_and_what_is_missing_is_told(
    published: list[dict[str, JSON]],
) -> None:
    store("BTCUSDT", 200)
    store("ETHUSDT", 150)
    last_trade = MIDNIGHT + timedelta(minutes=150)
    save_gaps([gap(7, 9, symbol="ETHUSDT", after=last_trade, before=last_trade + timedelta(minutes=30))])
    compute_correlations()
    found = load_correlations("1m", 60, "pearson")
    assert found is not None
    assert found.as_of == MIDNIGHT + timedelta(minutes=199)
    whole = found.completeness
    assert (whole.expected, whole.open_gaps) == (60, 1)
    assert whole.present < 60


def test_a_symbol_more_or_less_is_computed_at_once(published: list[dict[str, JSON]]) -> None:
    for symbol in SYMBOLS:
        store(symbol, 100)
    compute_correlations()
    add_symbol("SOLUSDT")
    compute_correlations()
    assert list(kept()[0].symbols) == list(SYMBOLS)
    remove_symbol("BTCUSDT")
    compute_correlations()
    assert list(kept()[0].symbols) == ["ETHUSDT", "SOLUSDT"]
    remove_symbol("ETHUSDT")
    compute_correlations()
    assert len(published) == 3


def test_a_symbol_without_history_is_left_out_as_yet(published: list[dict[str, JSON]]) -> None:
    for symbol in SYMBOLS[:2]:
        store(symbol, 100)
    add_symbol("SOLUSDT")
    compute_correlations()
    assert list(kept()[0].symbols) == list(SYMBOLS[:2])


def test_too_few_bars_store_nothing(published: list[dict[str, JSON]]) -> None:
    for symbol in SYMBOLS[:2]:
        store(symbol, 20)
    compute_correlations()
    assert kept() == []
    for symbol in SYMBOLS[:2]:
        store(symbol, 21, already=20)
    compute_correlations()
    assert kept()[0].n == [[], [20]]


def test_a_changed_list_with_too_few_bars_is_tried_once_and_shows_no_other_snapshot(
    published: list[dict[str, JSON]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for symbol in SYMBOLS[:2]:
        store(symbol, 100)
    compute_correlations()
    remove_symbol("BTCUSDT")
    remove_symbol("ETHUSDT")
    have_history = "workers.watched_bars.load_symbols_with_history"
    monkeypatch.setattr(have_history, lambda: {"SOLUSDT", "XRPUSDT"})
    for symbol in ("SOLUSDT", "XRPUSDT"):  # bars of a minute or two
        save_progress(BarProgress(symbol, 2, MIDNIGHT + timedelta(minutes=2)))
        add_symbol(symbol)
    loaded: list[str] = []
    load = stage.load_known_closes
    monkeypatch.setattr(stage, "load_known_closes", lambda *a: loaded.append(a[1]) or load(*a))  # type: ignore[func-returns-value]
    for _ in range(3):
        compute_correlations()
    assert loaded == list(stage.SCHEDULED)
    assert kept() == []
    assert load_correlated_symbols()["1m"] == ["SOLUSDT", "XRPUSDT"]


def test_of_a_long_watch_list_the_first_are_compared_and_the_others_named(
    published: list[dict[str, JSON]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "MOST_SYMBOLS", 2)
    for symbol in SYMBOLS:
        store(symbol, 100)
    add_symbol("SOLUSDT")
    compute_correlations()
    compute_correlations()
    found = kept()[0]
    assert (list(found.symbols), list(found.reasons), len(published)) == (list(SYMBOLS[:2]), ["SOLUSDT"], 1)
