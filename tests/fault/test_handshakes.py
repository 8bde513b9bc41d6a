"""Connections that are reset while they are opened: tried again with growing, random waits."""

import itertools
import time

import pytest

from tests.fault.conftest import Worlds
from tests.fault.measuring import Measured
from tests.fault.sharing import Sharing
from tests.fault.streaming import Streaming
from tests.product import wait_for

RECOVERED_SECONDS = 30.0
SLACK_SECONDS = 1.0  # for the attempt itself on a busy machine
SHARDS = 4


def break_handshakes(world: Streaming, times: int, limit: float) -> list[float]:
    """Break the connection and the next attempts; when each attempt came, the last one accepted."""
    since, connects = time.time(), world.figures()["connects"]
    world.control.on("reset_handshakes", times=times)
    world.control.reset()
    wait_for(lambda: len(world.handshakes(since)) > times, limit, f"attempt {times + 1}")
    world.control.off()
    wait_for(lambda: world.figures()["connected"] == 1, 10, "the connection")
    assert world.figures()["connects"] >= connects + times + 1
    return [since, *world.handshakes(since)]


def assert_waits_are_bounded(attempts: list[float]) -> None:
    """Each wait is at most min(30, 0.5 * 2^n) seconds, n counting the failures so far."""
    waits = [later - earlier for earlier, later in itertools.pairwise(attempts)]
    print("waits", " ".join(f"{wait:.1f}" for wait in waits))
    for failures, wait in enumerate(waits, start=1):
        assert wait <= min(30.0, 0.5 * 2**failures) + SLACK_SECONDS, waits


def test_it_tries_again_until_it_is_let_in(world: Streaming, measured: Measured) -> None:
    wait_for(lambda: world.figures().get("silence_seconds", 9) < 2, 10, "a healthy connection")
    attempts = break_handshakes(world, 3, RECOVERED_SECONDS)
    assert_waits_are_bounded(attempts)
    note(attempts, 3, measured)
    world.assert_clean(within=30)


def note(attempts: list[float], times: int, measured: Measured) -> None:
    """For the table: the longest wait of all."""
    longest = max(later - earlier for earlier, later in itertools.pairwise(attempts))
    measured(
        "R13",
        injected=f"{times} handshakes reset",
        demanded="each wait <= min(30, 0.5 * 2^n) s",
        found=f"bounded, {longest:.1f} s at most",
    )


@pytest.mark.soak
def test_fifty_times(world: Streaming, measured: Measured) -> None:
    attempts = break_handshakes(world, 50, 50 * 31.0)
    assert_waits_are_bounded(attempts)
    note(attempts, 50, measured)
    world.assert_clean(within=120)


QUOTA = {  # so few connects in so short a time that four connections without a cap soon want more
    "workers.stream.backoff:CONNECTS": 12,
    "workers.stream.backoff:WINDOW_SECONDS": 15.0,
    "workers.stream.backoff:CAP_SECONDS": 0.5,
}


@pytest.mark.soak
def test_all_connections_of_a_process_keep_within_one_quota(worlds: Worlds, measured: Measured) -> None:
    most, window = (
        int(QUOTA["workers.stream.backoff:CONNECTS"]),
        QUOTA["workers.stream.backoff:WINDOW_SECONDS"],
    )
    with worlds.another(kind=Sharing, shards=SHARDS, constants=QUOTA, book=True) as world:
        since = time.time()
        world.control.on("reset_handshakes", times=3 * most)
        world.control.reset()
        wait_for(
            lambda: len(world.handshakes(since)) > 3 * most, 10 * window, "more attempts than are allowed"
        )
        world.control.off()
        attempts = world.handshakes(0.0)
        world.assert_clean(within=60)
    in_window = [sum(at - window + SLACK_SECONDS < other <= at for other in attempts) for at in attempts]
    measured(
        "R13",
        injected=f"{3 * most} handshakes of {SHARDS + 1} connections reset, one of them that of the quotes",
        demanded=f"<= {most} connects in any {window:.0f} s (60 in 300 s, sooner), the limit reached",
        found=f"{max(in_window)} at most",
    )
    assert max(in_window) == most
