"""Jobs whose worker died, or that lie in no queue: sent again, or failed so that one can see it."""

import logging
from collections.abc import Iterable

from analytics.records.jobs import AskedJob
from app.system_state import is_alive
from workers.coordination.endings import announce_end
from workers.coordination.holder import is_known_dead
from workers.jobs import JOBS, PROCESSES, WAITS_AT_MOST_SECONDS, BrokerDown, ask
from workers.store.jobs import end_job, free_of_the_dead, is_older, load_open_jobs, note_sent

log = logging.getLogger(__name__)

SILENT_SECONDS = 30.0  # a running job says every two seconds that it lives
SENT_AGAIN_SECONDS = 60.0  # waiting so long: the queue may have been lost; a second delivery does no harm
SENT_AFTER_SECONDS = 5.0  # the web died between noting it and sending it
UNKNOWN = "this version knows no such job"  # asked for before an upgrade


def mend_jobs() -> Iterable[AskedJob]:
    """Look after every open job; those that changed."""
    mended = [_running(job) if job.state == "running" else _waiting(job) for job in load_open_jobs()]
    for job in filter(None, mended):
        log.warning("job mended job=%s id=%s state=%s", job.job, job.id, job.state)
        if not job.is_open:
            announce_end(job.id)
    return [job for job in mended if job is not None]


def _running(job: AskedJob) -> AskedJob | None:
    if not (is_known_dead(job.holder) or is_older(job.alive_at, SILENT_SECONDS)):
        return None
    if job.job not in JOBS and not job.cancel_wanted:
        return _failed(job, UNKNOWN)
    freed = free_of_the_dead(job)
    if freed is not None and freed.is_open:
        _send(freed)
    return freed


def _waiting(job: AskedJob) -> AskedJob | None:
    if job.job not in JOBS:
        return _failed(job, UNKNOWN)
    if is_older(job.asked_at, WAITS_AT_MOST_SECONDS):
        return _failed(job, f"not begun within {WAITS_AT_MOST_SECONDS / 60:.0f} minutes")
    process = PROCESSES[JOBS[job.job].queue]
    if not is_alive(process) and is_older(job.asked_at, SILENT_SECONDS):
        return _failed(job, f"the process that computes this ({process}) is not running")
    limit = SENT_AFTER_SECONDS if job.sent_at is None else SENT_AGAIN_SECONDS
    if is_older(job.sent_at or job.asked_at, limit):
        _send(job)
    return None


def _failed(job: AskedJob, message: str) -> AskedJob | None:
    return end_job(job, "failed", error={"code": "not_begun", "message": message})


def _send(job: AskedJob) -> None:
    try:
        ask(job.job, job.parameters, job.id)
        note_sent(job.id)
    except BrokerDown as error:
        log.warning("job not sent job=%s reason=%s", job.id, type(error).__name__)
