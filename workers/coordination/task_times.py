"""How often each task ran, how long it took and how often it failed, counted by all workers together.

One hash per database; the fields of a task are `<task>|runs`, `|failures`,
`|seconds`, `|last` and, for each limit of LIMITS, `|le<limit>`: the runs that
took no longer.
"""

from dataclasses import dataclass, field

from workers.coordination.redis_client import redis_client
from workers.settings import load_settings

LIMITS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0)  # seconds


@dataclass(slots=True)
class TaskTimes:
    """One task since the counters began."""

    runs: int = 0
    failures: int = 0
    seconds: float = 0.0  # of all runs
    last_seconds: float = 0.0
    within: dict[float, int] = field(default_factory=lambda: dict.fromkeys(LIMITS, 0))  # limit -> runs


def note_run(task: str, seconds: float, *, failed: bool) -> None:
    """A run has ended."""
    key, pipeline = _key(), redis_client().pipeline(transaction=False)
    pipeline.hincrby(key, f"{task}|runs", 1)
    pipeline.hincrbyfloat(key, f"{task}|seconds", seconds)
    pipeline.hset(key, f"{task}|last", seconds)
    if failed:
        pipeline.hincrby(key, f"{task}|failures", 1)
    for limit in LIMITS:
        if seconds <= limit:
            pipeline.hincrby(key, f"{task}|le{limit:g}", 1)
    pipeline.execute()


def load_task_times() -> dict[str, TaskTimes]:
    """Every task that ever ran, by name."""
    found: dict[str, TaskTimes] = {}
    for name, value in redis_client().hgetall(_key()).items():
        task, _, part = str(name).rpartition("|")
        _put(found.setdefault(task, TaskTimes()), part, str(value))
    return dict(sorted(found.items()))


def _put(times: TaskTimes, part: str, value: str) -> None:
    match part:
        case "runs":
            times.runs = int(value)
        case "failures":
            times.failures = int(value)
        case "seconds":
            times.seconds = float(value)
        case "last":
            times.last_seconds = float(value)
        case _ if part.startswith("le"):
            times.within[float(part[2:])] = int(value)


def _key() -> str:
    return f"{load_settings().database}:task-times"
