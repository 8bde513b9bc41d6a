"""When a disk is nearly full."""

import pytest

from app.disk import judged
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
