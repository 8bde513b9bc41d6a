"""Many tests at once: one p-value per pair, and how many finds are luck."""

import numpy as np
import pandas as pd


def pair_p_values(rows: pd.DataFrame) -> np.ndarray:
    """min(1, 2 min(p of y on x, p of x on y)) for each row; NaN if either direction has none."""
    y, x, count = _codes(rows)
    chances = np.full((count, count), np.nan)
    chances[y, x] = rows["p_value"]
    return np.minimum(1.0, 2.0 * np.minimum(chances, chances.T))[y, x]


def q_values(rows: pd.DataFrame, chances: np.ndarray) -> np.ndarray:
    """`benjamini_hochberg` over unordered pairs, for each row."""
    y, x, count = _codes(rows)
    once = y < x
    adjusted = np.full((count, count), np.nan)
    adjusted[y[once], x[once]] = benjamini_hochberg(chances[once])
    return np.fmax(adjusted, adjusted.T)[y, x]


def _codes(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, int]:
    """y and x of each row as numbers of their symbols, and how many symbols there are."""
    codes, symbols = pd.factorize(np.concatenate([rows["y"].to_numpy(object), rows["x"].to_numpy(object)]))
    return codes[: len(rows)], codes[len(rows) :], len(symbols)


def benjamini_hochberg(chances: np.ndarray) -> np.ndarray:
    """The false discovery rate at which each p-value would just be called a find.

    NaN was not tested: it stays NaN and counts as no test.

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995). J. Royal Statistical Society B 57.

    Examples
    --------
    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03, np.nan])).round(4).tolist()
    [0.03, 0.04, 0.04, nan]
    """
    adjusted = np.full(len(chances), np.nan)
    tested = np.flatnonzero(np.isfinite(chances))
    order = tested[np.argsort(chances[tested], kind="stable")]
    ranked = chances[order] * len(order) / np.arange(1, len(order) + 1)
    adjusted[order] = np.minimum.accumulate(ranked[::-1])[::-1]
    return adjusted
