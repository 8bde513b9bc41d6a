"""Files that wait to be imported, or whose import was killed, a little in each run; sent ones are swept."""

import logging

from celery import shared_task

from workers.coordination.single_flight import single_flight
from workers.imports.run import FLIGHT, LAPSES_SECONDS, work_on
from workers.imports.uploads import sweep_uploads, upload_folder
from workers.store.imports import forget_upload, load_next_import, load_uploads

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


@shared_task(name="workers.tasks.imports.sweep_sent_files")
def sweep_sent_files() -> None:
    """Remove files that were sent a day ago and never imported."""
    rows = load_uploads()
    swept = sweep_uploads(row.path for row in rows if row.state in ("queued", "running"))
    there = {str(path) for path in upload_folder().glob("*/*")}
    gone = [row for row in rows if row.state == "uploaded" and row.path not in there]
    for row in gone:
        forget_upload(row)
    if swept:
        log.info("files swept that nobody imported count=%d", swept)
