"""What a scan finds for the ordered pairs of a table of log prices.

Sums of products of a residual are quadratic forms of those of its two symbols:
with e = y - b x, sum e[t] e[t-j] = yy - b (yx + xy) + b^2 xx. So the sums of all
symbols serve every pair, and what is left to do for a pair does not depend on
the number of bars. Pairs of other spans, or almost collinear, are fitted one by one.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from analytics.kernels.threads import allowed_threads
from analytics.pairs.cointegration import COLLINEAR
from analytics.pairs.dickey_fuller import LAG_CHOICES, bars_needed, longest_lag, products_of
from analytics.pairs.lag_sums import cross_lag_products, own_lag_products
from analytics.pairs.spread_batch import SpreadBatch, SpreadFigures, spread_figures

# Below this share of y's sum of squares a residual is not safely a quadratic form.
LITTLE_LEFT = 1e-4

TOO_ALIKE = "y and x are (almost) collinear: nothing is left to test"
STILL = "one of them does not move in the bars both have"

_PAIRS_AT_ONCE = 512


@dataclass(frozen=True, slots=True)
class ScanPlan:
    """What the caller of a scan may choose."""

    max_lag: int | None
    lag_choice: str | None
    z_window: int
    z_points: int

    def lags(self, bars: int) -> int:
        """The most lags of a pair with so many bars."""
        return longest_lag(bars) if self.max_lag is None else self.max_lag

    def figures(self, batch: SpreadBatch) -> SpreadFigures:
        """What is asked of a batch of spreads."""
        points = max(1, self.z_points)
        return spread_figures(batch, choice=LAG_CHOICES[self.lag_choice], window=self.z_window, points=points)

    @property
    def reach(self) -> int:
        """Last levels the z-scores need."""
        return self.z_window + max(1, self.z_points) - 1


class PairAnswers:
    """Columns of shape (rows, symbols): y is a row's symbol, x any; filled step by step."""

    def __init__(self, rows: np.ndarray, bars: np.ndarray, plan: ScanPlan) -> None:
        self.rows, self.bars, self.plan = rows, bars, plan
        self.beta, self.statistic, self.half_life = (np.full(bars.shape, np.nan) for _ in range(3))
        self.lags = np.full(bars.shape, -1)
        self.scores = np.full((*bars.shape, max(1, plan.z_points)), np.nan)
        self.reason = np.full(bars.shape, None, dtype=object)
        self.open = np.ones(bars.shape, dtype=bool)
        self.open[np.arange(len(rows)), rows] = False

    def put(self, row: np.ndarray, x: np.ndarray, figures: SpreadFigures) -> None:
        """Figures of some pairs; those that sums of products cannot tell stay open."""
        self.statistic[row, x], self.lags[row, x] = figures.statistic, figures.lags
        self.half_life[row, x], self.scores[row, x] = figures.half_life, figures.scores
        self.open[row, x] = figures.lags < 0

    def refuse(self, pairs: np.ndarray, reason: str) -> None:
        """Say why some of the pairs have no test; `pairs` is true for them."""
        self.reason[pairs] = reason
        self.open[pairs] = False


def pair_answers(logs: np.ndarray, begins: np.ndarray, rows: np.ndarray, plan: ScanPlan) -> PairAnswers:
    """Every pair whose y is one of the rows; what stays open is for the design matrix to tell.

    Parameters
    ----------
    logs, begins
        Log prices, shape (symbols, bars), NaN before each symbol's first bar.
    rows
        Which symbols are y.
    """
    bars = logs.shape[1] - np.maximum(begins[rows, None], begins[None, :])
    answers = PairAnswers(rows, bars, plan)
    for size in np.unique(bars):
        needed = bars_needed(plan.lags(int(size)))
        if size < needed:
            answers.refuse(answers.open & (bars == size), f"too short: {needed} bars are needed, has {size}")
    if answers.open.any():
        _fill_shared(answers, logs, begins)
        _fill_single(answers, logs)
    return answers


