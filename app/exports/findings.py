"""The self-test as a table, from the JSON of its state."""

from collections.abc import Mapping
from typing import Any

from app.exports.table import Table, columns, row_of

FINDING_COLUMNS = columns(
    y="text",
    x="text",
    timeframe="text",
    bars="whole",
    figure="text",
    unit="text",
    planted="number",
    found="number",
    low="number",
    high="number",
    passed="flag",
    rule="text",
    reason="text",
)
OF_PAIR = ("y", "x", "timeframe", "bars")

Told = Mapping[str, Any]  # JSON of a known shape


def findings_table(state: Told) -> Table:
    """One row a figure that was planted; the last is how often luck alone found something."""
    told = state["result"]
    if told is None:
        return Table("self-test", FINDING_COLUMNS, iter([]), {"rows": 0, "complete": False})
    rows = [_row(pair, finding) for pair in told["planted"] for finding in pair["findings"]]
    rows.append(_luck(told["false_positives"]))
    about = {"rows": len(rows), "complete": True, "as_of": told["computed_at"], "seed": told["seed"]}
    return Table("self-test", FINDING_COLUMNS, iter([rows]), about)


def _row(pair: Told, finding: Told) -> list[object]:
    named = {**finding, **{name: pair[name] for name in OF_PAIR}, "figure": finding["name"]}
    return row_of(named, FINDING_COLUMNS)


def _luck(luck: Told) -> list[object]:
    named = {
        "figure": "false positives",
        "bars": luck["bars"],
        "planted": luck["level"],
        "found": luck["share"],
        "low": luck["low"],
        "high": luck["high"],
        "passed": luck["passed"],
        "rule": f"share of {luck['pairs']} pairs of random walks that pass at the level",
    }
    return row_of(named, FINDING_COLUMNS)
