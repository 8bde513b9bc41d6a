"""What somebody should know of a file before it is imported, in words."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from analytics.records.market import Bar, Tick
from workers.imports.collector import NO_ID
from workers.imports.errors import ImportRefused
from workers.imports.fitting import is_simulated_here, refuse_misfit
from workers.imports.time_units import NO_ZONE
from workers.settings import load_settings
from workers.store.instruments import load_instruments
from workers.store.market_clock import load_market_clock

AHEAD = timedelta(minutes=1)  # clocks differ
NAMED = 5  # symbols in a sentence
Rows = Sequence[Tick | Bar]


def warnings(rows: Rows, units: Mapping[str, int], last: datetime | None) -> list[str]:
    """One sentence each; none of them keeps the file from being imported."""
    found = [_of_units(units), _of_the_future(rows, last), _of_symbols(rows), _of_ids(rows)]
    if not rows:
        found.append("None of the first lines holds a trade; what follows may.")
    return [text for text in found if text]


def obstacle(rows: Rows, *, is_synthetic: bool) -> tuple[str, bool]:
    """Why the file would be refused, "" if nothing is known; whether to call it synthetic would help."""
    by_symbol: dict[str, list[Tick]] = defaultdict(list)
    for row in rows:
        if isinstance(row, Tick):
            by_symbol[row.symbol].append(row)
    for symbol, ticks in by_symbol.items():
        if not is_synthetic and is_simulated_here(symbol):
            return _simulated(symbol), True
        try:
            refuse_misfit(symbol, ticks)
        except ImportRefused as problem:
            return str(problem), False
    return "", False


def _simulated(symbol: str) -> str:
    return (
        f"The database {load_settings().database} holds a simulated market that trades {symbol}. Real trades "
        "do not come among simulated ones; a file that was recorded from this market may."
    )


def _of_units(units: Mapping[str, int]) -> str:
    if len(units) > 1:
        told = " and ".join(f"in {unit} (line {line})" for unit, line in list(units.items())[:3])
        return f"The unit of time is ambiguous: times are written {told}."
    if NO_ZONE in units:
        return "The times name no time zone; they are taken as UTC."
    return ""


def _of_the_future(rows: Rows, last: datetime | None) -> str:
    now = max(datetime.now(UTC), load_market_clock() or datetime.now(UTC)) + AHEAD
    moments = [row.traded_at if isinstance(row, Tick) else row.start for row in rows]
    latest = max([*moments, *([last] if last else [])], default=now)
    if latest <= now:
        return ""
    return f"Some rows are of the future: {latest:%Y-%m-%d %H:%M} UTC."


def _of_symbols(rows: Rows) -> str:
    offered = load_instruments()
    unknown = sorted({row.symbol for row in rows} - set(offered)) if offered else []
    if not unknown:
        return ""
    more = f" and {len(unknown) - NAMED} more" if len(unknown) > NAMED else ""
    return f"The exchange does not offer {', '.join(unknown[:NAMED])}{more}."


def _of_ids(rows: Rows) -> str:
    if any(isinstance(row, Tick) and row.id == NO_ID for row in rows):
        return "The trades have no ids: they are numbered in order of time, and holes cannot be told."
    return ""
