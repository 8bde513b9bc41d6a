"""Scans of all pairs of the watch-list when a bar closes, and of any symbols when somebody asks.

A large scan is cut by its y's. The pieces are handed out as a Celery group to
the computing workers, from the first on, while the asked job works through them
from the last on; each takes what the other has left in the store. So nobody
waits for anybody, and a scan ends even where no other worker is free.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from celery import group, shared_task

from analytics.errors import NotEnoughData
from analytics.pairs import scan_report as reports
from analytics.pairs.scan_report import Piece, ScanWindow, scanned_closes
from analytics.records.closes import Closes
from analytics.records.market import Gap
from analytics.records.scans import (
    LEAST_BARS,
    MOST_SYMBOLS,
    SCAN_TIMEFRAMES,
    SPARK_POINTS,
    WINDOW_BARS,
    ScanReport,
)
from workers.coordination.single_flight import single_flight
from workers.messages.rooms import scan_topic
from workers.messages.scans import scan_json, scan_news_json
from workers.publish import publish
from workers.running_job import started_job
from workers.store.gaps import load_unresolved_gaps
from workers.store.jobs import load_job
from workers.store.known_closes import load_known_closes
from workers.store.progress import load_progress, newest_shared_bar
from workers.store.results import load_result, save_result
from workers.store.scans import load_scanned_symbols, save_no_scan, save_scan
from workers.store.summaries import load_summaries
from workers.watched_bars import WatchedBar, watched_bars

log = logging.getLogger(__name__)

PIECE_SYMBOLS = 25  # y's of one piece
MOST_WITH_LINES = 40  # symbols of a scan whose rows have lines of z-scores
PIECE_SECONDS = 300.0  # a piece is kept


@shared_task(name="workers.tasks.scan.compute_scans")
def compute_scans() -> None:
    """A scan of the watch-list in every timeframe in which a bar closed."""
    with single_flight("compute_scans") as flight:
        if not flight.won:
            return
        for bar in watched_bars("scans", SCAN_TIMEFRAMES, MOST_SYMBOLS, load_scanned_symbols()):
            scan_watched(bar)
            if not flight.renew():
                return


@shared_task(name="workers.tasks.scan.scan_symbols")
def scan_symbols(job_id: str, symbols: list[str], tf: str, window: int, least_volume: float = 0.0) -> None:
    """Asked for: any symbols and window, in pieces."""
    with started_job(job_id) as job:
        progress = load_progress()
        rows = [progress[symbol] for symbol in symbols if symbol in progress]
        if len(rows) < 2:
            raise NotEnoughData(f"a scan of {tf} bars of two symbols", have=0, need=LEAST_BARS)
        asked = ScanWindow(tf, window, newest_shared_bar(rows, tf), least_volume)
        volumes = _volumes(symbols)
        pieces = [symbols[first : first + PIECE_SYMBOLS] for first in range(0, len(symbols), PIECE_SYMBOLS)]
        hand_out(job.id, symbols, pieces, asked, volumes)
        job.progress(0, len(pieces) + 1, f"{len(symbols)} symbols: loading {window} bars of {tf}")
        closes = load_known_closes(symbols, tf, asked.as_of, window)
        table = scanned_closes(closes, asked)
        found: dict[int, Piece] = {}
        by_others = 0
        for piece in reversed(range(len(pieces))):
            job.progress(len(found), len(pieces) + 1, f"testing the pairs of {pieces[piece][0]} and others")
            kept = load_result(piece_key(job.id, piece, asked.as_of))
            if isinstance(kept, dict):
                found[piece] = kept
                by_others += 1
            else:
                found[piece] = _rows(table, pieces[piece], asked, symbols, volumes)
        job.progress(len(pieces), len(pieces) + 1, "confirming on later bars")
        in_order = [found[piece] for piece in sorted(found)]
        job.finish(scan_json(_report(closes, table, in_order, asked, volumes)))
        log.info("scan put together job=%s pieces=%d by_others=%d", job.id, len(pieces), by_others)


@shared_task(name="workers.tasks.scan.scan_piece")
def scan_piece(
    job_id: str,
    piece: int,
    symbols: list[str],
    ys: list[str],
    window: list[str | float],
    volumes: dict[str, float | None],
) -> None:
    """The rows of some y's, for a job that is still wanted, unless they are there already."""
    asked = ScanWindow(
        str(window[0]), int(window[1]), datetime.fromisoformat(str(window[2])), float(window[3])
    )
    key, job = piece_key(job_id, piece, asked.as_of), load_job(job_id)
    if job is None or not job.is_open or job.cancel_wanted or load_result(key):
        return
    closes = load_known_closes(symbols, asked.timeframe, asked.as_of, asked.window)
    try:
        table = scanned_closes(closes, asked)
    except NotEnoughData:
        return  # the job itself says so
    save_result(key, _rows(table, ys, asked, symbols, volumes), kept_seconds=PIECE_SECONDS)
    log.info("scan piece computed job=%s piece=%d", job_id, piece)


