"""From stored closes to the aligned prices of one pair, and how whole they are."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict

import numpy as np
import pandas as pd

from analytics.errors import NotEnoughData
from analytics.pairs.aligned import aligned_closes
from analytics.pairs.two_series import Values
from analytics.quality.completeness import completeness_of_closes, weakest
from analytics.records.pair_market import PairMarket
from analytics.records.pairs import LEAST_BARS
from analytics.records.snapshots import Completeness


class PairHead(TypedDict):
    """Which pair at which bar: what every record of a pair begins with."""

    y: str
    x: str
    timeframe: str
    as_of: datetime
    computed_at: datetime
    bars: int
    completeness: Completeness


@dataclass(frozen=True, slots=True)
class PairPrices:
    """The prices of a pair, and what is said about them."""

    y: str
    x: str
    timeframe: str
    closes: pd.DataFrame  # columns y and x by start (UTC), oldest first, gapless
    completeness: Completeness  # of the less whole of the two
    names: tuple[str, str]  # how a reader calls y and x

    def newest(self, bars: int) -> "PairPrices":
        """The last of them.

        Raises
        ------
        NotEnoughData
            Fewer than LEAST_BARS bars.
        """
        closes = self.closes.iloc[-bars:]
        if len(closes) < LEAST_BARS:
            raise NotEnoughData(
                f"the pair {self.y}/{self.x} {self.timeframe}", have=len(closes), need=LEAST_BARS
            )
        return replace(self, closes=closes)

    @property
    def as_of(self) -> datetime:
        """Start of the last bar."""
        return self.closes.index[-1].to_pydatetime()

    def head(self, computed_at: datetime) -> PairHead:
        """The fields of a record that the prices alone tell."""
        return {
            "y": self.y,
            "x": self.x,
            "timeframe": self.timeframe,
            "as_of": self.as_of,
            "computed_at": computed_at,
            "bars": len(self.closes),
            "completeness": self.completeness,
        }

    @property
    def values(self) -> tuple[Values, Values]:
        """The prices of y and of x."""
        y, x = (np.array(self.closes[name], dtype=np.float64) for name in (self.y, self.x))
        return y, x


def pair_prices(market: PairMarket, y: str, x: str) -> PairPrices:
    """The prices of a pair up to its newest bar.

    Raises
    ------
    NotEnoughData
        The two have fewer than LEAST_BARS bars in common.
    """
    closes = aligned_closes({y: market.closes[y], x: market.closes[x]}, market.timeframe, market.window)
    if len(closes) < LEAST_BARS:
        raise NotEnoughData(f"the pair {y}/{x} {market.timeframe}", have=len(closes), need=LEAST_BARS)
    as_of = closes.index[-1].to_pydatetime()
    stamps = [
        completeness_of_closes(
            market.closes[symbol], as_of=as_of, bars=market.window, gaps=market.gaps[symbol]
        )
        for symbol in (y, x)
    ]
    names = (market.names[y], market.names[x])
    return PairPrices(y, x, market.timeframe, closes, weakest(stamps), names)
