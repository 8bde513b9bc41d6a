"""The watch-list of the Overview as a table, from the JSON of its rows."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.exports.table import Table, columns, moment_or_none, row_of

WATCHLIST_COLUMNS = columns(
    symbol="text",
    price="number",
    traded_at="moment",
    change_1h="number",
    change_24h="number",
    volume_24h="number",
    quote_volume_24h="number",
    expected="whole",
    present="whole",
    final="whole",
    open_gaps="whole",
)


def watchlist_table(told: Sequence[Mapping[str, Any]]) -> Table:  # Any: JSON of a known shape
    """One row a symbol; changes are relative, bars those of the last day."""
    rows = [_row(each) for each in told]
    stamps = [each["completeness"] for each in told]
    complete = all(
        stamp and not stamp["open_gaps"] and stamp["final"] == stamp["expected"] for stamp in stamps
    )
    return Table("watchlist", WATCHLIST_COLUMNS, iter([rows]), {"rows": len(rows), "complete": complete})


def _row(told: Mapping[str, Any]) -> list[object]:
    bars = told["completeness"] or {}
    return row_of({**told, **bars, "traded_at": moment_or_none(told["traded_at"])}, WATCHLIST_COLUMNS)
