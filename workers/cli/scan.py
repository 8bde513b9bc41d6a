"""Tests every pair of symbols for cointegration over stored bars, and prints what holds.

The same test as the Scanner page's, computed here: it needs the database alone.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from analytics.errors import NotEnoughData
from analytics.pairs import scan_report as reports
from analytics.pairs.scan_report import ScanWindow, scanned_closes
from analytics.records.closes import Closes
from analytics.records.market import Gap
from analytics.records.scans import LEAST_BARS, SCAN_TIMEFRAMES, WINDOW_BARS, PairScore, ScanReport
from workers.cli.exits import DONE, Refused
from workers.cli.terminal import ProgressBar, say
from workers.messages.scans import scan_scores_json
from workers.settings import load_settings
from workers.store.gaps import load_unresolved_gaps
from workers.store.known_closes import load_known_closes
from workers.store.progress import load_progress, newest_shared_bar
from workers.store.summaries import load_summaries
from workers.store.watchlist import load_watchlist

MOST_BARS = 5_000
SHOWN = 20
HEADING = f"{'y / x':<22} {'beta':>9} {'p':>8} {'q':>8} {'half-life':>9} {'z':>7}  verdict"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What may be given."""
    parser.add_argument("symbols", nargs="*", help="two or more; without any the watch-list")
    parser.add_argument("--tf", choices=SCAN_TIMEFRAMES, default="1m")
    parser.add_argument("--window", type=_bars, default=WINDOW_BARS, help=f"bars; default {WINDOW_BARS}")
    parser.add_argument("--top", type=int, default=SHOWN, help=f"rows to print; default {SHOWN}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the whole report into a file")


def run(arguments: argparse.Namespace) -> int:
    """Scans and prints; the exit code."""
    symbols = list(dict.fromkeys(name.upper() for name in arguments.symbols)) or load_watchlist()
    progress = load_progress()
    unknown = [symbol for symbol in symbols if symbol not in progress]
    if unknown:
        raise Refused(f"no bars of {', '.join(unknown)}; there are: {', '.join(sorted(progress)) or 'none'}")
    if len(symbols) < 2:
        raise Refused("a scan needs two symbols or more")
    newest = newest_shared_bar([progress[symbol] for symbol in symbols], arguments.tf)
    report = _scanned(symbols, ScanWindow(arguments.tf, arguments.window, newest))
    if arguments.json:
        arguments.json.write_text(json.dumps(scan_scores_json(report)))
    _print(report, arguments.top)
    return DONE


def _scanned(symbols: Sequence[str], asked: ScanWindow) -> ScanReport:
    closes = load_known_closes(symbols, asked.timeframe, asked.as_of, asked.window)
    try:
        table = scanned_closes(closes, asked)
    except NotEnoughData as problem:
        raise Refused(str(problem)) from problem
    pieces = []
    with ProgressBar("pairs") as bar:
        for place, y in enumerate(symbols, start=1):
            pieces.append(reports.scan_piece(table, [y], z_points=0))
            bar.show(place / len(symbols), f"{place * (len(symbols) - 1):,} tests")
    return _report(closes, table, pieces, asked)


def _report(
    closes: Mapping[str, Closes], table: reports.Table, pieces: Sequence[reports.Piece], asked: ScanWindow
) -> ScanReport:
    gaps: dict[str, list[Gap]] = {}
    for gap in load_unresolved_gaps():
        gaps.setdefault(gap.symbol, []).append(gap)
    summaries = load_summaries()
    volumes = {symbol: summaries[symbol].quote_volume_24h for symbol in closes if symbol in summaries}
    return reports.scan_report(
        table, pieces, asked, closes=closes, gaps=gaps, quote_volumes=volumes, computed_at=datetime.now(UTC)
    )


def _print(report: ScanReport, top: int) -> None:
    luck, as_of = report.luck, f"{report.as_of:%Y-%m-%d %H:%M} UTC"
    what = f"{len(report.symbols)} symbols, {report.window} bars of {report.timeframe} up to {as_of}"
    say(f"{load_settings().source}: {what}")
    say(f"{luck.pairs} pairs: {luck.found_before} found, {luck.expected_by_luck:.1f} expected by luck before")
    say(f"the correction, {luck.found_after} after it, {luck.confirmed} held on later bars")
    say(HEADING)
    tested = [score for score in report.scores if score.q_value is not None]
    for score in sorted(tested, key=lambda score: (score.q_value or 0.0, score.p_value or 0.0))[:top]:
        say(_line(score))


def _line(score: PairScore) -> str:
    name = f"{score.y} / {score.x}"
    half_life = "-" if score.half_life is None else f"{score.half_life:.0f}"
    figures = [_figure(score.beta, 4), _figure(score.p_value, 4), _figure(score.q_value, 4)]
    z = _figure(score.zscore, 2)
    return (
        f"{name:<22} {figures[0]:>9} {figures[1]:>8} {figures[2]:>8} {half_life:>9} {z:>7}  {score.verdict}"
    )


def _figure(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _bars(text: str) -> int:
    try:
        bars = int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected a whole number, got {text!r}") from error
    if not LEAST_BARS <= bars <= MOST_BARS:
        raise argparse.ArgumentTypeError(f"expected {LEAST_BARS} to {MOST_BARS} bars, got {bars}")
    return bars
