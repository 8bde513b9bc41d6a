"""Numbers as records hold them: None for what does not exist."""

from math import isfinite

import numpy as np

SHOWN_DIGITS = 9  # of series that are drawn


def known(value: float) -> float | None:
    """The number, or None for NaN and the infinities.

    >>> known(1.5), known(float("nan")), known(float("inf"))
    (1.5, None, None)
    """
    return float(value) if isfinite(value) else None


def shown(values: np.ndarray) -> list[float | None]:
    """Numbers to be drawn: nine significant digits, None for what does not exist.

    >>> shown(np.array([1 / 3, 0.0, -61782.25, np.nan]))
    [0.333333333, 0.0, -61782.25, None]
    """
    exists = np.isfinite(values)
    plain = np.where(exists, values, 0.0)
    size = np.abs(np.where(plain == 0.0, 1.0, plain))
    factor = 10.0 ** (SHOWN_DIGITS - 1 - np.floor(np.log10(size)))
    rounded = (np.round(plain * factor) / factor).tolist()
    return rounded if exists.all() else [v if e else None for v, e in zip(rounded, exists, strict=True)]
