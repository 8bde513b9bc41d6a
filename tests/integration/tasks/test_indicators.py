"""The stage that computes indicators: from stored bars to stored snapshots, on a real database."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from analytics.bars import bars_from_ticks, fill_gaps
from analytics.indicators import realised_volatility, rsi, rsi_divergence, sma, vwap, vwap_bands
from analytics.records.divergences import Divergence
from analytics.records.indicators import INDICATORS
from analytics.records.market import Bar, Tick
from analytics.series import bars_of, frame_of
from tests.factories import at, random_ticks, tick_frame
from workers.settings import Settings
from workers.store.bars import load_bars, save_bars
from workers.store.divergences import load_divergences
from workers.store.indexes import ensure_indexes
from workers.store.indicators import load_indicators
from workers.store.progress import load_progress
from workers.store.seams import HISTORY, JOIN, Seam, save_seam
from workers.store.ticks import save_ticks
from workers.store.watermarks import lower_watermarks, watermark_name
from workers.tasks.bars import build_symbol
from workers.tasks.indicators import compute_indicators

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


def test_every_closed_bar_has_a_snapshot_and_no_other() -> None:
    arrive(4_000)
    compute_indicators()
    until = load_progress()[BTC].built_until
    closed = [bar.start for bar in load_bars(BTC, "1m") if bar.end <= until]
    assert [snapshot.as_of for snapshot in load_indicators(BTC, "1m")] == closed
    assert set(load_indicators(BTC, "1m")[0].values) == set(INDICATORS)


def test_snapshots_say_what_the_functions_say() -> None:
    arrive(9_000)
    compute_indicators()
    bars = frame_of(load_bars(BTC, "1m", end=load_progress()[BTC].built_until))
    for snapshot in load_indicators(BTC, "1m", limit=20):
        seen = fill_gaps(bars, "1m").loc[: snapshot.as_of]
        expected = {
            "sma_20": sma(seen["close"], 20),
            "rsi_14": rsi(seen["close"], 14),
            "vwap_session": vwap(seen),
            "vwap_session_upper": vwap_bands(seen)["upper"],
            "vwap_rolling_lower": vwap_bands(seen, "rolling")["lower"],
            "volatility_year": realised_volatility(seen["close"], timeframe="1m")["annual"],
        }
        for name, series in expected.items():
            assert snapshot.values[name].value == pytest.approx(series.iloc[-1], rel=1e-9)


def test_warming_up_says_what_is_needed_and_what_is_there() -> None:
    arrive(600)
    compute_indicators()
    first = load_indicators(BTC, "1m")[0].values["rsi_14"]
    assert (first.value, first.state, first.bars_needed, first.bars_present) == (None, "warming_up", 15, 1)


def test_bar_by_bar_gives_what_all_at_once_gives() -> None:
    for count in range(100, 4_001, 130):
        arrive(count, already=count - 130 if count > 100 else 0)
        compute_indicators()
    stepwise = load_indicators(BTC, "1m")
    lower_watermarks([watermark_name("indicators", BTC, "1m")], rewritten=at(0))
    compute_indicators()
    for one, other in zip(stepwise, load_indicators(BTC, "1m"), strict=True):
        for name, value in one.values.items():
            expected = other.values[name].value
            same = value.value == expected or value.value == pytest.approx(expected or 0.0, rel=1e-12)
            assert same, (one.as_of, name)


def test_nothing_new_is_nothing_done() -> None:
    arrive(2_000)
    compute_indicators()
    before = load_indicators(BTC, "1s")
    assert before
    compute_indicators()
    assert load_indicators(BTC, "1s") == before  # nor anew: they say when they were computed


def test_a_rewritten_bar_is_computed_again_from_there_on() -> None:
    arrive(4_000)
    compute_indicators()
    rewritten = load_bars(BTC, "1m")[30]
    lower_watermarks([watermark_name("indicators", BTC, "1m")], rewritten=rewritten.start)
    computed_before = {s.as_of: s.computed_at for s in load_indicators(BTC, "1m")}
    compute_indicators()
    again = [s for s in load_indicators(BTC, "1m") if s.computed_at > computed_before[s.as_of]]
    assert again[0].as_of == rewritten.start
    assert again[-1].as_of == max(computed_before)


def test_bars_of_an_old_file_warm_nothing_up() -> None:
    """An hour of minutes from three days ago, then today's: those begin anew, and say so."""
    days_ago = [replace(each, start=each.start - timedelta(days=3)) for each in minutes_of(TICKS[:3_600])]
    save_bars(days_ago)
    arrive(1_200)
    compute_indicators()
    until = load_progress()[BTC].built_until
    closed = [each.start for each in load_bars(BTC, "1m", start=at(0)) if each.end <= until]
    today = [each for each in load_indicators(BTC, "1m", limit=500) if each.as_of >= at(0)]
    assert [each.as_of for each in today] == closed
    present = [each.values["sma_20"].bars_present for each in today]
    assert present == [*range(1, len(closed) + 1)]
    assert today[0].values["sma_20"].state == "warming_up"
    assert today[0].completeness.present == 1


