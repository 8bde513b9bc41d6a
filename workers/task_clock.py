"""Times every run of every task, in the process that runs it."""

import logging
import time
from typing import Any

from celery.signals import task_postrun, task_prerun

from workers.coordination.errors import CoordinationDown
from workers.coordination.task_times import note_run

log = logging.getLogger(__name__)

FAILED = "FAILURE"
OURS = "workers.tasks."
MOST_RUNNING = 1_000  # a run that is killed never ends

_begun: dict[str, float] = {}  # id of a run -> monotonic
_failing = [False]


@task_prerun.connect
def begin(task_id: str, **_rest: Any) -> None:  # Any: Celery's signal arguments
    """A run begins."""
    if len(_begun) >= MOST_RUNNING:
        _begun.clear()
    _begun[task_id] = time.monotonic()


@task_postrun.connect
def end(task_id: str, task: Any, state: str, **_rest: Any) -> None:  # Any: Celery's signal arguments
    """A run has ended; where Redis is away it is not counted."""
    begun = _begun.pop(task_id, None)
    if begun is None or not task.name.startswith(OURS):
        return
    try:
        note_run(task.name.removeprefix(OURS), time.monotonic() - begun, failed=state == FAILED)
        _failing[0] = False
    except CoordinationDown as error:
        if not _failing[0]:
            log.warning("run of a task not counted reason=%s", type(error).__name__)
        _failing[0] = True
