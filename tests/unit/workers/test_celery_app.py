import os
import subprocess
import sys
from collections.abc import Iterator
from multiprocessing import get_context

import pytest
from celery.signals import worker_process_init

from workers.celery_app import (
    GIVES_WAY,
    app,
    give_way,
    let_trades_come_first,
    limit_threads,
    load_tasks,
    task_modules,
)


@pytest.fixture
def _as_before() -> Iterator[None]:
    yield
    worker_process_init.disconnect(give_way)


@pytest.mark.parametrize(
    ("concurrency", "threads"), [(1, "8"), (2, "4"), (3, "2"), (16, "1"), (0, "1"), (None, "1")]
)
def test_processes_and_threads_of_a_worker_fit_the_cores(
    monkeypatch: pytest.MonkeyPatch, concurrency: int | None, threads: str
) -> None:
    monkeypatch.setattr(os, "environ", {})
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    limit_threads(concurrency)
    assert os.environ == {"NUMBA_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": "1"}


def test_what_the_environment_says_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"NUMBA_NUM_THREADS": "3"})
    limit_threads(2)
    assert os.environ["NUMBA_NUM_THREADS"] == "3"


def test_a_process_of_the_pool_gives_way() -> None:
    before = os.nice(0)
    child = get_context("fork").Process(target=_exit_with_niceness_after_giving_way)
    child.start()
    child.join(10)
    assert child.exitcode == min(19, before + GIVES_WAY)


@pytest.mark.usefixtures("_as_before")
@pytest.mark.parametrize(("holds_stream", "gives_way"), [(True, False), (False, True)])
def test_every_worker_gives_way_but_the_one_that_holds_the_stream(
    holds_stream: bool, gives_way: bool
) -> None:
    let_trades_come_first({"hold_stream": holds_stream})
    assert worker_process_init.disconnect(give_way) == gives_way


def _exit_with_niceness_after_giving_way() -> None:
    give_way()
    os._exit(os.nice(0))


@pytest.mark.parametrize(
    ("queues", "modules"),
    [
        (["stream"], ["workers.tasks.canary"]),
        (["bars"], ["workers.tasks.bars", "workers.tasks.canary"]),
        (
            ["batch"],
            [f"workers.tasks.{name}" for name in ("bar_check", "canary", "gaps", "history", "imports")],
        ),
        (
            ["asked"],
            [
                f"workers.tasks.{name}"
                for name in ("canary", "correlations", "histories", "pair_requests", "scan", "selftest")
            ],
        ),
    ],
)
def test_a_worker_imports_the_tasks_of_its_queues(queues: list[str], modules: list[str]) -> None:
    assert task_modules(queues) == modules


def test_what_holds_the_stream_or_the_schedule_loads_no_statistics() -> None:
    load = "import sys; from workers.celery_app import load_tasks; load_tasks({'queues': ['stream']})"
    code = f"{load}; print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert "workers.stream" in loaded
    for package in ("numba", "statsmodels", "pandas", "talib"):
        assert f"'{package}'" not in loaded


def test_a_worker_whose_tasks_cannot_be_imported_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.conf, "task_routes", {"workers.tasks.missing.*": {"queue": "batch"}})
    with pytest.raises(SystemExit):
        load_tasks({"queues": None})
