"""The Celery instance, the --hold-stream option and the steps of its workers."""

import importlib
import logging
import os
from collections.abc import Collection, Mapping
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init, setup_logging, worker_process_init
from click import Option

from workers import task_clock
from workers.heartbeat import HeartbeatThread
from workers.logs import set_up_logging
from workers.store.schema import wait_for_schema
from workers.stream.step import HeartbeatStep, StreamStep

log = logging.getLogger(__name__)

CLOCK = task_clock  # its signals are connected by its import

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
def load_tasks(options: dict[str, Any], **_rest: Any) -> None:  # Any: Celery's signal arguments
    """Import what this worker's queues need and no more: the stream's worker computes nothing."""
    limit_threads(options.get("concurrency"))
    try:
        for module in task_modules(options.get("queues") or [app.conf.task_default_queue]):
            importlib.import_module(module)
    except Exception as error:  # Celery would log it and run on without the tasks
        log.exception("tasks cannot be imported")
        raise SystemExit(1) from error


def limit_threads(concurrency: int | None) -> None:
    """All processes of a worker together use no more cores than there are; read where tasks are imported."""
    cores = os.cpu_count() or 1
    threads = max(1, cores // (concurrency or cores))
    os.environ.setdefault("NUMBA_NUM_THREADS", str(threads))
    # Threads of BLAS wait for each other at full speed: on a busy machine they cost more than they bring.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def task_modules(queues: Collection[str]) -> list[str]:
    """The modules whose tasks are routed to one of these queues, by name."""
    routes: Mapping[str, Mapping[str, str]] = app.conf.task_routes
    return sorted({tasks.rpartition(".")[0] for tasks, route in routes.items() if route["queue"] in queues})


@celeryd_init.connect
def let_trades_come_first(options: dict[str, Any], **_rest: Any) -> None:  # Any: Celery's signal arguments
    """Trades are stored and shown first where processors are few."""
    if not options.get("hold_stream"):
        worker_process_init.connect(give_way)


def give_way(**_options: Any) -> None:  # Any: Celery's signal arguments
    """Let this process, which computes statistics, stand back behind the others."""
    os.nice(GIVES_WAY)


@beat_init.connect
def start_beat_heartbeat(**_options: Any) -> None:
    """The scheduler is a process like the others."""
    HeartbeatThread("beat").start()
    log.info("scheduler ready.")
