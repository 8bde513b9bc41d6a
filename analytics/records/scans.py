"""What a scan finds for every ordered pair of a list of symbols."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from analytics.records.snapshots import Completeness

SCAN_TIMEFRAMES = ("1m", "5m", "15m", "1h")
WINDOW_BARS = 1_440
LEAST_BARS = 100  # of the window; fewer are not scanned
MOST_SYMBOLS = 200
LASTS_BARS = 10  # an older scan says nothing of a bar
SPARK_POINTS = 24  # z-scores kept for a line
ALPHA = 0.05  # share of false finds that is accepted

ScanVerdict = Literal["confirmed", "found", "not_held", "by_luck", "none", "untestable"]
VERDICTS: tuple[ScanVerdict, ...] = get_args(ScanVerdict)
# What cannot be tested says why instead.
VERDICT_WORDS: Mapping[ScanVerdict, str] = {
    "confirmed": "Found, and it held on bars that had no part in finding it.",
    "found": "Found in the whole window but not in its first part alone: later bars cannot confirm it yet.",
    "not_held": "Found earlier, but on later bars it did not return, or not to the same mean.",
    "by_luck": "A small p, but so many pairs were tried that luck explains it.",
    "none": "No relation found.",
}


def verdict_text(verdict: ScanVerdict, reason: str | None) -> str:
    """A verdict in words.

    >>> verdict_text("untestable", "A does not move")
    'Not testable: A does not move.'
    """
    return VERDICT_WORDS.get(verdict) or f"Not testable: {reason}."


@dataclass(frozen=True, slots=True)
class PairScore:
    """One ordered pair, y explained by x, on log prices."""

    y: str
    x: str
    beta: float | None
    intercept: float | None
    statistic: float | None  # Engle-Granger's t
    p_value: float | None  # of this direction
    pair_p_value: float | None  # min(1, 2 min of both directions); the same on both rows
    q_value: float | None  # false discovery rate over all pairs; the same on both rows
    lags: int | None
    half_life: float | None  # bars; None where the spread does not revert
    zscore: float | None  # of the last bar
    n: int  # bars both have
    quote_volume: float | None  # of the less traded symbol, last 24 h, quote asset
    confirmed: bool | None  # out of sample; None: not found in the first part, nothing to confirm
    rest_p_value: float | None  # of the spread in the rest, hedged as in the first part
    verdict: ScanVerdict
    reason: str | None = None  # why there is no test
    zscores: Sequence[float | None] = ()  # the last ones, oldest first

    @property
    def text(self) -> str:
        """The verdict in words."""
        return verdict_text(self.verdict, self.reason)


@dataclass(frozen=True, slots=True)
class ScanLuck:
    """How many finds there are, and how many chance alone would give."""

    alpha: float
    pairs: int  # unordered pairs tested
    expected_by_luck: float  # finds before the correction if no pair were cointegrated, at most
    found_before: int  # pairs with pair_p_value up to alpha
    found_after: int  # pairs with q_value up to alpha
    confirmed: int  # pairs that held out of sample in a direction, corrected for the two looks


@dataclass(frozen=True, slots=True)
class ScanReport:
    """A scan of a list of symbols at the close of one bar."""

    timeframe: str
    window: int  # bars
    as_of: datetime  # start of the last bar, UTC
    computed_at: datetime  # our clock, UTC
    symbols: Sequence[str]
    reasons: Mapping[str, str]  # why a symbol could not be tested with any other
    luck: ScanLuck
    scores: Sequence[PairScore]
    completeness: Completeness  # of the least whole symbol
    least_volume: float = 0.0  # symbols that traded less in 24 h (quote asset) are not tested
