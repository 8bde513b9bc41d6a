"""Two series at the door: of one index, and fit for a line through them, or why not."""

import numpy as np
import pandas as pd

from analytics.errors import AnalyticsError

Values = np.ndarray  # float64, one per bar, oldest first

# What lies below this share of the numbers it is the difference of is rounding, no movement.
DUST = 1e-12


def values_of_two(y: pd.Series, x: pd.Series) -> tuple[Values, Values]:
    """The numbers of two series, copied: kernels are compiled anew for arrays that cannot be written.

    Raises
    ------
    AnalyticsError
        They do not share one index: which value belongs to which is not known.
    """
    if len(y) != len(x) or not y.index.equals(x.index):
        raise AnalyticsError(f"y and x must have one index; they have {len(y)} and {len(x)} values")
    return np.array(y, dtype=np.float64), np.array(x, dtype=np.float64)


def why_no_line(y: Values, x: Values, *, least: int) -> str | None:
    """Why no line can be laid through the points; None: one can."""
    if len(y) < least:
        return f"needs {least} bars, has {len(y)}"
    for name, values in (("y", y), ("x", x)):
        missing = len(values) - int(np.isfinite(values).sum())
        if missing:
            return f"{name} has {missing} missing or infinite values"
    for name, values in (("y", y), ("x", x)):
        if is_constant(values):
            return f"{name} does not move"
    return None


def is_constant(values: Values) -> bool:
    """Whether finite values differ by rounding at most.

    >>> is_constant(np.array([0.1 + 0.2, 0.3]))
    True
    """
    return bool(np.ptp(values) <= DUST * np.abs(values).max())
