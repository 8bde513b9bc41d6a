"""`python -m workers.imports FILE ...`: imports files into the database of the settings.

Trades (NDJSON of a collector, messages of the stream, aggTrades and trades of Binance's
archive) and klines; plain, gzip or zip. A file that is not what the .CHECKSUM beside it says
is refused. What is there already is left as it is. Ctrl-C stops after the batch at hand; given
the same file again, the import goes on from there. If it is killed, the batch worker of a
running product goes on with it.

Exit codes: 0 all files are imported, 1 one failed, 2 wrong usage, 3 stopped or cancelled,
4 a server does not answer.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from workers.coordination.errors import CoordinationDown
from workers.coordination.single_flight import single_flight
from workers.imports.checksum import is_checksum
from workers.imports.errors import ImportRefused
from workers.imports.opened import identity
from workers.imports.run import FLIGHT, LAPSES_SECONDS, enqueue, work_on
from workers.imports.terminal import ProgressLine, say, told
from workers.logs import set_up_logging
from workers.settings import load_settings
from workers.store.errors import StoreDown
from workers.store.imports import (
    WORKED_ON,
    FileImport,
    load_import,
    load_imports,
    save_import,
    want_cancelled,
)

DONE, FAILED, STOPPED, AWAY = 0, 1, 3, 4
LOOK_AGAIN_SECONDS = 0.3


class StopAsked:
    """Whether Ctrl-C or SIGTERM came; the second one ends the process at once."""

    def __init__(self) -> None:
        self._came = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)

    def __call__(self) -> bool:
        return self._came

    def _note(self, number: int, _frame: object) -> None:
        self._came = True
        signal.signal(number, signal.SIG_DFL)


def main() -> int:
    """Does what the command line says; the exit code."""
    arguments = _parser().parse_args()
    set_up_logging(level=40)  # what matters is said below
    try:
        if arguments.list:
            return _list()
        arguments.files = [file for file in arguments.files if not is_checksum(file)]
        if not arguments.files:
            _parser().error("which files?")
        if arguments.cancel:
            return _cancel(arguments.files)
        return _import(arguments.files, arguments)
    except StoreDown as problem:
        say(f"MongoDB does not answer: {type(problem).__name__}. Is the product running, is MONGO_URL right?")
    except CoordinationDown as problem:
        say(f"Redis does not answer: {type(problem).__name__}. Is the product running, is REDIS_URL right?")
    return AWAY


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m workers.imports", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--symbol", help="of files whose rows and name do not say it")
    parser.add_argument("--kind", choices=("aggTrade", "trade", "kline"), help="what the rows must be")
    parser.add_argument("--timeframe", help="of klines: what it must be")
    parser.add_argument("--synthetic", action="store_true", help="recorded from this simulated market")
    parser.add_argument("--queue", action="store_true", help="only queue them: the batch worker imports them")
    parser.add_argument("--cancel", action="store_true", help="cancel the import of these files")
    parser.add_argument("--list", action="store_true", help="what was imported, and how far the rest is")
    return parser


def _import(files: Sequence[Path], arguments: argparse.Namespace) -> int:
    options = {name: getattr(arguments, name) for name in ("symbol", "kind", "timeframe", "synthetic")}
    is_stopped, codes = StopAsked(), [DONE]
    say(f"into {load_settings().database}")
    for file in files:
        try:
            row = enqueue(file, options)
        except ImportRefused as problem:
            say(f"{os.path.basename(file)}: failed: {problem}")
            codes.append(FAILED)
            continue
        if row.state == "done":
            say(f"{told(row)}; nothing to add")
        elif arguments.queue:
            say(f"{os.path.basename(file)}: {row.state}")
        else:
            codes.append(_follow(row, is_stopped))
        if is_stopped():
            break
    return max(codes)


def _follow(row: FileImport, is_stopped: StopAsked) -> int:
    """Import it here, or watch whoever does."""
    line = ProgressLine()
    while row.state in WORKED_ON:
        with single_flight(FLIGHT, lapses_seconds=LAPSES_SECONDS) as flight:
            if flight.won:
                row = work_on(row, flight, tell=line.show, is_stopped=is_stopped)
                continue
        if is_stopped():
            want_cancelled(row)
        time.sleep(LOOK_AGAIN_SECONDS)
        row = load_import(row.digest, row.size) or row
        line.show(row)
    line.end(row)
    return {"done": DONE, "failed": FAILED}.get(row.state, STOPPED)


def _cancel(files: Sequence[Path]) -> int:
    code = DONE
    for file in files:
        try:
            row = load_import(*identity(file))
        except ImportRefused as problem:
            say(str(problem))
            row = None
        if row is None:
            say(f"{os.path.basename(file)}: is not being imported")
            code = FAILED
            continue
        want_cancelled(row)
        with single_flight(FLIGHT) as flight:
            if flight.won and row.state in WORKED_ON:  # nobody works on it
                row = save_import(_cancelled(row))
        say(f"{os.path.basename(file)}: {'cancelled' if row.state == 'cancelled' else 'is being cancelled'}")
    return code


def _cancelled(row: FileImport) -> FileImport:
    return replace(load_import(row.digest, row.size) or row, state="cancelled")


def _list() -> int:
    for row in load_imports():
        say(told(row))
    return DONE


if __name__ == "__main__":
    sys.exit(main())
