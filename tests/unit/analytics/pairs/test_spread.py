"""Spreads by hand, and what must not come out of prices that allow none."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.errors import AnalyticsError
from analytics.pairs.hedge_ratio import hedge_ratio
from analytics.pairs.spread import SPREAD_KINDS, SpreadKind, spread
from analytics.pairs.zscore import rolling_zscore
from tests.factories import planted_pair, random_closes, starts_of

every_kind = pytest.mark.parametrize("kind", SPREAD_KINDS)


def series(*values: float) -> pd.Series:
    return pd.Series(values, index=starts_of(len(values)))


def test_each_kind_by_hand() -> None:
    y, x = series(np.e**3, 8.0), series(np.e, 2.0)
    assert spread(y, x, 2.0, 0.5, kind="log").iloc[0] == pytest.approx(3 - 0.5 - 2, rel=1e-12)
    assert spread(y, x, 2.0, 0.5, kind="residual").iloc[1] == 8 - 0.5 - 4
    assert spread(y, x, 2.0, 0.5, kind="ratio").iloc[1] == 4.0


def test_a_coefficient_per_bar_is_used_at_its_bar() -> None:
    y, x = series(8.0, 8.0), series(2.0, 2.0)
    found = spread(y, x, series(1.0, 2.0), series(0.0, 1.0), kind="residual")
    assert found.tolist() == [6.0, 3.0]


def test_the_log_spread_of_an_ols_hedge_sums_to_nothing() -> None:
    y, x = planted_pair(1, 300)
    found = hedge_ratio(y, x)
    rest = spread(np.exp(y), np.exp(x), found.beta, found.intercept, kind="log")
    assert abs(rest.mean()) < 1e-12
    np.testing.assert_allclose(rest, y - found.intercept - found.beta * x, atol=1e-12)


@settings(max_examples=40)
@given(seed=st.integers(0, 10**6), factor=st.sampled_from([1e-4, 0.5, 60.0, 1e5]))
def test_the_log_spread_knows_no_unit_of_price(seed: int, factor: float) -> None:
    y, x = (np.exp(side) for side in planted_pair(seed, 80))
    plain, other = hedge_ratio(np.log(y), np.log(x)), hedge_ratio(np.log(y * factor), np.log(x))
    np.testing.assert_allclose(
        spread(y * factor, x, other.beta, other.intercept),
        spread(y, x, plain.beta, plain.intercept),
        atol=1e-10,
    )


@every_kind
def test_a_value_does_not_change_when_later_bars_are_added(kind: SpreadKind) -> None:
    y, x = random_closes(1, 300), random_closes(2, 300)
    whole = spread(y, x, 1.1, 0.2, kind=kind)
    for count in (1, 17, 299):
        part = spread(y.iloc[:count], x.iloc[:count], 1.1, 0.2, kind=kind)
        pd.testing.assert_series_equal(part, whole.iloc[:count], check_exact=True)


@pytest.mark.parametrize("kind", ["log", "residual"])
def test_what_is_only_rounding_is_nothing_and_has_no_score(kind: SpreadKind) -> None:
    x = random_closes(3, 200, price=60_000.0)
    y = x * 0.05 if kind == "log" else 17.0 + 0.05 * x
    terms = (np.log(y), np.log(x)) if kind == "log" else (y, x)
    found = hedge_ratio(*terms)
    rest = spread(y, x, found.beta, found.intercept, kind=kind)
    assert (rest == 0.0).all()
    assert rolling_zscore(rest, 60).isna().all()


@every_kind
def test_prices_that_allow_no_spread_give_nan(kind: SpreadKind) -> None:
    y, x = series(1.0, np.nan, 3.0), series(np.nan, 2.0, 2.0)
    assert spread(y, x, kind=kind).isna().tolist() == [True, True, False]
    assert spread(y, x, np.nan, kind="log").isna().all()


def test_no_logarithm_and_no_quotient_of_what_is_not_positive() -> None:
    assert spread(series(-1.0, 0.0), series(1.0, 1.0), kind="log").isna().all()
    assert spread(series(1.0, 0.0), series(0.0, 0.0), kind="ratio").isna().all()


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(AnalyticsError, match="one of log, residual, ratio, dollar_neutral, got 'difference'"):
        spread(series(1.0), series(1.0), kind="difference")  # type: ignore[arg-type]  # wrong on purpose
