"""The tables of the Quality page, from the JSON of its state."""

from collections.abc import Mapping, Sequence
from typing import Any

from analytics.records.market import UNRESOLVED
from app.exports.table import Column, Table, columns, moment_or_none

TIMEFRAMES = ("1s", "1m", "5m", "15m", "1h")
SYMBOL_COLUMNS = [
    *columns(symbol="text", as_of="moment"),
    *(Column(f"{part}_{name}", "whole") for name in TIMEFRAMES for part in ("expected", "present", "final")),
    *columns(open_gaps="whole", compared="whole", differing="whole", comparison="text"),
]
GAP_COLUMNS = columns(
    symbol="text",
    first_id="whole",
    last_id="whole",
    size="whole",
    state="text",
    found_at="moment",
    after="moment",
    before="moment",
    tries="whole",
    tried_at="moment",
    reason="text",
)
MOMENTS = {column.name for column in GAP_COLUMNS if column.kind == "moment"}

Told = Mapping[str, Any]  # JSON of a known shape


def symbols_table(told: Told) -> Table:
    """One row a symbol: how many bars of its last day there are, and how they compare."""
    open_gaps = _unresolved(told)
    rows = [_symbol_row(row, open_gaps) for row in told["symbols"]]
    whole = not open_gaps and all(row["completeness"] for row in told["symbols"])
    return Table("quality", SYMBOL_COLUMNS, iter([rows]), {"rows": len(rows), "complete": whole})


def gaps_table(told: Told) -> Table:
    """One row a hole, as the page shows them."""
    rows = [_gap_row(row) for row in told["gaps"]]
    return Table("gaps", GAP_COLUMNS, iter([rows]), {"rows": len(rows), "complete": not _unresolved(told)})


def _symbol_row(row: Told, open_gaps: Sequence[Told]) -> list[object]:
    stamps, check = row["completeness"] or {}, row["bar_check"] or {}
    shares = [
        stamps.get(name, {}).get(part) for name in TIMEFRAMES for part in ("expected", "present", "final")
    ]
    holes = sum(gap["symbol"] == row["symbol"] for gap in open_gaps)
    compared = [check.get("compared"), check.get("differing"), row["comparison_reason"] or None]
    return [row["symbol"], moment_or_none(row["as_of"]), *shares, holes, *compared]


def _gap_row(row: Told) -> list[object]:
    return [
        moment_or_none(row[column.name]) if column.name in MOMENTS else row[column.name]
        for column in GAP_COLUMNS
    ]


def _unresolved(told: Told) -> list[Told]:
    return [gap for gap in told["gaps"] if gap["state"] in UNRESOLVED]
