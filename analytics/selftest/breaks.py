"""Where a series begins to move differently."""

import numpy as np
from numpy.typing import NDArray


def variance_break(values: NDArray[np.float64]) -> int:
    """The index of the last value before the steps of a series change their size.

    The largest deviation of the cumulated squares of the steps from a straight
    line.

    References
    ----------
    Inclan, C. and Tiao, G. (1994). Use of cumulative sums of squares for
    retrospective detection of changes of variance. JASA 89, 913-923.

    Examples
    --------
    >>> variance_break(np.array([0.0, 1.0, 0.0, 1.0, 0.0, 9.0, 0.0, 9.0]))
    4
    """
    squares = np.diff(values) ** 2
    share = np.cumsum(squares) / squares.sum()
    even = np.arange(1, len(squares) + 1) / len(squares)
    return int(np.argmax(np.abs(share - even))) + 1
