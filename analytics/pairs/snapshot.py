"""All figures of one pair at the close of a bar, in a few milliseconds."""

from collections.abc import Callable
from datetime import datetime

import numpy as np
import pandas as pd

from analytics.pairs.cointegration import engle_granger, engle_granger_both
from analytics.pairs.half_life import half_life_of_values
from analytics.pairs.hedge_ratio import ROLLING_BARS, hedge_line
from analytics.pairs.kalman import KalmanPath, kalman_path
from analytics.pairs.market import PairPrices
from analytics.pairs.numbers import known, shown
from analytics.pairs.rolling import rolling_correlation_values
from analytics.pairs.spread import SpreadKind, hedge_terms, spread_values
from analytics.pairs.statements import (
    cointegration_of,
    hedge_of,
    last_of,
    reversion_of,
    spread_now,
    test_of,
    why_no_score,
)
from analytics.pairs.two_series import Values, why_no_line
from analytics.pairs.verdict import verdict
from analytics.pairs.zscore import rolling_bands
from analytics.records.pairs import (
    CORRELATION_BARS,
    LEAST_BARS,
    WINDOW_BARS,
    Z_WINDOW_BARS,
    Hedge,
    PairSnapshot,
    PriceLevels,
    SignalNow,
)

RECENT_BARS = 60  # of z, for a sparkline

SignalOf = Callable[[Values], SignalNow]  # from the z of each bar of the window, oldest first


def pair_snapshot(
    prices: PairPrices,
    *,
    computed_at: datetime,
    q_value: float | None = None,
    signal_of: SignalOf | None = None,
) -> PairSnapshot:
    """The snapshot of a pair at its last bar.

    Parameters
    ----------
    prices
        Of more than WINDOW_BARS bars the newest count.
    q_value
        Of the newest scan, if it holds the pair.
    signal_of
        The rule that says when to enter and leave, as in `analytics.strategies`.

    Raises
    ------
    NotEnoughData
        Fewer than LEAST_BARS bars.
    """
    prices = prices.newest(WINDOW_BARS)
    values = prices.values
    logs = hedge_terms(*values, "log")
    hedges, kalman = _hedges(*logs)
    gaps, z, (middle, deviation) = _scored(values, hedges["ols"], "log")
    spread = spread_now(last_of(gaps), last_of(middle), last_of(deviation), hedges["ols"].reason)
    cointegration = cointegration_of(engle_granger_both(pd.Series(logs[0]), pd.Series(logs[1])))
    half_life = reversion_of(half_life_of_values(gaps))
    return PairSnapshot(
        **prices.head(computed_at),
        z_window=Z_WINDOW_BARS,
        hedges=hedges,
        spread=spread,
        robust=spread_now(last_of(gaps), *_middle_of_last(gaps), hedges["ols"].reason),
        kalman=spread_now(last_of(kalman.innovation), 0.0, last_of(kalman.scale), hedges["kalman"].reason),
        cointegration=cointegration,
        half_life=half_life,
        correlation=known(_last_correlation(*logs)),
        signal=signal_of(z) if signal_of else None,
        recent_z=shown(z[-RECENT_BARS:]),
        levels=_levels(values),
        verdict=verdict(
            prices, z=spread.z, cointegration=cointegration, half_life=half_life, q_value=q_value
        ),
        q_value=q_value,
    )


def price_levels(prices: PairPrices, *, z_window: int = Z_WINDOW_BARS) -> PriceLevels:
    """The pair by prices, without logarithms, over the newest WINDOW_BARS bars."""
    return _levels(prices.newest(WINDOW_BARS).values, z_window)


def _levels(prices: tuple[Values, Values], z_window: int = Z_WINDOW_BARS) -> PriceLevels:
    hedge = hedge_of(*hedge_line(*prices, "ols"))
    gaps, z, (middle, deviation) = _scored(prices, hedge, "residual", z_window)
    return PriceLevels(
        hedge=hedge,
        spread=spread_now(
            last_of(gaps),
            last_of(middle),
            last_of(deviation),
            hedge.reason or why_no_score(z_window, len(gaps)),
        ),
        test=test_of(engle_granger(pd.Series(prices[0]), pd.Series(prices[1]))),
        half_life=reversion_of(half_life_of_values(gaps)),
        spread_series=shown(gaps),
        z_series=shown(z),
    )


def _hedges(y: Values, x: Values) -> tuple[dict[str, Hedge], KalmanPath]:
    """The methods that cost next to nothing, by name."""
    lines = {method: hedge_of(*hedge_line(y, x, method)) for method in ("ols", "tls")}
    rolling = hedge_line(y[-ROLLING_BARS:], x[-ROLLING_BARS:], "ols")
    if len(y) < ROLLING_BARS:
        rolling = (np.nan, np.nan, f"needs {ROLLING_BARS} bars, has {len(y)}")
    path, reason = kalman_path(y, x), why_no_line(y, x, least=LEAST_BARS)
    kalman = hedge_of(last_of(path.beta), last_of(path.intercept), reason)
    return {**lines, "rolling_ols": hedge_of(*rolling), "kalman": kalman}, path


def _scored(
    prices: tuple[Values, Values], hedge: Hedge, kind: SpreadKind, window: int = Z_WINDOW_BARS
) -> tuple[Values, Values, tuple[Values, Values]]:
    """The spread of each bar, its score, and the mean and deviation of that."""
    beta = np.nan if hedge.beta is None else hedge.beta
    intercept = np.nan if hedge.intercept is None else hedge.intercept
    gaps = spread_values(*prices, beta, intercept, kind)
    middle, deviation = rolling_bands(gaps, window)
    with np.errstate(invalid="ignore"):
        return gaps, (gaps - middle) / deviation, (middle, deviation)


def _middle_of_last(gaps: Values) -> tuple[float, float]:
    middle, deviation = rolling_bands(gaps[-Z_WINDOW_BARS:], Z_WINDOW_BARS, robust=True)
    return last_of(middle), last_of(deviation)


def _last_correlation(y: Values, x: Values) -> float:
    newest = slice(-CORRELATION_BARS - 1, None)
    return last_of(rolling_correlation_values(np.diff(y[newest]), np.diff(x[newest]), CORRELATION_BARS))
