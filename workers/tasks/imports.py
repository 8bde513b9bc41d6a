"""Files that wait to be imported, or whose import was killed, a little in each run."""

import logging

from celery import shared_task

from workers.coordination.single_flight import single_flight
from workers.imports.run import FLIGHT, LAPSES_SECONDS, work_on
from workers.store.imports import load_next_import

log = logging.getLogger(__name__)

RUN_SECONDS = 2.0  # repair and history share the queue


@shared_task(name="workers.tasks.imports.run_imports")
def run_imports() -> None:
    """Go on with the oldest import that is not finished."""
    if load_next_import() is None:
        return
    with single_flight(FLIGHT, lapses_seconds=LAPSES_SECONDS) as flight:
        row = load_next_import() if flight.won else None
        if row is not None:
            work_on(row, flight, seconds=RUN_SECONDS)
