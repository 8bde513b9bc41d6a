"""How the relation of a pair changes: its p-value over a rolling window."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from analytics.errors import AnalyticsError
from analytics.pairs.cointegration import CointegrationTest, engle_granger
from analytics.pairs.rolling import check_window
from analytics.pairs.two_series import values_of_two

PairTest = Callable[[pd.Series, pd.Series], CointegrationTest]


def p_path(
    y: pd.Series, x: pd.Series, window: int, every: int = 1, test: PairTest = engle_granger
) -> pd.Series:
    """p-value of a test of y and x over the last `window` bars, at every so many bars.

    Parameters
    ----------
    y, x : Series of one index, best log prices, oldest first
    every
        Counted from the first whole window on, so that later bars add points
        and move none.
    test
        Engle and Granger's of y on x, or `ratio_test`.

    Returns
    -------
    Series
        By the last bar of each window. NaN where the test has no answer.
    """
    check_window(window)
    if every < 1:
        raise AnalyticsError(f"every must be at least 1 bar, got {every}")
    values_of_two(y, x)
    ends = range(window, len(y) + 1, every)
    found = [test(y.iloc[end - window : end], x.iloc[end - window : end]).p_value for end in ends]
    places = [end - 1 for end in ends]
    return pd.Series(found, index=y.index[places], name="p_value", dtype=np.float64)
