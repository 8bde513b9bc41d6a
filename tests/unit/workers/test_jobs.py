"""The table of jobs: each names a task that exists, takes these parameters, and has that queue."""

import importlib
import inspect

import pytest

import celeryconfig
from workers.celery_app import app
from workers.jobs import JOBS, PROCESSES, REQUIRED


@pytest.fixture(scope="module", autouse=True)
def _tasks() -> None:
    for module in celeryconfig.imports:
        importlib.import_module(module)
    app.finalize()


@pytest.mark.parametrize("name", JOBS)
def test_a_job_is_a_task_that_takes_its_parameters(name: str) -> None:
    task = app.tasks[JOBS[name].task]
    assert set(inspect.signature(task.run).parameters) == {"job_id", *JOBS[name].parameters}


@pytest.mark.parametrize("name", JOBS)
def test_a_job_goes_into_the_queue_its_task_is_routed_to(name: str) -> None:
    assert app.amqp.router.route({}, JOBS[name].task)["queue"].name == JOBS[name].queue
    assert JOBS[name].queue in PROCESSES


@pytest.mark.parametrize(
    ("name", "parameter"), [(name, parameter) for name in JOBS for parameter in JOBS[name].parameters]
)
def test_a_default_is_one_that_could_be_given(name: str, parameter: str) -> None:
    rule = JOBS[name].parameters[parameter]
    if rule.default is REQUIRED or rule.default is None:
        return
    if rule.kind in ("whole", "number"):
        assert isinstance(rule.default, int | float)
        assert rule.low <= rule.default <= rule.high
    if rule.choices:
        assert rule.default in rule.choices
