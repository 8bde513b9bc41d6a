"""That a job has ended: told through Redis, so that who waits for it need not ask again and again.

One listening thread per process wakes all who wait. Nothing hangs on it: a word
that is lost costs the waiter the time until its next look at the store.
"""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import RedisError

from workers.coordination.redis_client import redis_client

log = logging.getLogger(__name__)

CHANNEL = "gemscap:jobs:ended"  # ids are unique over all databases
LISTEN_SECONDS = 5.0
AGAIN_SECONDS = 0.5  # when Redis was away


def announce_end(job_id: str) -> None:
    """Wake who waits for a job."""
    try:
        redis_client().publish(CHANNEL, job_id)
    except RedisError as error:
        log.warning("end not announced job=%s reason=%s", job_id, type(error).__name__)


class Endings:
    """Who waits for which job in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: defaultdict[str, list[threading.Event]] = defaultdict(list)
        self._thread: threading.Thread | None = None

    @contextmanager
    def heard(self, job_id: str) -> Iterator[threading.Event]:
        """An event that is set when the job ends; look at the store once it is there."""
        event = threading.Event()
        with self._lock:
            self._waiting[job_id].append(event)
            self._listen()
        try:
            yield event
        finally:
            with self._lock:
                self._waiting[job_id].remove(event)
                if not self._waiting[job_id]:
                    del self._waiting[job_id]

    def _listen(self) -> None:
        if self._thread is None or not self._thread.is_alive():  # not alive: this process is a fork
            self._thread = threading.Thread(target=self._run, name="endings", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                with redis_client().pubsub(ignore_subscribe_messages=True) as channel:
                    channel.subscribe(CHANNEL)
                    while True:
                        message = channel.get_message(timeout=LISTEN_SECONDS)
                        if message is not None:
                            self._wake(str(message["data"]))
            except (RedisError, OSError, ValueError):  # the last of a connection that was closed meanwhile
                time.sleep(AGAIN_SECONDS)

    def _wake(self, job_id: str) -> None:
        with self._lock:
            for event in self._waiting.get(job_id, ()):
                event.set()
