"""The Celery instance, the --hold-stream option and the steps of its workers."""

import logging
import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init, setup_logging, worker_process_init
from click import Option

from workers.heartbeat import HeartbeatThread
from workers.logs import set_up_logging
from workers.store.schema import wait_for_schema
from workers.stream.step import HeartbeatStep, StreamStep

log = logging.getLogger(__name__)

GIVES_WAY = 10  # of the 19 steps a process can stand back

app = Celery("gemscap")
app.config_from_object("celeryconfig")
app.user_options["worker"].add(
    Option(["--hold-stream"], is_flag=True, default=False, help="Hold the exchange's stream in this worker.")
)
app.steps["worker"].add(StreamStep)
app.steps["worker"].add(HeartbeatStep)


@setup_logging.connect
def use_house_logging(**_options: Any) -> None:  # Any: Celery's signal arguments
    """Keep Celery from setting up logging of its own."""
    set_up_logging()


@celeryd_init.connect
def check_schema(options: dict[str, Any], **_rest: Any) -> None:  # Any: Celery's signal arguments
    """Write to no database of another version; the stream's own step sees to that where it is held."""
    if not options.get("hold_stream"):
        wait_for_schema()


@celeryd_init.connect
def limit_threads(options: dict[str, Any], **_rest: Any) -> None:  # Any: Celery's signal arguments
    """All processes of a worker together use no more cores than there are; tasks are imported after this."""
    cores = os.cpu_count() or 1
    threads = max(1, cores // int(options.get("concurrency") or cores))
    os.environ.setdefault("NUMBA_NUM_THREADS", str(threads))
    # Threads of BLAS wait for each other at full speed: on a busy machine they cost more than they bring.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@worker_process_init.connect
def give_way(**_options: Any) -> None:  # Any: Celery's signal arguments
    """Statistics stand back where processors are few: trades are stored and shown first."""
    os.nice(GIVES_WAY)


@beat_init.connect
def start_beat_heartbeat(**_options: Any) -> None:
    """The scheduler is a process like the others."""
    HeartbeatThread("beat").start()
    log.info("scheduler ready.")
