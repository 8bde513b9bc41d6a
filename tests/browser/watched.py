"""Which topics a page watches: its socket was answered with their state, and gets every change since."""

import json
import re
from weakref import WeakKeyDictionary

from playwright.sync_api import Page, WebSocket

WATCHED_SECONDS = 20.0
LOOK_MS = 20
ANSWER = re.compile(r"43\d+(\[.*\])", re.DOTALL)  # Socket.IO: an acknowledgement, its number, its arguments

_watched: WeakKeyDictionary[Page, set[str]] = WeakKeyDictionary()


def note_watched(page: Page) -> None:
    """From now on, note what the sockets of a page are answered."""
    topics = _watched[page] = set()

    def opened(socket: WebSocket) -> None:
        topics.clear()
        socket.on("framereceived", heard)

    def heard(frame: str | bytes) -> None:
        answer = ANSWER.fullmatch(frame) if isinstance(frame, str) else None
        if answer:
            topics.update(each["topic"] for each in json.loads(answer[1]) if {"topic", "seq"} <= each.keys())

    page.on("websocket", opened)


def wait_watched(page: Page, topic: str) -> None:
    """Return as soon as a page watches a topic: what is published from here on reaches it."""
    for _ in range(round(WATCHED_SECONDS * 1_000 / LOOK_MS)):
        if topic in _watched[page]:
            return
        page.wait_for_timeout(LOOK_MS)
    raise AssertionError(f"the page does not watch {topic} but {sorted(_watched[page])}")
