"""The augmented Dickey-Fuller regression of one series: number of lags and statistic.

Sums of products give both in microseconds; where these lose too many digits
(lags that nearly repeat each other), the design matrix is factorised instead.
`stationarity` and `cointegration` put hypotheses and p-values on it.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil

import numpy as np

from analytics.errors import AnalyticsError
from analytics.kernels.adf import AIC, BIC, FIXED, T_STAT, adf_rows, chosen_lag
from analytics.kernels.lag_gram import lag_products
from analytics.pairs.mackinnon import TRENDS

LAG_CHOICES = {None: FIXED, "aic": AIC, "bic": BIC, "t-stat": T_STAT}

# A column of which less than this is left beside the others is a combination of them.
DEPENDENT = 1e-8

# Fewer bars say nothing about a return to the mean.
LEAST_BARS = 20

# What is this small beside the numbers it comes from is rounding.
DUST = 1e-13


@dataclass(frozen=True, slots=True)
class LevelFit:
    """t of the lagged level, with the lags it was fitted with, or why there is none."""

    statistic: float
    lags: int | None
    reason: str | None = None


def dickey_fuller(values: np.ndarray, *, trend: str, max_lag: int | None, lag_choice: str | None) -> LevelFit:
    """The regression of finite values that are not constant, equal to statsmodels' `adfuller`.

    Raises
    ------
    AnalyticsError
        The trend, the rule or the number of lags is not one there is.
    """
    choice = _choice(lag_choice)
    trends = trend_count(trend)
    most = longest_lag(len(values), trends) if max_lag is None else max_lag
    if max_lag is not None and max_lag < 0:
        raise AnalyticsError(f"max_lag is at least 0, got {max_lag}")
    needed = bars_needed(most, trends)
    if len(values) < needed:
        return LevelFit(np.nan, None, f"too short: {needed} bars are needed, has {len(values)}")
    columns = trend_columns(len(values), trends)
    levels = _detrended(values, columns)
    if np.abs(levels).max() <= DUST * np.abs(values).max():
        return LevelFit(np.nan, None, "nothing is left beside the trend")
    products = products_of(levels[np.newaxis], most)
    statistics, lags = fits_of(products, levels[np.newaxis], choice, columns)
    if lags[0] >= 0:
        return LevelFit(float(statistics[0]), int(lags[0]))
    return _by_factorisation(levels, columns, most, choice)


def products_of(levels: np.ndarray, most: int) -> np.ndarray:
    """`lag_products` of each row of levels, shape (series, most + 1)."""
    products = np.empty((len(levels), most + 1))
    lag_products(np.diff(levels), products)
    return products


def fits_of(
    products: np.ndarray, levels: np.ndarray, choice: int, trend: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Statistic and lags of each row of levels; -1 lags where sums of products cannot tell."""
    size = products.shape[1]
    statistics, lags = np.empty(len(levels)), np.empty(len(levels), dtype=np.int64)
    squares = np.einsum("ij,ij->i", levels, levels)
    heads, tails = np.ascontiguousarray(levels[:, :size]), np.ascontiguousarray(levels[:, -size:])
    series = levels[0] if len(trend) else levels[0, :0]
    adf_rows(products, heads, tails, squares, levels.shape[1], choice, trend, series, statistics, lags)
    return statistics, lags


def trend_count(trend: str) -> int:
    """Deterministic columns of a trend: none, constant, line, parabola."""
    if trend not in TRENDS:
        raise AnalyticsError(f"a trend is one of {', '.join(TRENDS)}, not {trend}")
    return TRENDS.index(trend)


def longest_lag(bars: int, trends: int = 0) -> int:
    """The most lags that are tried when none are given (Schwert 1989); -1: too few bars for any."""
    return max(min(bars // 2 - trends - 1, ceil(12 * (bars / 100) ** 0.25)), -1)


def bars_needed(lags: int, trends: int = 0) -> int:
    """The fewest bars that leave a regression with so many lags something to compare."""
    return max(2 * lags + trends + 3, 2 * (lags + trends + 1), LEAST_BARS)


@lru_cache(maxsize=16)
def trend_columns(bars: int, trends: int) -> np.ndarray:
    """Constant, line and parabola over the window, shape (trends, bars), each within -1 and 1."""
    time = np.linspace(-1.0, 1.0, bars)
    columns = np.array([np.ones(bars), time, 1.5 * time**2 - 0.5])[:trends]
    columns.flags.writeable = False
    return columns


def _choice(lag_choice: str | None) -> int:
    if lag_choice not in LAG_CHOICES:
        raise AnalyticsError(f"lags are chosen by aic, bic, t-stat or None, not {lag_choice}")
    return LAG_CHOICES[lag_choice]


def _detrended(values: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Changes no statistic, since the trend is in the regression; saves the digits it would cost."""
    if not len(columns):
        return values.copy()  # one that can be written, for which alone the kernels are compiled
    centered = values - values.mean()
    if len(columns) == 1:
        return centered
    return centered - np.linalg.lstsq(columns.T, centered)[0] @ columns


def _by_factorisation(levels: np.ndarray, trend: np.ndarray, most: int, choice: int) -> LevelFit:
    """The same by an orthogonal factorisation of the design matrix."""
    trends = len(trend)
    lags = most
    if choice != FIXED:
        explained, squares = _explained(_design(levels, trend, most, level_last=False), levels, most)
        lags = (
            -1
            if explained is None
            else chosen_lag(explained, squares, len(levels) - 1 - most, trends, choice)
        )
    if lags >= 0:
        explained, squares = _explained(_design(levels, trend, lags, level_last=True), levels, lags)
        left = np.nan if explained is None else squares - explained @ explained
        if explained is not None and left > DUST * squares:
            spare = len(levels) - 2 - 2 * lags - trends
            return LevelFit(float(explained[-1] / np.sqrt(left / spare)), lags)
    return LevelFit(np.nan, None, "its lags are combinations of each other")


def _design(levels: np.ndarray, trend: np.ndarray, lags: int, *, level_last: bool) -> np.ndarray:
    changes = np.diff(levels)
    lagged = [changes[lags - lag : len(changes) - lag] for lag in range(1, lags + 1)]
    level = [levels[lags:-1]]
    ordered = [*lagged, *level] if level_last else [*level, *lagged]
    return np.array([*trend[:, lags + 1 :], *ordered]).T


def _explained(design: np.ndarray, levels: np.ndarray, lags: int) -> tuple[np.ndarray | None, float]:
    """What each column explains beside those before it; None if one is a combination of them."""
    changes = np.diff(levels)[lags:]
    scaled = design / np.sqrt((design**2).sum(axis=0))
    basis, factor = np.linalg.qr(scaled)
    if not (np.abs(np.diag(factor)) > DEPENDENT).all():
        return None, np.nan
    return np.sign(np.diag(factor)) * (basis.T @ changes), float(changes @ changes)
