"""How several symbols move together: one matrix, with how many bars and how sure each cell is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import betainc
from scipy.stats import kendalltau, rankdata

from analytics.errors import AnalyticsError
from analytics.pairs.clustering import clustered_order
from analytics.pairs.two_series import DUST
from analytics.records.correlations import LEAST_RETURNS, CorrelationMethod

On = Literal["returns", "prices"]
Values = np.ndarray  # float64, one row per bar, one column per symbol

# Below this share of the squares it is the difference of, a variance is rounding: the column does not move.
_ROUNDING = 1e-13


@dataclass(frozen=True, slots=True)
class Correlations:
    """Every two columns against each other; frames with the columns' names on both sides."""

    values: pd.DataFrame  # NaN where one of the two does not move, or too few bars hold both
    n: pd.DataFrame  # bars that hold both, whole numbers
    p_values: pd.DataFrame  # of no correlation, two-sided; NaN where the value is
    order: Sequence[str]  # those that move together stand together
    reasons: Mapping[str, str]  # for each column without a value of its own


def correlation_matrix(
    closes: pd.DataFrame, method: CorrelationMethod = "pearson", on: On = "returns"
) -> pd.DataFrame:
    """Correlation of every two columns, on log returns unless told otherwise.

    Levels of prices that only wander correlate by chance; returns do not.

    Parameters
    ----------
    closes : DataFrame by start, oldest first, one column per symbol
        NaN is a bar without a price; each two columns are compared at the bars
        that hold both. A return needs this bar and the one before it. A close
        that is not above zero has no return.
    method
        "pearson" (linear), "spearman" (of ranks, ties share their mean rank) or
        "kendall" (tau-b, of concordant pairs of bars).
    on
        "returns" or "prices".

    Returns
    -------
    DataFrame
        Columns on both sides. NaN for columns that do not move, or where fewer
        than two bars hold both.

    Examples
    --------
    >>> closes = pd.DataFrame({"a": [1.0, 2.0, 1.0, 2.0], "b": [4.0, 2.0, 4.0, 2.0]})
    >>> round(float(correlation_matrix(closes).loc["a", "b"]), 12)
    -1.0
    """
    return correlations(closes, method, on).values


def correlations(
    closes: pd.DataFrame, method: CorrelationMethod = "pearson", on: On = "returns"
) -> Correlations:
    """`correlation_matrix` with the number of bars and the significance of each cell, and an order.

    The p-value is that of Student's t with n - 2 degrees of freedom (pearson,
    spearman) or Kendall's own (exact up to 33 bars). Returns that are not
    independent of one another make it too small; it says nothing of how many
    pairs were tried.

    References
    ----------
    Press, W. et al. (2007). Numerical Recipes, 3rd ed., sect. 14.5-14.6.
    """
    columns = _columns(closes, on)
    if method == "kendall":
        values, p_values = _kendall(columns)
    elif method in ("pearson", "spearman"):
        values = _pearson(columns) if method == "pearson" else _spearman(columns)
        p_values = _p_values(values, _counts(columns))
    else:
        raise AnalyticsError(f"correlations are pearson, spearman or kendall, not {method!r}")
    names = [str(name) for name in closes.columns]
    return Correlations(
        values=_framed(values, names),
        n=_framed(_counts(columns), names),
        p_values=_framed(np.where(np.isnan(values), np.nan, p_values), names),
        order=clustered_order(values, names),
        reasons=_reasons(columns, values, names),
    )


def _columns(closes: pd.DataFrame, on: str) -> Values:
    prices = closes.to_numpy(np.float64)
    if on == "prices":
        return _without_dust(np.where(np.isfinite(prices), prices, np.nan))
    if on != "returns":
        raise AnalyticsError(f"correlations are taken on returns or prices, not on {on!r}")
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(np.where(np.isfinite(prices) & (prices > 0), prices, np.nan))
    return _without_dust(np.diff(logs, axis=0))


def _without_dust(columns: Values) -> Values:
    """Columns whose values differ by rounding alone, made exactly constant."""
    known = np.isfinite(columns)
    first, largest = _first_known(columns), np.abs(np.where(known, columns, 0.0)).max(axis=0, initial=0.0)
    away = np.abs(np.where(known, columns - first, 0.0)).max(axis=0, initial=0.0)
    return np.where(known & (away <= DUST * largest), first, columns)


