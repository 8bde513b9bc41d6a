"""One pair by one choice of window, method, spread and thresholds: all series of its page."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypedDict

import numpy as np

from analytics.pairs.choice import MOVING_METHODS, PairChoice
from analytics.pairs.chosen_spread import HedgedSpread, Score, hedged_spread, score_of
from analytics.pairs.distribution import figures_of, histogram_of, later_change
from analytics.pairs.half_life import half_life_of_values
from analytics.pairs.hedge_ratio import hedge_line
from analytics.pairs.market import PairPrices
from analytics.pairs.numbers import known, shown
from analytics.pairs.rolling import rolling_correlation_values, rolling_lines
from analytics.pairs.spread import UNFITTED, hedge_terms
from analytics.pairs.statements import (
    last_of,
    reversion_of,
    spread_now,
    why_no_score,
)
from analytics.pairs.tested_pair import TestedPair, path_window
from analytics.pairs.two_series import Values
from analytics.pairs.verdict import verdict
from analytics.records.pairs import (
    CORRELATION_BARS,
    WINDOW_BARS,
    PairAnalysis,
    Reversion,
    SignalNow,
    SpreadNow,
)

# A hedge that follows the spread takes a part of each gap away, so that gaps seem to close sooner.
ONE_LINE = "of one line through the window: a hedge that moves shortens gaps"

Marks = list[dict[str, object]]
StatesOf = Callable[[Values], tuple[SignalNow, list[tuple[int, str, str]]]]  # now; place, event and state


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
    found, tested = hedged_spread(prices, choice), TestedPair.of(prices, choice.kind)
    cointegration, half_life = tested.both_ways(), _half_life(found, tested, choice)
    score = score_of(found, choice, half_life)
    spread = _spread_now(found, score, choice)
    signal, events = states_of(score.z) if states_of else (None, [])
    correlation = _correlation(*hedge_terms(*prices.values, "log"))
    q_reason = _why_no_q(q_value, choice)
    q_value = None if q_reason else q_value
    return PairAnalysis(
        **prices.head(computed_at),
        **_how(choice, score),
        hedge=found.hedge,
        spread=spread,
        cointegration=cointegration,
        half_life=half_life,
        correlation=known(last_of(correlation)),
        signal=signal,
        verdict=verdict(
            prices, z=spread.z, cointegration=cointegration, half_life=half_life, q_value=q_value
        ),
        q_value=q_value,
        q_reason=q_reason,
        starts=[moment.to_pydatetime() for moment in prices.closes.index],
        series=_series(prices, found, score, correlation),
        marks=_marks(events, found.gaps, score.z),
        beta_path=_beta_path(tested.terms, found, choice),
        p_path=tested.p_path(),
        **_described(found, score, half_life),
    )


class _How(TypedDict):
    """What was chosen, and what came of it in words."""

    z_window: int | None
    score: str
    hindsight: str | None
    method: str
    kind: str


def _how(choice: PairChoice, score: Score) -> _How:
    return {
        "z_window": score.window,
        "score": score.words,
        "hindsight": choice.hindsight,
        "method": choice.method,
        "kind": choice.kind,
    }


class _Described(TypedDict):
    """What the spread is like over the whole window."""

    histogram: Mapping[str, object]
    later: Mapping[str, object]
    residual: Mapping[str, object]


def _described(found: HedgedSpread, score: Score, half_life: Reversion) -> _Described:
    return {
        "histogram": histogram_of(score.z),
        "later": later_change(score.z, found.gaps, score.deviation, half_life.bars),
        "residual": figures_of(found.gaps, score.z),
    }


def _spread_now(found: HedgedSpread, score: Score, choice: PairChoice) -> SpreadNow:
    """At the last bar; without a score the reason, the hedge's own before all."""
    why = found.hedge.reason if choice.kind != "ratio" else None
    why = why or why_no_score(_bars_until_z(found.gaps, score), len(found.gaps))
    return spread_now(last_of(found.gaps), last_of(score.middle), last_of(score.deviation), why)


def _half_life(found: HedgedSpread, tested: TestedPair, choice: PairChoice) -> Reversion:
    """Of the spread; with a hedge that moves after it, of the residual of one line through the window."""
    if choice.kind in UNFITTED:
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


def _series(
    prices: PairPrices, found: HedgedSpread, score: Score, correlation: Values
) -> Mapping[str, list[float | None]]:
    y, x = prices.values
    columns = {
        "y": y,
        "x": x,
        "spread": found.gaps,
        "mean": score.middle,
        "deviation": score.deviation,
        "z": score.z,
        "correlation": correlation,
    }
    return {name: shown(values) for name, values in columns.items()}


def _correlation(y: Values, x: Values) -> Values:
    returns = rolling_correlation_values(np.diff(y), np.diff(x), CORRELATION_BARS)
    return np.concatenate([[np.nan], returns])


def _marks(events: list[tuple[int, str, str]], gaps: Values, z: Values) -> Marks:
    return [
        {"place": place, "event": event, "state": state, "spread": known(gaps[place]), "z": known(z[place])}
        for place, event, state in events
    ]


def _bars_until_z(gaps: Values, score: Score) -> int:
    """How many bars it takes until there is a score: a hedge that rolls has no gaps before its first one."""
    return int(np.argmax(np.isfinite(gaps))) + (score.window or 0)


def _beta_path(terms: tuple[Values, Values], found: HedgedSpread, choice: PairChoice) -> Mapping[str, object]:
    """The hedge of each bar where it moves, else the rolling one beside it."""
    known_betas = found.beta[np.isfinite(found.beta)]
    if len(known_betas) and np.ptp(known_betas) > 0:
        rolls = choice.method == "rolling_ols"
        return {"window": path_window(choice.window) if rolls else None, "beta": shown(found.beta)}
    window = path_window(len(found.beta))
    return {"window": window, "beta": shown(rolling_lines(*terms, window)[0])}
