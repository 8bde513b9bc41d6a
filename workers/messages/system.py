"""JSON of the System page: processes, queues, the feed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from workers.messages.envelope import JSON
from workers.messages.times import iso, iso_or_none

STALE_SECONDS = 15.0  # a process beats every few seconds

# What happens to a trade, in this order; figures of processes are named trade_to_<step>_ms_<percentile>.
STEPS = ("received", "stored", "sent", "drawn")
PERCENTILES = ("p50", "p95", "p99")


# Beat sends a canary through each queue every two seconds; one older than this is late.
# Long work stands in `asked` and `batch` by its nature: a task may take minutes.
CANARY_LIMITS = {"stream": 15.0, "bars": 30.0, "analytics": 60.0, "asked": 330.0, "batch": 150.0}


@dataclass(frozen=True, slots=True)
class ProcessState:
    """One process as the page shows it."""

    process: str
    host: str
    pid: int
    started_at: datetime
    beat_at: datetime
    figures: Mapping[str, float | int | str | None]


@dataclass(frozen=True, slots=True)
class FeedState:
    """Whether the exchange is heard."""

    state: Literal["fresh", "stale", "waiting"]  # waiting: not a word yet
    heard_at: datetime | None  # our clock
    age_seconds: float | None  # since then


@dataclass(frozen=True, slots=True)
class DiskState:
    """Room on the disk that holds the database, or what waits for it."""

    state: Literal["ok", "nearly_full", "refuses"]  # refuses: it does not take what is written
    free_gb: float
    total_gb: float


@dataclass(frozen=True, slots=True)
class ClockState:
    """The exchange's clock against this machine's."""

    state: Literal["ok", "wrong"]
    offset_ms: float  # exchange less ours


@dataclass(frozen=True, slots=True)
class Flow:
    """How far stages are behind, and what the workers did."""

    bars_lag_seconds: float | None  # behind the exchange's clock
    snapshots_lag_seconds: float | None  # behind the bars
    open_gaps: int
    canary_ages: Mapping[str, float | None]  # queue -> seconds; None: never came, or Redis is away
    tasks: Sequence[JSON]
    servers: JSON


def process_json(state: ProcessState, now: datetime) -> JSON:
    """One process with the age of its last sign of life."""
    age = (now - state.beat_at).total_seconds()
    return {
        "process": state.process,
        "host": state.host,
        "pid": state.pid,
        "started_at": iso(state.started_at),
        "beat_at": iso(state.beat_at),
        "age_seconds": round(age, 1),
        "state": "ok" if age <= STALE_SECONDS else "stale",
        "figures": dict(state.figures),
    }


def system_json(
    processes: Sequence[ProcessState],
    *,
    queues: Mapping[str, int | None],
    market_clock: datetime | None,
    source: str,
    now: datetime,
    feed: FeedState,
    disk: DiskState | None = None,
    spool_disk: DiskState | None = None,
    clock: ClockState | None = None,
    flow: Flow | None = None,
) -> JSON:
    """State of the `system` topic; null: what Redis, MongoDB or the exchange did not tell."""
    return {
        "source": source,
        "now": iso(now),
        "market_clock": iso_or_none(market_clock),
        "feed": feed_json(feed),
        "disk": disk_json(disk) if disk else None,
        "spool_disk": disk_json(spool_disk) if spool_disk else None,
        "clock": {"state": clock.state, "offset_ms": round(clock.offset_ms, 1)} if clock else None,
        "delays": delays_json(processes, now),
        "processes": [process_json(state, now) for state in processes],
        "queues": dict(queues),
        **(flow_json(flow) if flow else {}),
    }


def flow_json(flow: Flow) -> JSON:
    """Lags of the stages, canaries, tasks and servers."""
    return {
        "stages": {
            "bars": {"lag_seconds": _rounded(flow.bars_lag_seconds)},
            "snapshots": {"lag_seconds": _rounded(flow.snapshots_lag_seconds)},
        },
        "open_gaps": flow.open_gaps,
        "canaries": {queue: canary_json(queue, age) for queue, age in flow.canary_ages.items()},
        "tasks": list(flow.tasks),
        "servers": flow.servers,
    }


def canary_json(queue: str, age_seconds: float | None) -> JSON:
    """When a queue's canary came through last, and whether that is long ago."""
    known = age_seconds is not None
    late = age_seconds is not None and age_seconds > CANARY_LIMITS[queue]
    state = "late" if late else "ok" if known else "unknown"
    return {"state": state, "age_seconds": _rounded(age_seconds), "limit_seconds": CANARY_LIMITS[queue]}


def task_times_json(task: str, *, runs: int, failures: int, seconds: float, last_seconds: float) -> JSON:
    """One task since the counters began."""
    return {
        "task": task,
        "runs": runs,
        "failures": failures,
        "mean_ms": round(1000 * seconds / runs, 1) if runs else None,
        "last_ms": round(1000 * last_seconds, 1),
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


def delays_json(processes: Sequence[ProcessState], now: datetime) -> JSON:
    """How long after the trade each step was done, in ms, where it is slowest; null: not lately."""
    living = [each for each in processes if (now - each.beat_at).total_seconds() <= STALE_SECONDS]

    def slowest(name: str) -> float | None:
        found = [each.figures.get(name) for each in living]
        return max((value for value in found if isinstance(value, int | float)), default=None)

    return {step: {share: slowest(f"trade_to_{step}_ms_{share}") for share in PERCENTILES} for step in STEPS}


def disk_json(disk: DiskState) -> JSON:
    """Room on a disk."""
    return {"state": disk.state, "free_gb": round(disk.free_gb, 1), "total_gb": round(disk.total_gb, 1)}


def feed_json(feed: FeedState) -> JSON:
    """Whether the exchange is heard, and since when not."""
    return {
        "state": feed.state,
        "heard_at": iso_or_none(feed.heard_at),
        "age_seconds": None if feed.age_seconds is None else round(feed.age_seconds, 1),
    }
