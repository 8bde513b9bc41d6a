"""Reconnecting: full jitter under a cap, and a quota of connects."""

from random import Random

import pytest

from workers.stream.backoff import CAP_SECONDS, ConnectQuota, backoff_seconds


@pytest.mark.parametrize("failures", [1, 2, 5, 10, 1_000])
def test_every_wait_lies_below_the_doubling_ceiling_and_the_cap(failures: int) -> None:
    random = Random(failures)
    waits = [backoff_seconds(failures, random) for _ in range(500)]
    ceiling = min(CAP_SECONDS, 0.5 * 2.0 ** min(failures, 16))
    assert all(0 <= wait <= ceiling for wait in waits)
    assert max(waits) > 0.8 * ceiling
    assert min(waits) < 0.2 * ceiling


def test_the_sixty_first_connect_waits_for_the_window() -> None:
    quota = ConnectQuota(connects=60, window_seconds=300)
    for second in range(60):
        assert quota.seconds_until_free(second) == 0
        quota.note(second)
    assert quota.seconds_until_free(100) == 200
    assert quota.seconds_until_free(300) == 0
