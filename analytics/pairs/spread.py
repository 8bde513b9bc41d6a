"""The spread of a pair: how far y is from what x says it should be."""

from typing import Literal

import numpy as np
import pandas as pd

from analytics.errors import AnalyticsError
from analytics.pairs.two_series import DUST, Values, values_of_two

SpreadKind = Literal["log", "residual", "ratio", "dollar_neutral"]
SPREAD_KINDS: tuple[SpreadKind, ...] = ("log", "residual", "ratio", "dollar_neutral")
UNFITTED: tuple[SpreadKind, ...] = ("ratio", "dollar_neutral")  # without a hedge that is estimated

Coefficient = float | pd.Series | Values


def spread(
    y: pd.Series,
    x: pd.Series,
    beta: float | pd.Series = 1.0,
    intercept: float | pd.Series = 0.0,
    *,
    kind: SpreadKind = "log",
) -> pd.Series:
    """The spread of two price series.

    Parameters
    ----------
    y, x : Series of prices
    beta, intercept
        Of the hedge, fitted to what the kind is of (`hedge_terms`): one number
        each, or one per bar. A ratio has none.
    kind
        "log": ln y - (intercept + beta ln x). "residual": y - (intercept +
        beta x). "ratio": y / x. "dollar_neutral": ln y - ln x, the same money in
        both: a log spread whose hedge is 1 and 0, whatever is given.

    Returns
    -------
    Series
        NaN where a price or coefficient is missing, or a logarithm or quotient
        does not exist. What is no more than the rounding of its own terms is 0.

    Examples
    --------
    >>> spread(pd.Series([7.0, 8.0]), pd.Series([3.0, 3.0]), 2.0, 1.0, kind="residual").tolist()
    [0.0, 1.0]
    """
    values = spread_values(*values_of_two(y, x), _plain(beta), _plain(intercept), kind)
    return pd.Series(values, index=y.index, name="spread")


def spread_values(
    y: Values, x: Values, beta: float | Values, intercept: float | Values, kind: SpreadKind
) -> Values:
    """`spread` of plain numbers."""
    left, right = hedge_terms(y, x, kind)
    if kind == "ratio":
        return left
    if kind == "dollar_neutral":
        beta, intercept = 1.0, 0.0
    with np.errstate(invalid="ignore"):
        gap = left - (intercept + beta * right)
        gap[np.abs(gap) <= DUST * (np.abs(left) + np.abs(intercept) + np.abs(beta * right))] = 0.0
    return gap


def hedge_terms(y: Values, x: Values, kind: SpreadKind) -> tuple[Values, Values]:
    """The two series that a hedge of this kind is fitted to; for a ratio the quotient, and ones."""
    if kind not in SPREAD_KINDS:
        raise AnalyticsError(f"a spread is one of {', '.join(SPREAD_KINDS)}, got {kind!r}")
    if kind == "residual":
        return y, x
    with np.errstate(invalid="ignore", divide="ignore"):
        if kind == "ratio":
            quotient = y / x
            return np.where(np.isfinite(quotient), quotient, np.nan), np.ones(len(x))
        return _logarithm(y), _logarithm(x)


def _logarithm(prices: Values) -> Values:
    return np.log(np.where(prices > 0, prices, np.nan))


def _plain(coefficient: float | pd.Series) -> float | Values:
    if isinstance(coefficient, pd.Series):
        return coefficient.to_numpy(np.float64)
    return coefficient
