"""Timeframes: the table, and the bar a moment belongs to."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.errors import UnknownTimeframe
from analytics.timeframes import FOLDED_FROM, TIMEFRAMES, bar_end, bar_start, length, seconds
from tests.factories import at


@given(st.floats(min_value=-1e9, max_value=1e9), st.sampled_from(TIMEFRAMES))
def test_a_moment_lies_in_its_bar_and_the_bar_on_the_grid(second: float, timeframe: str) -> None:
    start = bar_start(at(second), timeframe)
    assert start <= at(second) < bar_end(start, timeframe)
    assert start.timestamp() % seconds(timeframe) == 0


def test_a_bar_begins_at_its_start_and_ends_before_the_next() -> None:
    assert bar_start(at(60), "1m") == at(60)
    assert bar_start(at(60) - timedelta(microseconds=1), "1m") == at(0)


def test_each_longer_timeframe_is_a_whole_number_of_the_one_it_is_folded_from() -> None:
    assert all(length(longer) % length(shorter) == timedelta(0) for longer, shorter in FOLDED_FROM.items())


def test_an_unknown_timeframe_is_named_in_the_error() -> None:
    with pytest.raises(UnknownTimeframe, match="'7m' is not one of 1s, 1m"):
        seconds("7m")
