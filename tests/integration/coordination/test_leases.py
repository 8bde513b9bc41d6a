"""A shard has one holder at a time, whatever happens to the holder or to Redis."""

from collections.abc import Iterator

import pytest

from tests.product import wait_for
from workers.coordination.leases import Leases
from workers.coordination.redis_client import redis_client
from workers.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def _empty(settings: Settings) -> Iterator[None]:
    yield
    for key in redis_client().scan_iter(f"{load_settings().database}:*"):
        redis_client().delete(key)


@pytest.fixture
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.coordination.leases.LAPSES_SECONDS", 0.4)


def test_only_one_takes_a_free_shard() -> None:
    one, other = Leases("one@host", 4), Leases("other@host", 4)
    assert one.take(2)
    assert not other.take(2)
    assert other.take(3)
    assert [one.holder(number) for number in range(4)] == [None, None, "one@host", "other@host"]


def test_a_released_shard_is_free_at_once() -> None:
    one, other = Leases("one@host", 1), Leases("other@host", 1)
    assert one.take(0)
    one.release(0)
    assert other.take(0)


def test_nobody_releases_what_another_holds() -> None:
    one, other = Leases("one@host", 1), Leases("other@host", 1)
    assert one.take(0)
    other.release(0)
    assert one.holder(0) == "one@host"


@pytest.mark.usefixtures("_hasty")
def test_a_holder_that_says_nothing_loses_its_shard_and_hears_of_it() -> None:
    one, other = Leases("one@host", 1), Leases("other@host", 1)
    assert one.take(0)
    wait_for(lambda: other.take(0), 5, "the lease to lapse")
    assert not one.renew(0)


def test_a_renewed_lease_lasts_as_long_as_a_new_one() -> None:
    one = Leases("one@host", 1)
    assert one.take(0)
    (key,) = redis_client().scan_iter(f"{load_settings().database}:*")
    redis_client().pexpire(key, 800)
    assert one.renew(0)
    assert redis_client().pttl(key) > 1000 * one.lapses_seconds / 2


def test_a_holder_gets_back_what_redis_forgot() -> None:
    one, other = Leases("one@host", 1), Leases("other@host", 1)
    assert one.take(0)
    redis_client().delete(*redis_client().scan_iter(f"{load_settings().database}:*"))
    assert one.renew(0)
    assert not other.take(0)


def test_a_process_started_again_has_its_shards_at_once() -> None:
    dead, alive = Leases("one@host", 1), Leases("one@host", 1)
    assert dead.take(0)
    assert alive.take(0)
    assert not dead.renew(0)


def test_names_that_begin_alike_are_different_workers() -> None:
    one, other = Leases("stream@host", 1), Leases("stream@host2", 1)
    assert one.take(0)
    assert not other.take(0)


def test_the_living_know_of_each_other_until_they_leave() -> None:
    one, other = Leases("one@host", 4), Leases("other@host", 8)
    assert one.announce() == {"one@host": 4}
    assert other.announce() == {"one@host": 4, "other@host": 8}
    assert other.leave() == ["one@host"]
    assert one.announce() == {"one@host": 4}


@pytest.mark.usefixtures("_hasty")
def test_a_worker_that_says_nothing_is_forgotten() -> None:
    one, other = Leases("one@host", 4), Leases("other@host", 4)
    one.announce()
    assert set(other.announce()) == {"one@host", "other@host"}
    wait_for(lambda: set(other.announce()) == {"other@host"}, 5, "the silent one to be forgotten")


def test_of_two_processes_of_one_name_the_younger_counts() -> None:
    old, young = Leases("one@host", 4), Leases("one@host", 4)
    assert old.announce()
    assert young.announce() == {"one@host": 4}
    assert old.announce() == {}
    assert young.announce() == {"one@host": 4}


def test_an_offer_waits_for_a_successor_that_is_ready() -> None:
    one, other = Leases("one@host", 1), Leases("other@host", 1)
    assert one.take(0)
    assert not other.is_offered(0)
    one.offer(0)
    assert other.is_offered(0)
    one.say_ready(0)
    assert not one.has_ready_successor(0), "nobody succeeds himself"
    other.say_ready(0)
    assert one.has_ready_successor(0)
    one.release(0)
    assert not other.is_offered(0)
    assert other.take(0)
