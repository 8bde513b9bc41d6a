"""In which unit the times of a file are written."""

from collections.abc import Callable

import orjson

from workers.binance.errors import MalformedMessage
from workers.imports.collector import time_in
from workers.imports.formats import Format
from workers.imports.messages import event_of

NO_ZONE = "ISO 8601 without a time zone"
# The smallest number of each unit that is a moment of this century, the largest first.
_FROM = ((1e17, "nanoseconds"), (1e14, "microseconds"), (1e11, "milliseconds"), (0.0, "seconds"))
_PLACES = {"aggTrade": 5, "trade": 4, "kline": 0}


def time_unit(value: object) -> str:
    """How a moment is written.

    >>> time_unit("1723161255342"), time_unit(1735689600000000), time_unit(1723161255.3)
    ('milliseconds', 'microseconds', 'seconds')
    >>> time_unit("2024-08-08T23:54:15.342Z"), time_unit("2024-08-08 23:54:15")
    ('ISO 8601', 'ISO 8601 without a time zone')
    """
    text = str(value).strip()
    if not text.replace(".", "", 1).isdecimal():
        clock = text[11:]
        return "ISO 8601" if clock.upper().endswith("Z") or "+" in clock or "-" in clock else NO_ZONE
    return next(unit for low, unit in _FROM if float(text) >= low)


def unit_reader(format: Format) -> Callable[[bytes], str | None]:
    """What tells the unit of a line; None where the line has no time."""

    def unit(line: bytes) -> str | None:
        found = _raw_time(line, format)
        return None if found is None else time_unit(found)

    return unit


def _raw_time(line: bytes, format: Format) -> object:
    if not format.columns:
        try:
            return time_in(event_of(line))
        except (MalformedMessage, TypeError, orjson.JSONDecodeError):
            return None
    cells = line.decode("utf-8", "replace").strip().split(",")
    if format.kind is None:
        return time_in(dict(zip(format.columns, cells, strict=False)))
    return cells[_PLACES[format.kind]]
