"""Normal equations of an augmented Dickey-Fuller regression, without its design matrix.

The regression with k lags explains d[t] = e[t] - e[t-1] by trend columns, the
level e[t-1] and d[t-1] .. d[t-k]. Sums of d[t-i] d[t-j] over a sample differ
from those of (i-1, j-1) by one term at either end, so the whole matrix follows
from its first row; sums with the level follow from the same row and the ends.
One factorisation gives the sums of squares of all nested regressions.
"""

import numpy as np

from analytics.kernels.compiled import compiled

# A column of which less than this is left beside the others is no longer told
# from them by sums of products; the regression is then solved another way.
PIVOT_FLOOR = 1e-5


@compiled(any_order=True)
def lag_products(changes, products):  # type: ignore[no-untyped-def]  # compiled for its arguments
    """For each row and j the sum of d[t] d[t-j], all over the sample that the most lags leave.

    Parameters
    ----------
    changes
        d of each series, shape (series, bars - 1).
    products
        Filled in, shape (series, most lags + 1).
    """
    most = products.shape[1] - 1
    for row in range(changes.shape[0]):
        for lag in range(most + 1):
            total = 0.0
            for time in range(most, changes.shape[1]):
                total += changes[row, time] * changes[row, time - lag]
            products[row, lag] = total


@compiled()
def fill_gram(  # type: ignore[no-untyped-def]  # compiled for its arguments
    gram, moments, products, head, tail, squares, lags, first_lag, level
):
    """Sums of products of the level and the lags, into `gram`; with d[t], into `moments`.

    Parameters
    ----------
    gram, moments
        Filled in: lower triangle of the sums of products of the regressors,
        and their sums of products with d[t].
    products
        Sums of d[t] d[t-j] for j = 0 .. lags over the sample of the regression.
    head, tail
        The first and the last levels of the series, lags + 1 or more.
    squares
        Sum of the squares of all levels.
    first_lag, level
        Columns of d[t-1] and of the level.

    Returns
    -------
    bool
        False if the level of the sample is lost in rounding beside the bars before it.
    """
    last = len(tail) - 1
    sample = squares - tail[last] ** 2
    moment = (tail[last] ** 2 - head[lags] ** 2 - products[0]) / 2
    moments[level] = moment
    for row in range(lags):
        sample -= head[row] ** 2
        moments[first_lag + row] = products[row + 1]
        fresh = head[lags - row] - head[lags - row - 1]
        stale = tail[last - row] - tail[last - row - 1]
        for column in range(row + 1):
            before = products[row] if column == 0 else gram[first_lag + row - 1, first_lag + column - 1]
            gram[first_lag + row, first_lag + column] = (
                before
                + fresh * (head[lags - column] - head[lags - column - 1])
                - stale * (tail[last - column] - tail[last - column - 1])
            )
        moment += products[row] + head[lags] * fresh - tail[last] * stale
        if level > first_lag:
            gram[level, first_lag + row] = moment
        else:
            gram[first_lag + row, level] = moment
    gram[level, level] = sample
    return sample > PIVOT_FLOOR * squares


@compiled(any_order=True)
def fill_trend(gram, moments, trend, series, lags, first_lag, level):  # type: ignore[no-untyped-def]  # compiled
    """The rows and columns of the trend, which stand first in `gram`; trend is (columns, bars)."""
    for row in range(trend.shape[0]):
        moments[row] = 0.0
        for column in range(row + 1):
            gram[row, column] = 0.0
        gram[level, row] = 0.0
        for time in range(lags + 1, trend.shape[1]):
            at = trend[row, time]
            moments[row] += at * (series[time] - series[time - 1])
            gram[level, row] += at * series[time - 1]
            for column in range(row + 1):
                gram[row, column] += at * trend[column, time]
        for lag in range(1, lags + 1):
            total = 0.0
            for time in range(lags + 1, trend.shape[1]):
                total += trend[row, time] * (series[time - lag] - series[time - lag - 1])
            gram[first_lag + lag - 1, row] = total


@compiled(any_order=True)
def factorise(gram, moments, columns):  # type: ignore[no-untyped-def]  # compiled for its arguments
    """Cholesky factor in place of `gram`, and in place of `moments` what each column explains.

    The square of an entry of `moments` is then the part of the sum of squares
    that its column explains beside all columns before it. False if a column is
    (almost) a combination of those before it.
    """
    for row in range(columns):
        for column in range(row):
            total = gram[row, column]
            for inner in range(column):
                total -= gram[row, inner] * gram[column, inner]
            gram[row, column] = total / gram[column, column]
        whole = gram[row, row]
        pivot = whole
        explained = moments[row]
        for inner in range(row):
            pivot -= gram[row, inner] ** 2
            explained -= gram[row, inner] * moments[inner]
        if not pivot > PIVOT_FLOOR * whole:
            return False
        gram[row, row] = np.sqrt(pivot)
        moments[row] = explained / gram[row, row]
    return True
