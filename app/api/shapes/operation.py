"""Shapes of errors, tasks, the quality of the data and the state of the system."""

from typing import get_args

from analytics.records.quality import SpanState
from app.api.shapes.market import COMPLETENESS
from app.api.shapes.vocabulary import (
    ANYTHING,
    FLAG,
    MOMENT,
    NUMBER,
    TEXT,
    WHOLE,
    Schema,
    choice,
    many,
    optional,
    record,
    table,
    told,
    widened,
)

_ERROR = widened(
    record(code=told(TEXT, "for programs"), message=told(TEXT, "for people")),
    "ErrorWords",
    optional_fields=("field", "have", "need"),
    field=told(TEXT, "the parameter or header that is at fault"),
    have=told(WHOLE, "with not_enough_data: how much is there"),
    need=told(WHOLE, "with not_enough_data: how much is needed"),
)
ERROR: Schema = record("Error", error=_ERROR)

TASK = record(
    "Task",
    id=TEXT,
    job=TEXT,
    parameters=table(ANYTHING),
    state=choice("waiting", "running", "done", "failed", "cancelled"),
    done=told(WHOLE, "of total"),
    total=told(WHOLE, "pieces of work; 0 as long as nobody knows"),
    text=told(TEXT, "what is being done"),
    error=optional(table(ANYTHING)),
    cancel_wanted=FLAG,
    asked_at=MOMENT,
    started_at=optional(MOMENT),
    ended_at=optional(MOMENT),
)
TASK_WITH_RESULT = widened(TASK, "TaskWithResult", result=told(ANYTHING, "null where there is none"))
TASKS = record("Tasks", tasks=many(TASK), jobs=many(TEXT))
ACCEPTED = record("Accepted", task=TASK, address=told(TEXT, "where to look for the result"))

HEALTH = record("Health", status=choice("ok"))
_PART = widened(record(ok=FLAG), "Part", optional_fields=("reason",), reason=TEXT)
PARTS = record("Parts", parts=table(_PART))
READY = record("Ready", ready=FLAG, parts=table(_PART))
NOT_READY = widened(READY, "NotReady", error=record(code=TEXT, message=TEXT))

_FEED = record(
    "Feed",
    state=choice("fresh", "stale", "waiting"),
    heard_at=optional(MOMENT),
    age_seconds=optional(NUMBER),
)
_FIGURES = table({"type": ["number", "string", "null"]})
_PROCESS = record(
    "Process",
    process=TEXT,
    host=TEXT,
    pid=WHOLE,
    started_at=MOMENT,
    beat_at=MOMENT,
    age_seconds=NUMBER,
    state=choice("ok", "stale"),
    figures=_FIGURES,
)
_STAGE = record(lag_seconds=optional(NUMBER))
_CANARY = record(state=choice("ok", "late", "unknown"), age_seconds=optional(NUMBER), limit_seconds=NUMBER)
_TASK_TIMES = record(
    "TaskTimes", task=TEXT, runs=WHOLE, failures=WHOLE, mean_ms=optional(NUMBER), last_ms=NUMBER
)
_DELAY = table(optional(NUMBER))
_DISK = record("Disk", state=choice("ok", "nearly_full", "refuses"), free_gb=NUMBER, total_gb=NUMBER)
SYSTEM = record(
    "System",
    source=choice("LIVE", "TESTNET", "SIMULATED", "REPLAY"),
    now=MOMENT,
    market_clock=optional(MOMENT),
    feed=_FEED,
    disk=optional(_DISK),
    spool_disk=told(optional(_DISK), "of what waits for the database"),
    clock=optional(record(state=choice("ok", "wrong"), offset_ms=NUMBER)),
    delays=told(table(optional(_DELAY)), "milliseconds after the trade until a step was done"),
    processes=many(_PROCESS),
    queues=table(optional(WHOLE)),
    stages=told(table(_STAGE), "behind the one before"),
    open_gaps=WHOLE,
    canaries=told(table(_CANARY), "how long ago one came through each queue"),
    tasks=many(_TASK_TIMES),
    servers=table(ANYTHING),
)

_DIFFERENCE = record(ts=MOMENT, field=TEXT, ours=optional(NUMBER), theirs=optional(NUMBER))
_BAR_CHECK = record(
    "BarCheck",
    timeframe=TEXT,
    since=MOMENT,
    until=MOMENT,
    compared=WHOLE,
    differing=WHOLE,
    worst=optional(_DIFFERENCE),
    compared_at=optional(MOMENT),
)
_SYMBOL_QUALITY = record(
    "SymbolQuality",
    symbol=TEXT,
    as_of=optional(MOMENT),
    completeness=optional(table(widened(COMPLETENESS, "Share", share=optional(NUMBER)))),
    spans_since=optional(MOMENT),
    span_minutes=WHOLE,
    spans=many(choice(*get_args(SpanState))),
    bar_check=optional(_BAR_CHECK),
    comparison_asked_at=optional(MOMENT),
    comparison_reason=TEXT,
)
MISSING = record(
    "Missing",
    gaps=many(
        record(
            "MissingTrades",
            symbol=TEXT,
            state=TEXT,
            found_at=MOMENT,
            missing=told(many(many(WHOLE)), "first and last id of each stretch"),
        )
    ),
)
_GAP = record(
    "Gap",
    symbol=TEXT,
    first_id=WHOLE,
    last_id=WHOLE,
    size=WHOLE,
    state=choice("open", "filling", "filled", "verified_absent", "expired", "failed"),
    found_at=MOMENT,
    after=optional(MOMENT),
    before=optional(MOMENT),
    tries=WHOLE,
    tried_at=optional(MOMENT),
    reason=TEXT,
)
QUALITY = record(
    "Quality",
    market_clock=optional(MOMENT),
    symbols=many(_SYMBOL_QUALITY),
    gaps=many(_GAP),
    counters=table(optional(NUMBER)),
    counted_since=optional(MOMENT),
    lag=table(optional(NUMBER)),
    clock=optional(record("ClockCheck", offset_ms=NUMBER, round_trip_ms=NUMBER, checked_at=MOMENT)),
    quarantine=many(record("Unreadable", received_at=MOMENT, reason=TEXT, raw=TEXT, is_cut=FLAG)),
)
REPAIR = record("Repair", symbol=TEXT, first_id=optional(WHOLE), gaps=told(WHOLE, "that are tried again"))
COMPARISON = record("Comparison", symbols=many(TEXT))
