"""The stage that computes indicators: from stored bars to stored snapshots, on a real database."""

from datetime import timedelta
from itertools import pairwise

import pytest

from analytics.indicators import rsi, sma, vwap
from analytics.records.indicators import INDICATORS
from analytics.series import frame_of
from tests.factories import at, random_ticks
from workers.settings import Settings
from workers.store.bars import load_bars, save_bars
from workers.store.indexes import ensure_indexes
from workers.store.indicators import load_indicators
from workers.store.progress import load_progress
from workers.store.seams import HISTORY, JOIN, Seam, save_seam
from workers.store.ticks import save_ticks
from workers.store.watermarks import load_watermarks, lower_watermarks, watermark_name
from workers.tasks.bars import build_symbol
from workers.tasks.indicators import compute_symbol

BTC = "BTCUSDT"
TICKS = random_ticks(seed=31, count=9_000, ticks_per_second=1.0)


@pytest.fixture(autouse=True)
def _begun(settings: Settings) -> None:
    ensure_indexes()
    for name in (HISTORY, JOIN):
        save_seam(Seam(BTC, name, at(0), at(0), at(0)))


def arrive(count: int, *, already: int = 0) -> None:
    """So many ticks are there, and the bars are built up to them."""
    save_ticks(TICKS[already:count])
    build_symbol(BTC, load_progress().get(BTC), TICKS[count - 1].traded_at)


def compute() -> int:
    return compute_symbol(load_progress()[BTC], load_watermarks("indicators"))


def test_every_closed_bar_has_a_snapshot_and_no_other() -> None:
    arrive(4_000)
    compute()
    until = load_progress()[BTC].built_until
    closed = [bar.start for bar in load_bars(BTC, "1m") if bar.end <= until]
    assert [snapshot.as_of for snapshot in load_indicators(BTC, "1m")] == closed
    assert set(load_indicators(BTC, "1m")[0].values) == set(INDICATORS)


def test_snapshots_say_what_the_functions_say() -> None:
    arrive(9_000)
    compute()
    bars = frame_of(load_bars(BTC, "1m", end=load_progress()[BTC].built_until))
    for snapshot in load_indicators(BTC, "1m", limit=20):
        seen = bars.loc[: snapshot.as_of]
        expected = {
            "sma_20": sma(seen["close"], 20),
            "rsi_14": rsi(seen["close"], 14),
            "vwap_session": vwap(seen),
        }
        for name, series in expected.items():
            assert snapshot.values[name].value == pytest.approx(series.iloc[-1], rel=1e-9)


def test_warming_up_says_what_is_needed_and_what_is_there() -> None:
    arrive(600)
    compute()
    first = load_indicators(BTC, "1m")[0].values["rsi_14"]
    assert (first.value, first.state, first.bars_needed, first.bars_present) == (None, "warming_up", 15, 1)


def test_bar_by_bar_gives_what_all_at_once_gives() -> None:
    for count in range(100, 4_001, 130):
        arrive(count, already=count - 130 if count > 100 else 0)
        compute()
    stepwise = load_indicators(BTC, "1m")
    lower_watermarks([watermark_name("indicators", BTC, "1m")], rewritten=at(0))
    compute()
    for one, other in zip(stepwise, load_indicators(BTC, "1m"), strict=True):
        for name, value in one.values.items():
            expected = other.values[name].value
            same = value.value == expected or value.value == pytest.approx(expected or 0.0, rel=1e-12)
            assert same, (one.as_of, name)


def test_nothing_new_is_nothing_done() -> None:
    arrive(2_000)
    assert compute() > 0
    assert compute() == 0


def test_a_rewritten_bar_is_computed_again_from_there_on() -> None:
    arrive(4_000)
    compute()
    rewritten = load_bars(BTC, "1m")[30]
    lower_watermarks([watermark_name("indicators", BTC, "1m")], rewritten=rewritten.start)
    computed_before = {s.as_of: s.computed_at for s in load_indicators(BTC, "1m")}
    compute()
    again = [s for s in load_indicators(BTC, "1m") if s.computed_at > computed_before[s.as_of]]
    assert again[0].as_of == rewritten.start
    assert again[-1].as_of == max(computed_before)


def test_the_session_s_vwap_counts_what_lies_before_the_loaded_bars() -> None:
    hour = frame_of(load_bars(BTC, "1m"))
    assert hour.empty
    arrive(9_000)  # two and a half hours: far more seconds than are loaded
    compute()
    seconds = frame_of(load_bars(BTC, "1s"))
    last = load_indicators(BTC, "1s", limit=1)[0]
    traded = seconds.loc[: last.as_of]
    expected = traded["quote_volume"].sum() / traded["volume"].sum()
    assert last.values["vwap_session"].value == pytest.approx(expected, rel=1e-9)


def test_seconds_without_trades_do_not_break_the_series() -> None:
    arrive(3_000)
    save_bars([])
    compute()
    seconds = load_indicators(BTC, "1s")
    gaps = [after.as_of - before.as_of for before, after in pairwise(seconds)]
    assert max(gaps) > timedelta(seconds=1)
    assert all(s.values["ema_20"].value is not None for s in seconds[40:])
