"""The figures of one minute that follow from its bar and the one before it. Standard library only."""

from dataclasses import dataclass
from math import log

from analytics.records.market import Bar


@dataclass(frozen=True, slots=True)
class MinuteStatistics:
    """What a bar says beside its prices; None where it does not exist."""

    mean_price: float | None  # of all that was traded
    log_return: float | None  # against the close of the bar before
    price_range: float  # high less low
    taker_buy_share: float | None  # of the volume: bought by takers


def minute_statistics(bar: Bar, before: Bar | None) -> MinuteStatistics:
    """Statistics of one bar; a return is told only against the bar right before it.

    Examples
    --------
    >>> from datetime import UTC, datetime, timedelta
    >>> noon = datetime(2024, 8, 9, 12, tzinfo=UTC)
    >>> bar = Bar("BTCUSDT", "1m", noon, 10, 12, 9, 11, 4, 42, 3, 1, 1, 3, True, "ticks")
    >>> minute_statistics(bar, None)
    MinuteStatistics(mean_price=10.5, log_return=None, price_range=3, taker_buy_share=0.25)
    """
    follows = before is not None and before.end == bar.start
    return MinuteStatistics(
        mean_price=bar.quote_volume / bar.volume if bar.volume else None,
        log_return=log(bar.close / before.close) if before is not None and follows else None,
        price_range=bar.high - bar.low,
        taker_buy_share=bar.taker_buy_volume / bar.volume if bar.volume else None,
    )
