"""Lag choice and statistic of augmented Dickey-Fuller regressions, from lag products."""

import numpy as np

from analytics.kernels.compiled import compiled
from analytics.kernels.lag_gram import PIVOT_FLOOR, factorise, fill_gram, fill_trend

# How the number of lags is chosen.
FIXED, AIC, BIC, T_STAT = 0, 1, 2, 3

# The 95 % point of the normal distribution: a last lag below it is dropped by T_STAT.
SIGNIFICANT = 1.6448536269514722


@compiled()
def adf_rows(  # type: ignore[no-untyped-def]  # compiled for its arguments
    products, heads, tails, squares, bars, choice, trend, series, statistics, chosen
):
    """t of the level and number of lags for each row, into `statistics` and `chosen`.

    Parameters
    ----------
    products, heads, tails
        Of each series the `lag_products` and the first and last levels, shape
        (series, most lags + 1) each; what the trend explains taken off before.
    squares, bars
        Of each series the sum of squares of its levels; bars of all of them.
    choice
        One of FIXED, AIC, BIC and T_STAT. Regressions are compared over the
        sample that all lags leave, the chosen one is fitted to all of its own.
    trend, series
        Shapes (columns, bars) and (bars,): the deterministic regressors and
        the levels, of a single series; none and empty for residuals.
    statistics, chosen
        Filled in; NaN and -1 where sums of products cannot tell.
    """
    most = products.shape[1] - 1
    trends = trend.shape[0]
    gram = np.empty((trends + most + 1, trends + most + 1))
    moments = np.empty(trends + most + 1)
    sums = np.empty(most + 1)
    for row in range(products.shape[0]):
        lags = most
        statistics[row] = np.nan
        for stage in range(1 if choice == FIXED else 0, 2):
            level = trends + lags if stage else trends
            first_lag = trends if stage else trends + 1
            for lag in range(lags + 1):
                sums[lag] = products[row, lag]
                # Bars that fewer lags no longer cost.
                for time in range(lags + 1, most + 1):
                    change = heads[row, time] - heads[row, time - 1]
                    sums[lag] += change * (heads[row, time - lag] - heads[row, time - lag - 1])
            whole = fill_gram(
                gram, moments, sums, heads[row], tails[row], squares[row], lags, first_lag, level
            )
            if trends:
                fill_trend(gram, moments, trend, series, lags, first_lag, level)
            if not (whole and factorise(gram, moments, trends + lags + 1)):
                lags = -1
                break
            if stage == 0:
                lags = chosen_lag(moments, sums[0], bars - 1 - most, trends, choice)
                if lags < 0:
                    break
            else:
                statistics[row] = level_statistic(moments, sums[0], bars - 1 - lags, level + 1)
                if np.isnan(statistics[row]):
                    lags = -1
        chosen[row] = lags


@compiled()
def level_statistic(explained, squares, sample, columns):  # type: ignore[no-untyped-def]  # compiled
    """t of the last of the columns; NaN if they leave nothing."""
    left = squares
    for column in range(columns):
        left -= explained[column] ** 2
    if not left > PIVOT_FLOOR * squares:
        return np.nan
    return explained[columns - 1] / np.sqrt(left / (sample - columns))


@compiled()
def chosen_lag(explained, squares, sample, trends, choice):  # type: ignore[no-untyped-def]  # compiled
    """The number of lags by the rule of `choice`; -1 if nothing is left to compare.

    Parameters
    ----------
    explained
        As `factorise` leaves them: trend, level, then one lag after the other.
    squares, sample
        Sum of squares of d[t], and the number of its terms.
    """
    left = squares
    for column in range(trends):
        left -= explained[column] ** 2
    best, best_value = 0, np.inf
    for lags in range(len(explained) - trends):
        columns = trends + 1 + lags
        last = explained[columns - 1]
        left -= last**2
        if not left > PIVOT_FLOOR * squares:
            return -1
        if choice == T_STAT:
            if abs(last) / np.sqrt(left / (sample - columns)) >= SIGNIFICANT:
                best = lags
        else:
            price = 2.0 if choice == AIC else np.log(sample)
            value = sample * np.log(left / sample) + price * columns
            if value < best_value:
                best, best_value = lags, value
    return best
