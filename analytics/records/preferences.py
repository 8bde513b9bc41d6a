"""How a reader wants the pages: colours, times, and what each page begins with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from analytics.timeframes import TIMEFRAMES

Theme = Literal["system", "dark", "light"]
Zone = Literal["utc", "local"]
Colours = Literal["blue_orange", "green_red"]  # of up and down
Span = Literal["newest", "1h", "6h", "1d", "1w", "all"]
Scale = Literal["linear", "log"]
Overlay = Literal["sma", "ema", "bands", "vwap", "rolling", "divergence"]
Pane = Literal["rsi", "macd", "atr", "width"]
WatchlistOrder = Literal["added", "symbol", "price", "change_1h", "change_24h", "quote_volume_24h"]
ScanColumn = Literal[
    "verdict",
    "zscore",
    "spark",
    "q_value",
    "p_value",
    "other_p",
    "pair_p_value",
    "statistic",
    "half_life",
    "beta",
    "rest_p_value",
    "quote_volume",
    "lags",
    "n",
]


@dataclass(frozen=True, slots=True)
class Preferences:
    """What was chosen; the values here are what holds until then."""

    theme: Theme = "system"
    zone: Zone = "utc"
    colours: Colours = "blue_orange"
    timeframe: str = "1m"  # of the Market page, when its address names none
    range: Span = "newest"  # of the Market page, when it is opened
    scale: Scale = "linear"  # of its axis of prices
    overlays: tuple[Overlay, ...] = ("ema", "bands", "divergence")
    panes: tuple[Pane, ...] | None = None  # None: as the width of the screen allows
    watchlist_order: WatchlistOrder = "added"
    watchlist_descending: bool = False
    scan_hidden: tuple[ScanColumn, ...] | None = None  # None: the columns that are hidden at first


# What may be chosen; of a tuple, what each of its items may be.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "theme": get_args(Theme),
    "zone": get_args(Zone),
    "colours": get_args(Colours),
    "timeframe": TIMEFRAMES,
    "range": get_args(Span),
    "scale": get_args(Scale),
    "overlays": get_args(Overlay),
    "panes": get_args(Pane),
    "watchlist_order": get_args(WatchlistOrder),
    "scan_hidden": get_args(ScanColumn),
}
