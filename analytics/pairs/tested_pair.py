"""What is tested of a pair: a line through both, or ratio and difference, in which nothing is fitted."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from analytics.pairs.cointegration import engle_granger, engle_granger_both
from analytics.pairs.market import PairPrices
from analytics.pairs.numbers import shown
from analytics.pairs.paths import p_path
from analytics.pairs.ratio import difference_test, difference_test_both, ratio_test, ratio_test_both
from analytics.pairs.spread import SpreadKind, hedge_terms
from analytics.pairs.statements import cointegration_of
from analytics.pairs.two_series import Values
from analytics.records.pairs import Cointegration

P_POINTS = 40  # of the path of p
# What is tested where no line is fitted; a line is Engle and Granger's.
_ONE_WAY = {"ratio": ratio_test, "dollar_neutral": difference_test}
_BOTH_WAYS = {"ratio": ratio_test_both, "dollar_neutral": difference_test_both}


@dataclass(frozen=True, slots=True)
class TestedPair:
    """Both sides as the tests take them."""

    y: pd.Series
    x: pd.Series
    kind: SpreadKind

    @classmethod
    def of(cls, prices: PairPrices, kind: SpreadKind) -> "TestedPair":
        """The terms of a kind of spread: prices, or their logarithms."""
        terms = prices.values if kind == "ratio" else hedge_terms(*prices.values, kind)
        y, x = (pd.Series(side) for side in terms)
        return cls(y, x, kind)

    @property
    def terms(self) -> tuple[Values, Values]:
        """y and x as plain numbers."""
        return self.y.to_numpy(), self.x.to_numpy()

    def both_ways(self) -> Cointegration:
        """Both directions over the whole window."""
        return cointegration_of(_BOTH_WAYS.get(self.kind, engle_granger_both)(self.y, self.x))

    def p_path(self) -> Mapping[str, object]:
        """p over a window that rolls, at some bars; the last of them is the last bar."""
        bars = len(self.y)
        window = path_window(bars)
        every = max(1, (bars - window) // P_POINTS)
        first = (bars - window) % every
        test = _ONE_WAY.get(self.kind, engle_granger)
        path = p_path(self.y.iloc[first:], self.x.iloc[first:], window, every, test)
        places = [int(place) for place in path.index]
        return {"window": window, "every": every, "place": places, "p_value": shown(path.to_numpy())}


def path_window(bars: int) -> int:
    """Over how many bars a path of so many bars rolls: a quarter of them, 60 at least."""
    return max(60, bars // 4)
