"""`python -m tests.integration.every_kernel`: each use of a compiled loop that tasks and users have."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd

from analytics.pairs import adf_test, engle_granger, half_life, scan_pairs
from analytics.pairs.analysis import pair_analysis
from analytics.pairs.choice import PairChoice
from analytics.pairs.hedge_ratio import HEDGE_METHODS
from analytics.pairs.scan_report import scan_piece
from analytics.pairs.snapshot import pair_snapshot
from analytics.pairs.spread import SPREAD_KINDS
from analytics.strategies.mean_reversion import MeanReversionRule, mean_reversion_states
from tests.factories import planted_pair, priced_pair


def main() -> None:
    """Symbols of one span and of another, every method, spread, trend and choice of lags."""
    y, x = planted_pair(1, 300)
    closes = pd.DataFrame({"Y": np.exp(y), "X": np.exp(x), "Z": np.exp(planted_pair(2, 300)[1])})
    closes.loc[closes.index[:120], "Z"] = np.nan
    scan_pairs(closes)
    scan_piece(closes, ["Y", "Z"], z_points=30)
    pair, now = priced_pair(closes[["Y", "X"]]), datetime.now(UTC)
    pair_snapshot(pair, computed_at=now)
    for method in HEDGE_METHODS:
        for kind in SPREAD_KINDS:
            pair_analysis(pair, PairChoice(method=method, kind=kind), computed_at=now)
    for trend in ("n", "c", "ct", "ctt"):
        adf_test(y, trend=trend)
    for choice in ("aic", "bic", "t-stat", None):
        engle_granger(y, x, max_lag=3, lag_choice=choice)
    half_life(y - x)
    mean_reversion_states(pd.Series(y), MeanReversionRule(time_stop_bars=5, cool_down_bars=2))


if __name__ == "__main__":
    main()
