"""The state of the whole: processes, queues, the feed, and whether each part works."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from app.disk import disk_state
from app.feed import feed_state
from app.machine_clock import clock_state
from workers.coordination.errors import CoordinationDown
from workers.coordination.queues import ping_redis, queue_depths
from workers.messages.envelope import JSON
from workers.messages.system import STALE_SECONDS, ProcessState, system_json
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
    return system_json(
        [_process(beat) for beat in load_heartbeats()],
        queues=queue_depths(),
        market_clock=clock,
        source=load_settings().source,
        now=now,
        feed=feed_state(clock, now),
        disk=disk_state(),
        clock=clock_state(),
    )


def observe_feed() -> None:
    """Look at the market clock, so that a later look can tell whether it moved."""
    feed_state(load_market_clock(), datetime.now(UTC))


def readiness() -> dict[str, Part]:
    """Each part by name: whether it works, and the reason when it does not."""
    parts = {"mongodb": _answers(ping_database, StoreDown), "redis": _answers(ping_redis, CoordinationDown)}
    if parts["mongodb"]["ok"]:
        now = datetime.now(UTC)
        parts |= _processes(now) | {"feed": _feed(now)}
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
