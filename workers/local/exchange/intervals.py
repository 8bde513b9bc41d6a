"""The kline intervals: which bar a moment belongs to, and when that bar ends. Times are ms since 1970."""

from datetime import UTC, datetime

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

LENGTHS = {
    "1s": 1000,
    "1m": MINUTE,
    "3m": 3 * MINUTE,
    "5m": 5 * MINUTE,
    "15m": 15 * MINUTE,
    "30m": 30 * MINUTE,
    "1h": HOUR,
    "2h": 2 * HOUR,
    "4h": 4 * HOUR,
    "6h": 6 * HOUR,
    "8h": 8 * HOUR,
    "12h": 12 * HOUR,
    "1d": DAY,
    "3d": 3 * DAY,
    "1w": 7 * DAY,
}
INTERVALS = (*LENGTHS, "1M")
_MONDAY = 4 * DAY  # 1970-01-05, weeks begin on Monday


def bar_start(interval: str, moment: int) -> int:
    """Start of the bar a moment belongs to.

    >>> bar_start("5m", 1723161255342) == 1723161000000
    True
    """
    if interval == "1M":
        return _month(moment, 0)
    origin = _MONDAY if interval == "1w" else 0
    length = LENGTHS[interval]
    return (moment - origin) // length * length + origin


def bar_end(interval: str, start: int) -> int:
    """First moment after the bar that begins at `start`."""
    return _month(start, 1) if interval == "1M" else start + LENGTHS[interval]


def shifted(interval: str, start: int, bars: int) -> int:
    """Start of the bar so many bars later (earlier if negative)."""
    return _month(start, bars) if interval == "1M" else start + bars * LENGTHS[interval]


def _month(moment: int, later: int) -> int:
    date = datetime.fromtimestamp(moment / 1000, UTC)
    months = date.year * 12 + date.month - 1 + later
    return int(datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC).timestamp() * 1000)
