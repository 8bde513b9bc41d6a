"""JSON of asked jobs."""

from analytics.records.jobs import AskedJob
from workers.messages.envelope import JSON
from workers.messages.times import iso, iso_or_none


def task_json(job: AskedJob) -> JSON:
    """One asked job: state of its topic, and what the API says of it."""
    return {
        "id": job.id,
        "job": job.job,
        "parameters": dict(job.parameters),
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "text": job.text,
        "error": dict(job.error) or None,
        "cancel_wanted": job.cancel_wanted,
        "asked_at": iso(job.asked_at),
        "started_at": iso_or_none(job.started_at),
        "ended_at": iso_or_none(job.ended_at),
    }
