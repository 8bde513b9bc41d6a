"""Trades a second that one stream worker stores durably, none lost; against two baselines of the same run.

    python -m tests.benchmarks.capture [seconds] [rate ...]

The simulated exchange, mongod, Redis and the worker run on this machine, as processes of their own.
"stored" counts ticks in the journal of MongoDB. "missing" is what the ids say: of each symbol, from the first
stored id to the newest one of the exchange, some seconds later; a run that misses one ends with exit code 1.
"sent>stored" is from the trade to the acknowledged insert (exchange and worker share a clock): the middle
of the p50 that the worker told while it was measured, and the worst p99; "arrived": the same to the worker.
Trades per CPU second of the worker say what it could do with a core of its own, also on a busy machine.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from pymongo import MongoClient

from tests.benchmarks.exchange import SYMBOLS, cpu_seconds, measured_exchange
from tests.integration.exchange.running import ROOT, Running, running
from workers.local.mongo_server import MongoServer
from workers.local.redis_server import RedisServer
from workers.local.waiting import wait_until

SECONDS = 60.0
RATES = (5_600.0, 13_500.0, 24_000.0)  # asked for; the exchange makes about a tenth fewer
BASELINE_SECONDS = 10.0
CEILING_RATE = 60_000.0
SETTLE_SECONDS = 5.0
CATCH_UP_SECONDS = 60.0
WORKER = "-A workers.celery_app worker -n stream@%h -Q stream --pool solo --hold-stream"
ID_BITS = 44
Store = Any  # a pymongo Database of documents


@dataclass(frozen=True)
class Measured:
    """What one run came to."""

    stored: float  # a second
    received: float  # a second; of a worker's run: made by the exchange
    cpu: dict[str, float]  # CPU seconds per second, by process
    per_cpu_second: float  # trades per CPU second of the capturing process
    missing: int | None = None
    memory_mb: tuple[float, float] = (0.0, 0.0)  # at the beginning and at the end
    arrived_ms: tuple[float, float] = (0.0, 0.0)  # middle p50, worst p99 from the trade to the worker
    stored_ms: tuple[float, float] = (0.0, 0.0)  # the same from the trade to the journal


@dataclass(frozen=True)
class Servers:
    """What the runs share."""

    mongo: MongoServer
    redis_url: str
    client: MongoClient[dict[str, Any]]
    folder: Path


def main() -> None:
    """Print the table."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    rates = [float(word) for word in sys.argv[2:]] or list(RATES)
    columns = ("stored/s", "made/s", "missing", "CPU", "mongod", "exchange", "per CPU s")
    columns = (*columns, "arrived ms", "sent>stored", "MB")
    print(f"{'trades/s':<26}" + "".join(f"{column:>13}" for column in columns), flush=True)
    with servers() as found:
        show("one insert per message", measured_baseline(found, min(seconds, BASELINE_SECONDS)))
        missing = 0
        for rate in rates:
            run = measured_worker(found, rate, seconds)
            show(f"stream worker, {rate:,.0f}", run)
            missing += run.missing or 0
    ceiling = measured_exchange(CEILING_RATE, min(seconds, BASELINE_SECONDS))
    print(f"{'websocket-client alone':<26}{'':>13}{ceiling.received:>13,.0f}"
          f"{'':>52}{ceiling.reader:>13,.0f}")  # fmt: skip
    if missing:
        sys.exit(f"{missing:,} trades are missing")


def show(name: str, found: Measured) -> None:
    """One line of the table."""
    numbers = [f"{found.stored:,.0f}", f"{found.received:,.0f}"]
    numbers.append("" if found.missing is None else f"{found.missing:,}")
    numbers += [f"{found.cpu[part]:.2f}" for part in ("capture", "mongod", "exchange")]
    numbers.append(f"{found.per_cpu_second:,.0f}")
    numbers += ["/".join(f"{value:,.0f}" for value in pair) for pair in (found.arrived_ms, found.stored_ms)]
    numbers.append("-".join(f"{value:,.0f}" for value in found.memory_mb))
    print(f"{name:<26}" + "".join(f"{number:>13}" for number in numbers), flush=True)


