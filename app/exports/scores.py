"""The rows of a scan as a table, from the JSON of one page of it."""

from collections.abc import Mapping
from typing import Any

from app.exports.table import Table, columns

SCORE_COLUMNS = columns(
    y="text",
    x="text",
    verdict="text",
    beta="number",
    intercept="number",
    statistic="number",
    p_value="number",
    pair_p_value="number",
    q_value="number",
    lags="whole",
    half_life="number",
    zscore="number",
    n="whole",
    quote_volume="number",
    confirmed="flag",
    rest_p_value="number",
    reason="text",
)


def scores_table(told: Mapping[str, Any]) -> Table:  # Any: JSON of a known shape
    """One row an ordered pair, as many as the page has, in its order; `half_life` counts bars."""
    rows = [[row[column.name] for column in SCORE_COLUMNS] for row in told["rows"]]
    found = told["completeness"]
    about = {
        **found,
        "complete": not found["open_gaps"] and found["final"] == found["expected"],
        "rows": len(rows),
        "total": told["total"],
        "luck": told["luck"],
        "not_tested": told["reasons"],
        "least_volume": told["least_volume"],
        "as_of": told["as_of"],
    }
    reached = told["offset"] + len(rows)
    following = {"offset": str(reached)} if rows and reached < told["total"] else {}
    return Table(f"scan-{told['timeframe']}-{told['window']}", SCORE_COLUMNS, iter([rows]), about, following)
