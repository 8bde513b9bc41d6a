"""Parameters of a job, checked against what it takes."""

from collections.abc import Mapping

from app.api.checked_values import Checked, checked_values, refuse_unknown
from workers.jobs import Job


def job_parameters(job: Job, given: Mapping[str, object]) -> Checked:
    """What the job's task is given: every parameter, checked, defaults filled in."""
    refuse_unknown(job.parameters, given)
    return checked_values(job.parameters, given)
