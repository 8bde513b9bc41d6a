"""Closes of several symbols on one grid."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.bars import fill_gaps
from analytics.errors import AnalyticsError
from analytics.pairs import aligned_closes
from analytics.records.closes import Closes
from tests.factories import MIDNIGHT, random_bars, starts_of

ZERO = int(MIDNIGHT.timestamp())


def closes(minutes: list[int], values: list[float], symbol: str = "A") -> Closes:
    return Closes(symbol, "1m", [ZERO + 60 * minute for minute in minutes], values, [True] * len(minutes))


def test_the_grid_begins_with_the_last_symbol_and_ends_with_the_newest_bar() -> None:
    table = aligned_closes({"A": closes([0, 1, 2], [1, 2, 3]), "B": closes([1, 3], [10, 30])}, "1m")
    assert table.index.equals(starts_of(4)[1:])
    assert table["A"].tolist() == [2.0, 3.0, 3.0]
    assert table["B"].tolist() == [10.0, 10.0, 30.0]
    assert (table.dtypes == np.float64).all()


def test_an_outer_join_begins_with_the_first_symbol() -> None:
    given_closes = {"A": closes([0, 1], [1, 2]), "B": closes([1], [10]), "C": closes([], [])}
    table = aligned_closes(given_closes, "1m", join="outer")
    assert list(table) == ["A", "B", "C"]
    assert table["A"].tolist() == [1.0, 2.0]
    assert np.isnan(table["B"].iloc[0])
    assert table["C"].isna().all()


def test_the_window_is_the_newest_bars_and_reaches_back_for_a_close() -> None:
    given_closes = {"A": closes([0, 9], [1, 9]), "B": closes([2, 8], [2, 8])}
    table = aligned_closes(given_closes, "1m", 3)
    assert table["A"].tolist() == [1.0, 1.0, 9.0]
    assert table["B"].tolist() == [2.0, 8.0, 8.0]


@pytest.mark.parametrize("join", ["inner", "outer"])
def test_without_closes_there_are_no_rows(join: str) -> None:
    table = aligned_closes({"A": closes([], []), "B": closes([], [])}, "1m", join=join)  # type: ignore[arg-type]
    assert table.shape == (0, 2)


def test_a_symbol_without_closes_leaves_an_inner_join_without_rows() -> None:
    assert aligned_closes({"A": closes([0], [1]), "B": closes([], [])}, "1m").shape == (0, 2)


def test_an_unknown_close_is_a_bar_without_trades() -> None:
    table = aligned_closes({"A": closes([0, 1, 2], [1, np.nan, 3])}, "1m")
    assert table["A"].tolist() == [1.0, 1.0, 3.0]


@pytest.mark.parametrize("minutes", [[0, 0], [1, 0]])
def test_bars_out_of_order_are_refused(minutes: list[int]) -> None:
    with pytest.raises(AnalyticsError, match="bars of A"):
        aligned_closes({"A": closes(minutes, [1, 2])}, "1m")


def test_bars_off_the_grid_are_refused() -> None:
    with pytest.raises(AnalyticsError, match="grid of 300 s"):
        aligned_closes({"A": closes([1], [2])}, "5m")


@given(seed=st.integers(0, 10**6), kept=st.sets(st.integers(0, 59), min_size=1))
def test_each_column_is_what_filling_gives(seed: int, kept: set[int]) -> None:
    whole, holed = random_bars(seed, 60), random_bars(seed + 1, 60).iloc[sorted(kept)]
    table = aligned_closes({"A": whole, "B": holed["close"]}, "1m")
    filled = fill_gaps(holed, "1m")["close"].reindex(table.index, method="ffill")
    pd.testing.assert_series_equal(table["B"], filled, check_names=False, check_freq=False)
    pd.testing.assert_series_equal(
        table["A"], whole["close"].iloc[min(kept) :], check_names=False, check_freq=False
    )
