"""Writes bars or trades of a symbol to a file: CSV or NDJSON, packed when its name ends in .gz.

A column says where the trades came from. The file appears when it is whole.
"""

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path

from analytics.timeframes import TIMEFRAMES
from workers.cli.exits import DONE, Refused
from workers.cli.row_files import SUFFIXES, kind_of, opened_rows
from workers.cli.rows import Rows, bar_rows, tick_rows
from workers.cli.terminal import ProgressBar, say
from workers.settings import load_settings
from workers.store.watchlist import load_watchlist

BARS, TICKS = "bars", "ticks"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What may be given."""
    parser.add_argument("what", choices=(BARS, TICKS))
    parser.add_argument("symbol")
    parser.add_argument("--to", type=Path, help=f"a new file that ends in {', '.join(SUFFIXES)}")
    parser.add_argument("--tf", choices=tuple(TIMEFRAMES), default="1m", help="of bars; default 1m")
    parser.add_argument("--start", type=_moment, help="ISO 8601, UTC without an offset; inclusive")
    parser.add_argument("--end", type=_moment, help="likewise; exclusive")
    parser.add_argument("--replace", action="store_true", help="write over a file that is there")


def run(arguments: argparse.Namespace) -> int:
    """Writes the file; the exit code."""
    symbol = arguments.symbol.upper()
    path = arguments.to or Path(_usual_name(arguments.what, symbol, arguments.tf))
    _check(path, replace=arguments.replace)
    rows = _rows(arguments, symbol)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        written = _write(rows, unfinished, kind_of(path), f"{symbol} {arguments.what}")
        if not written:
            raise Refused(_nothing(symbol, arguments.what))
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    say(f"{path}: {written:,} {arguments.what} of {symbol}, {load_settings().source}")
    return DONE


def _write(rows: Rows, path: Path, kind: str, what: str) -> int:
    with opened_rows(path, kind, rows.columns) as write, ProgressBar(what) as progress:
        written = 0
        for share, page in rows.pages:
            written += len(page)
            write(page)
            progress.show(share, f"{written:,} rows")
    return written


def _rows(arguments: argparse.Namespace, symbol: str) -> Rows:
    if arguments.what == BARS:
        return bar_rows(symbol, arguments.tf, arguments.start, arguments.end)
    return tick_rows(symbol, arguments.start, arguments.end)


def _check(path: Path, *, replace: bool) -> None:
    if not kind_of(path):
        raise Refused(f"{path}: the name of the file must end in {', '.join(SUFFIXES)}")
    if path.exists() and not replace:
        raise Refused(f"{path} is there already; --replace writes over it")
    if not path.absolute().parent.is_dir():
        raise Refused(f"{path.absolute().parent} is no folder")


def _usual_name(what: str, symbol: str, timeframe: str) -> str:
    parts = [load_settings().source.lower(), what, symbol, *([timeframe] if what == BARS else [])]
    return "-".join(parts) + ".csv"


def _nothing(symbol: str, what: str) -> str:
    known = load_watchlist()
    if symbol not in known:
        return f"{symbol} is not captured; known: {', '.join(known[:20]) or 'none'}"
    return f"no {what} of {symbol} in that time"


def _moment(text: str) -> datetime:
    """A moment as it is typed.

    >>> _moment("2026-11-22T08:00").isoformat()
    '2026-11-22T08:00:00+00:00'
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected something like 2026-11-22T08:00, got {text!r}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
