"""Timeframes: their lengths in seconds, and the bar a moment belongs to.

The only place that knows the table. A bar covers [start, start + timeframe).
"""

from datetime import UTC, datetime, timedelta

from analytics.errors import UnknownTimeframe

SECONDS = {"1s": 1, "1m": 60, "5m": 300, "15m": 900, "1h": 3600}
TIMEFRAMES = tuple(SECONDS)

# Each longer timeframe is folded from the one named here.
FOLDED_FROM = {"1m": "1s", "5m": "1m", "15m": "5m", "1h": "15m"}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def seconds(timeframe: str) -> int:
    """Length of a timeframe in seconds.

    >>> seconds("5m")
    300
    """
    try:
        return SECONDS[timeframe]
    except KeyError:
        raise UnknownTimeframe(f"timeframe {timeframe!r} is not one of {', '.join(TIMEFRAMES)}") from None


def length(timeframe: str) -> timedelta:
    """Length of a timeframe as a duration."""
    return timedelta(seconds=seconds(timeframe))


def bar_start(moment: datetime, timeframe: str) -> datetime:
    """Start of the bar that a moment (aware, UTC) belongs to.

    >>> bar_start(datetime(2024, 8, 8, 23, 54, 15, 342000, tzinfo=UTC), "5m")
    datetime.datetime(2024, 8, 8, 23, 50, tzinfo=datetime.timezone.utc)
    """
    size = length(timeframe)
    return _EPOCH + (moment - _EPOCH) // size * size


def bar_end(start: datetime, timeframe: str) -> datetime:
    """First moment after the bar that begins at `start`."""
    return start + length(timeframe)
