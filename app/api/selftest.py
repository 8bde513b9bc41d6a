"""The self-test's last result: `GET /api/self_test`; `POST /api/tasks/self_test` runs it."""

from flask import Blueprint

from app.api.contract import endpoint
from app.api.job_parameters import job_parameters
from app.api.shapes.statistics import SELF_TEST
from app.api.tasks import NEWEST
from workers.jobs import JOBS
from workers.messages.envelope import JSON
from workers.settings import load_settings
from workers.store.results import load_result, result_key

blueprint = Blueprint("selftest", __name__)


@blueprint.get("/self_test")
@endpoint(SELF_TEST)
def self_test() -> JSON:
    """What came of the last run with the usual parameters; null when there was none within a day."""
    return self_test_state()


def self_test_state() -> JSON:
    """The same for who makes a file of it."""
    key = result_key("self_test", job_parameters(JOBS["self_test"], {}), NEWEST)
    return {"source": load_settings().source, "result": load_result(key)}
