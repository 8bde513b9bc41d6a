"""Asked jobs: one document each, kept a day.

Example document:

    {"_id": "0f1e...", "job": "pair_analysis", "parameters": {"y": "ETHUSDT", "x": "BTCUSDT"},
     "result_key": "pair_analysis:5b2c...", "open_key": "pair_analysis:5b2c...", "state": "running",
     "done": 3, "total": 5, "text": "half-life", "error": {}, "asked_at": 2026-11-22T08:00:00Z,
     "sent_at": ..., "started_at": ..., "ended_at": None, "attempts": 1, "cancel_wanted": False,
     "holder": "host:4711:8812:5f0c...", "alive_at": 2026-11-22T08:00:02Z}

Only an open job (waiting, running) has an `open_key`; it is unique, so that what
is asked for twice at the same time is computed once. `holder` is the process
that works on it: only what it says counts, until the job is taken from it.
Indexes: unique open_key; state; a time-to-live on asked_at of one day.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from pymongo import DESCENDING, ReturnDocument
from pymongo.errors import DuplicateKeyError

from analytics.records.jobs import OPEN, AskedJob, JobState
from workers.store.database import Document, collection

KEPT_SECONDS = 86_400
MAX_ATTEMPTS = 2  # of a job whose worker dies over it
TRIES = 3  # an open job may end between two looks at it

_FIELDS = tuple(AskedJob.__dataclass_fields__)


def ensure_indexes() -> None:
    """One open job per key; forgotten after a day."""
    jobs = collection("jobs")
    jobs.create_index(
        "open_key", name="open", unique=True, partialFilterExpression={"open_key": {"$exists": True}}
    )
    jobs.create_index("state", name="by_state")
    jobs.create_index("asked_at", name="retention", expireAfterSeconds=KEPT_SECONDS)


def open_job(job: str, parameters: Mapping[str, object], result_key: str) -> tuple[AskedJob, bool]:
    """The open job that brings this result, and whether it is a new one (which is to be sent)."""
    new = AskedJob(uuid4().hex, job, dict(parameters), result_key, "waiting", datetime.now(UTC))
    row = {"_id" if name == "id" else name: getattr(new, name) for name in _FIELDS}
    for left in range(TRIES, 0, -1):
        try:
            found = _changed({"open_key": result_key}, {"$setOnInsert": row}, upsert=True)
        except DuplicateKeyError:  # another one inserted it just now
            if left == 1:
                raise
        else:
            assert found is not None  # it was there, or is now
            return found, found.id == new.id
    raise AssertionError("the last try returns or raises")


def load_job(job_id: str) -> AskedJob | None:
    """A job by its id."""
    row = collection("jobs").find_one({"_id": job_id})
    return _job(row) if row else None


def load_jobs(*, limit: int = 50) -> list[AskedJob]:
    """The jobs asked for last, the newest first."""
    return [_job(row) for row in collection("jobs").find(sort=[("asked_at", DESCENDING)], limit=limit)]


def load_open_jobs() -> list[AskedJob]:
    """All that wait or run, the oldest first."""
    found = collection("jobs").find({"state": {"$in": list(OPEN)}}, sort=[("asked_at", 1)])
    return [_job(row) for row in found]


def count_open_jobs() -> int:
    """How many wait or run."""
    return collection("jobs").count_documents({"state": {"$in": list(OPEN)}})


def note_sent(job_id: str) -> None:
    """It lies in the queue."""
    collection("jobs").update_one({"_id": job_id}, {"$set": {"sent_at": datetime.now(UTC)}})


def claim_job(job_id: str, holder: str) -> AskedJob | None:
    """Begin a waiting job; None when it does not wait: it was cancelled, or another one has it."""
    now = datetime.now(UTC)
    begun: Document = {"state": "running", "holder": holder, "alive_at": now, "started_at": now}
    return _changed({"_id": job_id, "state": "waiting"}, {"$set": begun, "$inc": {"attempts": 1}})


def note_progress(job_id: str, holder: str, *, done: int, total: int, text: str) -> AskedJob | None:
    """How far it has come; None when the job is no longer this holder's."""
    told = {"done": done, "total": total, "text": text, "alive_at": datetime.now(UTC)}
    return _changed(_held(job_id, holder), {"$set": told})


def renew_job(job_id: str, holder: str) -> AskedJob | None:
    """A sign of life; None when the job is no longer this holder's."""
    return _changed(_held(job_id, holder), {"$set": {"alive_at": datetime.now(UTC)}})


def end_job(job: AskedJob, state: JobState, *, error: Mapping[str, object] | None = None) -> AskedJob | None:
    """The job has ended; None when it did already, or another one works on it."""
    ended = {"state": state, "ended_at": datetime.now(UTC), "error": dict(error or {})}
    query = {"_id": job.id, "holder": job.holder, "state": {"$in": list(OPEN)}}
    return _changed(query, {"$set": ended, "$unset": {"open_key": ""}})


def give_back(job: AskedJob) -> AskedJob | None:
    """Let a job whose holder is gone wait again; None when that one no longer holds it."""
    again: Document = {"state": "waiting", "holder": "", "done": 0, "text": "", "sent_at": None}
    return _changed(_held(job.id, job.holder), {"$set": again})


def free_of_the_dead(job: AskedJob) -> AskedJob | None:
    """A job whose holder died waits again, or has failed when that happened too often."""
    if job.cancel_wanted:
        return end_job(job, "cancelled")
    if job.attempts < MAX_ATTEMPTS:
        return give_back(job)
    message = f"the process that computed it died {job.attempts} times"
    return end_job(job, "failed", error={"code": "worker_died", "message": message})


def want_cancelled(job_id: str) -> AskedJob | None:
    """Cancel what waits, ask the holder of what runs to stop; None when there is no such open job."""
    now = datetime.now(UTC)
    at_once = {"$set": {"state": "cancelled", "ended_at": now}, "$unset": {"open_key": ""}}
    cancelled = _changed({"_id": job_id, "state": "waiting"}, at_once)
    wanted = {"$set": {"cancel_wanted": True}, "$unset": {"open_key": ""}}  # who asks now wants a new one
    return cancelled or _changed({"_id": job_id, "state": "running"}, wanted)


def is_older(moment: datetime | None, seconds: float) -> bool:
    """Whether a moment is so long ago, or never was."""
    return moment is None or datetime.now(UTC) - moment > timedelta(seconds=seconds)


def _held(job_id: str, holder: str) -> Document:
    return {"_id": job_id, "holder": holder, "state": "running"}


def _changed(query: Document, change: Document, *, upsert: bool = False) -> AskedJob | None:
    row = collection("jobs").find_one_and_update(
        query, change, upsert=upsert, return_document=ReturnDocument.AFTER
    )
    return _job(row) if row else None


def _job(row: Document) -> AskedJob:
    return AskedJob(**{name: row["_id" if name == "id" else name] for name in _FIELDS})
