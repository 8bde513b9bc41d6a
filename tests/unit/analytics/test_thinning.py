"""Thinned histories: highs and lows survive, ends are kept, the number is bounded."""

import json
import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.records.market import Bar
from analytics.thinning import MULTIPLES, folded_bars, thinned_bars, thinned_line
from tests.factories import MIDNIGHT, bar
from workers.jobs import MOST_DRAWN_BARS
from workers.messages.market import history_json

HOURS_OF_TEN_YEARS = 87_660
BUDGET_BYTES = 300_000


def _hours(count: int, *, missing: frozenset[int] = frozenset()) -> list[Bar]:
    """A wandering price, an hour a bar."""
    steps = np.random.default_rng(5).normal(0, 0.01, count)
    closes = 60_000 * np.exp(np.cumsum(steps))
    hours = [MIDNIGHT + place * timedelta(hours=1) for place in range(count)]
    return [
        bar(hour, "1h", round(close, 2), high=round(close * 1.004, 2), low=round(close * 0.996, 2))
        for place, (hour, close) in enumerate(zip(hours, closes.tolist(), strict=True))
        if place not in missing
    ]


@given(count=st.integers(1, 400), most=st.integers(2, 60), seed=st.integers(0, 99))
def test_folding_keeps_extremes_ends_and_sums(count: int, most: int, seed: int) -> None:
    holes = np.random.default_rng(seed).integers(0, count, count // 3)
    bars = _hours(count, missing=frozenset(holes.tolist()) - {0})
    thinned = thinned_bars(bars, most)
    found = thinned.bars
    assert 1 <= len(found) <= most
    assert max(one.high for one in found) == max(one.high for one in bars)
    assert min(one.low for one in found) == min(one.low for one in bars)
    assert (found[0].open, found[-1].close) == (bars[0].open, bars[-1].close)
    assert sum(one.trades for one in found) == sum(one.trades for one in bars)
    assert math.isclose(sum(one.volume for one in found), sum(one.volume for one in bars))
    assert thinned == thinned_bars(bars, most)


@given(count=st.integers(2, 300), most=st.integers(2, 60))
def test_the_bars_are_the_shortest_that_are_few_enough(count: int, most: int) -> None:
    bars = _hours(count)
    step = thinned_bars(bars, most).step_seconds
    shorter = [3_600 * multiple for multiple in MULTIPLES if 3_600 * multiple < step]
    assert all(len(folded_bars(bars, each)) > most for each in shorter)


def test_each_bar_keeps_the_extremes_of_its_own_time() -> None:
    bars = _hours(48)
    for place, one in enumerate(folded_bars(bars, 6 * 3_600)):
        parts = bars[6 * place : 6 * place + 6]
        assert (one.start, one.high, one.low) == (
            parts[0].start,
            max(part.high for part in parts),
            min(part.low for part in parts),
        )


def test_what_is_not_over_or_not_whole_is_not_final() -> None:
    bars = _hours(11)
    assert [one.is_final for one in folded_bars(bars, 6 * 3_600)] == [True, False]
    bars[2] = replace(bars[2], is_final=False)
    assert [one.is_final for one in folded_bars(bars, 6 * 3_600)] == [False, False]


def test_no_bars_are_no_bars() -> None:
    assert thinned_bars([], 10).bars == ()


def test_ten_years_of_hours_stay_within_the_budget_of_a_page() -> None:
    thinned = thinned_bars(_hours(HOURS_OF_TEN_YEARS), MOST_DRAWN_BARS)
    assert MOST_DRAWN_BARS / 2 < len(thinned.bars) <= MOST_DRAWN_BARS
    sent = json.dumps(
        history_json("BTCUSDT", "1h", thinned.step_seconds, thinned.bars), separators=(",", ":")
    )
    assert len(sent) <= BUDGET_BYTES


@given(
    values=st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=300),
    most=st.integers(4, 80),
)
def test_a_line_keeps_extremes_and_ends(values: list[float | None], most: int) -> None:
    places = thinned_line(values, most)
    known = [value for value in values if value is not None]
    shown = [values[place] for place in places if values[place] is not None]
    assert len(places) <= most or len(values) <= most
    assert places == sorted(set(places))
    assert (places[0], places[-1]) == (0, len(values) - 1)
    if known:
        assert (min(shown), max(shown)) == (min(known), max(known))  # type: ignore[type-var]  # not None
    assert places == thinned_line(values, most)


def test_a_long_hole_stays_a_hole() -> None:
    values = [1.0] * 100 + [None] * 100 + [2.0] * 100
    shown = [values[place] for place in thinned_line(values, 30)]
    assert None in shown
    assert shown.index(None) > shown.index(1.0)


@pytest.mark.parametrize("most", [4, 30, 31])
def test_a_short_line_is_left_alone(most: int) -> None:
    assert thinned_line([1.0, 2.0, None, 4.0], most) == [0, 1, 2, 3]
