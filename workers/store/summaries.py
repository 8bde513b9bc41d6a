"""Summaries: where one symbol stands against the last hour and day.

Example document:

    {"_id": "BTCUSDT", "as_of": 2026-11-22T08:00:00Z, "computed_at": 2026-11-22T08:00:01Z,
     "last_price": 61837.6, "close_1h_ago": 61590.2, "close_24h_ago": 62588.0,
     "volume_24h": 3100.5, "quote_volume_24h": 1.9e8, "sparkline": [62588.0, ...],
     "completeness": {"expected": 1440, "present": 1440, "final": 1440, "open_gaps": 0}}
"""

from collections.abc import Sequence
from dataclasses import asdict

from pymongo import ReplaceOne

from analytics.records.snapshots import Completeness, SymbolSummary
from workers.store.database import Document, collection


def save_summaries(summaries: Sequence[SymbolSummary]) -> None:
    """Replace the summary of each symbol."""
    if summaries:
        writes = [ReplaceOne({"_id": row.symbol}, _document(row), upsert=True) for row in summaries]
        collection("summaries").bulk_write(writes, ordered=False)


def load_summaries() -> dict[str, SymbolSummary]:
    """The latest summary of each symbol, by symbol."""
    return {document["_id"]: _summary(document) for document in collection("summaries").find()}


def _document(row: SymbolSummary) -> Document:
    document = asdict(row)
    return {"_id": document.pop("symbol")} | document


def _summary(document: Document) -> SymbolSummary:
    fields = dict(document)
    symbol = fields.pop("_id")
    completeness = Completeness(**fields.pop("completeness"))
    sparkline = tuple(fields.pop("sparkline"))
    return SymbolSummary(symbol=symbol, completeness=completeness, sparkline=sparkline, **fields)
