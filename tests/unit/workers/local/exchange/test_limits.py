"""Request weight, bans and connects of one address."""

import pytest

from workers.local.exchange.limits import CONNECTS, REFUSALS_BEFORE_BAN, WEIGHT_PER_MINUTE, Limits
from workers.local.exchange.refusals import Refusal

HOST = "127.0.0.1"


class Hand:
    """A clock moved by hand."""

    def __init__(self) -> None:
        self.now = 1_700_000_040.0 - 1_700_000_040.0 % 60

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def hand() -> Hand:
    return Hand()


def refused(limits: Limits, weight: int = 1) -> Refusal:
    with pytest.raises(Refusal) as caught:
        limits.charge(HOST, weight)
    return caught.value


def test_the_used_weight_of_this_minute_is_told(hand: Hand) -> None:
    limits = Limits(WEIGHT_PER_MINUTE["spot"], hand)
    limits.charge(HOST, 20)
    limits.charge(HOST, 4)
    assert limits.headers(HOST)["X-MBX-USED-WEIGHT-1M"] == "24"
    assert limits.headers("10.0.0.1")["X-MBX-USED-WEIGHT-1M"] == "0"
    hand.now += 60
    assert limits.headers(HOST)["X-MBX-USED-WEIGHT-1M"] == "0"


def test_more_weight_than_a_minute_has_is_refused_until_the_minute_is_over(hand: Hand) -> None:
    limits = Limits(WEIGHT_PER_MINUTE["spot"], hand)
    hand.now += 45
    limits.charge(HOST, 6000)
    error = refused(limits)
    assert (error.status, error.body["code"], error.retry_after) == (429, -1003, 15)
    assert str(error.body["msg"]).startswith(
        "Too much request weight used; current limit is 6000 request weight per 1 MINUTE."
    )
    hand.now += error.retry_after or 0
    limits.charge(HOST, 1)


def test_going_on_after_a_refusal_gets_the_address_banned(hand: Hand) -> None:
    limits = Limits(WEIGHT_PER_MINUTE["spot"], hand)
    limits.charge(HOST, 6000)
    answers = [refused(limits).status for _ in range(REFUSALS_BEFORE_BAN + 1)]
    assert answers == [429] * REFUSALS_BEFORE_BAN + [418]
    hand.now += 61
    error = refused(limits)
    assert (error.status, error.retry_after) == (418, 59)
    assert f"IP banned until {int((hand.now + 59) * 1000)}." in str(error.body["msg"])
    hand.now += 59
    limits.charge(HOST, 1)


def test_a_second_ban_is_longer(hand: Hand) -> None:
    limits = Limits(WEIGHT_PER_MINUTE["spot"], hand)
    lengths = []
    for _ in range(2):
        limits.charge(HOST, 6000)
        last = [refused(limits) for _ in range(REFUSALS_BEFORE_BAN + 1)][-1]
        lengths.append(last.retry_after)
        hand.now += 600
    assert lengths == [120, 240]


def test_the_301st_connect_in_five_minutes_is_refused(hand: Hand) -> None:
    limits = Limits(WEIGHT_PER_MINUTE["spot"], hand)
    assert all(limits.may_connect(HOST) for _ in range(CONNECTS))
    assert not limits.may_connect(HOST)
    assert limits.may_connect("10.0.0.1")
    hand.now += 300
    assert limits.may_connect(HOST)
