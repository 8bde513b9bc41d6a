"""From a file that came to an import that waits: what it holds, how it is started and given up."""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from app.errors import BadRequest
from app.imports.receiving import ReceivedFile
from workers.imports.errors import ImportRefused, SymbolMissing
from workers.imports.preview import Preview, preview_of
from workers.imports.uploads import remove_upload
from workers.store.imports import (
    WORKED_ON,
    FileImport,
    cancel_queued,
    forget_upload,
    load_import,
    load_import_by_digest,
    note_upload,
    start_upload,
    want_cancelled,
)

Options = dict[str, str | bool | None]
SYMBOL_LETTERS = 40
IS_DIGEST = re.compile(r"[0-9a-f]{64}")
NO_SYMBOL = "Of which symbol? Neither the rows of the file nor its name say it."


@dataclass(frozen=True, slots=True)
class Look:
    """What can be said of a file before it is imported."""

    row: FileImport
    preview: Preview | None  # None: its rows cannot be read as they are, or it is not here any more
    symbol_missing: bool = False


def options_of(symbol: str | None, *, synthetic: bool) -> Options:
    """How a file is to be read, as a client says."""
    if symbol is not None and not (symbol.isascii() and symbol.isalnum() and len(symbol) <= SYMBOL_LETTERS):
        message = f"symbol must be a name like BTCUSDT, got {symbol[:SYMBOL_LETTERS]!r}"
        raise BadRequest(422, "out_of_range", message, "symbol")
    upper = symbol.upper() if symbol else None
    return {"symbol": upper, "kind": None, "timeframe": None, "synthetic": synthetic}


def look_into(received: ReceivedFile, options: Options) -> Look:
    """Note a file that came; one that is not understood is refused and removed."""
    try:
        preview, symbol_missing = _preview(received.path, options)
        known = load_import(received.digest, received.size)
        row = note_upload(received.digest, received.size, str(received.path), options)
    except BaseException:
        remove_upload(received.path)
        raise
    if row.path != str(received.path):  # it is imported already, or being so
        remove_upload(received.path)
    elif known is not None and known.is_upload:
        remove_upload(known.path)
    return Look(row, preview, symbol_missing)


def look_again(row: FileImport, options: Options) -> Look:
    """The same of a file that lies here, read in another way."""
    if row.state != "uploaded" or not Path(row.path).exists():
        return Look(row, None)
    return Look(row, *_preview(Path(row.path), options))


def started(row: FileImport, options: Options) -> FileImport:
    """Queue a file as it was previewed."""
    if row.state != "uploaded":
        raise BadRequest(409, "not_waiting", f"this file does not wait to be started: it is {row.state}")
    look = look_again(row, options)
    if look.symbol_missing:
        raise BadRequest(422, "out_of_range", NO_SYMBOL, "symbol")
    if look.preview is None:
        raise BadRequest(409, "not_there", "the file is not here any more; send it again")
    if look.preview.obstacle:
        field = "synthetic" if look.preview.synthetic_helps else None
        raise BadRequest(409, "does_not_fit", look.preview.obstacle, field)
    return start_upload(row, options) or row


def given_up(row: FileImport) -> FileImport:
    """Forget what was not started, cancel what waits or runs."""
    if _is_given_up_at_once(row):
        if row.is_upload:
            remove_upload(row.path)
        return load_import(row.digest, row.size) or replace(row, state="cancelled")
    if row.state not in WORKED_ON:
        raise BadRequest(409, "ended", f"this import has ended: it is {row.state}")
    want_cancelled(row)
    return load_import(row.digest, row.size) or row


def _is_given_up_at_once(row: FileImport) -> bool:
    return forget_upload(row) if row.state == "uploaded" else cancel_queued(row)


def known_import(digest: str) -> FileImport:
    """The import of a file by the digest of its content."""
    row = load_import_by_digest(digest) if IS_DIGEST.fullmatch(digest) else None
    if row is None:
        raise BadRequest(404, "unknown_import", "there is no import of that id", "id")
    return row


def _preview(path: Path, options: Options) -> tuple[Preview | None, bool]:
    try:
        return preview_of(path, options), False
    except SymbolMissing:
        return None, True
    except ImportRefused as problem:
        raise BadRequest(422, "not_understood", without_folder(str(problem), path)) from problem


def without_folder(text: str, path: str | Path) -> str:
    """A sentence about a file that names it alone: where it lies is nobody's business."""
    return text.replace(str(path), Path(path).name)
