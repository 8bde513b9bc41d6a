"""The state of the whole: processes, queues, the feed, and whether each part works."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from app.disk import disk_state, spool_disk_state
from app.feed import feed_state
from app.flow_state import flow_state
from app.machine_clock import clock_state
from app.server_figures import server_figures
from workers.coordination.canary import load_canary_ages
from workers.coordination.errors import CoordinationDown
from workers.coordination.queues import QUEUES, ping_redis, queue_depths
from workers.coordination.task_times import TaskTimes, load_task_times
from workers.messages.envelope import JSON
from workers.messages.system import (
    STALE_SECONDS,
    Flow,
    ProcessState,
    canary_json,
    system_json,
    task_times_json,
)
from workers.settings import load_settings
from workers.store.database import ping_database
from workers.store.errors import StoreDown
from workers.store.heartbeats import Heartbeat, load_heartbeats
from workers.store.market_clock import load_market_clock

# Without these nothing moves; others are judged when they have once been seen.
NEEDED_PROCESSES = ("stream", "compute")

Part = Mapping[str, object]


def system_state() -> JSON:
    """State of the `system` topic, and of `/api/system`."""
    now, clock = datetime.now(UTC), load_market_clock()
    processes = [_process(beat) for beat in load_heartbeats()]
    return system_json(
        processes,
        queues=queue_depths(),
        market_clock=clock,
        source=load_settings().source,
        now=now,
        feed=feed_state(clock, now),
        disk=disk_state(),
        spool_disk=spool_disk_state(processes, now),
        clock=clock_state(),
        flow=_flow(clock),
    )


def canary_ages() -> Mapping[str, float | None]:
    """Age of each queue's canary; None where Redis does not answer, or none ever came."""
    try:
        return load_canary_ages()
    except CoordinationDown:
        return dict.fromkeys(QUEUES)


def task_times() -> Mapping[str, TaskTimes]:
    """What the workers counted; nothing where Redis does not answer."""
    try:
        return load_task_times()
    except CoordinationDown:
        return {}


def _flow(clock: datetime | None) -> Flow:
    state = flow_state(clock)
    return Flow(
        state.bars_lag_seconds,
        state.snapshots_lag_seconds,
        state.open_gaps,
        canary_ages(),
        [_task(name, times) for name, times in task_times().items()],
        server_figures(),
    )


def _task(name: str, times: TaskTimes) -> JSON:
    return task_times_json(
        name,
        runs=times.runs,
        failures=times.failures,
        seconds=times.seconds,
        last_seconds=times.last_seconds,
    )


def observe_feed() -> None:
    """Look at the market clock, so that a later look can tell whether it moved."""
    feed_state(load_market_clock(), datetime.now(UTC))


def readiness() -> dict[str, Part]:
    """Each part by name: whether it works, and the reason when it does not."""
    parts = {"mongodb": _answers(ping_database, StoreDown), "redis": _answers(ping_redis, CoordinationDown)}
    if parts["mongodb"]["ok"]:
        now = datetime.now(UTC)
        parts |= _processes(now) | {"feed": _feed(now)} | _queues()
    return parts


def is_alive(process: str) -> bool:
    """Whether a process of that name gave a sign of life lately."""
    now = datetime.now(UTC)
    return any(_alive(beat, now)["ok"] for beat in load_heartbeats() if beat.process == process)


def _answers(ping: Callable[[], None], down: type[Exception]) -> Part:
    try:
        ping()
    except down as error:
        return {"ok": False, "reason": f"does not answer ({type(error).__name__})"}
    return {"ok": True}


def _processes(now: datetime) -> dict[str, Part]:
    newest: dict[str, Heartbeat] = {}
    for beat in load_heartbeats():
        newest.setdefault(beat.process, beat)
    names = dict.fromkeys((*NEEDED_PROCESSES, *newest))
    return {name: _alive(newest.get(name), now) for name in names if name != "web"}


def _alive(beat: Heartbeat | None, now: datetime) -> Part:
    if beat is None:
        return {"ok": False, "reason": "not started"}
    age = (now - beat.beat_at).total_seconds()
    if age > STALE_SECONDS:
        return {"ok": False, "reason": f"no sign of life for {age:.0f} s"}
    return {"ok": True}


def _queues() -> dict[str, Part]:
    """Queues whose canary once came through: whether it still does."""
    told = {queue: canary_json(queue, age) for queue, age in canary_ages().items() if age is not None}
    return {
        f"queue {queue}": {"ok": True}
        if canary["state"] == "ok"
        else {"ok": False, "reason": f"its canary came through {canary['age_seconds']:.0f} s ago"}
        for queue, canary in told.items()
    }


def _feed(now: datetime) -> Part:
    state = feed_state(load_market_clock(), now)
    if state.state == "fresh":
        return {"ok": True}
    reason = "no word from the exchange yet" if state.heard_at is None else "the exchange is silent"
    return {"ok": False, "reason": reason}


def _process(beat: Heartbeat) -> ProcessState:
    return ProcessState(
        process=beat.process,
        host=beat.host,
        pid=beat.pid,
        started_at=beat.started_at,
        beat_at=beat.beat_at,
        figures=beat.figures,
    )
