"""What an empty watch-list begins with."""

from decimal import Decimal

from analytics.records.market import Instrument
from workers.stream.universe import MAJORS, MANY, first_watchlist


def offered(names: list[str], status: str = "TRADING") -> list[Instrument]:
    return [Instrument(name, name[:-4], "USDT", status, Decimal("0.01"), Decimal("0.1")) for name in names]


def test_what_was_asked_for_is_taken_if_it_trades() -> None:
    assert first_watchlist(offered(["BTCUSDT", "ETHUSDT"]), ["ETHUSDT", "NOSUCH"]) == ["ETHUSDT"]


def test_a_small_exchange_is_watched_whole() -> None:
    names = [f"C{n}USDT" for n in range(MANY)]
    assert first_watchlist(offered(names), []) == names


def test_of_a_large_exchange_the_majors_are_watched() -> None:
    names = [f"C{n}USDT" for n in range(MANY)] + list(MAJORS)
    assert first_watchlist(offered(names), []) == list(MAJORS)


def test_the_symbols_of_pairs_are_watched_too() -> None:
    names = ["BTCUSDT", "ETHUSDT", "SOLUSDT"]
    pairs = [("SOLUSDT", "BTCUSDT"), ("NOSUCH", "BTCUSDT")]
    assert first_watchlist(offered(names), ["ETHUSDT"], pairs) == ["ETHUSDT", "SOLUSDT", "BTCUSDT"]


def test_what_does_not_trade_is_left_out() -> None:
    halted = offered(["LUNAUSDT"], status="BREAK")
    assert first_watchlist([*halted, *offered(["BTCUSDT"])], []) == ["BTCUSDT"]
