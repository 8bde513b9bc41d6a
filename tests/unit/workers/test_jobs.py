"""The table of jobs: each names a task that exists, takes these parameters, and has that queue."""

import importlib
import inspect

import pytest

import celeryconfig
from analytics.pairs import choice
from analytics.records import correlations, pairs, scans
from workers import jobs
from workers.celery_app import app, task_modules
from workers.coordination.queues import QUEUES
from workers.jobs import JOBS, PROCESSES, REQUIRED
from workers.local.folder import PROJECT
from workers.tasks.scan import MOST_WITH_LINES


@pytest.fixture(scope="module", autouse=True)
def _tasks() -> None:
    for module in task_modules(QUEUES):
        importlib.import_module(module)
    app.finalize()


@pytest.mark.parametrize("name", JOBS)
def test_a_job_is_a_task_that_takes_its_parameters(name: str) -> None:
    signature = inspect.signature(app.tasks[JOBS[name].task].run)
    signature.bind(job_id="", **dict.fromkeys(JOBS[name].parameters))
    required = {one.name for one in signature.parameters.values() if one.kind is not one.VAR_KEYWORD}
    assert required <= {"job_id", *JOBS[name].parameters}


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


def test_as_many_symbols_may_be_asked_for_as_are_kept_ready() -> None:
    assert JOBS["scan"].parameters["symbols"].high == scans.MOST_SYMBOLS
    assert JOBS["correlation"].parameters["symbols"].high == correlations.MOST_SYMBOLS


def test_a_window_is_refused_at_the_door_where_the_mathematics_would_refuse_it() -> None:
    assert (jobs.LEAST_Z_BARS, jobs.MOST_Z_BARS) == (pairs.LEAST_Z_BARS, pairs.MOST_Z_BARS)
    assert jobs.MOST_THEIL_SEN_BARS == choice.MOST_THEIL_SEN_BARS


def test_the_page_asks_for_lines_where_a_scan_has_none() -> None:
    asks = (PROJECT / "app/static/js/scanner/lines.js").read_text()
    assert f"const MOST_SYMBOLS = {MOST_WITH_LINES};" in asks


def test_repairs_and_history_wait_for_nothing_that_is_asked_for() -> None:
    upkeep = ("gaps.", "history.", "imports.", "bar_check.")
    tasks = [str(entry["task"]) for entry in celeryconfig.beat_schedule.values()]
    theirs = [task for task in tasks if task.removeprefix("workers.tasks.").startswith(upkeep)]
    queues = {app.amqp.router.route({}, task)["queue"].name for task in theirs}
    assert len(theirs) >= 5
    assert queues.isdisjoint(job.queue for job in JOBS.values())
    workers = [line for line in (PROJECT / "Procfile").read_text().splitlines() if "-Q " in line]
    consumed = [set(line.split("-Q ")[1].split()[0].split(",")) for line in workers]
    assert not [each for each in consumed if each & queues and each - queues]
