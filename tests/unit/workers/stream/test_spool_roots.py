"""What waits on disk is not stranded when the number of shards changes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.workers.stream.test_spool import GENEROUS, left_behind, numbered, spooling, taken
from workers.coordination.shards import Shard
from workers.settings import settings_from, use_settings
from workers.stream import capture as capture_module
from workers.stream import spool_roots
from workers.stream.capture import Capture
from workers.stream.spool import Spool
from workers.stream.spool_roots import carry_over, spool_root

HALVES = [Shard(0, 2), Shard(1, 2)]
SYMBOLS = [f"COIN{number}USDT" for number in range(8)]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    """SPOOL_DIR of the test."""
    with use_settings(settings_from({"SPOOL_DIR": str(tmp_path)})):
        yield tmp_path


def left_by_a_killed_process(shard: Shard, first: int, last: int) -> None:
    with spooling(spool_root(shard), segment=300) as spool:
        assert spool.append(numbered(first, last))


def test_each_of_more_shards_finds_all_of_it(folder: Path) -> None:
    left_by_a_killed_process(Shard(), 1, 40)
    for shard in HALVES:  # as two workers start, one after the other
        carry_over(2)
        with spooling(spool_root(shard)) as spool:
            assert taken(spool) == numbered(1, 40)
    assert not spool_root(Shard()).exists()


def test_one_shard_finds_what_several_left_in_the_order_it_came(folder: Path) -> None:
    left_by_a_killed_process(HALVES[0], 1, 20)
    left_by_a_killed_process(HALVES[1], 21, 40)
    carry_over(1)
    with spooling(spool_root(Shard())) as spool:
        assert taken(spool) == numbered(1, 40)
    assert [path.name for path in folder.iterdir()] == [spool_root(Shard()).name]


def test_what_lies_there_once_is_stored_it_takes_no_room(folder: Path) -> None:
    left_by_a_killed_process(Shard(), 1, 40)
    carry_over(2)
    for shard in HALVES:
        spool = Spool(spool_root(shard), capacity_bytes=GENEROUS)
        taken(spool)
        spool.acknowledge(spool.taken)
        spool.close()
    assert left_behind(folder) == []


def test_a_crash_in_the_middle_costs_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left_by_a_killed_process(Shard(), 1, 40)

    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", crash)
        with pytest.raises(KeyboardInterrupt):
            carry_over(2)
    carry_over(2)
    for shard in HALVES:
        with spooling(spool_root(shard)) as spool:
            assert taken(spool) == numbered(1, 40)


def test_neither_a_living_process_nor_a_shard_of_this_number_nor_another_database_loses_its_own(
    folder: Path,
) -> None:
    left_by_a_killed_process(HALVES[1], 1, 5)
    with use_settings(settings_from({"SPOOL_DIR": str(folder), "MARKET": "usdm"})):
        left_by_a_killed_process(Shard(), 6, 9)
    with spooling(spool_root(Shard(0, 3))) as living:
        living.append(numbered(10, 12))
        before = left_behind(folder)
        carry_over(2)
        assert left_behind(folder) == before


def test_a_disk_without_links_leaves_it_where_it_lies_and_stops_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    left_by_a_killed_process(Shard(), 1, 3)

    def refuse(*_: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(spool_roots.Path, "hardlink_to", refuse)
    capture_module._new_spool(HALVES[0]).close()
    assert "not carried over" in caplog.text
    assert {path.parent.parent for path in left_behind(folder)} == {spool_root(Shard())}


def test_a_shard_passes_over_the_symbols_of_others_and_sets_unknown_ones_aside(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture_module, "load_universe", lambda: SYMBOLS)
    capture = Capture(shard=HALVES[0])
    capture._expect_universe()
    (other, *_), sequencer = HALVES[1].of(SYMBOLS), capture._sequencer
    batch = sequencer.sorted_out([(n, trade(symbol)) for n, symbol in enumerate([other, "NOSUCHUSDT"])])
    assert [message.reason for message in batch.quarantined] == ["s: 'NOSUCHUSDT' was not subscribed to"]
    assert (batch.ticks, sequencer.counts.malformed) == ([], 1)


def trade(symbol: str) -> bytes:
    return (
        b'{"stream":"%b@aggTrade","data":{"e":"aggTrade","E":1,"s":"%b","a":7,"p":"1.5","q":"2","f":1,"l":1,'
        b'"T":1723161255000,"m":true}}' % (symbol.lower().encode(), symbol.encode())
    )
