"""A bounded buffer between two threads; hands its content on by count or by age."""

import threading
from collections import deque
from typing import Generic, TypeVar

Item = TypeVar("Item")


class BoundedBuffer(Generic[Item]):
    """First in, first out; `offer` refuses when full, `take` waits for content."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._items: deque[Item] = deque()
        self._arrived = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        return len(self._items)

    def offer(self, item: Item) -> bool:
        """Add an item; False when the buffer is full and the item was not taken."""
        if len(self._items) >= self.capacity:
            return False
        self._items.append(item)  # atomic; the taker looks again at least every `age_seconds`
        if self._arrived.acquire(blocking=False):
            self._arrived.notify()
            self._arrived.release()
        return True

    def take(self, *, at_most: int, age_seconds: float) -> list[Item]:
        """What has come, up to `at_most`; waits `age_seconds` at the longest."""
        with self._arrived:
            if not self._items and not self._closed:
                self._arrived.wait(age_seconds)
        count = min(at_most, len(self._items))
        return [self._items.popleft() for _ in range(count)]

    def close(self) -> None:
        """No more will come: `take` stops waiting."""
        with self._arrived:
            self._closed = True
            self._arrived.notify_all()
