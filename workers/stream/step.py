"""Celery bootsteps: the stream and the heartbeat live as long as their worker."""

import gc
from typing import Any

from celery import bootsteps

from workers.heartbeat import HeartbeatThread
from workers.settings import load_settings
from workers.store.indexes import ensure_indexes
from workers.stream.book_feed import BookFeed
from workers.stream.shard_holder import ShardHolder

FLUSH_ON_TERM_SECONDS = 6.0
FLUSH_ON_QUIT_SECONDS = 2.0
BOOK_END_SECONDS = 2.0  # when the stream has ended; trades come first
COLLECT_AFTER = 50_000  # objects more than went; Python's own is 700


class StreamStep(bootsteps.StartStopStep):
    """Holds the stream in a worker that was started with --hold-stream."""

    requires = {"celery.worker.components:Pool"}  # noqa: RUF012 - Celery reads it from the class

    def __init__(self, worker: Any, hold_stream: bool = False, **options: Any) -> None:  # Any: Celery's own
        super().__init__(worker, **options)
        self.enabled = bool(hold_stream)
        worker.stream = worker.book = None

    def start(self, worker: Any) -> None:
        """Begin to capture the shards that fall to this worker."""
        ensure_indexes()
        _collect_rarely()
        worker.stream = ShardHolder(str(worker.hostname))
        worker.stream.start()
        if load_settings().book_ticker:
            worker.book = BookFeed(worker.stream.symbols, worker.stream.is_busy, quota=worker.stream.quota)
            worker.book.start()

    def stop(self, worker: Any) -> None:
        """SIGTERM: hand over, store what has come, then go."""
        self._end(worker, FLUSH_ON_TERM_SECONDS)

    def terminate(self, worker: Any) -> None:
        """SIGQUIT: likewise, in less time."""
        self._end(worker, FLUSH_ON_QUIT_SECONDS)

    def _end(self, worker: Any, flush_seconds: float) -> None:
        if worker.stream is not None:
            worker.stream.stop(flush_seconds=flush_seconds)
            worker.stream = None
        if worker.book is not None:
            worker.book.stop(timeout_seconds=BOOK_END_SECONDS)
            worker.book = None


def _collect_rarely() -> None:
    """Ticks and documents hold no cycles; looking for some after every few hundred is dear."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 50)


class HeartbeatStep(bootsteps.StartStopStep):
    """Says that the worker lives; its name is that of the node before the @, without its number."""

    requires = {StreamStep}  # noqa: RUF012 - Celery reads it from the class

    def start(self, worker: Any) -> None:
        """Begin to beat."""

        def figures() -> dict[str, float | int | str | None]:
            parts = [part.figures() for part in (worker.stream, worker.book) if part is not None]
            return {name: value for figures in parts for name, value in figures.items()}

        name = str(worker.hostname).partition("@")[0].rstrip("0123456789")  # stream2 is a second stream
        self.heartbeat = HeartbeatThread(name, figures)
        self.heartbeat.start()

    def stop(self, worker: Any) -> None:
        """Stop beating."""
        self.heartbeat.stop()

    terminate = stop
