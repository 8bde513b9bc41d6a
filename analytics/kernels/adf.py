"""Lag choice and statistic of the augmented Dickey-Fuller regression of one series."""

import numpy as np
from numba import njit

from analytics.kernels.lag_gram import PIVOT_FLOOR, dot, factorise, fill_gram, fill_trend, lag_products, widen

# How the number of lags is chosen.
FIXED, AIC, BIC, T_STAT = 0, 1, 2, 3

# The 95 % point of the normal distribution: a last lag below it is dropped by T_STAT.
SIGNIFICANT = 1.6448536269514722


@njit(cache=True, nogil=True)
def adf_regression(series, trend, max_lag, choice):  # type: ignore[no-untyped-def]  # compiled for its arguments
    """Statistic of the level, and the number of lags chosen; NaN if sums of products cannot tell.

    Parameters
    ----------
    series
        Levels, oldest first; what the trend explains of them taken off before.
    trend
        Shape (columns, bars): the deterministic regressors, none for a residual.
    max_lag, choice
        The most lags, and one of FIXED, AIC, BIC and T_STAT. Regressions are
        compared over the sample that all lags leave, the chosen one is fitted
        to all of its own.
    """
    products = lag_products(np.diff(series), max_lag)
    head, tail = series[: max_lag + 1], series[len(series) - max_lag - 1 :]
    return from_products(products, head, tail, dot(series, series), series, trend, choice)


@njit(cache=True, nogil=True)
def from_products(products, head, tail, squares, series, trend, choice):  # type: ignore[no-untyped-def]  # compiled
    """`adf_regression` from sums of products; the series is read for the trend alone."""
    max_lag = len(products) - 1
    trends = len(trend)
    bars = trend.shape[1]
    gram = np.empty((trends + max_lag + 1, trends + max_lag + 1))
    moments = np.empty(trends + max_lag + 1)
    lags = max_lag
    if choice != FIXED:
        whole = fill_gram(gram, moments, products, head, tail, squares, trends + 1, trends)
        if trends:
            fill_trend(gram, moments, trend, series, max_lag, trends + 1, trends)
        if not (whole and factorise(gram, moments, trends + max_lag + 1)):
            return np.nan, -1
        lags = chosen_lag(moments, products[0], bars - 1 - max_lag, trends, choice)
    if lags < 0:
        return np.nan, -1
    products = widen(products, head, lags)
    whole = fill_gram(gram, moments, products, head, tail, squares, trends, trends + lags)
    if trends:
        fill_trend(gram, moments, trend, series, lags, trends, trends + lags)
    if not (whole and factorise(gram, moments, trends + lags + 1)):
        return np.nan, -1
    left = products[0] - dot(moments[: trends + lags + 1], moments[: trends + lags + 1])
    if not left > PIVOT_FLOOR * products[0]:
        return np.nan, -1
    spare = bars - 1 - lags - (trends + lags + 1)
    return moments[trends + lags] / np.sqrt(left / spare), lags


@njit(cache=True, nogil=True)
def chosen_lag(explained, squares, sample, trends, choice):  # type: ignore[no-untyped-def]  # compiled
    """The number of lags by the rule of `choice`; -1 if nothing is left to compare.

    Parameters
    ----------
    explained
        As `factorise` leaves them: trend, level, then one lag after the other.
    squares, sample
        Sum of squares of d[t], and the number of its terms.
    """
    most = len(explained) - trends - 1
    left = squares - dot(explained[: trends + 1], explained[: trends + 1])
    best, best_value = 0, np.inf
    for lags in range(most + 1):
        columns = trends + 1 + lags
        if lags:
            left -= explained[columns - 1] ** 2
        if not left > PIVOT_FLOOR * squares:
            return -1
        if choice == T_STAT:
            if abs(explained[columns - 1]) / np.sqrt(left / (sample - columns)) >= SIGNIFICANT:
                best = lags
        else:
            price = 2.0 if choice == AIC else np.log(sample)
            value = sample * np.log(left / sample) + price * columns
            if value < best_value:
                best, best_value = lags, value
    return best