def minutes_of(ticks: Sequence[Tick]) -> list[Bar]:
    """Final bars of a file, of minutes alone."""
    return bars_of(
        bars_from_ticks(tick_frame(ticks), "1m"), symbol=BTC, timeframe="1m", is_final=True, source="exchange"
    )


def test_the_session_s_vwap_counts_what_lies_before_the_loaded_bars() -> None:
    hour = frame_of(load_bars(BTC, "1m"))
    assert hour.empty
    arrive(9_000)  # two and a half hours: far more seconds than are loaded
    compute_indicators()
    seconds = frame_of(load_bars(BTC, "1s"))
    last = load_indicators(BTC, "1s", limit=1)[0]
    traded = seconds.loc[: last.as_of]
    expected = vwap_bands(traded).iloc[-1]
    assert last.values["vwap_session"].value == pytest.approx(expected["middle"], rel=1e-12)
    assert last.values["vwap_session_lower"].value == pytest.approx(expected["lower"], rel=1e-12)


def test_seconds_without_trades_do_not_break_the_series() -> None:
    arrive(3_000)
    save_bars([])
    compute_indicators()
    seconds = load_indicators(BTC, "1s")
    gaps = [after.as_of - before.as_of for before, after in pairwise(seconds)]
    assert max(gaps) > timedelta(seconds=1)
    assert all(s.values["ema_20"].value is not None for s in seconds[40:])


def stored_divergences(timeframe: str) -> list[Divergence]:
    return load_divergences(BTC, timeframe, start=None, end=None, limit=5_000)


def test_divergences_are_stored_when_they_become_known_and_the_snapshot_names_the_last() -> None:
    for count in range(1_500, 6_001, 1_500):
        arrive(count, already=count - 1_500)
        compute_indicators()
    until = load_progress()[BTC].built_until
    for timeframe in ("1s", "1m"):
        whole = fill_gaps(frame_of(load_bars(BTC, timeframe, end=until)), timeframe)
        expected = rsi_divergence(whole)
        found = stored_divergences(timeframe)
        assert [one.kind for one in found] == expected["kind"].tolist()
        assert [one.confirmed_at for one in found] == expected["confirmed_at"].tolist()
        assert [one.second.rsi for one in found] == pytest.approx(expected["second_rsi"].tolist(), rel=1e-9)
        named = [one.divergence for one in load_indicators(BTC, timeframe) if one.divergence]
        assert {(one.kind, one.confirmed_at) for one in named} <= {
            (one.kind, one.confirmed_at) for one in found
        }
    assert stored_divergences("1m")


def test_a_rewritten_bar_takes_back_what_is_not_true_any_more() -> None:
    arrive(9_000)
    compute_indicators()
    gone = stored_divergences("1m")[-1]
    flat = [replace(bar, high=100.0, low=100.0, close=100.0) for bar in load_bars(BTC, "1m")]
    save_bars(flat)
    lower_watermarks([watermark_name("indicators", BTC, "1m")], rewritten=flat[0].start)
    compute_indicators()
    assert gone.confirmed_at <= load_indicators(BTC, "1m", limit=1)[0].as_of
    assert stored_divergences("1m") == []
    assert stored_divergences("1s")


def test_a_correction_reaches_bars_that_are_kept_in_the_process() -> None:
    arrive(4_000)
    compute_indicators()
    arrive(4_200, already=4_000)
    compute_indicators()  # from now on they are kept
    corrected = replace(load_bars(BTC, "1m")[-5], close=50.0, low=50.0)
    save_bars([corrected])
    arrive(4_400, already=4_200)
    compute_indicators()
    bars = fill_gaps(frame_of(load_bars(BTC, "1m", end=load_progress()[BTC].built_until)), "1m")
    newest = load_indicators(BTC, "1m", limit=1)[0]
    assert newest.as_of > corrected.start
    assert newest.values["sma_20"].value == pytest.approx(sma(bars["close"], 20).loc[newest.as_of], rel=1e-12)


def test_symbols_are_computed_together_as_they_are_alone() -> None:
    for symbol in (BTC, "ETHUSDT"):
        for name in (HISTORY, JOIN):
            save_seam(Seam(symbol, name, at(0), at(0), at(0)))
    for count in (3_000, 3_100):
        for symbol in (BTC, "ETHUSDT"):
            ticks = [replace(one, symbol=symbol) for one in TICKS[0 if count == 3_000 else 3_000 : count]]
            save_ticks(ticks)
            build_symbol(symbol, load_progress().get(symbol), ticks[-1].traded_at)
        compute_indicators()
    for timeframe in ("1s", "1m"):
        one, other = (load_indicators(symbol, timeframe) for symbol in (BTC, "ETHUSDT"))
        assert [row.as_of for row in one] == [row.as_of for row in other]
        assert [row.values for row in one] == [row.values for row in other]
        assert [row.session for row in one] == [row.session for row in other]
