"""Laws of every series: what comes later, the unit, the side and how bars arrive do not matter."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import indicators
from tests.factories import starts_of
from tests.unit.analytics import all_series
from tests.unit.analytics.all_series import (
    INDICATORS,
    PAIRS,
    PRICES,
    SCALED,
    SHIFTED,
    Market,
    Series,
    market_of,
)

ALL = INDICATORS | PAIRS

every_series = pytest.mark.parametrize("series", ALL.values(), ids=ALL)
few = settings(max_examples=8)
seeds = st.integers(0, 10**6)
warmed_up = st.integers(70, 160)  # bars


def with_rows(market: Market, rows: slice, value: float) -> Market:
    changed = market.copy()
    changed.iloc[rows] = value
    return changed


LATER = {
    "the same market": lambda market: market,
    "a crash": lambda market: market * 0.01,
    "a hole": lambda market: with_rows(market, slice(3, 4), np.nan),
    "a standstill": lambda market: market * 0 + 5.0,
    "nonsense": lambda market: with_rows(market, slice(2, None), np.inf),
    "worthless": lambda market: market * 0,
}


def continued(known: Market, later: Market) -> Market:
    return pd.concat([known, later]).set_axis(starts_of(len(known) + len(later)))


def assert_close(found: pd.DataFrame, expected: pd.DataFrame, *, unit: float, rtol: float) -> None:
    """Equal where they are words, else within rounding of numbers as large as `unit`."""
    assert list(found) == list(expected)
    for name, column in expected.items():
        if column.dtype.kind == "f":
            np.testing.assert_allclose(found[name], column, rtol=rtol, atol=1e-11 * unit, err_msg=str(name))
        else:
            pd.testing.assert_series_equal(found[name], column)


def test_no_indicator_is_left_out() -> None:
    events = {"rsi_divergence"}  # no series: its laws are in its own test
    assert set(indicators.__all__) - events <= vars(all_series).keys()


@every_series
@few
@given(seed=seeds, count=st.integers(1, 160), later=st.sampled_from(sorted(LATER)))
def test_no_value_knows_later_bars(series: Series, seed: int, count: int, later: str) -> None:
    known = market_of(seed, count)
    whole = continued(known, LATER[later](market_of(seed + 7, 40)))
    expected = series.of(known)
    found = series.of(whole).loc[: known.index[-1]]
    pd.testing.assert_frame_equal(found, expected, check_exact=True, check_freq=False)


@every_series
@few
@given(seed=seeds, count=warmed_up, factor=st.sampled_from([1e-7, 0.3, 7.0, 1e6]))
def test_another_unit_scales_the_figure_or_leaves_it(
    series: Series, seed: int, count: int, factor: float
) -> None:
    market = market_of(seed, count)
    scaled = series.of(market.assign(**{name: market[name] * factor for name in PRICES}))
    for name, values in series.of(market).drop(columns=SHIFTED, errors="ignore").items():
        grown = factor if name in SCALED else 1.0
        expected = values * grown if values.dtype.kind == "f" else values
        assert_close(scaled[[name]], expected.to_frame(), unit=100.0 * grown, rtol=1e-7)


@every_series
@few
@given(seed=seeds, count=warmed_up)
def test_the_mirror_image_of_a_market_has_the_mirror_image_of_the_figure(
    series: Series, seed: int, count: int
) -> None:
    market = market_of(seed, count)
    expected = series.mirrored(series.of(market))
    found = series.of(series.mirror(market))[list(expected)]
    assert_close(found, expected, unit=200.0, rtol=1e-7)


@pytest.mark.parametrize("name", [name for name, series in ALL.items() if series.memory])
@few
@given(seed=seeds, more=st.integers(0, 70))
def test_a_stream_that_keeps_what_is_needed_gives_what_a_batch_does(name: str, seed: int, more: int) -> None:
    series = ALL[name]
    assert series.memory is not None
    market = market_of(seed, series.memory + more)
    batch = series.of(market)
    newest = market.loc[: batch.index[-1]].iloc[-series.memory :]
    assert_close(series.of(newest).iloc[-1:], batch.iloc[-1:], unit=0.1, rtol=1e-12)
