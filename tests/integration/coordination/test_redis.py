"""What processes agree on, on a real Redis."""

import subprocess
import sys
import time

import pytest

from workers.coordination.interest import load_interest, renew_interest
from workers.coordination.queues import QUEUES, queue_depths
from workers.coordination.redis_client import redis_client
from workers.coordination.request_budget import note_ban, note_limit, note_used, seconds_to_wait
from workers.coordination.sequence import current_sequence, next_sequence
from workers.coordination.single_flight import single_flight
from workers.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def _settings(settings: Settings) -> None:
    """Keys carry the database's name, and each test has a database of its own."""


def test_each_topic_counts_by_one_and_on_its_own() -> None:
    epoch, first = next_sequence(["a", "b"])
    again, second = next_sequence(["b", "c"])
    assert (first, second) == ([1, 1], [2, 1])
    assert again == epoch
    assert current_sequence("b") == (epoch, 2)


def test_lost_counters_begin_a_new_epoch() -> None:
    epoch, _ = next_sequence(["a"])
    for key in redis_client().scan_iter(f"{load_settings().database}:live:*"):
        redis_client().delete(key)
    assert current_sequence("a") == ("", 0)
    renewed, numbers = next_sequence(["a"])
    assert renewed != epoch
    assert numbers == [1]


def test_only_one_runs_at_a_time() -> None:
    with single_flight("x") as first, single_flight("x") as second:
        assert (first.won, second.won) == (True, False)
        assert first.renew()
    with single_flight("x") as third:
        assert third.won


def test_one_who_was_too_late_does_not_take_the_right_from_another() -> None:
    with single_flight("x", lapses_seconds=0.05) as first:
        time.sleep(0.1)  # the right has lapsed
        with single_flight("x") as second:
            assert second.won
            assert not first.renew()
            first.release()
            assert second.renew()


def test_a_right_lapses_when_its_holder_dies() -> None:
    with single_flight("x", lapses_seconds=0.05) as first:
        time.sleep(0.1)
        with single_flight("x") as second:
            assert (first.won, second.won) == (True, True)


def test_a_process_that_was_killed_keeps_nobody_out() -> None:
    code = "from workers.coordination.holder import own_name; print(own_name(), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        redis_client().set(
            f"{load_settings().database}:running:x", holder.stdout.readline().strip(), px=60_000
        )
        with single_flight("x") as while_it_lives:
            assert not while_it_lives.won
        holder.kill()
        holder.wait()
        with single_flight("x") as after_its_death:
            assert after_its_death.won


def test_topics_are_watched_until_nobody_renews_them() -> None:
    renew_interest(["bars:BTCUSDT:1m", "system"])
    assert load_interest() == {"bars:BTCUSDT:1m", "system"}
    key = f"{load_settings().database}:live:interest"
    redis_client().zadd(key, {"system": time.time() - 1})
    assert load_interest() == {"bars:BTCUSDT:1m"}


def test_queues_that_are_empty_are_known_to_be_empty() -> None:
    assert set(queue_depths()) == set(QUEUES)


def test_half_of_the_limit_is_ours() -> None:
    note_limit(6_000)
    assert seconds_to_wait(4, is_urgent=True) == 0
    note_used(2_997)
    assert seconds_to_wait(3, is_urgent=True) == 0
    assert 0 < seconds_to_wait(4, is_urgent=True) <= 60


def test_a_tenth_of_it_is_left_for_what_cannot_wait() -> None:
    note_limit(6_000)
    note_used(2_690)
    assert seconds_to_wait(10) == 0
    assert 0 < seconds_to_wait(11) <= 60


def test_nobody_asks_while_the_exchange_wants_rest() -> None:
    note_limit(6_000)
    note_ban(7)
    assert 6 < seconds_to_wait(1) <= 7


def test_before_the_limit_is_known_the_smaller_one_holds() -> None:
    note_used(1_199)
    assert seconds_to_wait(1, is_urgent=True) == 0
    assert seconds_to_wait(2, is_urgent=True) > 0
