"""When a disk is nearly full."""

from datetime import timedelta

import pytest

from app.disk import judged, spool_disk_state
from tests.factories import at
from workers.messages.system import ProcessState
from workers.store.disk import DiskSpace

GB = 1_000_000_000


@pytest.mark.parametrize(
    ("total_gb", "free_gb", "state"),
    [(500, 100, "ok"), (500, 16, "ok"), (500, 14, "nearly_full"), (20, 4, "ok"), (20, 2.5, "nearly_full")],
)
def test_little_is_a_few_gigabytes_or_a_small_share(total_gb: float, free_gb: float, state: str) -> None:
    space = DiskSpace(int(total_gb * GB), int((total_gb - free_gb) * GB))
    found = judged(space)
    assert found is not None
    assert (found.state, round(found.free_gb, 1)) == (state, free_gb)


def test_a_server_that_does_not_tell_gives_no_warning() -> None:
    assert judged(None) is None


def stream(pid: int, free_gb: float, refuses: int = 0, *, silent_seconds: float = 1.0) -> ProcessState:
    figures = {"spool_disk_free_gb": free_gb, "spool_disk_total_gb": 100.0, "spool_refuses": refuses}
    beat_at = at(100) - timedelta(seconds=silent_seconds)
    return ProcessState("stream", "host", pid, started_at=at(0), beat_at=beat_at, figures=figures)


def test_of_several_streams_the_worst_disk_counts() -> None:
    found = spool_disk_state([stream(1, 50.0), stream(2, 2.0), stream(3, 40.0)], at(100))
    assert found is not None
    assert (found.state, found.free_gb) == ("nearly_full", 2.0)
    found = spool_disk_state([stream(1, 1.0), stream(2, 50.0, refuses=1)], at(100))
    assert found is not None
    assert (found.state, found.free_gb) == ("refuses", 50.0)


def test_a_stream_that_is_gone_tells_nothing_of_its_disk() -> None:
    assert spool_disk_state([stream(1, 1.0, silent_seconds=60.0)], at(100)) is None
