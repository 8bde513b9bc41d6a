"""The schedule and the routes: every task exists, has a queue, and cannot pile up."""

import importlib
from pathlib import Path

import pytest

import celeryconfig
from workers.celery_app import app, task_modules
from workers.coordination.queues import QUEUES

SCHEDULE = sorted(celeryconfig.beat_schedule.items())


@pytest.fixture(scope="module", autouse=True)
def _tasks() -> None:
    for module in task_modules(QUEUES):
        importlib.import_module(module)
    app.finalize()


@pytest.mark.parametrize(("name", "entry"), SCHEDULE, ids=[name for name, _ in SCHEDULE])
def test_every_entry_names_a_task_and_expires_before_the_next(name: str, entry: dict[str, object]) -> None:
    assert entry["task"] in app.tasks
    assert entry["options"]["expires"] < entry["schedule"]  # type: ignore[index, operator]  # as Celery wants it


def test_every_task_has_a_queue_that_a_process_consumes() -> None:
    procfile = (Path(celeryconfig.__file__).parent / "Procfile").read_text()
    consumed = {
        queue
        for line in procfile.splitlines()
        if "-Q" in line
        for queue in line.split("-Q ")[1].split()[0].split(",")
    }
    ours = [name for name in app.tasks if name.startswith("workers.")]
    assert ours
    for name in ours:
        route = app.amqp.router.route({}, name)
        assert route["queue"].name in consumed, name
    assert consumed == set(QUEUES)


def test_no_limit_of_a_task_reaches_the_visibility_timeout() -> None:
    limits = [
        task.time_limit or celeryconfig.task_time_limit
        for name, task in app.tasks.items()
        if "workers." in name
    ]
    assert max(limits) < celeryconfig.visibility_timeout


def test_the_visibility_timeout_is_the_same_in_all_three_places() -> None:
    assert celeryconfig.broker_transport_options["visibility_timeout"] == celeryconfig.visibility_timeout
    assert (
        celeryconfig.result_backend_transport_options["visibility_timeout"] == celeryconfig.visibility_timeout
    )


def test_pickle_is_not_accepted() -> None:
    assert celeryconfig.accept_content == ["json"]
    assert celeryconfig.task_serializer == "json"


def test_a_queue_is_named_for_every_task_file() -> None:
    folder = Path(celeryconfig.__file__).parent / "workers" / "tasks"
    modules = {f"workers.tasks.{path.stem}" for path in folder.glob("[!_]*.py")}
    assert modules == set(task_modules(QUEUES))
