"""What many addresses take, declared once, and the symbols a client may name."""

from collections.abc import Mapping
from dataclasses import replace

from analytics.timeframes import TIMEFRAMES
from app.errors import BadRequest
from app.known_symbols import known_symbols
from workers.jobs import Parameter

DEFAULT_LIMIT = 500
MAX_LIMIT = 5_000


def limit_rule(
    default: int = DEFAULT_LIMIT, highest: int = MAX_LIMIT, about: str = "rows at most"
) -> Parameter:
    """How many rows may be asked for."""
    return Parameter("whole", low=1, high=highest, default=default, about=about)


SYMBOL = Parameter("symbol", about="in any case")
TIMEFRAME = Parameter("timeframe", default="1m")
RANGE = {
    "limit": limit_rule(about="the newest so many"),
    "start": Parameter("moment", default=None, about="inclusive"),
    "end": Parameter("moment", default=None, about="exclusive"),
}
POSITION = Parameter("whole", low=0, high=1_000_000, default=None, about="on the list; its end without it")


def of_watchlist(rules: Mapping[str, Parameter]) -> Mapping[str, Parameter]:
    """The same where the symbols may be left out."""
    about = "with commas between; the watch-list without it"
    return {**rules, "symbols": replace(rules["symbols"], default=None, about=about)}


def known_symbol(text: str) -> str:
    """The stored spelling of a symbol; 404 when there is none."""
    symbol = text.upper()
    if symbol not in known_symbols():
        raise BadRequest(404, "unknown_symbol", f"symbol {text[:40]!r} is not known", "symbol")
    return symbol


def known_timeframe(text: str) -> str:
    """A timeframe of the table; 400 when it is none."""
    if text not in TIMEFRAMES:
        expected = ", ".join(TIMEFRAMES)
        raise BadRequest(400, "malformed", f"tf must be one of {expected}, got {text[:40]!r}", "tf")
    return text