@contextmanager
def servers() -> Iterator[Servers]:
    """A mongod and a Redis of our own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mongo, redis = MongoServer(folder / "mongodb" / "data"), RedisServer(folder / "redis" / "data")
        mongo.start()
        redis.start()
        try:
            with MongoClient[dict[str, Any]](mongo.url, tz_aware=True) as client:
                yield Servers(mongo, redis.url, client, folder)
        finally:
            redis.stop()
            mongo.stop()


def measured_baseline(found: Servers, seconds: float) -> Measured:
    """One insert_one(w:1, j:true) per message, at a rate it cannot follow."""
    streams = ",".join(f"{name}usdt@trade" for name in SYMBOLS)
    with running("--synthetic", "--rate", "5000") as exchange:
        words = [exchange.ws_url + "/stream", streams, found.mongo.url, "naive"]
        process = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.naive_capture", *words], cwd=ROOT)
        try:
            return measured(found, exchange, process.pid, found.client["naive"], seconds)
        finally:
            process.kill()
            process.wait()


def measured_worker(found: Servers, rate: float, seconds: float) -> Measured:
    """The stream worker of the product, audited by ids."""
    seed = f"9{rate:.0f}"
    store = found.client[f"gemscap_simulated_spot_trade_{seed}"]
    with running("--synthetic", "--seed", seed, "--rate", str(rate)) as exchange:
        process = started_worker(found, exchange, seed)
        try:
            measures = measured(found, exchange, process.pid, store, seconds)
            missing = ids_missing(exchange, store)
        finally:
            process.terminate()
            process.wait(20)
    found.client.drop_database(store.name)
    return replace(measures, missing=missing)


def started_worker(found: Servers, exchange: Running, seed: str) -> "subprocess.Popen[bytes]":
    """A stream worker as the Procfile starts it."""
    environ = os.environ | {
        "MONGO_URL": found.mongo.url,
        "REDIS_URL": found.redis_url,
        "SOURCE": "SIMULATED",
        "SEED": seed,
        "STREAM": "trade",
        "BINANCE_WS_URL": exchange.ws_url,
        "BINANCE_REST_URL": exchange.url,
        "SPOOL_DIR": str(found.folder / "spool"),
    }
    command = [sys.executable, "-m", "celery", *WORKER.split(), "--without-mingle", "--without-gossip"]
    with (found.folder / f"stream-{seed}.log").open("wb") as log:
        return subprocess.Popen(command, env=environ, cwd=ROOT, stdout=log, stderr=log)


def measured(found: Servers, exchange: Running, pid: int, store: Store, seconds: float) -> Measured:
    """Count what is stored for a while, after some seconds to settle."""
    ticks = store["ticks"]
    assert wait_until(lambda: ticks.estimated_document_count() > 0, 60), "nothing was stored"
    time.sleep(SETTLE_SECONDS)
    mongod = found.mongo._process.pid if found.mongo._process else None
    pids = {"capture": pid, "mongod": mongod or 0, "exchange": exchange.process.pid}
    before, started, memory = ticks.estimated_document_count(), time.monotonic(), memory_mb(pid)
    used, arrived = {name: cpu_seconds(id) for name, id in pids.items()}, ids_made(exchange)
    told = figures_told(store, seconds)
    count, elapsed = ticks.estimated_document_count() - before, time.monotonic() - started
    cpu = {name: (cpu_seconds(id) - used[name]) / elapsed for name, id in pids.items()}
    received = (ids_made(exchange) - arrived) / elapsed
    per_cpu_second = count / elapsed / cpu["capture"]
    delays = (delay_ms(told, "received"), delay_ms(told, "stored"))
    return Measured(count / elapsed, received, cpu, per_cpu_second, None, (memory, memory_mb(pid)), *delays)


def ids_made(exchange: Running) -> int:
    """How many trades the exchange has made of all symbols."""
    return sum(newest_ids(exchange).values())


def newest_ids(exchange: Running) -> dict[str, int]:
    """The newest id of each symbol."""
    names = [f"{name.upper()}USDT" for name in SYMBOLS]
    return {name: exchange.json("/api/v3/historicalTrades", symbol=name, limit=1)[0]["id"] for name in names}


def ids_missing(exchange: Running, store: Store) -> int:
    """Ids from the first stored to the newest of now that are not stored within a minute."""
    newest = newest_ids(exchange)
    wait_until(lambda: _count_missing(store, newest) == 0, CATCH_UP_SECONDS)
    return _count_missing(store, newest)


def _count_missing(store: Store, newest: dict[str, int]) -> int:
    missing = 0
    for row in store["counters"].find({"_id": {"$regex": "^symbol:"}}):
        base, last = row["number"] << ID_BITS, newest.get(row["_id"].removeprefix("symbol:"), -1)
        span = {"$gte": base, "$lte": base + last}
        first = store["ticks"].find_one({"_id": span}, {"_id": 1}, sort=[("_id", 1)])
        if first is not None:
            missing += base + last - first["_id"] + 1 - store["ticks"].count_documents({"_id": span})
    return missing


def figures_told(store: Store, seconds: float) -> list[dict[str, float]]:
    """Wait so long; what the worker told about itself meanwhile, each of its heartbeats once."""
    told: dict[object, dict[str, float]] = {}
    end, since = time.monotonic() + seconds, datetime.now(UTC)
    while time.monotonic() < end:
        time.sleep(min(1.0, max(0.0, end - time.monotonic())))
        for row in store["heartbeats"].find({"process": "stream", "beat_at": {"$gt": since}}):
            told[row["beat_at"]] = row["figures"]
    return list(told.values())


def delay_ms(told: list[dict[str, float]], step: str) -> tuple[float, float]:
    """The middle p50 and the worst p99 of the delays from the trade to a step; nothing was told: zeros."""
    found = {
        share: [row.get(f"trade_to_{step}_ms_{share}") or 0.0 for row in told] for share in ("p50", "p99")
    }
    return median(found["p50"] or [0.0]), max(found["p99"] or [0.0])


def memory_mb(pid: int) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
