"""Rows a second that an import stores, of each format; against one insert per row in the same run.

    python -m tests.benchmarks.imports [rows]

mongod, Redis and the import run on this machine. "rows/s" counts trades that are in the journal of MongoDB,
with their gaps on record and their bars built; the baseline inserts the same archive trade by trade and
builds nothing. "per CPU s" is per CPU second of the importing process. Peak memory is that of the process
so far, the benchmark's own copy of the trades included.
"""

import csv
import gzip
import json
import resource
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pymongo import MongoClient
from pymongo.write_concern import WriteConcern

from analytics.records.market import Tick
from tests.factories import random_ticks
from tests.integration.imports.importing import agg_trade_lines, imported, written
from workers.local.mongo_server import MongoServer
from workers.local.redis_server import RedisServer
from workers.settings import settings_from, use_settings

ROWS = 200_000
BASELINE_SECONDS = 5.0
TICKS_PER_SECOND = 20.0  # a day of 1.7 million trades
NOWHERE = {"BINANCE_WS_URL": "ws://127.0.0.1:1", "BINANCE_REST_URL": "http://127.0.0.1:1"}


@dataclass(frozen=True)
class Measured:
    """What one run came to."""

    rows: float  # a second
    per_cpu_second: float
    peak_mb: float


def main() -> None:
    """Print the table."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    ticks = random_ticks(3, rows, ticks_per_second=TICKS_PER_SECOND)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mongo, redis = MongoServer(folder / "mongodb" / "data"), RedisServer(folder / "redis" / "data")
        mongo.start()
        redis.start()
        try:
            run(folder, mongo.url, redis.url, ticks)
        finally:
            redis.stop()
            mongo.stop()


def run(folder: Path, mongo_url: str, redis_url: str, ticks: list[Tick]) -> None:
    """Each format into a database of its own, and the baseline."""
    print(f"{'':<34}{'rows/s':>10}{'per CPU s':>12}{'times':>8}{'peak MB':>9}", flush=True)
    archive = written(folder / "BTCUSDT-aggTrades-2024-08-08.csv", agg_trade_lines(ticks))
    baseline = measured_baseline(archive, mongo_url)
    show("one insert per row", baseline, baseline)
    for name, path in files(folder, archive, ticks).items():
        variant = name.replace(" ", "-").replace(",", "")
        environ = {"MONGO_URL": mongo_url, "REDIS_URL": redis_url, "SOURCE": "REPLAY", "CAPTURE": variant}
        with use_settings(settings_from(environ | NOWHERE)):
            show(name, measured(partial(stored, path)), baseline)
            if name == "archive":
                again = written(folder / "again.csv", ["", *agg_trade_lines(ticks)])
                show("the same trades again", measured(partial(repeated, again)), baseline)


def stored(path: Path) -> int:
    """How many trades a file brought."""
    return imported(path).stored


def repeated(path: Path) -> int:
    """How many trades of a file were there already."""
    return imported(path, symbol="BTCUSDT").repeats


def files(folder: Path, archive: Path, ticks: list[Tick]) -> dict[str, Path]:
    """The same trades in each format."""
    packed = folder / "BTCUSDT-aggTrades-2024-08-08.csv.gz"
    packed.write_bytes(gzip.compress(archive.read_bytes()))
    zipped = folder / "BTCUSDT-aggTrades-2024-08-08.zip"
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as file:
        file.write(archive, archive.name)
    collected = written(folder / "ticks.ndjson", map(_collected, ticks))
    messages = written(folder / "messages.ndjson", _messages(ticks))
    return {"archive": archive, "archive gz": packed, "archive zip": zipped, "stream messages": messages,
            "collector": collected}  # fmt: skip


def measured(work: Callable[[], int]) -> Measured:
    """Rows a second of a piece of work that says how many it did."""
    begun, cpu = time.monotonic(), time.process_time()
    rows = work()
    seconds, cpu_seconds = time.monotonic() - begun, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    return Measured(rows / seconds, rows / cpu_seconds, peak)


def measured_baseline(path: Path, mongo_url: str) -> Measured:
    """One journaled insert_one per row, for some seconds."""

    def insert() -> int:
        until, count = time.monotonic() + BASELINE_SECONDS, 0
        with MongoClient[dict[str, object]](mongo_url) as client, path.open() as file:
            ticks = client["baseline"]["ticks"].with_options(write_concern=WriteConcern(w=1, j=True))
            for row in csv.reader(file):
                ticks.insert_one(
                    {
                        "_id": int(row[0]),
                        "price": float(row[1]),
                        "quantity": float(row[2]),
                        "traded_at": int(row[5]),
                    }
                )
                count += 1
                if time.monotonic() > until:
                    break
        return count

    return measured(insert)


def show(name: str, found: Measured, baseline: Measured) -> None:
    """One line of the table."""
    times = found.rows / baseline.rows
    print(
        f"{name:<34}{found.rows:>10,.0f}{found.per_cpu_second:>12,.0f}{times:>8.1f}{found.peak_mb:>9,.0f}",
        flush=True,
    )


def _collected(tick: Tick) -> str:
    row = {"symbol": "btcusdt", "ts": tick.traded_at.isoformat(), "price": tick.price, "size": tick.quantity}
    return json.dumps(row)


def _messages(ticks: Iterable[Tick]) -> Iterable[str]:
    for t in ticks:
        event = {"e": "aggTrade", "E": 0, "s": t.symbol, "a": t.id, "p": str(t.price), "q": str(t.quantity)}
        event |= {
            "f": t.first_trade_id,
            "l": t.last_trade_id,
            "T": int(t.traded_at.timestamp() * 1000),
            "m": False,
        }
        yield json.dumps({"stream": "btcusdt@aggTrade", "data": event | {"M": True}})


if __name__ == "__main__":
    main()
