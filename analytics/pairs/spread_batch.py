"""Many spreads of one length at once: their unit-root statistic, reversion and z-scores."""

from dataclasses import dataclass

import numpy as np

from analytics.kernels.adf import adf_rows
from analytics.pairs.dickey_fuller import trend_columns
from analytics.pairs.half_life import half_lives
from analytics.pairs.two_series import DUST


@dataclass(frozen=True, slots=True)
class SpreadBatch:
    """What is left to know of spreads whose mean is 0, one row each."""

    products: np.ndarray  # lag products, shape (spreads, lags + 1)
    heads: np.ndarray  # first levels, of the same shape
    tails: np.ndarray  # last levels, of the same shape
    squares: np.ndarray  # sum of squares of the levels
    recent: np.ndarray  # as many last levels as the z-scores need
    bars: int


@dataclass(frozen=True, slots=True)
class SpreadFigures:
    """One row for each spread."""

    statistic: np.ndarray  # NaN where sums of products cannot tell
    lags: np.ndarray  # -1 there
    half_life: np.ndarray  # bars, NaN without reversion
    scores: np.ndarray  # the last z-scores, oldest first


def spread_figures(batch: SpreadBatch, *, choice: int, window: int, points: int) -> SpreadFigures:
    """Statistic, half-life and z-scores of the spreads of a batch."""
    statistic, lags = np.empty(len(batch.products)), np.empty(len(batch.products), dtype=np.int64)
    nothing, none = trend_columns(batch.bars, 0), np.empty(0)
    adf_rows(
        batch.products,
        batch.heads,
        batch.tails,
        batch.squares,
        batch.bars,
        choice,
        nothing,
        none,
        statistic,
        lags,
    )
    return SpreadFigures(statistic, lags, _half_lives(batch), _scores(batch.recent, window, points))


def _half_lives(batch: SpreadBatch) -> np.ndarray:
    """As `half_life` gives them, from sums alone."""
    terms = batch.bars - 1
    first, last = batch.heads[:, 0], batch.tails[:, -1]
    changes = batch.products[:, 0] + (np.diff(batch.heads) ** 2).sum(axis=1)
    mean, rise = -last / terms, (last - first) / terms
    of_levels = batch.squares - last**2 - terms * mean**2
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = ((last**2 - first**2 - changes) / 2 - terms * mean * rise) / of_levels
        left = changes - terms * rise**2 - slope**2 * of_levels
        errors = np.sqrt(np.maximum(left, 0.0) / (terms - 2) / of_levels)
    return half_lives(1 + slope, errors, terms)


def _scores(recent: np.ndarray, window: int, points: int) -> np.ndarray:
    """The last rolling z-scores (sample deviation), NaN where the window is not full or does not move."""
    scores = np.full((len(recent), points), np.nan)
    for back in range(min(points, recent.shape[1] - window + 1)):
        end = recent.shape[1] - back
        sample = recent[:, end - window : end]
        centred = sample - sample.mean(axis=1, keepdims=True)
        deviation = np.sqrt(np.einsum("ij,ij->i", centred, centred) / (window - 1))
        moves = deviation > DUST * np.abs(sample).max(axis=1)
        scores[moves, points - 1 - back] = centred[moves, -1] / deviation[moves]
    return scores
