"""What an address asks for, on spot and on the routes of futures."""

import pytest

from workers.local.exchange.openings import opening_of
from workers.local.exchange.refusals import Refusal
from workers.local.exchange.streams import Stream, delivers

AGGREGATES, QUOTES = Stream("BTCUSDT", "aggTrade"), Stream("BTCUSDT", "bookTicker")


@pytest.mark.parametrize(
    ("target", "combined", "streams"),
    [
        ("/ws", False, ()),
        ("/ws/btcusdt@trade", False, ("btcusdt@trade",)),
        ("/ws/btcusdt@trade/ethusdt@trade", False, ("btcusdt@trade", "ethusdt@trade")),
        ("/stream", True, ()),
        ("/stream?streams=btcusdt%40trade%2Fethusdt@trade", True, ("btcusdt@trade", "ethusdt@trade")),
    ],
)
def test_paths_say_wrapping_and_streams(target: str, combined: bool, streams: tuple[str, ...]) -> None:
    opening = opening_of(target, "spot")
    assert opening is not None
    assert (opening.combined, opening.streams, opening.unit) == (combined, streams, 1000)


@pytest.mark.parametrize("word", ["MICROSECOND", "microsecond"])
def test_both_spellings_of_the_time_unit_are_taken(word: str) -> None:
    opening = opening_of(f"/stream?streams=btcusdt@trade&timeUnit={word}", "spot")
    assert opening is not None
    assert opening.unit == 1


def test_another_time_unit_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        opening_of("/ws/btcusdt@trade?timeUnit=second", "spot")
    assert caught.value.body["code"] == -1194


def test_other_paths_lead_nowhere() -> None:
    assert opening_of("/streams", "spot") is None
    assert opening_of("/market/stream", "spot") is None


@pytest.mark.parametrize(
    ("path", "aggregates", "quotes"),
    [("/market/stream", True, False), ("/public/stream", False, True), ("/stream", False, True)],
)
def test_a_futures_route_delivers_its_own_kinds_only(path: str, aggregates: bool, quotes: bool) -> None:
    opening = opening_of(path, "usdm")
    assert opening is not None
    assert delivers(opening.route, AGGREGATES) == aggregates
    assert delivers(opening.route, QUOTES) == quotes
