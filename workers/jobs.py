"""The jobs a user may ask for, and how to ask: by a task's name, so that the web loads no statistics.

A job is added here by its owner, with one line per parameter:

    JOBS["pair_analysis"] = ...   in the table below:
    "pair_snapshot": Job("workers.tasks.pair_requests.snapshot_pair", "analytics", {
        "y": Parameter("symbol"), "x": Parameter("symbol"),
        "tf": Parameter("timeframe", default="1m")}),

Its task takes `job_id` and the parameters by name, all plain JSON values:

    @shared_task(name="workers.tasks.pair_requests.snapshot_pair")
    def snapshot_pair(job_id: str, y: str, x: str, tf: str) -> None:
        with started_job(job_id) as job:               # workers/running_job.py
            job.progress(1, 3, "loading the bars")
            ...
            job.finish(value)                          # JSON; kept under the job's result key

`app.on_demand.answer(job, parameters, key, build)` is how an endpoint asks;
`POST /api/tasks/<job>` is how a user does. Both check parameters at the door.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal
from uuid import uuid4

from celery import Celery
from kombu.exceptions import OperationalError

from workers.settings import load_settings

Value = str | int | float | bool | list[str] | None
Kind = Literal[
    "symbol", "symbols", "timeframe", "whole", "number", "choice", "choices", "flag", "moment", "text"
]
Queue = Literal["bars", "analytics", "asked"]

REQUIRED = ...  # a parameter without a default
WAITS_AT_MOST_SECONDS = 600.0  # in the queue
MOST_DRAWN_BARS = 1_500  # of a whole history, unless another number is asked for
MOST_THEIL_SEN_BARS = 3_000  # it needs memory for the square of them
LEAST_Z_BARS, MOST_Z_BARS = 10, 1_000  # of the window of a score
# Which process consumes a queue (Procfile).
PROCESSES: Mapping[str, str] = {"bars": "compute", "analytics": "compute", "asked": "asked"}

BrokerDown = OperationalError  # what a caller catches when the queue cannot be reached


@dataclass(frozen=True, slots=True)
class Parameter:
    """What may be given for one parameter.

    kind: "symbol" one the exchange offers or the watch-list holds; "symbols" a list of such, each once;
    "timeframe" one of the table, or of `choices`; "whole" and "number" from `low` to `high`; "choice"
    one of `choices`; "choices" a list of such, each once; "flag" true or false; "moment" ISO 8601 or
    milliseconds; "text" anything but nothing. `low` and `high` count the symbols of a list.
    """

    kind: Kind
    low: float = float("-inf")
    high: float = float("inf")
    choices: tuple[str, ...] = ()
    default: object = REQUIRED  # None: may be left out
    about: str = ""  # what it means, where the name does not tell


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of work that can be asked for."""

    task: str  # its Celery name
    queue: Queue  # as celeryconfig.py routes it
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    # What is wrong with values that are each in their range: the field and a sentence; None: nothing.
    contradiction: Callable[[Mapping[str, Any]], tuple[str, str] | None] = lambda _values: None


BOTH_BEFORE = "an hour before or a day before, not both"

# Scheduled statistics have no seconds.
_TIMEFRAME = Parameter("timeframe", choices=("1m", "5m", "15m", "1h"), default="1m")
_PAIR = {
    "y": Parameter("symbol", about="what is explained"),
    "x": Parameter("symbol", about="by what it is explained"),
    "tf": _TIMEFRAME,
}
_PAIR_CHOICE = {
    **_PAIR,
    "window": Parameter("whole", low=100, high=5_000, default=1_440, about="bars"),
    "method": Parameter(
        "choice",
        choices=("ols", "rolling_ols", "tls", "huber", "theil_sen", "kalman"),
        default="ols",
        about="of the hedge ratio",
    ),
    "spread": Parameter("choice", choices=("log", "residual", "ratio", "dollar_neutral"), default="log"),
    "z_window": Parameter(
        "whole",
        low=0,
        high=MOST_Z_BARS,
        default=60,
        about=f"bars, {LEAST_Z_BARS} or more; 0: as many as the half-life; Kalman's z has no window",
    ),
    "robust": Parameter("flag", default=False, about="median and MAD instead of mean and deviation"),
    "entry": Parameter("number", low=0.1, high=10, default=2.0, about="of |z|"),
    "exit": Parameter("number", low=0, high=10, default=0.0, about="of |z|, below entry"),
    "stop": Parameter("number", low=0.2, high=20, default=4.0, about="of |z|, above entry"),
    "time_stop": Parameter("whole", low=0, high=5_000, default=0, about="bars a position is held; 0: any"),
    "cool_down": Parameter(
        "whole", low=0, high=5_000, default=0, about="bars after a leave before the next entry"
    ),
}


