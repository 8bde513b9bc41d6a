"""Capture as it runs in the product, on a faulty exchange: stream, repair, bars and schedule as processes.

with Streaming(folder, mongo_url, redis_url, client) as world:
    world.control.on("duplicate", share=0.1)
    ...
    world.assert_clean(within=30)
"""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from pymongo import MongoClient

from tests.fault.auditor import UNRESOLVED, Audit, Store, audit
from tests.fault.control import Control
from tests.fault.proxy import Proxy
from tests.product import wait_for
from workers.local.waiting import wait_until

SYMBOLS = ("BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT", "DOGEUSDT")
UP_SECONDS = 300.0  # on a machine with much else to do
STOP_SECONDS = 12.0
ROOT = Path(__file__).resolve().parents[2]

# Waiting times of the product, shortened about tenfold.
HASTE: dict[str, float] = {
    "workers.stream.link:PING_SECONDS": 2.0,
    "workers.stream.link:PONG_TIMEOUT_SECONDS": 1.0,
    "workers.stream.connection:HEALTHY_AFTER_SECONDS": 2.0,
    "workers.stream.watchdog:CONNECTION_SILENCE_SECONDS": 4.0,
    "workers.stream.watchdog:STREAM_SILENCE_SECONDS": 4.0,
    "workers.stream.overseer:SUSPECT_SECONDS": 6.0,
    "workers.stream.overseer:RESOLVED_SECONDS": 1.0,
    "analytics.quality.repair:AGREEING_AFTER": 6.0,
    "analytics.quality.repair:FIRST_RETRY": 0.5,
    "analytics.quality.repair:LAST_RETRY": 4.0,
    "workers.tasks.history:HISTORY_SPAN": 3600.0,
}
NOTHING: Mapping[str, str] = {}
WORKERS = {
    "stream": ("-Q", "stream", "--hold-stream"),
    "batch": ("-Q", "batch"),
    "compute": ("-Q", "bars"),
    "second compute": ("-Q", "bars"),
    "compute and indicators": ("-Q", "bars,analytics"),
    "second compute and indicators": ("-Q", "bars,analytics"),
}
CAPTURE = ("stream", "batch", "compute")


