"""Parameters of a job, checked against what it takes."""

from collections.abc import Mapping

from app.api.checked_values import Checked, checked_values, refuse_unknown
from app.errors import BadRequest
from workers.jobs import Job


def job_parameters(job: Job, given: Mapping[str, object]) -> Checked:
    """What the job's task is given: every parameter, checked, defaults filled in."""
    refuse_unknown(job.parameters, given)
    checked = checked_values(job.parameters, given)
    refuse_contradiction(job, checked)
    return checked


def refuse_contradiction(job: Job, checked: Mapping[str, object]) -> None:
    """422 where values do not fit together that are each in their range."""
    found = job.contradiction(checked)
    if found is not None:
        raise BadRequest(422, "out_of_range", found[1], found[0])