def _pair_contradiction(asked: Mapping[str, Any]) -> tuple[str, str] | None:  # Any: checked values
    if not asked["exit"] < asked["entry"] < asked["stop"]:
        return "entry", "thresholds must be exit < entry < stop"
    if 0 < asked["z_window"] < LEAST_Z_BARS:
        return "z_window", f"z needs at least {LEAST_Z_BARS} bars, or 0 for as many as the half-life"
    if asked["method"] == "theil_sen" and asked["window"] > MOST_THEIL_SEN_BARS:
        return "window", f"Theil-Sen takes at most {MOST_THEIL_SEN_BARS:,} bars, got {asked['window']:,}"
    return None


JOBS: dict[str, Job] = {
    "recompute_indicators": Job(
        "workers.tasks.indicators.recompute_indicators",
        "analytics",
        {"symbol": Parameter("symbol", default=None, about="all symbols without it")},
    ),
    "anchored_vwap": Job(
        "workers.tasks.anchored_vwap.anchor_vwap",
        "analytics",
        {
            "symbol": Parameter("symbol"),
            "tf": Parameter("timeframe", default="1m"),
            "anchor": Parameter("whole", low=0, high=7_258_118_400_000, about="milliseconds since 1970"),
        },
    ),
    "correlation": Job(
        "workers.tasks.correlations.correlate",
        "asked",
        {
            "symbols": Parameter("symbols", low=1, high=100),
            "tf": Parameter("timeframe", default="1m"),
            "window": Parameter("whole", low=20, high=5_000, default=1_440, about="returns"),
            "method": Parameter("choice", choices=("pearson", "spearman", "kendall"), default="pearson"),
            "day_before": Parameter("flag", default=False, about="up to the same bar of yesterday"),
            "hour_before": Parameter("flag", default=False, about="up to the bar of an hour ago"),
        },
        lambda asked: ("hour_before", BOTH_BEFORE) if asked["hour_before"] and asked["day_before"] else None,
    ),
    "history": Job(
        "workers.tasks.histories.thin_history",
        "asked",
        {
            "symbol": Parameter("symbol"),
            "points": Parameter("whole", low=100, high=5_000, default=MOST_DRAWN_BARS, about="bars at most"),
        },
    ),
    "pair_snapshot": Job("workers.tasks.pair_requests.snapshot_pair", "analytics", _PAIR),
    "pair_prices": Job(
        "workers.tasks.pair_requests.price_pair",
        "analytics",
        {
            **_PAIR,
            "window": Parameter(
                "whole", low=LEAST_Z_BARS, high=MOST_Z_BARS, default=60, about="bars of the score"
            ),
        },
    ),
    "pair_analysis": Job(
        "workers.tasks.pair_requests.analyse_pair", "analytics", _PAIR_CHOICE, _pair_contradiction
    ),
    "pair_report": Job("workers.tasks.pair_requests.report_pair", "asked", _PAIR_CHOICE, _pair_contradiction),
    "scan": Job(
        "workers.tasks.scan.scan_symbols",
        "asked",
        {
            "symbols": Parameter("symbols", low=2, high=200),
            "tf": _TIMEFRAME,
            "window": Parameter("whole", low=100, high=10_080, default=1_440, about="bars"),
            "least_volume": Parameter(
                "number",
                low=0,
                high=1e15,
                default=0.0,
                about="of 24 h in the quote asset; what traded less is not tested and counts for no q",
            ),
        },
    ),
    "self_test": Job(
        "workers.tasks.selftest.run_self_test",
        "asked",
        {
            "pairs": Parameter("whole", low=100, high=10_000, default=2_000, about="of random walks"),
            "bars": Parameter("whole", low=200, high=5_000, default=1_440, about="of each walk"),
            "seed": Parameter("whole", low=0, high=2**31 - 1, default=1),
        },
    ),
}


def ask(job: str, parameters: Mapping[str, object], job_id: str | None = None) -> str:
    """Put a job into its queue and return its id; the row in the store has the same one.

    Raises
    ------
    BrokerDown
        Redis does not take it.
    """
    job_id = job_id or uuid4().hex
    known = JOBS[job]
    _sender(os.getpid(), load_settings().redis_url).send_task(
        known.task,
        kwargs={"job_id": job_id, **parameters},
        queue=known.queue,
        expires=WAITS_AT_MOST_SECONDS,
        retry=False,
        ignore_result=True,
    )
    return job_id


@cache
def _sender(_process_id: int, broker_url: str) -> Celery:
    """A client of the broker alone: not the workers' application, whose tasks need everything."""
    sender = Celery("gemscap-asks", broker=broker_url, set_as_current=False)
    sender.conf.update(
        task_serializer="json",
        broker_connection_timeout=2.0,
        broker_connection_retry=False,
        broker_transport_options={"socket_timeout": 2.0, "socket_connect_timeout": 1.0},
    )
    return sender