class Streaming:
    """An exchange with a control port and the processes that capture it, with a database of their own."""

    has_second_klines = True  # of the exchange

    def __init__(
        self,
        folder: Path,
        mongo_url: str,
        redis_url: str,
        client: MongoClient[dict[str, Any]],
        *,
        rate: float = 300.0,
        symbols: Sequence[str] = SYMBOLS,
        options: Sequence[str] = (),
        constants: Mapping[str, float] = HASTE,
        workers: Sequence[str] = CAPTURE,
        tampering: Mapping[str, object] = NOTHING,
        worker_environ: Mapping[str, str] = NOTHING,
        seed: int | None = None,
        before_beat: Callable[[str], None] | None = None,
    ) -> None:
        self.folder = folder
        self.symbols = tuple(symbols)
        self.seed = str(uuid.uuid4().int % 10**6 if seed is None else seed)
        self.database = f"gemscap_simulated_spot_aggtrade_{self.seed}"
        self.loses_unreadable = False  # faults that may lose what nobody could read anyway
        self.spoiled = False  # an audit found something, or a process died
        self._client = client
        self._rate = rate
        self._options = options
        self._worker_environ = worker_environ
        self._before_beat = before_beat  # is given the broker's address
        self._tampering = json.dumps({"constants": dict(constants), **tampering})
        self.workers = tuple(workers)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._environ = os.environ | {
            "MONGO_URL": mongo_url,
            "REDIS_URL": redis_url,
            "SOURCE": "SIMULATED",
            "SEED": self.seed,
            "SYMBOLS": ",".join(symbols),
            "SPOOL_DIR": str(folder / "spool"),
            "BOOK_TICKER": "off",  # faults are to strike trades alone
        }

    @property
    def environ(self) -> Mapping[str, str]:
        """What its processes are told."""
        return self._environ

    @property
    def store(self) -> Store:
        """The database of this world."""
        return self._client[self.database]

    def start_exchange(self) -> None:
        """Start the exchange, and a proxy in front of its streams."""
        words = ["--port", "0", "--control-port", "0", "--synthetic", "--seed", self.seed]
        more = ["--rate", str(self._rate), "--ping-seconds", "2", *self._options]
        process = self._spawn("exchange", ["-m", "workers.local.exchange", *words, *more], subprocess.PIPE)
        assert process.stdout is not None
        control, ready = process.stdout.readline().decode(), process.stdout.readline().decode()
        assert ready.startswith("exchange ready"), (control, ready)
        self.control = Control(control.split()[-1])
        self.port = int(ready.rsplit(":", 1)[1])
        self.proxy = Proxy("127.0.0.1", self.port)
        self.proxy.__enter__()

    def start_workers(self) -> None:
        """Start what captures, repairs and builds bars, and wait until it does."""
        self._environ |= {
            "BINANCE_WS_URL": f"ws://127.0.0.1:{self.proxy.port}",
            "BINANCE_REST_URL": f"http://127.0.0.1:{self.port}",
            "TAMPERING": self._tampering,
            **self._worker_environ,
        }
        for name in self.workers:
            self.start_worker(name)
        if self._before_beat is not None:
            self._before_beat(self._environ["REDIS_URL"])
        self.start_beat()
        wait_for(self._all_captured, UP_SECONDS, f"trades of all symbols\n{self.words('stream')}")
        wait_for(lambda: bool(self.figures()), UP_SECONDS, "the first figures of the stream")

    def start_worker(self, name: str) -> None:
        """Start a worker, also again."""
        words = WORKERS[name.rstrip("0123456789")]
        quiet = ["--pool", "solo", "--without-mingle", "--without-gossip", "--loglevel", "INFO"]
        node = ["-n", f"{name.replace(' ', '-')}@{self.seed}"]
        self._spawn(name, ["-m", "celery", "-A", "tests.fault.hasty", "worker", *node, *words, *quiet])

    def start_beat(self, name: str = "beat") -> None:
        """Start a scheduler; there should be one."""
        schedule = ["--schedule", str(self.folder / f"{name}-{self.seed}"), "--loglevel", "WARNING"]
        self._spawn(name, ["-m", "celery", "-A", "tests.fault.hasty", "beat", *schedule])

    def end(self, name: str, number: signal.Signals = signal.SIGTERM, within: float = STOP_SECONDS) -> int:
        """End a process for good; the exit code."""
        process = self._processes.pop(name)
        process.send_signal(number)
        return process.wait(within)

    def is_dead(self, name: str) -> bool:
        """Whether a process has ended."""
        return self._processes[name].poll() is not None

    def await_death(self, name: str) -> None:
        """Wait for the end of a process that was told to end."""
        self._processes[name].wait(STOP_SECONDS)

    def pid_of(self, name: str) -> int:
        """The process of that name."""
        return self._processes[name].pid

    def __enter__(self) -> "Streaming":
        self._client.drop_database(self.database)
        self.start_exchange()
        try:
            self.start_workers()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End every process, and remove what was stored."""
        for process in self._processes.values():
            process.send_signal(signal.SIGCONT)  # one that was stopped could not go
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.proxy.__exit__(None, None, None)
        self._client.drop_database(self.database)

    def figures(self) -> dict[str, float]:
        """The newest figures of the stream process."""
        found = self.store["heartbeats"].find_one({"process": "stream"}, sort=[("beat_at", -1)])
        return dict(found["figures"]) if found else {}

    def words(self, name: str) -> str:
        """The log of a process."""
        return (self.folder / f"{name}-{self.seed}.log").read_text(errors="replace")

    def built_until(self) -> float:
        """Until when the bars of all symbols are built (the exchange's time, seconds since 1970)."""
        return min(row["built_until"].timestamp() for row in self.store["progress"].find())

    def unresolved(self) -> int:
        """Gap rows that wait for their repair."""
        return self.store["gaps"].count_documents({"state": {"$in": list(UNRESOLVED)}})

    def stored(self) -> int:
        """How many trades the store has."""
        return self.store["ticks"].estimated_document_count()

    def is_stored(self, newest: Mapping[str, int]) -> bool:
        """Whether the store has come to these ids."""
        stored = {row["_id"]: row["last_id"] for row in self.store["cursors"].find()}
        return all(stored.get(symbol, -1) >= id for symbol, id in newest.items())

    def repairs(self, since: float) -> int:
        """How many REST requests for missing ids were made since a moment (seconds since 1970)."""
        return sum("fromId=" in target for _, target, _ in self.control.requests(since))

    def injected(self) -> int:
        """How many messages nobody can read were sent."""
        counts = self.control.counts()
        sent = counts.get("corrupt", 0) + counts.get("huge", 0)
        return min(sent, self.store["quarantine"].count_documents({})) if self.loses_unreadable else sent

    def handshakes(self, since: float) -> list[float]:
        """When connections of the streams were asked for, since a moment (seconds since 1970)."""
        return [at for at, _, status in self.control.requests(since) if status == 0]

    def newest(self) -> dict[str, int]:
        """The newest id of each symbol that is captured."""
        return {symbol: id for symbol, id in self.control.newest().items() if symbol in self.symbols}

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to a process."""
        self._processes[name].send_signal(number)

    def audited(self, last_ids: Mapping[str, int]) -> Audit:
        """The audit of now, up to these ids."""
        return audit(
            self.control,
            self.store,
            last_ids,
            injected=self.injected(),
            has_second_klines=self.has_second_klines,
        )

    def missing_after(self, newest: Mapping[str, int], seconds: float) -> list[str]:
        """The trades up to these ids that are still not stored after so long; none as soon as all are."""
        wait_until(lambda: not self.audited(newest).missing, seconds)
        return self.audited(newest).missing

    def assert_clean(self, *, within: float) -> Audit:
        """What was traded up to now is stored, whole and once, within so many seconds of quiet.

        The faults are to be off by then.
        """
        newest = self.newest()
        deadline = time.monotonic() + within
        end = time.time()
        wait_until(lambda: self._is_settled(end), within)
        while not (found := self.audited(newest)).clean and time.monotonic() < deadline:
            time.sleep(0.5)
        self.spoiled = self.spoiled or not found.clean
        assert found.clean, f"{found!r}\nseed {self.seed}; logs in {self.folder}"
        print(f"{found!r} (quiet after {max(0.0, within - deadline + time.monotonic()):.1f} s)")
        return found

    @property
    def is_whole(self) -> bool:
        """Whether every process lives and no audit found anything."""
        return not self.spoiled and all(process.poll() is None for process in self._processes.values())

    def _is_settled(self, end: float) -> bool:
        """No gap is open, and the bars have come past a moment (seconds since 1970)."""
        built = [row["built_until"].timestamp() for row in self.store["progress"].find()]
        return len(built) >= len(self.symbols) and min(built) > end and not self.unresolved()

    def _all_captured(self) -> bool:
        assert self.is_whole, self.words("stream")
        if not any("compute" in name for name in self.workers):
            return len(self.store["cursors"].distinct("_id")) == len(self.symbols)
        return len(self.store["progress"].distinct("_id")) == len(self.symbols) and self._is_joined()

    def _is_joined(self) -> bool:
        """Whether the history is there, so that longer bars are made."""
        return self.store["seams"].count_documents({"seam": "join"}) == len(self.symbols)

    def _spawn(self, name: str, words: Sequence[str], stdout: int | None = None) -> "subprocess.Popen[bytes]":
        with (self.folder / f"{name}-{self.seed}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *words], cwd=ROOT, env=self._environ, stdout=stdout or log, stderr=log
            )
        self._processes[name] = process
        return process
