"""Shapes of imports and of what a file holds."""

from app.api.shapes.vocabulary import (
    ANYTHING,
    FLAG,
    MOMENT,
    NUMBER,
    TEXT,
    WHOLE,
    choice,
    many,
    optional,
    record,
    table,
    told,
)

IMPORT = record(
    "Import",
    id=told(TEXT, "SHA-256 of the file's bytes"),
    name=TEXT,
    size=told(WHOLE, "bytes, as it was sent"),
    format=told(TEXT, "empty until it is begun"),
    state=choice("uploaded", "queued", "running", "done", "failed", "cancelled"),
    reason=told(TEXT, "of a failure"),
    share=told(NUMBER, "that is read, 0 to 1"),
    rows=told(WHOLE, "lines read that are neither empty nor a header"),
    stored=WHOLE,
    known=told(WHOLE, "were stored before"),
    refused=told(WHOLE, "could not be read; the first 1,000 are in quarantine"),
    passed_over=told(WHOLE, "hold neither a trade nor a bar"),
    standing=told(WHOLE, "klines in whose place a bar made of trades stands"),
    symbols=many(TEXT),
    queued_at=MOMENT,
    started_at=optional(MOMENT),
    finished_at=optional(MOMENT),
)
IMPORTS = record(
    "Imports", imports=many(IMPORT), largest_bytes=told(WHOLE, "that a file may have which is sent")
)
_UNREADABLE = record("UnreadableLine", line=WHOLE, reason=TEXT, text=told(TEXT, "the beginning of the line"))
PREVIEW = record(
    "ImportPreview",
    format=TEXT,
    columns=told(many(TEXT), "of a table"),
    time_units=told(many(TEXT), "in which times are written; more than one is ambiguous"),
    symbols=many(TEXT),
    since=told(optional(MOMENT), "of the first rows"),
    until=told(optional(MOMENT), "of the last row; null where that is packed"),
    lines=told(WHOLE, "that were read for this"),
    is_whole=told(FLAG, "the file has no more"),
    passed_over=WHOLE,
    rows=told(many(table(ANYTHING)), "the first ones, as they would be stored"),
    refused=told(WHOLE, "of the lines read"),
    unreadable=told(many(_UNREADABLE), "the first of them"),
    warnings=many(TEXT),
)
LOOK = record(
    "ImportLook",
    **{"import": IMPORT},
    preview=told(optional(PREVIEW), "null where its rows cannot be told, or it is not here any more"),
    needs=told(optional(choice("symbol", "synthetic")), "what must be said for it to be taken"),
    obstacle=told(TEXT, "why it would be refused; empty where nothing speaks against it"),
)
