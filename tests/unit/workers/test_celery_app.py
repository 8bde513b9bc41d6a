import os
from multiprocessing import get_context

import pytest

from workers.celery_app import GIVES_WAY, give_way, limit_threads


@pytest.mark.parametrize(
    ("concurrency", "threads"), [(1, "8"), (2, "4"), (3, "2"), (16, "1"), (0, "1"), (None, "1")]
)
def test_processes_and_threads_of_a_worker_fit_the_cores(
    monkeypatch: pytest.MonkeyPatch, concurrency: int | None, threads: str
) -> None:
    monkeypatch.setattr(os, "environ", {})
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    limit_threads({"concurrency": concurrency})
    assert os.environ == {"NUMBA_NUM_THREADS": threads, "OPENBLAS_NUM_THREADS": "1"}


def test_what_the_environment_says_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"NUMBA_NUM_THREADS": "3"})
    limit_threads({"concurrency": 2})
    assert os.environ["NUMBA_NUM_THREADS"] == "3"


def test_a_process_of_the_pool_gives_way() -> None:
    before = os.nice(0)
    child = get_context("fork").Process(target=_exit_with_niceness_after_giving_way)
    child.start()
    child.join(10)
    assert child.exitcode == min(19, before + GIVES_WAY)


def _exit_with_niceness_after_giving_way() -> None:
    give_way()
    os._exit(os.nice(0))
