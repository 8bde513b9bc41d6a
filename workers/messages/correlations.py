"""JSON of correlations: the record as it is, and as a table of tables."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from analytics.records.correlations import CorrelationSnapshot
from analytics.records.plain import plain
from workers.messages.envelope import JSON
from workers.messages.times import iso, iso_or_none

Told = Mapping[str, Any]  # JSON of a known shape, nested


def correlation_news_json(timeframe: str, computed_at: datetime | None) -> JSON:
    """State of a `correlation:` topic: when what is kept ready was computed; the figures are in the API."""
    return {"timeframe": timeframe, "computed_at": iso_or_none(computed_at)}


def correlation_json(snapshot: CorrelationSnapshot) -> JSON:
    """One snapshot; `values`, `n` and `p_values` are lower triangles, row by row."""
    return plain(snapshot) | {"as_of": iso(snapshot.as_of), "computed_at": iso(snapshot.computed_at)}


def heatmap_json(told: Told, spelled: Mapping[str, str]) -> JSON:
    """Correlations of some symbols as {symbol: {symbol: value}}, from the JSON of a snapshot.

    `spelled` says how each symbol is written in the answer.
    """
    places = {symbol: told["symbols"].index(symbol) for symbol in spelled}
    silent = {symbol for symbol in spelled if symbol in told["reasons"]}

    def cell(name: str, own: Any, one: str, other: str) -> Any:  # Any: what a cell holds, or null
        low, high = sorted((places[one], places[other]))
        return own if low == high else told[name][high][low]

    def table(name: str, own: Mapping[str, Any]) -> JSON:
        return {
            spelled[one]: {spelled[other]: cell(name, own[one], one, other) for other in spelled}
            for one in spelled
        }

    return {
        "corr": table("values", {symbol: None if symbol in silent else 1.0 for symbol in spelled}),
        "n": table("n", {symbol: told["returns"][place] for symbol, place in places.items()}),
        "p": table("p_values", {symbol: None if symbol in silent else 0.0 for symbol in spelled}),
        "order": [spelled[symbol] for symbol in told["order"] if symbol in spelled],
        "reasons": {spelled[symbol]: told["reasons"][symbol] for symbol in spelled if symbol in silent},
        **{name: told[name] for name in ("timeframe", "window", "method", "as_of", "computed_at")},
        "completeness": told["completeness"],
    }