def _counts(columns: Values) -> np.ndarray:
    known = np.isfinite(columns)
    if known.all():
        return np.full((columns.shape[1],) * 2, len(columns), np.int64)
    weights = known.astype(np.float64)
    return (weights.T @ weights).astype(np.int64)


def _pearson(columns: Values) -> Values:
    """Each two columns over the bars that hold both, all at once."""
    known = np.isfinite(columns)
    weights = known.astype(np.float64)
    away = np.where(known, columns - _first_known(columns), 0.0)  # a column that stands still is exactly 0
    away -= weights * (away.sum(axis=0) / np.maximum(weights.sum(axis=0), 1.0))
    if known.all():  # every sum is 0
        n, sums = np.full((columns.shape[1],) * 2, float(len(columns))), np.zeros((columns.shape[1],) * 2)
        squares = np.repeat((away * away).sum(axis=0)[:, None], columns.shape[1], axis=1)
    else:
        n, sums, squares = weights.T @ weights, away.T @ weights, (away * away).T @ weights
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = squares - sums * sums / n  # of the row's symbol, over the bars of both
        spread = np.where(spread > _ROUNDING * squares, spread, np.nan)
        together = away.T @ away - sums * sums.T / n
        values = together / np.sqrt(spread * spread.T)
    values = np.clip((values + values.T) / 2, -1.0, 1.0)
    np.fill_diagonal(values, np.where(np.isnan(np.diag(values)), np.nan, 1.0))
    return np.where(n >= 2, values, np.nan)


def _first_known(columns: Values) -> Values:
    if not len(columns):
        return np.zeros(columns.shape[1])
    first = np.isfinite(columns).argmax(axis=0)
    return np.nan_to_num(columns[first, np.arange(columns.shape[1])])


def _spearman(columns: Values) -> Values:
    """Pearson's of the ranks among the bars that hold both."""
    known = np.isfinite(columns)
    if (known == known[:, :1]).all():
        rows = known.all(axis=1)
        return _pearson(rankdata(columns[rows], axis=0) if rows.any() else columns[rows])
    values = np.full((columns.shape[1],) * 2, np.nan)
    for one, other, both in _pairs(columns):
        pair = _pearson(rankdata(columns[both][:, [one, other]], axis=0)) if both.any() else values[:2, :2]
        values[one, other] = values[other, one] = pair[0, 1] if pair.size == 4 else np.nan
    np.fill_diagonal(values, np.diag(_pearson(columns)))
    return values


def _kendall(columns: Values) -> tuple[Values, Values]:
    values, p_values = (np.full((columns.shape[1],) * 2, np.nan) for _ in range(2))
    for one, other, both in _pairs(columns):
        left, right = columns[both, one], columns[both, other]
        if np.ptp(left) > 0 and np.ptp(right) > 0:
            found = kendalltau(left, right)
            values[one, other] = values[other, one] = found.statistic
            p_values[one, other] = p_values[other, one] = found.pvalue
    np.fill_diagonal(values, np.diag(_pearson(columns)))
    np.fill_diagonal(p_values, 0.0)
    return values, p_values


def _pairs(columns: Values) -> list[tuple[int, int, np.ndarray]]:
    """Every two columns with at least two bars of both, and which bars those are."""
    known = np.isfinite(columns)
    pairs = [(a, b, known[:, a] & known[:, b]) for a, b in combinations(range(columns.shape[1]), 2)]
    return [(a, b, both) for a, b, both in pairs if both.sum() >= 2]


def _p_values(values: Values, n: np.ndarray) -> Values:
    """Two-sided, from the beta distribution, which is Student's t of the correlation in disguise."""
    half = np.maximum(n / 2 - 1, 0.0)
    with np.errstate(invalid="ignore"):
        tail = 2 * betainc(
            np.where(half > 0, half, 1.0), np.where(half > 0, half, 1.0), (1 - abs(values)) / 2
        )
    return np.where(n > 2, np.minimum(tail, 1.0), 1.0)  # any two bars lie on a line


def _reasons(columns: Values, values: Values, names: Sequence[str]) -> dict[str, str]:
    """Why a column correlates with nothing."""
    counts = np.isfinite(columns).sum(axis=0)
    reasons = {}
    for place, name in enumerate(names):
        if counts[place] < LEAST_RETURNS:
            reasons[name] = f"needs {LEAST_RETURNS} returns, has {counts[place]}"
        elif np.isnan(values[place, place]):
            reasons[name] = "does not move in these bars"
    return reasons


def _framed(values: np.ndarray, names: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(values, index=list(names), columns=list(names))
