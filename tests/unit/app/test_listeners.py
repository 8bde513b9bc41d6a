"""Who watches what, and how much one client may ask for."""

from app.listeners import BURST, EVENTS_PER_SECOND, MAX_TOPICS, PATIENCE, Listeners, TokenBucket


def test_a_topic_is_watched_until_its_last_listener_goes() -> None:
    listeners = Listeners()
    for client in ("a", "b"):
        listeners.add(client)
        assert listeners.watch(client, "system")
    listeners.unwatch("a", "system")
    assert listeners.topics() == ["system"]
    listeners.remove("b")
    assert listeners.topics() == []


def test_watching_twice_counts_once() -> None:
    listeners = Listeners()
    listeners.add("a")
    assert listeners.watch("a", "system")
    assert listeners.watch("a", "system")
    listeners.unwatch("a", "system")
    assert listeners.topics() == []


def test_a_client_watches_so_many_topics_and_no_more() -> None:
    listeners = Listeners()
    listeners.add("a")
    assert all(listeners.watch("a", f"symbol:{n}") for n in range(MAX_TOPICS))
    assert not listeners.watch("a", "one too many")
    listeners.unwatch("a", "symbol:0")
    assert listeners.watch("a", "another")


def test_a_client_that_is_gone_watches_nothing() -> None:
    listeners = Listeners()
    assert not listeners.watch("never came", "system")
    assert listeners.topics() == []


def test_a_burst_is_allowed_and_then_so_many_a_second() -> None:
    now = [0.0]
    bucket = TokenBucket(lambda: now[0])
    assert all(bucket.take() for _ in range(int(BURST)))
    assert not bucket.take()
    now[0] += 2.0
    assert sum(bucket.take() for _ in range(100)) == int(2 * EVENTS_PER_SECOND) - 1


def test_who_goes_on_far_beyond_the_limit_is_told_apart_from_who_slipped() -> None:
    bucket = TokenBucket(lambda: 0.0)
    for _ in range(int(BURST) + 5):
        bucket.take()
    assert not bucket.abused
    for _ in range(int(BURST * PATIENCE)):
        bucket.take()
    assert bucket.abused
