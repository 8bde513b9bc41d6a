"""A real worker lets the canaries of its queues through, and every run of a task is counted."""

from pathlib import Path

from celery import Celery

from tests.integration.tasks.worker_process import WorkerProcess
from tests.integration.web.running_web import web_environ, web_settings
from tests.product import wait_for
from workers.coordination.canary import load_canary_ages
from workers.coordination.task_times import load_task_times
from workers.settings import Settings

__all__ = ["web_environ", "web_settings"]

DONE_SECONDS = 30.0


def _send(settings: Settings, task: str, queue: str, **words: str) -> None:
    sender = Celery("tests", broker=settings.redis_url, set_as_current=False)
    sender.send_task(f"workers.tasks.{task}", queue=queue, kwargs=words, ignore_result=True)


def test_a_queue_that_nobody_takes_has_an_old_canary(
    web_environ: dict[str, str], web_settings: Settings, tmp_path: Path
) -> None:
    log = tmp_path / "compute.log"
    with WorkerProcess(web_environ, "compute", "bars", log_path=log):
        _send(web_settings, "canary.bars", "bars")
        _send(web_settings, "canary.batch", "batch")
        wait_for(lambda: load_canary_ages()["bars"] is not None, DONE_SECONDS, "the canary of bars")
        assert load_canary_ages()["batch"] is None
        wait_for(lambda: (load_canary_ages()["bars"] or 0) > 1, 10, "the canary grows old")
        _send(web_settings, "canary.bars", "bars")
        wait_for(lambda: (load_canary_ages()["bars"] or 9) < 1, DONE_SECONDS, "the next canary of bars")
        times = load_task_times()["canary.bars"]
        assert (times.runs, times.failures) == (2, 0)
        assert 0 < times.seconds < 5


def test_a_run_that_fails_is_counted_as_failed(
    web_environ: dict[str, str], web_settings: Settings, tmp_path: Path
) -> None:
    with WorkerProcess(web_environ, "asked", "asked", log_path=tmp_path / "asked.log") as worker:
        _send(web_settings, "correlations.correlate", "asked", no="such")
        wait_for(lambda: "correlations.correlate" in load_task_times(), DONE_SECONDS, "the run that failed")
        times = load_task_times()["correlations.correlate"]
        assert (times.runs, times.failures) == (1, 1), worker.words[-1_000:]
