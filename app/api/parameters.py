"""Query values, checked once at the door."""

import re
from datetime import UTC, datetime

from flask import request

from analytics.timeframes import TIMEFRAMES
from app.errors import BadRequest
from app.known_symbols import known_symbols

DEFAULT_LIMIT = 500
MAX_LIMIT = 5_000
YEARS = (1970, 2199)  # of a moment a client may name


def symbol_parameter() -> str:
    """The `symbol` asked for, in any case; one the exchange offers or the watch-list holds."""
    text = request.args.get("symbol", "").strip()
    if not text:
        raise BadRequest(400, "malformed", "symbol is missing", "symbol")
    return known_symbol(text)


def known_symbol(text: str) -> str:
    """The stored spelling of a symbol; 404 when there is none."""
    symbol = text.upper()
    if symbol not in known_symbols():
        raise BadRequest(404, "unknown_symbol", f"symbol {text[:40]!r} is not known", "symbol")
    return symbol


def timeframe_parameter(default: str = "1m") -> str:
    """The `tf` asked for."""
    text = request.args.get("tf", default)
    if text not in TIMEFRAMES:
        expected = ", ".join(TIMEFRAMES)
        raise BadRequest(400, "malformed", f"tf must be one of {expected}, got {text[:40]!r}", "tf")
    return text


def limit_parameter(default: int = DEFAULT_LIMIT, highest: int = MAX_LIMIT) -> int:
    """The `limit` asked for."""
    text = request.args.get("limit", str(default))
    if not re.fullmatch(r"-?[0-9]{1,12}", text):
        raise BadRequest(400, "malformed", f"limit must be a whole number, got {text[:40]!r}", "limit")
    limit = int(text)
    if not 1 <= limit <= highest:
        raise BadRequest(422, "out_of_range", f"limit must be from 1 to {highest}, got {limit}", "limit")
    return limit


def range_parameters() -> tuple[datetime | None, datetime | None]:
    """`start` (inclusive) and `end` (exclusive), None where not given."""
    start, end = _moment("start"), _moment("end")
    if start is not None and end is not None and start >= end:
        raise BadRequest(422, "out_of_range", "start must be before end", "start")
    return start, end


def _moment(name: str) -> datetime | None:
    text = request.args.get(name)
    if text is None:
        return None
    moment = _moment_from(text.strip())
    if moment is None:
        message = f"{name} must be ISO 8601 or milliseconds, got {text[:40]!r}"
        raise BadRequest(400, "malformed", message, name)
    if not YEARS[0] <= moment.year <= YEARS[1]:
        raise BadRequest(422, "out_of_range", f"{name} must be from {YEARS[0]} to {YEARS[1]}", name)
    return moment


def _moment_from(text: str) -> datetime | None:
    try:
        if re.fullmatch(r"-?[0-9]{1,15}", text):
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        # A plus sign that was not escaped arrives as a space.
        moment = datetime.fromisoformat(re.sub(r" (?=\d\d:?\d\d$)", "+", text) if "T" in text else text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
