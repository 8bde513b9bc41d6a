"""What the web does by the clock: says what is watched, how it fares, and cuts who does not read."""

import atexit
import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask_socketio import SocketIO

from app.access.live_door import LiveDoor
from app.drawn import DrawnDelays
from app.listeners import Listeners
from app.lost_jobs import mend_jobs
from app.quality_state import quality_state
from app.system_state import observe_feed, system_state
from app.task_updates import send_task
from app.websocket_limits import cut_clients_that_do_not_read
from workers.coordination.errors import CoordinationDown
from workers.coordination.interest import renew_interest
from workers.coordination.sequence import next_sequence
from workers.messages.envelope import JSON, envelope
from workers.messages.rooms import QUALITY, SYSTEM, UPDATE
from workers.store.errors import StoreDown
from workers.store.heartbeats import Heartbeat, forget_heartbeat, save_heartbeat

log = logging.getLogger(__name__)

TURN_SECONDS = 0.5
STATUS = Path("/proc/self/status")


class Rounds:
    """One background thread; each duty has its own interval."""

    def __init__(self, socketio: SocketIO, listeners: Listeners, drawn: DrawnDelays, door: LiveDoor) -> None:
        self._socketio = socketio
        self._listeners = listeners
        self._drawn = drawn
        self._started_at = datetime.now(UTC)
        self._duties: list[tuple[float, Callable[[], None]]] = [
            (1.0, self._cut_slow_clients),
            (3.0, door.cut_those_that_ended),
            (2.0, self._send_system_state),
            (3.0, self._send_quality_state),
            (2.0, self._mend_jobs),
            (5.0, self._beat),
            (10.0, self._renew_interest),
        ]

    def start(self) -> None:
        """Go round until the process ends."""
        threading.Thread(target=self._run, name="rounds", daemon=True).start()
        atexit.register(_forget)

    def _run(self) -> None:
        due = [0.0] * len(self._duties)
        while True:
            for place, (seconds, duty) in enumerate(self._duties):
                if time.monotonic() >= due[place]:
                    due[place] = time.monotonic() + seconds
                    _do(duty)
            time.sleep(TURN_SECONDS)

    def _cut_slow_clients(self) -> None:
        sockets = list(self._socketio.server.eio.sockets.values())
        cut = cut_clients_that_do_not_read(sockets)
        if cut:
            log.warning("clients cut because they did not read count=%d", cut)

    def _send_system_state(self) -> None:
        self._send(SYSTEM, system_state)

    def _send_quality_state(self) -> None:
        self._send(QUALITY, quality_state)

    def _mend_jobs(self) -> None:
        for job in mend_jobs():
            send_task(job, self._socketio)

    def _send(self, topic: str, state: Callable[[], JSON]) -> None:
        """Send the state of a topic to who watches it."""
        if topic in self._listeners.topics():
            data = state()
            epoch, [seq] = next_sequence([topic])
            message = envelope(topic, epoch=epoch, seq=seq, sent_at=datetime.now(UTC), data=data)
            self._socketio.emit(UPDATE, message, to=topic)

    def _renew_interest(self) -> None:
        renew_interest(self._listeners.topics())

    def _beat(self) -> None:
        observe_feed()
        figures: dict[str, float | int | str | None] = {
            "clients": self._listeners.clients(),
            "topics": len(self._listeners.topics()),
            "threads": threading.active_count(),
            "memory_mb": _resident_megabytes(),
            **self._drawn.figures(),
        }
        now = datetime.now(UTC)
        save_heartbeat(Heartbeat("web", socket.gethostname(), os.getpid(), self._started_at, now, figures))


def _do(duty: Callable[[], None]) -> None:
    """One duty, once; whatever it raises, the others go on and it is tried again."""
    name = duty.__name__.strip("_")
    try:
        duty()
    except (StoreDown, CoordinationDown) as error:
        log.warning("round skipped duty=%s reason=%s", name, type(error).__name__)
    except Exception:
        log.exception("round failed duty=%s", name)


def _forget() -> None:
    try:
        forget_heartbeat("web", socket.gethostname(), os.getpid())
    except StoreDown:
        log.warning("sign of life not taken back reason=database does not answer")


def _resident_megabytes() -> float | None:
    try:
        lines = STATUS.read_text().splitlines()
    except OSError:  # not Linux
        return None
    kilobytes = [int(line.split()[1]) for line in lines if line.startswith("VmRSS:")]
    return round(kilobytes[0] / 1024, 1) if kilobytes else None
