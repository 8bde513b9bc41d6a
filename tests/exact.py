"""Regressions with fifty digits: who is right, where two ways of sixteen digits differ?"""

from collections.abc import Iterable
from decimal import Decimal, localcontext

import numpy as np
import pandas as pd

DIGITS = 50
NORMAL_MAD = Decimal("0.674489750196081743202227014541307185384")  # the 75 % point of the normal distribution
HUBER_BEND = Decimal("1.345")
_STILL = Decimal("1e-25")


def exact_engle_granger(y: pd.Series, x: pd.Series, lags: int) -> float:
    """t of the lagged residual of y on x and a constant, with so many lags."""
    with localcontext(prec=DIGITS):
        left, right = _decimals(y), _decimals(x)
        line = np.column_stack([right, _decimals(np.ones(len(right)))])
        residual = left - line @ _solved(line.T @ line, line.T @ left)
        change = residual[1:] - residual[:-1]
        lagged = [change[lags - lag : len(change) - lag] for lag in range(1, lags + 1)]
        design, known = np.column_stack([residual[lags:-1], *lagged]), change[lags:]
        gram = design.T @ design
        fitted = _solved(gram, design.T @ known)
        rest = known - design @ fitted
        first = _decimals(np.arange(lags + 1) == 0)
        variance = rest @ rest / (len(known) - lags - 1) * _solved(gram, first)[0]
        return float(fitted[0] / variance.sqrt())


def exact_huber(y: pd.Series, x: pd.Series) -> tuple[float, float]:
    """Slope and intercept by Huber's weights, the deviation from the median of absolute residuals."""
    with localcontext(prec=DIGITS):
        left, right = _decimals(y), _decimals(x)
        weights, before = _decimals(np.ones(len(left))), Decimal(0)
        while True:
            slope, intercept = _weighted_line(left, right, weights)
            if abs(slope - before) < _STILL:
                return float(slope), float(intercept)
            away = np.abs(left - intercept - slope * right)
            bend = HUBER_BEND * _median(away) / NORMAL_MAD
            weights, before = np.minimum(Decimal(1), bend / np.maximum(away, _STILL)), slope


def _weighted_line(y: np.ndarray, x: np.ndarray, weights: np.ndarray) -> tuple[Decimal, Decimal]:
    mean_y, mean_x = (weights @ side / weights.sum() for side in (y, x))
    slope = weights @ ((x - mean_x) * (y - mean_y)) / (weights @ (x - mean_x) ** 2)
    return slope, mean_y - slope * mean_x


def _decimals(values: Iterable[float]) -> np.ndarray:
    return np.array([Decimal(float(value)) for value in values], dtype=object)


def _median(values: np.ndarray) -> Decimal:
    ordered = np.sort(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


def _solved(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """By elimination; sums of products need no pivots."""
    rows = np.column_stack([matrix, right])
    for place in range(len(rows)):
        rows[place] = rows[place] / rows[place, place]
        for other in range(len(rows)):
            if other != place:
                rows[other] = rows[other] - rows[place] * rows[other, place]
    return rows[:, -1]
