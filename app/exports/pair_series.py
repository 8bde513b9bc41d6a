"""The series of a pair as a table, from the JSON of its analysis."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.exports.table import Column, Table, columns

SERIES = ("y", "x", "spread", "mean", "deviation", "z", "correlation")
PAIR_COLUMNS = [
    *columns(ts="moment", y_symbol="text", x_symbol="text"),
    *(Column(name, "number") for name in SERIES),
    Column("event", "text"),
]


PATH_COLUMNS = columns(ts="moment", y_symbol="text", x_symbol="text", beta="number", p_value="number")


def pair_paths_table(told: Mapping[str, Any]) -> Table:  # Any: JSON of a known shape
    """One row a bar of the window: beta as it went, and p at the bars at which it was tested."""
    beta, p = told["beta_path"], told["p_path"]
    tested = dict(zip(p["place"], p["p_value"], strict=True))
    rows = [
        (datetime.fromisoformat(start), told["y"], told["x"], value, tested.get(place))
        for place, (start, value) in enumerate(zip(told["starts"], beta["beta"], strict=True))
    ]
    about = {
        **told["completeness"],
        "rows": len(rows),
        "beta_window": beta["window"],
        "p_window": p["window"],
        "p_every": p["every"],
        "method": told["method"],
        "as_of": told["as_of"],
    }
    return Table(f"pair-paths-{told['y']}-{told['x']}-{told['timeframe']}", PATH_COLUMNS, iter([rows]), about)


def pair_series_table(told: Mapping[str, Any]) -> Table:  # Any: JSON of a known shape
    """One row a bar of the window, oldest first; `y` and `x` are log prices, `event` what the rule did."""
    starts = [datetime.fromisoformat(text) for text in told["starts"]]
    series = [told["series"][name] for name in SERIES]
    events = {mark["place"]: mark["event"] for mark in told["marks"]}
    rows = [
        (start, told["y"], told["x"], *values, events.get(place))
        for place, (start, *values) in enumerate(zip(starts, *series, strict=True))
    ]
    name = f"pair-{told['y']}-{told['x']}-{told['timeframe']}"
    found = told["completeness"]
    complete = not found["open_gaps"] and found["final"] == found["expected"]
    about = {
        **found,
        "complete": complete,
        "rows": len(rows),
        "method": told["method"],
        "spread": told["kind"],
        "hedge": told["hedge"],
        "z": told["score"],
        "hindsight": told["hindsight"],
        "as_of": told["as_of"],
    }
    return Table(name, PAIR_COLUMNS, iter([rows]), about)
