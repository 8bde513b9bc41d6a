"""Known bugs, put back into the workers under test: a test that cannot find them is worth nothing."""

import threading
from collections.abc import Callable
from typing import Any

from celery import shared_task
from picows import WSFrame, WSMsgType, WSTransport
from pymongo.collection import Collection
from pymongo.write_concern import WriteConcern

from workers.store import database
from workers.store.indexes import ensure_indexes
from workers.stream import link, step
from workers.stream.capture import Capture


def insert_in_order() -> None:
    """A batch of ticks ends at the first one that is there already."""
    unordered = Collection.insert_many

    def ordered(self: Any, documents: Any, **options: Any) -> Any:  # Any: pymongo's own
        return unordered(self, documents, **{**options, "ordered": True})

    Collection.insert_many = ordered  # type: ignore[method-assign] # that is the bug


def write_without_journal() -> None:
    """What the store acknowledged is in its memory only."""
    database.DURABLE = WriteConcern(w=1, j=False)


def hold_the_stream_in_a_task() -> None:
    """Nothing but a task that never ends holds the stream; a worker that was killed does not get it again."""
    step.StreamStep.start = lambda _step, _worker: None  # type: ignore[method-assign] # that is the bug


@shared_task(name="tests.hold_stream", acks_late=False, time_limit=None, soft_time_limit=None)
def hold_stream() -> None:
    """Capture as long as the worker lives."""
    ensure_indexes()
    Capture().start()
    threading.Event().wait()


def answer_pings_with_something_else() -> None:
    """Each pong holds what no ping held."""
    rightly = link._Listener.on_ws_frame

    def wrongly(self: link._Listener, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.PING:
            transport.send_pong(b"something else")
        else:
            rightly(self, transport, frame)

    link._Listener.on_ws_frame = wrongly  # type: ignore[method-assign] # that is the bug


BUGS: dict[str, Callable[[], None]] = {
    "insert in order": insert_in_order,
    "write without journal": write_without_journal,
    "hold the stream in a task": hold_the_stream_in_a_task,
    "answer pings with something else": answer_pings_with_something_else,
}
