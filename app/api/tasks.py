"""Work asked for by a user: `/api/tasks`.

`POST /api/tasks/<job>` with the job's parameters as JSON answers 202 with the
task and its address; `GET` of that tells how far it is and, when it is done, its
result; `DELETE` cancels it. The topic `task:<id>` tells the same live.
"""

from flask import Blueprint, Response, jsonify, request

from analytics.records.jobs import AskedJob
from app.api.contract import endpoint
from app.api.job_parameters import job_parameters
from app.api.shapes.operation import ACCEPTED, TASK, TASK_WITH_RESULT, TASKS
from app.errors import BadRequest
from app.form_tokens import json_body
from app.on_demand import accepted, asked_job
from app.task_updates import send_task
from workers.coordination.endings import announce_end
from workers.jobs import JOBS, Parameter
from workers.messages.envelope import JSON
from workers.messages.tasks import task_json
from workers.store.jobs import load_job, load_jobs, want_cancelled
from workers.store.results import load_result, result_key

blueprint = Blueprint("tasks", __name__)

TASK_ID = {"task": Parameter("text", about="as it was answered when the job was asked for")}
NEWEST = "newest"  # in place of the last bar: each run of it replaces the result before


@blueprint.get("/tasks")
@endpoint(TASKS)
def tasks() -> JSON:
    """The jobs asked for last, newest first, and which can be asked for."""
    return {"tasks": [task_json(job) for job in load_jobs()], "jobs": sorted(JOBS)}


@blueprint.post("/tasks/<job>")
@endpoint(
    ACCEPTED,
    status=202,
    path={"job": Parameter("text", about="what is to be done; the body is what it takes")},
    bodies={name: job.parameters for name, job in JOBS.items()},
    refusals=(404,),
    is_change=True,
)
def ask(job: str) -> Response:
    """Ask for a job; the one that is open with the same parameters is joined."""
    if job not in JOBS:
        raise BadRequest(
            404, "unknown_job", f"there is no job {job[:40]!r}; known: {', '.join(sorted(JOBS))}"
        )
    parameters = job_parameters(JOBS[job], json_body() if request.data else {})
    return accepted(asked_job(job, parameters, result_key(job, parameters, NEWEST)))


@blueprint.get("/tasks/<task>")
@endpoint(TASK_WITH_RESULT, path=TASK_ID, refusals=(404,))
def one(task: str) -> JSON:
    """How far a job is, and its result when it is done (null where it has none, or no longer)."""
    job = _known(task)
    return {**task_json(job), "result": load_result(job.result_key) if job.state == "done" else None}


@blueprint.delete("/tasks/<task>")
@endpoint(TASK, also={202: TASK}, path=TASK_ID, refusals=(404, 409), is_change=True)
def cancel(task: str) -> tuple[Response, int]:
    """Cancel: at once what waits (200), at its next step what runs (202)."""
    job = want_cancelled(task)
    if job is None:
        raise BadRequest(409, "ended", f"this task has ended: it is {_known(task).state}")
    send_task(job)
    if not job.is_open:
        announce_end(job.id)
    return jsonify(task_json(job)), 202 if job.is_open else 200


def _known(task: str) -> AskedJob:
    job = load_job(task)
    if job is None:
        raise BadRequest(404, "unknown_task", "there is no such task; tasks are kept a day")
    return job
