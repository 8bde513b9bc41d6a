"""Every symbol has one shard and every shard one worker, and few move when their number changes."""

from collections import Counter

import pytest

from workers.coordination.shards import Shard, holders, shard_number

SYMBOLS = [f"{asset}USDT" for asset in ("BTC", "ETH", "SOL", "BNB", "XRP")] + [
    f"S{n}USDT" for n in range(395)
]


@pytest.mark.parametrize("count", [1, 2, 3, 8, 64])
def test_each_symbol_belongs_to_one_shard(count: int) -> None:
    parts = [Shard(number, count).of(SYMBOLS) for number in range(count)]
    assert sorted(symbol for part in parts for symbol in part) == sorted(SYMBOLS)


def test_shards_are_about_equal() -> None:
    sizes = Counter(shard_number(symbol, 8) for symbol in SYMBOLS)
    assert max(sizes.values()) < 2 * min(sizes.values())


@pytest.mark.parametrize("count", [1, 2, 7])
def test_one_more_shard_takes_its_share_and_leaves_the_others(count: int) -> None:
    moved = [symbol for symbol in SYMBOLS if shard_number(symbol, count) != shard_number(symbol, count + 1)]
    assert {shard_number(symbol, count + 1) for symbol in moved} == {count}
    assert len(moved) == pytest.approx(len(SYMBOLS) / (count + 1), rel=0.35)


@pytest.mark.parametrize("workers", [["a"], ["a", "b"], ["a", "b", "c"], [f"stream@{n}" for n in range(7)]])
@pytest.mark.parametrize("count", [1, 4, 64])
def test_shards_are_held_evenly(workers: list[str], count: int) -> None:
    found = holders(workers, count)
    shares = Counter(dict.fromkeys(workers, 0)) + Counter(found.values())
    assert sorted(found) == list(range(count))
    assert max(shares.values()) - min(Counter(found.values()).get(worker, 0) for worker in workers) <= 1


def test_the_answer_does_not_depend_on_who_asks() -> None:
    assert holders(["b", "a", "c"], 16) == holders(["a", "b", "c"], 16)


def test_without_workers_nobody_holds_anything() -> None:
    assert holders([], 4) == {}
