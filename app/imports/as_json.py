"""Imports and what files hold, in the API's words."""

from pathlib import Path

from analytics.records.market import Bar, Tick
from app.imports.sent_files import NO_SYMBOL, Look, without_folder
from workers.imports.collector import NO_ID
from workers.imports.preview import SHOWN_ROWS, SHOWN_UNREADABLE, Preview
from workers.messages.envelope import JSON
from workers.messages.times import iso, iso_or_none
from workers.store.imports import FileImport


def import_json(row: FileImport) -> JSON:
    """One file, and how far its import has come."""
    return {
        "id": row.digest,
        "name": Path(row.path).name,
        "size": row.size,
        "format": row.format,
        "state": row.state,
        "reason": without_folder(row.reason, row.path),
        "share": min(row.share, 1.0),
        "rows": row.rows,
        "stored": row.stored,
        "known": row.repeats,
        "refused": row.quarantined,
        "passed_over": row.passed_over,
        "standing": row.standing,
        "symbols": list(row.symbols),
        "queued_at": iso(row.queued_at),
        "started_at": iso_or_none(row.started_at),
        "finished_at": iso_or_none(row.finished_at),
    }


def look_json(look: Look) -> JSON:
    """A file before it is imported."""
    preview = look.preview
    return {
        "import": import_json(look.row),
        "preview": None if preview is None else preview_json(preview),
        "needs": "symbol" if look.symbol_missing else _synthetic_or_none(preview),
        "obstacle": NO_SYMBOL if look.symbol_missing else preview.obstacle if preview else "",
    }


def preview_json(preview: Preview) -> JSON:
    """What the first lines of a file say."""
    read = preview.beginning
    return {
        "format": preview.format.name,
        "columns": list(preview.format.columns),
        "time_units": [unit for unit in read.units if unit != "unknown"],
        "symbols": list(preview.symbols),
        "since": iso_or_none(preview.since),
        "until": iso_or_none(preview.until),
        "lines": read.lines,
        "is_whole": read.is_whole,
        "passed_over": read.passed_over,
        "rows": [row_json(row) for row in read.rows[:SHOWN_ROWS]],
        "refused": len(read.unreadable),
        "unreadable": [
            {"line": one.line, "reason": one.reason, "text": one.text}
            for one in read.unreadable[:SHOWN_UNREADABLE]
        ],
        "warnings": list(preview.warnings),
    }


def row_json(row: Tick | Bar) -> JSON:
    """A row as it would be stored."""
    if isinstance(row, Tick):
        return {
            "symbol": row.symbol,
            "time": iso(row.traded_at),
            "id": None if row.id == NO_ID else row.id,
            "price": row.price,
            "size": row.quantity,
            "side": "sell" if row.buyer_is_maker else "buy",
        }
    named = ("open", "high", "low", "close", "volume", "trades")
    told: JSON = {"symbol": row.symbol, "time": iso(row.start), "timeframe": row.timeframe}
    return told | {name: getattr(row, name) for name in named}


def _synthetic_or_none(preview: Preview | None) -> str | None:
    return "synthetic" if preview is not None and preview.synthetic_helps else None
