"""Normal equations of an augmented Dickey-Fuller regression, without its design matrix.

The regression with k lags explains d[t] = e[t] - e[t-1] by trend columns, the
level e[t-1] and d[t-1] .. d[t-k]. Sums of d[t-i] d[t-j] over a sample differ
from those of (i-1, j-1) by one term at either end, so the whole matrix follows
from its first row; sums with the level follow from the same row and the ends.
One factorisation gives the sums of squares of all nested regressions.
"""

import numpy as np
from numba import njit

# A column of which less than this is left beside the others is no longer told
# from them by sums of products; the regression is then solved another way.
PIVOT_FLOOR = 1e-5


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def dot(first, second):  # type: ignore[no-untyped-def]  # compiled for its arguments
    """Sum of products; terms may be added in any order."""
    total = 0.0
    for index in range(len(first)):
        total += first[index] * second[index]
    return total


@njit(cache=True, nogil=True)
def lag_products(changes, lags):  # type: ignore[no-untyped-def]  # compiled for its arguments
    """For j = 0 .. lags the sum of d[t] d[t-j], all over the sample that `lags` lags leave."""
    size = len(changes)
    products = np.empty(lags + 1)
    for lag in range(lags + 1):
        products[lag] = dot(changes[lags:], changes[lags - lag : size - lag])
    return products


@njit(cache=True, nogil=True)
def widen(products, head, lags):  # type: ignore[no-untyped-def]  # compiled for its arguments
    """`lag_products` of fewer lags: the bars that fewer lags no longer cost are added."""
    wider = products[: lags + 1].copy()
    for time in range(lags + 1, len(products)):
        change = head[time] - head[time - 1]
        for lag in range(lags + 1):
            wider[lag] += change * (head[time - lag] - head[time - lag - 1])
    return wider


@njit(cache=True, nogil=True)
def fill_gram(  # type: ignore[no-untyped-def]  # compiled for its arguments
    gram, moments, products, head, tail, squares, first_lag, level
):
    """Sums of products of the level and the lags, into `gram`; with d[t], into `moments`.

    Parameters
    ----------
    gram, moments
        Filled in: lower triangle of the sums of products of the regressors,
        and their sums of products with d[t].
    products
        As `lag_products` gives them, one more than there are lags.
    head, tail
        The first and the last levels of the series, at least as many as products.
    squares
        Sum of the squares of all levels.
    first_lag, level
        Columns of d[t-1] and of the level.

    Returns
    -------
    bool
        False if the level of the sample is lost in rounding beside the bars before it.
    """
    lags = len(products) - 1
    last = len(tail) - 1
    for row in range(lags):
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
    sample = squares - tail[last] ** 2
    for time in range(lags):
        sample -= head[time] ** 2
    gram[level, level] = sample
    moment = (tail[last] ** 2 - head[lags] ** 2 - products[0]) / 2
    moments[level] = moment
    for lag in range(lags):
        moment += (
            products[lag]
            + head[lags] * (head[lags - lag] - head[lags - lag - 1])
            - tail[last] * (tail[last - lag] - tail[last - lag - 1])
        )
        gram[max(level, first_lag + lag), min(level, first_lag + lag)] = moment
    return sample > PIVOT_FLOOR * squares


@njit(cache=True, nogil=True)
def fill_trend(gram, moments, trend, series, lags, first_lag, level):  # type: ignore[no-untyped-def]  # compiled
    """The rows and columns of the trend, which stand first in `gram`; trend is (columns, bars)."""
    changes = np.diff(series)
    size = len(changes)
    for row in range(len(trend)):
        sample = trend[row, lags + 1 :]
        moments[row] = dot(sample, changes[lags:])
        for column in range(row + 1):
            gram[row, column] = dot(sample, trend[column, lags + 1 :])
        gram[level, row] = dot(sample, series[lags:size])
        for lag in range(lags):
            gram[first_lag + lag, row] = dot(sample, changes[lags - lag - 1 : size - lag - 1])


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
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