def _fill_shared(answers: PairAnswers, logs: np.ndarray, begins: np.ndarray) -> None:
    """Pairs of the symbols that begin together, from sums of products they share."""
    begin = int(np.bincount(begins).argmax())
    members = np.flatnonzero(begins == begin)
    places = np.flatnonzero(begins[answers.rows] == begin)
    size = logs.shape[1] - begin
    lags = answers.plan.lags(size)
    if not len(places) or len(members) < 2 or size < bars_needed(lags):
        return
    levels = logs[members, begin:]
    levels = levels - levels.mean(axis=1, keepdims=True)
    sums = _SharedSums.of(levels, np.searchsorted(members, answers.rows[places]), lags)
    chunk = max(1, _PAIRS_AT_ONCE // len(members))
    with ThreadPoolExecutor(allowed_threads()) as threads:
        parts = [range(first, min(first + chunk, len(places))) for first in range(0, len(places), chunk)]
        for part, found in zip(
            parts, threads.map(lambda part: sums.found(part, answers.plan), parts), strict=True
        ):
            _put_shared(answers, places[part], members, found)


@dataclass(frozen=True, slots=True)
class _Found:
    beta: np.ndarray  # shape (rows, members)
    safe: np.ndarray  # those that figures are of
    figures: SpreadFigures


def _put_shared(answers: PairAnswers, places: np.ndarray, members: np.ndarray, found: _Found) -> None:
    row, x = np.nonzero(found.safe)
    answers.beta[places[row], members[x]] = found.beta[row, x]
    answers.put(places[row], members[x], found.figures)


@dataclass(frozen=True, slots=True)
class _SharedSums:
    """Sums of products of symbols of one span, each symbol's mean taken off."""

    levels: np.ndarray
    rows: np.ndarray  # of levels: which are y
    squares: np.ndarray  # of levels, (rows, symbols)
    total: np.ndarray  # of each symbol's levels with themselves
    forward: np.ndarray  # of y's changes with x's before them, (rows, symbols, lags + 1)
    backward: np.ndarray  # of x's changes with y's before them, (symbols, rows, lags + 1)
    own: np.ndarray  # of each symbol's changes with themselves, (symbols, lags + 1)

    @classmethod
    def of(cls, levels: np.ndarray, rows: np.ndarray, lags: int) -> "_SharedSums":
        steps, every = np.diff(levels), np.arange(len(levels))
        forward = cross_lag_products(steps, rows, every, lags)
        is_whole = len(rows) == len(every)
        backward = forward if is_whole else cross_lag_products(steps, every, rows, lags)
        total = np.einsum("ij,ij->i", levels, levels)
        own = forward[every, every] if is_whole else own_lag_products(steps, lags)
        return cls(levels, rows, levels[rows] @ levels.T, total, forward, backward, own)

    def found(self, part: range, plan: ScanPlan) -> _Found:
        """Pairs of some rows with all symbols, as far as sums of products are safe."""
        chosen = slice(part.start, part.stop)
        ys = self.rows[chosen]
        with np.errstate(divide="ignore", invalid="ignore"):
            beta = self.squares[chosen] / self.total
        left = self.total[ys, None] - beta * self.squares[chosen]
        safe = (left > LITTLE_LEFT * self.total[ys, None]) & (self.total > 0) & (self.total[ys, None] > 0)
        safe[np.arange(len(ys)), ys] = False
        row, x = np.nonzero(safe)
        slope = beta[row, x][:, None]
        y, mixed = ys[row], self.forward[chosen][row, x] + self.backward[x, part.start + row]
        products = self.own[y] - slope * (mixed - slope * self.own[x])
        size, reach = products.shape[1], min(plan.reach, self.levels.shape[1])
        ends = [self.levels[:, :size], self.levels[:, -size:], self.levels[:, -reach:]]
        heads, tails, recent = (end[y] - slope * end[x] for end in ends)
        batch = SpreadBatch(products, heads, tails, left[row, x], recent, self.levels.shape[1])
        return _Found(beta, safe, plan.figures(batch))


def _fill_single(answers: PairAnswers, logs: np.ndarray) -> None:
    """The open pairs, each from its own spread."""
    row, x = np.nonzero(answers.open)
    sizes = answers.bars[row, x]
    with ThreadPoolExecutor(allowed_threads()) as threads:
        chunks = list(_chunks(row, x, sizes))
        list(threads.map(lambda chunk: _fill_chunk(answers, logs, *chunk), chunks))


def _chunks(
    row: np.ndarray, x: np.ndarray, sizes: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray, int]]:
    """Pairs of one span each, few enough at once to stay in the cache."""
    for size in np.unique(sizes):
        places = np.flatnonzero(sizes == size)
        for first in range(0, len(places), 32):
            chunk = places[first : first + 32]
            yield row[chunk], x[chunk], int(size)


def _fill_chunk(answers: PairAnswers, logs: np.ndarray, row: np.ndarray, x: np.ndarray, size: int) -> None:
    of_y, of_x = (_centred(logs[symbols, -size:]) for symbols in (answers.rows[row], x))
    total, of_both = np.einsum("ij,ij->i", of_y, of_y), np.einsum("ij,ij->i", of_y, of_x)
    moving = (np.ptp(of_y, axis=1) > 0) & (np.ptp(of_x, axis=1) > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        beta = of_both / np.einsum("ij,ij->i", of_x, of_x)
    spread = of_y - beta[:, None] * of_x
    left = np.einsum("ij,ij->i", spread, spread)
    alike = moving & ~(left > (1 - COLLINEAR) * total)
    for pairs, reason in ((~moving, STILL), (alike, TOO_ALIKE)):
        answers.reason[row[pairs], x[pairs]] = reason
        answers.open[row[pairs], x[pairs]] = False
    kept = np.flatnonzero(moving & ~alike)
    if len(kept):
        answers.beta[row[kept], x[kept]] = beta[kept]
        answers.put(row[kept], x[kept], answers.plan.figures(_batch_of(spread[kept], answers.plan)))


def _batch_of(spread: np.ndarray, plan: ScanPlan) -> SpreadBatch:
    lags = plan.lags(spread.shape[1])
    ends = (spread[:, : lags + 1], spread[:, -lags - 1 :], spread[:, -min(plan.reach, spread.shape[1]) :])
    heads, tails, recent = (np.ascontiguousarray(end) for end in ends)
    return SpreadBatch(
        products_of(spread, lags),
        heads,
        tails,
        np.einsum("ij,ij->i", spread, spread),
        recent,
        spread.shape[1],
    )


def _centred(values: np.ndarray) -> np.ndarray:
    return values - values.mean(axis=1, keepdims=True)
