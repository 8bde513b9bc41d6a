"""Reconnecting: full jitter under a cap, and a quota of connects."""

from random import Random

import pytest

from workers.stream.backoff import CAP_SECONDS, CONNECTS, WINDOW_SECONDS, ConnectQuota, backoff_seconds


@pytest.mark.parametrize("failures", [1, 2, 5, 10, 1_000])
def test_every_wait_lies_below_the_doubling_ceiling_and_the_cap(failures: int) -> None:
    random = Random(failures)
    waits = [backoff_seconds(failures, random) for _ in range(500)]
    ceiling = min(CAP_SECONDS, 0.5 * 2.0 ** min(failures, 16))
    assert all(0 <= wait <= ceiling for wait in waits)
    assert max(waits) > 0.8 * ceiling
    assert min(waits) < 0.2 * ceiling


def test_the_sixty_first_connect_waits_for_the_window() -> None:
    quota = ConnectQuota()
    assert [quota.book(second) for second in range(CONNECTS)] == [0.0] * CONNECTS
    assert quota.book(100.0) == WINDOW_SECONDS - 100
    assert quota.book(301.0) == 0


def test_connections_that_wait_at_once_do_not_go_at_once() -> None:
    quota = ConnectQuota()
    made = sorted(now + quota.book(now) for now in [0.0] * (2 * CONNECTS) + [1.0] * CONNECTS)
    assert all(
        later - earlier >= WINDOW_SECONDS for earlier, later in zip(made, made[CONNECTS:], strict=False)
    )
