"""What nobody computed yet: asked of the workers, waited for a moment, and answered from the store.

    return answer("pair_analysis", parameters, key, build)

    job          a name in workers/jobs.py
    parameters   as the job's task takes them, checked by the caller
    key          result_key(job, parameters, start of the last bar): the same key, the same result
    build        from the stored value to what is sent; None sends it as it is stored

is the stored result at once; else the job is asked for (who asks for the same at the
same time joins it) and its result sent if it is there within two seconds; else 202
with {"task": {...}, "address": "/api/tasks/<id>"}. An error of the job is the
answer's: not enough data is 409 with `have` and `need`.
"""

import time
from collections.abc import Callable, Mapping
from threading import BoundedSemaphore, Lock
from typing import Any

import orjson
from flask import Response, jsonify

from analytics.records.jobs import AskedJob
from app.errors import BadRequest
from app.listeners import TokenBucket
from app.system_state import is_alive
from workers.coordination.endings import Endings
from workers.jobs import JOBS, PROCESSES, BrokerDown, ask
from workers.messages.envelope import JSON
from workers.messages.tasks import task_json
from workers.store.jobs import count_open_jobs, end_job, load_job, note_sent, open_job
from workers.store.results import load_result_text

WAIT_SECONDS = 2.0
LOOK_SECONDS = 0.5  # at the store, where Redis told nothing
MOST_WAITING = 40  # requests; each holds a thread of the server
MOST_OPEN = 100  # jobs
BURST, PER_SECOND = 40.0, 5.0  # new jobs

STATUSES = {
    "not_enough_data": 409,
    "cannot_be_computed": 422,
    "worker_died": 503,
    "not_begun": 503,
    "queue_down": 503,
    "too_slow": 503,
    "too_many_requests": 429,
}

Build = Callable[[Any], object]  # Any: the JSON value of the job's result

endings = Endings()
_waiting = BoundedSemaphore(MOST_WAITING)
_asking = Lock()
_allowance = TokenBucket(burst=BURST, per_second=PER_SECOND)


def answer(job: str, parameters: Mapping[str, object], key: str, build: Build | None = None) -> Response:
    """The result, or where it will be."""
    text = load_result_text(key)
    if text is None:
        asked = ended(asked_job(job, parameters, key))
        if asked.is_open:
            return accepted(asked)
        text = _result_of(asked)
    return _sent(text, build)


def asked_job(job: str, parameters: Mapping[str, object], key: str) -> AskedJob:
    """The job that brings this result: the one that is being worked on already, or a new one."""
    require_process(job)
    row, is_new = open_job(job, parameters, key)
    if not is_new:
        return row
    try:
        _require_allowance()
        ask(job, parameters, row.id)
    except BadRequest as error:
        end_job(row, "failed", error={"code": error.code, "message": error.message})
        raise
    except BrokerDown as error:
        message = "Redis does not take the task; nothing can be computed now"
        end_job(row, "failed", error={"code": "queue_down", "message": message})
        raise BadRequest(503, "redis_down", message) from error
    note_sent(row.id)
    return row


def ended(job: AskedJob, seconds: float = WAIT_SECONDS) -> AskedJob:
    """The job as it is when it has ended, or after so many seconds, or at once when too many wait."""
    if not _waiting.acquire(blocking=False):
        return job
    try:
        with endings.heard(job.id) as event:
            until = time.monotonic() + seconds
            while True:
                event.clear()  # before the look: a word that comes after it is not missed
                job = load_job(job.id) or job
                left = until - time.monotonic()
                if not job.is_open or left <= 0:
                    return job
                event.wait(min(left, LOOK_SECONDS))
    finally:
        _waiting.release()


def accepted(job: AskedJob) -> Response:
    """202: what was asked for, and where to look for it."""
    body: JSON = {"task": task_json(job), "address": f"/api/tasks/{job.id}"}
    response = jsonify(body)
    response.status_code = 202
    response.headers["Location"] = f"/api/tasks/{job.id}"
    return response


def require_process(job: str) -> None:
    """Nothing is asked of a process that is away: 503 says which."""
    process = PROCESSES[JOBS[job].queue]
    if not is_alive(process):
        message = f"the process that computes this ({process}) is not running; see the System page"
        raise BadRequest(503, f"{process}_down", message)


def _require_allowance() -> None:
    with _asking:
        allowed = _allowance.take()
    if not allowed:
        raise BadRequest(429, "too_many_requests", "too many computations asked for; wait a few seconds")
    if count_open_jobs() > MOST_OPEN:
        raise BadRequest(429, "too_many_requests", f"{MOST_OPEN} computations wait already; try again later")


def _result_of(job: AskedJob) -> str:
    if job.state == "cancelled":
        raise BadRequest(409, "cancelled", "the computation was cancelled")
    if job.state == "failed":
        raise _failure(job)
    text = load_result_text(job.result_key)
    if text is None:
        raise BadRequest(503, "no_result", "the computation left no result; ask again")
    return text


def _failure(job: AskedJob) -> BadRequest:
    told = dict(job.error)
    code, message = str(told.pop("code", "failed")), str(told.pop("message", "the computation failed"))
    return BadRequest(STATUSES.get(code, 500), code, message, None, **told)


def _sent(text: str, build: Build | None) -> Response:
    body = text if build is None else orjson.dumps(build(orjson.loads(text)))
    return Response(body, mimetype="application/json")
