"""One pair by one choice of window, method, spread and thresholds: all series of its page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd

from analytics.errors import AnalyticsError
from analytics.pairs.distribution import figures_of, histogram_of, later_change
from analytics.pairs.half_life import half_life_of_values
from analytics.pairs.hedge_ratio import HEDGE_METHODS, HedgeMethod, hedge_line, hedge_ratio
from analytics.pairs.market import PairPrices
from analytics.pairs.numbers import known, shown
from analytics.pairs.rolling import rolling_correlation_values, rolling_lines
from analytics.pairs.spread import SPREAD_KINDS, SpreadKind, hedge_terms, spread_values
from analytics.pairs.statements import (
    hedge_of,
    last_of,
    reversion_of,
    spread_now,
    why_no_score,
)
from analytics.pairs.tested_pair import TestedPair, path_window
from analytics.pairs.two_series import Values
from analytics.pairs.verdict import verdict
from analytics.pairs.zscore import rolling_bands
from analytics.records.pairs import (
    CORRELATION_BARS,
    WINDOW_BARS,
    Z_WINDOW_BARS,
    Hedge,
    PairAnalysis,
    Reversion,
    SignalNow,
)

MOST_THEIL_SEN_BARS = 3_000  # it needs memory for the square of them
MOVING_METHODS = ("rolling_ols", "kalman")
# A hedge that follows the spread takes a part of each gap away, so that gaps seem to close sooner.
ONE_LINE = "of one line through the window: a hedge that moves shortens gaps"

Marks = list[dict[str, object]]
StatesOf = Callable[[Values], tuple[SignalNow, list[tuple[int, str, str]]]]  # now; place, event and state


@dataclass(frozen=True, slots=True)
class PairChoice:
    """What the reader chose."""

    window: int = WINDOW_BARS
    method: HedgeMethod = "ols"
    kind: SpreadKind = "log"
    z_window: int = Z_WINDOW_BARS
    robust: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        if self.method not in HEDGE_METHODS or self.kind not in SPREAD_KINDS:
            raise AnalyticsError(f"unknown method {self.method!r} or spread {self.kind!r}")
        if self.method == "theil_sen" and self.window > MOST_THEIL_SEN_BARS:
            raise AnalyticsError(
                f"Theil-Sen takes at most {MOST_THEIL_SEN_BARS:,} bars, the window has {self.window:,}"
            )


@dataclass(frozen=True, slots=True)
class _Spread:
    """The hedge, and the spread of each bar with what it is measured by."""

    hedge: Hedge
    beta: Values  # per bar
    gaps: Values
    middle: Values
    deviation: Values

    @property
    def z(self) -> Values:
        with np.errstate(invalid="ignore"):
            return (self.gaps - self.middle) / self.deviation


def pair_analysis(
    prices: PairPrices,
    choice: PairChoice,
    *,
    computed_at: datetime,
    q_value: float | None = None,
    states_of: StatesOf | None = None,
) -> PairAnalysis:
    """Everything about a pair that its page draws.

    Parameters
    ----------
    q_value
        Of the newest scan, which tests logarithms: it counts with that spread alone.
    states_of
        The rule that says when to enter and leave; its states and events of each bar.

    Raises
    ------
    NotEnoughData
        Fewer than LEAST_BARS bars.
    """
    prices = prices.newest(choice.window)
    found = _spread_of(prices, choice)
    tested = TestedPair.of(prices, choice.kind)
    cointegration = tested.both_ways()
    half_life = _half_life(found, tested, choice)
    why = found.hedge.reason if choice.kind != "ratio" else None
    why = why or why_no_score(choice.z_window, len(prices.closes))
    spread = spread_now(last_of(found.gaps), last_of(found.middle), last_of(found.deviation), why)
    signal, events = states_of(found.z) if states_of else (None, [])
    correlation = _correlation(*hedge_terms(*prices.values, "log"))
    q_reason = _why_no_q(q_value, choice)
    q_value = None if q_reason else q_value
    return PairAnalysis(
        y=prices.y,
        x=prices.x,
        timeframe=prices.timeframe,
        as_of=prices.as_of,
        computed_at=computed_at,
        bars=len(prices.closes),
        z_window=choice.z_window,
        method=choice.method,
        kind=choice.kind,
        hedge=found.hedge,
        spread=spread,
        cointegration=cointegration,
        half_life=half_life,
        correlation=known(last_of(correlation)),
        signal=signal,
        verdict=verdict(
            prices, z=spread.z, cointegration=cointegration, half_life=half_life, q_value=q_value
        ),
        completeness=prices.completeness,
        q_value=q_value,
        q_reason=q_reason,
        starts=[moment.to_pydatetime() for moment in prices.closes.index],
        series=_series(prices, found, correlation),
        marks=_marks(events, found),
        beta_path=_beta_path(tested.terms, found),
        p_path=tested.p_path(),
        histogram=histogram_of(found.z),
        later=later_change(found.z, found.gaps, found.deviation, half_life.bars),
        residual=figures_of(found.gaps, found.z),
    )


def _spread_of(prices: PairPrices, choice: PairChoice) -> _Spread:
    if choice.kind == "ratio":
        gaps = spread_values(*prices.values, 0.0, 0.0, "ratio")
        none = np.full(len(gaps), np.nan)
        hedge = Hedge(None, None, "a ratio has no hedge")
        return _Spread(hedge, none, gaps, *rolling_bands(gaps, choice.z_window, robust=choice.robust))
    terms = hedge_terms(*prices.values, choice.kind)
    y, x = (pd.Series(side, index=prices.closes.index) for side in terms)
    found = hedge_ratio(y, x, choice.method, window=path_window(len(y)))
    hedge = hedge_of(found.beta, found.intercept, found.reason)
    beta = _per_bar(found.beta_path, found.beta, len(y))
    if found.innovation is not None and found.innovation_scale is not None:
        gaps, scale = found.innovation.to_numpy(), found.innovation_scale.to_numpy()
        return _Spread(hedge, beta, gaps, np.where(np.isfinite(scale), 0.0, np.nan), scale)
    intercept = _per_bar(found.intercept_path, found.intercept, len(y))
    gaps = spread_values(*prices.values, beta, intercept, choice.kind)
    return _Spread(hedge, beta, gaps, *rolling_bands(gaps, choice.z_window, robust=choice.robust))


def _half_life(found: _Spread, tested: TestedPair, choice: PairChoice) -> Reversion:
    """Of the spread; with a hedge that moves after it, of the residual of one line through the window."""
    if choice.kind == "ratio":
        return reversion_of(half_life_of_values(found.gaps, regressors=0))
    if choice.method not in MOVING_METHODS:
        return reversion_of(half_life_of_values(found.gaps))
    y, x = tested.terms
    beta, intercept, reason = hedge_line(y, x, "ols")
    reverts = reversion_of(half_life_of_values(y - intercept - beta * x))
    return replace(reverts, reason=reverts.reason or reason or ONE_LINE)


def _why_no_q(q_value: float | None, choice: PairChoice) -> str | None:
    if choice.kind != "log":
        return "scans test logarithms of prices"
    if choice.window != WINDOW_BARS:
        return f"scans test the newest {WINDOW_BARS:,} bars"
    return "no scan holds this pair yet" if q_value is None else None


def _series(prices: PairPrices, found: _Spread, correlation: Values) -> Mapping[str, list[float | None]]:
    y, x = prices.values
    columns = {
        "y": y,
        "x": x,
        "spread": found.gaps,
        "mean": found.middle,
        "deviation": found.deviation,
        "z": found.z,
        "correlation": correlation,
    }
    return {name: shown(values) for name, values in columns.items()}


def _correlation(y: Values, x: Values) -> Values:
    returns = rolling_correlation_values(np.diff(y), np.diff(x), CORRELATION_BARS)
    return np.concatenate([[np.nan], returns])


def _marks(events: list[tuple[int, str, str]], found: _Spread) -> Marks:
    gaps, z = found.gaps, found.z
    return [
        {"place": place, "event": event, "state": state, "spread": known(gaps[place]), "z": known(z[place])}
        for place, event, state in events
    ]


def _beta_path(terms: tuple[Values, Values], found: _Spread) -> Mapping[str, object]:
    """The hedge of each bar where it moves, else the rolling one beside it."""
    moves = np.isfinite(found.beta).any() and np.ptp(found.beta[np.isfinite(found.beta)]) > 0
    window = path_window(len(found.beta))
    values = found.beta if moves else rolling_lines(*terms, window)[0]
    return {"window": None if moves and found.hedge.reason is None else window, "beta": shown(values)}


def _per_bar(path: pd.Series | None, value: float, bars: int) -> Values:
    return np.full(bars, value) if path is None else path.to_numpy(np.float64)
