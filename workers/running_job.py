"""An asked job while it runs: it says that it lives, how far it is, and hears when it is to stop.

    with started_job(job_id) as job:
        for place, symbol in enumerate(symbols):
            job.progress(place, len(symbols), symbol)     # raises JobCancelled when somebody cancelled it
            ...
        job.finish({"as_of": ..., ...})                   # the result, JSON; left out where there is none

What goes wrong inside is the job's error: NotEnoughData says `have` and `need`,
another AnalyticsError says its sentence; both end the task quietly. Anything else
is noted as well and propagates.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from celery.exceptions import Ignore, SoftTimeLimitExceeded
from pymongo.errors import PyMongoError

from analytics.errors import AnalyticsError, NotEnoughData
from analytics.records.jobs import AskedJob, JobState
from workers.coordination.endings import announce_end
from workers.coordination.holder import is_known_dead, own_name
from workers.messages.rooms import task_topic
from workers.messages.tasks import task_json
from workers.publish import publish
from workers.store.jobs import claim_job, end_job, free_of_the_dead, load_job, note_progress, renew_job
from workers.store.results import KEPT_SECONDS, save_result

log = logging.getLogger(__name__)

RENEW_SECONDS = 2.0
TOLD_SECONDS = 0.2  # progress is told no more often


class JobCancelled(Exception):
    """Raised in a job that somebody cancelled, or that is no longer this process's."""


class JobNotOurs(Ignore):
    """Raised when a delivered job does not wait: it was cancelled, or another process has it."""


class RunningJob:
    """The job as its task sees it."""

    def __init__(self, claimed: AskedJob) -> None:
        self.id, self.parameters = claimed.id, claimed.parameters
        self._claimed = claimed
        self._told_at = -TOLD_SECONDS
        self._stop = threading.Event()  # somebody wants it cancelled, or it was taken from us
        self._ended = threading.Event()

    def progress(self, done: int, total: int, text: str = "") -> None:
        """So much of it is done; raises JobCancelled when it is to stop."""
        self.check()
        if time.monotonic() - self._told_at < TOLD_SECONDS and done < total:
            return
        self._told_at = time.monotonic()
        try:
            row = note_progress(self.id, self._claimed.holder, done=done, total=total, text=text)
        except PyMongoError as error:  # the work is not lost for a word about it
            log.warning("progress not written job=%s reason=%s", self.id, type(error).__name__)
            return
        self._hear(row)
        if row is not None:
            publish({task_topic(self.id): task_json(row)})
        self.check()

    def check(self) -> None:
        """Raise JobCancelled when it is to stop; costs nothing."""
        if self._stop.is_set():
            raise JobCancelled(self.id)

    def finish(self, result: object, *, kept_seconds: float = KEPT_SECONDS) -> None:
        """Keep the result; a NaN in it is an error."""
        self.check()
        save_result(self._claimed.result_key, result, kept_seconds=kept_seconds)

    def _live(self) -> None:
        """Say every few seconds that the process lives; from a thread of its own."""
        while not self._ended.wait(RENEW_SECONDS):
            try:
                self._hear(renew_job(self.id, self._claimed.holder))
            except PyMongoError as error:
                log.warning("sign of life not written job=%s reason=%s", self.id, type(error).__name__)

    def _hear(self, row: AskedJob | None) -> None:
        if row is None or row.cancel_wanted:
            self._stop.set()

    @contextmanager
    def alive(self) -> Iterator["RunningJob"]:
        """Signs of life as long as the block runs."""
        thread = threading.Thread(target=self._live, name=f"job {self.id}", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._ended.set()

    def end(self, state: JobState, code: str = "", message: str = "", **details: object) -> None:
        """It has ended: note it, tell the pages and wake who waits."""
        error = {"code": code, "message": message, **details} if code else None
        row = end_job(self._claimed, state, error=error)
        log.info("job ended job=%s id=%s state=%s reason=%s", self._claimed.job, self.id, state, message)
        if row is not None:
            publish({task_topic(self.id): task_json(row)})
        announce_end(self.id)


@contextmanager
def started_job(job_id: str) -> Iterator[RunningJob]:
    """The job that was delivered, until it ends in one way or another.

    Raises
    ------
    JobNotOurs
        It does not wait (any more); Celery then takes the message for done.
    """
    job = RunningJob(_claimed(job_id))
    try:
        with job.alive():
            yield job
        job.end("done")
    except JobCancelled:
        job.end("cancelled")
    except NotEnoughData as error:
        job.end("failed", "not_enough_data", str(error), have=error.have, need=error.need)
    except AnalyticsError as error:
        job.end("failed", "cannot_be_computed", str(error))
    except SoftTimeLimitExceeded:
        job.end("failed", "too_slow", "the computation took longer than it may")
    except Exception as error:
        job.end("failed", "failed", f"the computation failed ({type(error).__name__})")
        raise


def _claimed(job_id: str) -> AskedJob:
    known = load_job(job_id)
    if known is not None and known.state == "running" and is_known_dead(known.holder):
        free_of_the_dead(known)
    claimed = claim_job(job_id, own_name())
    if claimed is None:
        raise JobNotOurs(f"job {job_id} does not wait")
    return claimed
