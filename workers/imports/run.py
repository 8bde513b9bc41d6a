"""The import of one file, from where it stopped last, batch by batch.

Each batch is stored whole before its end is noted, and every step of storing it
may be done twice. So a killed import loses nothing and goes on by itself: by the
scheduled task, or when the same file is given again.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from workers.coordination.single_flight import Flight
from workers.imports.batches import RowBatch, read_batch
from workers.imports.checksum import refuse_unlike_checksum
from workers.imports.collector import NO_ID
from workers.imports.counting import count_of, counted
from workers.imports.errors import ImportRefused
from workers.imports.fitting import refuse_mixed, refuse_real_among_synthetic
from workers.imports.formats import Format, ImportOptions, format_of
from workers.imports.klines import store_klines
from workers.imports.opened import OpenedFile, identity, opened
from workers.imports.ticks import Span, finish_span, store_ticks
from workers.imports.uploads import remove_upload
from workers.store.heartbeats import load_heartbeats
from workers.store.imports import (
    WORKED_ON,
    FileImport,
    is_cancel_wanted,
    load_import,
    queue_import,
    save_import,
)
from workers.store.indexes import ensure_indexes
from workers.store.quarantine import save_quarantined
from workers.store.rebuilds import count_rebuilds

log = logging.getLogger(__name__)

FLIGHT = "import"  # one import at a time: two files may hold the same second
LAPSES_SECONDS = 60.0
REBUILDS_WAITING = 2_000  # seconds of one symbol: more are not handed to the stage that builds bars
KEPT_UNREADABLE = 1_000  # lines of a file in quarantine; the file has the others, and they are counted
LOOK_AGAIN_SECONDS = 0.2
ALIVE_SECONDS = 10.0

_known_files: dict[tuple[str, int, int], tuple[str, int]] = {}  # (path, size, changed) -> identity


def enqueue(path: Path, options: Mapping[str, str | bool | None]) -> FileImport:
    """The row of a file, put into the queue unless it is done.

    Raises
    ------
    ImportRefused
        The file cannot be read, or is not what the checksum beside it says.
    """
    digest, size = identity(path)
    refuse_unlike_checksum(path, digest)
    ensure_indexes()
    return queue_import(digest, size, str(path.resolve()), options)


def work_on(
    row: FileImport,
    flight: Flight,
    *,
    seconds: float = float("inf"),
    tell: Callable[[FileImport], None] = lambda row: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> FileImport:
    """Import a file until it is done, stopped, or the time is up; how far it has come.

    The flight is ours, and is renewed after every batch.
    """
    until = time.monotonic() + seconds
    try:
        row = _work(row, flight, lambda: time.monotonic() > until, tell, is_stopped)
    except ImportRefused as problem:
        log.warning("import failed path=%s reason=%s", row.path, problem)
        row = save_import(
            replace(_stored(row), state="failed", reason=str(problem), finished_at=datetime.now(UTC))
        )
    if row.is_upload and row.state not in WORKED_ON:
        remove_upload(row.path)
    return row


def _work(
    row: FileImport,
    flight: Flight,
    is_over: Callable[[], bool],
    tell: Callable[[FileImport], None],
    is_stopped: Callable[[], bool],
) -> FileImport:
    path = Path(row.path)
    _refuse_changed(path, row)
    format = format_of(path, ImportOptions.of(row.options))
    started = row.started_at or datetime.now(UTC)
    row = save_import(replace(row, state="running", format=format.name, started_at=started))
    with opened(path, row.offset) as file:
        while not is_over():
            if is_stopped() or is_cancel_wanted(row):
                return save_import(replace(row, state="cancelled", finished_at=datetime.now(UTC)))
            if not flight.renew():
                return row  # somebody else goes on
            if not _has_room(row):
                time.sleep(LOOK_AGAIN_SECONDS)
                continue
            batch = read_batch(file, format, digest=row.digest, first_line=row.line)
            if not batch.lines:
                return _finished(row, format)
            row = save_import(_advanced(store_batch(row, batch, format), batch, file))
            tell(row)
    return row


def store_batch(row: FileImport, batch: RowBatch, format: Format) -> FileImport:
    """Store the rows of a batch; the row with what became of them."""
    for symbol in sorted({*batch.ticks, *batch.taken}):
        row = _with_ticks(row, symbol, batch, format)
    if batch.bars:
        saved = store_klines(batch.bars)
        row = replace(
            row,
            stored=row.stored + saved.stored,
            repeats=row.repeats + saved.repeated,
            standing=row.standing + saved.standing,
            passed_over=row.passed_over + saved.empty,
        )
    save_quarantined(batch.quarantined[: max(0, KEPT_UNREADABLE - row.quarantined)])
    return row


def _with_ticks(row: FileImport, symbol: str, batch: RowBatch, format: Format) -> FileImport:
    ticks, taken = batch.ticks.get(symbol, []), batch.taken.get(symbol, [])
    refuse_real_among_synthetic(symbol, is_synthetic=bool(row.options.get("synthetic")))
    after = dict(row.counted_after)
    without_ids = bool(ticks) and all(tick.id == NO_ID for tick in ticks)
    came = len(ticks)
    if without_ids:
        count = count_of(symbol, min(tick.traded_at for tick in ticks), row.last_ids, after)
        if count.after is not None:
            after[symbol] = count.after
        ticks = counted(ticks, count)
    else:
        refuse_mixed(symbol, ticks)
    span = Span(format.since, format.until, without_ids)
    saved = store_ticks(symbol, ticks, taken, after_id=row.last_ids.get(symbol), span=span)
    ids = [tick.id for tick in ticks] + [one.id for one in taken]
    last_id = max([*ids, row.last_ids.get(symbol, NO_ID)])
    return replace(
        row,
        stored=row.stored + saved.stored,
        repeats=row.repeats + came - saved.stored,
        last_ids=dict(row.last_ids) | ({symbol: last_id} if last_id != NO_ID else {}),
        counted_after=after,
    )


def _advanced(row: FileImport, batch: RowBatch, file: OpenedFile) -> FileImport:
    return replace(
        row,
        offset=file.offset,
        bytes_read=min(file.bytes_read, row.size),
        symbols=sorted({*row.symbols, *batch.ticks, *(bar.symbol for bar in batch.bars)}),
        line=row.line + batch.lines,
        rows=row.rows + batch.rows,
        quarantined=row.quarantined + len(batch.quarantined),
        passed_over=row.passed_over + batch.passed_over,
    )


def _finished(row: FileImport, format: Format) -> FileImport:
    for symbol, last_id in row.last_ids.items():
        finish_span(symbol, last_id, Span(format.since, format.until))
    row = save_import(replace(row, state="done", bytes_read=row.size, finished_at=datetime.now(UTC)))
    log.info(
        "imported path=%s rows=%d stored=%d repeats=%d quarantined=%d",
        *(row.path, row.rows, row.stored, row.repeats, row.quarantined),
    )
    return row


def _has_room(row: FileImport) -> bool:
    """Whether the stage that builds bars keeps up with the seconds it was handed."""
    if all(count_rebuilds(symbol) < REBUILDS_WAITING for symbol in row.last_ids):
        return True
    now = datetime.now(UTC)
    alive = [beat for beat in load_heartbeats() if (now - beat.beat_at).total_seconds() < ALIVE_SECONDS]
    return not any(beat.process == "compute" for beat in alive)


def _refuse_changed(path: Path, row: FileImport) -> None:
    """The file at the path is still the one that was queued."""
    try:
        stat = path.stat()
    except OSError as problem:
        raise ImportRefused(f"{path}: cannot be read: {problem.strerror}") from problem
    key = (str(path), stat.st_size, stat.st_mtime_ns)
    if key not in _known_files:
        _known_files[key] = identity(path)
    if _known_files[key] != (row.digest, row.size):
        raise ImportRefused(f"{path}: is another file than the one whose import was begun")


def _stored(row: FileImport) -> FileImport:
    """The row as it was noted last."""
    return load_import(row.digest, row.size) or row
