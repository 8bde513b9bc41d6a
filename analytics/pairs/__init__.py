"""Two symbols and more: what moves together, comes apart and comes back.

aligned      aligned_closes
correlation  correlation_matrix, correlations
hedge_ratio  hedge_ratio
spread       spread
zscore       rolling_zscore
half_life    half_life
rolling      rolling_correlation
stationarity adf_test
cointegration engle_granger, engle_granger_both
scan         scan_pairs

Series are float64, indexed by the bars' start in UTC, oldest first. A number
that does not exist is NaN, with the reason in words beside it.
"""

from analytics.pairs.aligned import aligned_closes
from analytics.pairs.cointegration import engle_granger, engle_granger_both
from analytics.pairs.correlation import Correlations, correlation_matrix, correlations
from analytics.pairs.half_life import HalfLife, half_life
from analytics.pairs.hedge_ratio import HedgeRatio, hedge_ratio
from analytics.pairs.rolling import rolling_correlation
from analytics.pairs.scan import scan_pairs
from analytics.pairs.spread import spread
from analytics.pairs.stationarity import adf_test
from analytics.pairs.zscore import rolling_zscore

__all__ = [
    "Correlations",
    "HalfLife",
    "HedgeRatio",
    "adf_test",
    "aligned_closes",
    "correlation_matrix",
    "correlations",
    "engle_granger",
    "engle_granger_both",
    "half_life",
    "hedge_ratio",
    "rolling_correlation",
    "rolling_zscore",
    "scan_pairs",
    "spread",
]
