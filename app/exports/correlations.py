"""Correlations as a table, a row two symbols, from the JSON of a snapshot."""

from collections.abc import Mapping
from typing import Any

from app.exports.table import Table, columns

CELL_COLUMNS = columns(symbol="text", other="text", correlation="number", n="whole", p_value="number")


def correlations_table(told: Mapping[str, Any]) -> Table:  # Any: JSON of a known shape
    """Each two symbols once."""
    symbols = told["symbols"]
    rows = [
        (
            symbols[low],
            symbols[high],
            told["values"][low][high],
            told["n"][low][high],
            told["p_values"][low][high],
        )
        for low in range(len(symbols))
        for high in range(low)
    ]
    found = told["completeness"]
    about = {
        **found,
        "complete": not found["open_gaps"] and found["final"] == found["expected"],
        "rows": len(rows),
        "returns": told["window"],
        "method": told["method"],
        "without_correlation": told["reasons"],
        "as_of": told["as_of"],
    }
    name = f"correlation-{told['timeframe']}-{told['window']}-{told['method']}"
    return Table(name, CELL_COLUMNS, iter([rows]), about)