def hand_out(
    job_id: str,
    symbols: list[str],
    pieces: Sequence[list[str]],
    asked: ScanWindow,
    volumes: Mapping[str, float | None],
) -> None:
    """Offer all pieces but the last, with which the job itself begins, to the computing workers."""
    window = [asked.timeframe, asked.window, asked.as_of.isoformat(), asked.least_volume]
    offered = [
        scan_piece.s(job_id, piece, symbols, ys, window, volumes).set(
            queue="analytics", expires=PIECE_SECONDS
        )
        for piece, ys in enumerate(pieces[:-1])
    ]
    if offered:
        group(offered).apply_async(ignore_result=True)


def scan_watched(bar: WatchedBar) -> None:
    """Load, scan, save and publish one timeframe."""
    asked = ScanWindow(bar.timeframe, WINDOW_BARS, bar.newest)
    closes = load_known_closes(bar.symbols, bar.timeframe, bar.newest, WINDOW_BARS)
    report, volumes = None, _volumes(bar.symbols)
    try:
        table = scanned_closes(closes, asked)
        rows = _rows(table, None, asked, bar.symbols, volumes)
        report = _with_left_out(_report(closes, table, [rows], asked, volumes), bar.left_out)
        save_scan(report)
    except NotEnoughData as error:
        save_no_scan(bar.timeframe, bar.symbols)
        log.info("scan not computed timeframe=%s reason=%s", bar.timeframe, error)
    bar.finish()
    if report:
        publish({scan_topic(bar.timeframe): scan_news_json(bar.timeframe, report)})
        log.info("scan computed timeframe=%s pairs=%d", bar.timeframe, report.luck.pairs)


def piece_key(job_id: str, piece: int, as_of: datetime) -> str:
    """Under which the rows of a piece are kept; a job that is begun again may end with a later bar."""
    return f"scan-piece:{job_id}:{piece}:{as_of.isoformat()}"


def _rows(
    table: reports.Table,
    ys: Sequence[str] | None,
    asked: ScanWindow,
    symbols: Sequence[str],
    volumes: Mapping[str, float | None],
) -> Piece:
    return reports.scan_piece(
        table, ys, z_points=_points(symbols), quote_volumes=volumes, least_volume=asked.least_volume
    )


def _report(
    closes: Mapping[str, Closes],
    table: reports.Table,
    rows: Sequence[Piece],
    asked: ScanWindow,
    volumes: Mapping[str, float | None],
) -> ScanReport:
    gaps: dict[str, list[Gap]] = {}
    for gap in load_unresolved_gaps():
        gaps.setdefault(gap.symbol, []).append(gap)
    return reports.scan_report(
        table, rows, asked, closes=closes, gaps=gaps, quote_volumes=volumes, computed_at=datetime.now(UTC)
    )


def _with_left_out(report: ScanReport, symbols: Sequence[str]) -> ScanReport:
    reasons = {
        symbol: f"{symbol} stands behind the first {MOST_SYMBOLS} watched symbols, which are scanned"
        for symbol in symbols
    }
    return replace(report, reasons={**report.reasons, **reasons}) if symbols else report


def _points(symbols: Sequence[str]) -> int:
    return SPARK_POINTS if len(symbols) <= MOST_WITH_LINES else 0


def _volumes(symbols: Sequence[str]) -> dict[str, float | None]:
    """What each symbol traded in 24 h, in the quote asset, as far as known."""
    summaries = load_summaries()
    return {symbol: summaries[symbol].quote_volume_24h for symbol in symbols if symbol in summaries}
