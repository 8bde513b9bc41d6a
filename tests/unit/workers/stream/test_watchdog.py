"""Silence: the connection's, and each stream's by its own habit."""

from workers.stream.watchdog import CONNECTION_SILENCE_SECONDS, STREAM_SILENCE_SECONDS, Watchdog


def watched(usual_pause: float, trades: int = 400) -> tuple[Watchdog, float]:
    dog, now = Watchdog(), 0.0
    dog.connected(["BTCUSDT", "THINUSDT"], now)
    for _ in range(trades):
        now += usual_pause
        dog.heard(now)
        dog.traded("BTCUSDT", now)
    return dog, now


def test_a_connection_that_brings_nothing_is_dead() -> None:
    dog, now = watched(0.1)
    assert not dog.connection_is_dead(now + CONNECTION_SILENCE_SECONDS)
    assert dog.connection_is_dead(now + CONNECTION_SILENCE_SECONDS + 0.1)


def test_a_ping_keeps_the_connection_alive_but_not_the_stream() -> None:
    dog, now = watched(0.1)
    later = now + STREAM_SILENCE_SECONDS + 1
    dog.heard(later)
    assert not dog.connection_is_dead(later)
    assert "BTCUSDT" in dog.silent_streams(later)


def test_a_quiet_symbol_is_left_alone_for_as_long_as_is_usual_for_it() -> None:
    dog, now = watched(20.0)
    assert "BTCUSDT" not in dog.silent_streams(now + 300)
    assert "BTCUSDT" in dog.silent_streams(now + 500)


def test_a_stream_that_never_brought_anything_is_suspected_first() -> None:
    dog, now = watched(0.1)
    dog.connected(["BTCUSDT", "NEWUSDT"], now)
    assert dog.silent_streams(now + STREAM_SILENCE_SECONDS) == []
    assert "NEWUSDT" in dog.silent_streams(now + STREAM_SILENCE_SECONDS + 0.1)


def test_a_new_connection_starts_the_silence_anew() -> None:
    dog, now = watched(0.1)
    dog.connected(["BTCUSDT"], now + 1_000)
    assert dog.silent_streams(now + 1_001) == []
