"""Pairs that are watched, `y` explained by `x`, in the order they were added (ordered_names.py).

Example document:

    {"_id": "ETHUSDT/BTCUSDT", "position": 0}
"""

from collections.abc import Sequence

from workers.store.ordered_names import OrderedNames

Pair = tuple[str, str]  # y, x

_pairs = OrderedNames("pairs")


def load_pairs() -> list[Pair]:
    """Pairs that are watched, in order."""
    return [_pair(name) for name in _pairs.load()]


def load_pairs_of(symbol: str) -> list[Pair]:
    """Those of them that a symbol is part of."""
    return [pair for pair in load_pairs() if symbol in pair]


def fill_pairs(pairs: Sequence[Pair]) -> None:
    """Put pairs on an empty list; one that has pairs stays as it is."""
    _pairs.fill([_name(pair) for pair in pairs])


def add_pair(pair: Pair, *, position: int | None = None) -> bool:
    """Watch a pair from now on, at the end of the list or at a position; False if it is there already."""
    return _pairs.add(_name(pair), position)


def remove_pair(pair: Pair) -> int | None:
    """Watch a pair no longer; what is stored stays. Returns its position, None if it was not there."""
    return _pairs.remove(_name(pair))


def _name(pair: Pair) -> str:
    return "/".join(pair)


def _pair(name: str) -> Pair:
    y, _, x = name.partition("/")
    return y, x
