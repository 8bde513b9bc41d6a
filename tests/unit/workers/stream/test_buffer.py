"""The bounded buffer: first in, first out, never beyond its bound."""

import threading
import time

from workers.stream.buffer import BoundedBuffer


def test_a_full_buffer_refuses_and_keeps_what_it_has() -> None:
    buffer: BoundedBuffer[int] = BoundedBuffer(3)
    assert [buffer.offer(n) for n in range(5)] == [True, True, True, False, False]
    assert buffer.take(at_most=10, age_seconds=0) == [0, 1, 2]


def test_taking_waits_for_the_first_item_and_not_for_more() -> None:
    buffer: BoundedBuffer[int] = BoundedBuffer(3)
    threading.Timer(0.05, lambda: buffer.offer(7)).start()
    began = time.monotonic()
    assert buffer.take(at_most=10, age_seconds=5.0) == [7]
    assert time.monotonic() - began < 4


def test_closing_ends_the_wait() -> None:
    buffer: BoundedBuffer[int] = BoundedBuffer(3)
    threading.Timer(0.05, buffer.close).start()
    assert buffer.take(at_most=10, age_seconds=5.0) == []


def test_order_is_kept_between_two_threads() -> None:
    buffer: BoundedBuffer[int] = BoundedBuffer(50_000)
    got: list[int] = []

    def take() -> None:
        while len(got) < 20_000:
            got.extend(buffer.take(at_most=100, age_seconds=0.01))

    taker = threading.Thread(target=take)
    taker.start()
    for n in range(20_000):
        buffer.offer(n)
    taker.join(10)
    assert got == list(range(20_000))
