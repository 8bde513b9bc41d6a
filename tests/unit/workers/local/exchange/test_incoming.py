"""What a client sends is counted over a sliding second."""

from collections import Counter

from workers.local.exchange.incoming import MOST, TOO_MANY, Incoming


def verdicts(moments: list[float]) -> tuple[list[bool], Counter[str]]:
    counts: Counter[str] = Counter()
    incoming = Incoming(5, counts)
    return [incoming.is_too_many(moment) for moment in moments], counts


def test_the_sixth_within_a_second_is_too_many() -> None:
    found, counts = verdicts([0.0, 0.1, 0.2, 0.3, 0.4, 0.99])
    assert found == [False] * 5 + [True]
    assert counts == {MOST: 6, TOO_MANY: 1}


def test_a_second_slides() -> None:
    found, counts = verdicts([0.0, 0.5, 0.6, 0.7, 0.8, 1.0, 1.5, 1.6])
    assert not any(found)
    assert counts[MOST] == 5
