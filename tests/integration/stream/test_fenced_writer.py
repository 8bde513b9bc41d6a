"""A writer whose shard another worker has taken: trades are still stored, of the ledger nothing is."""

import pytest

from tests.factories import gap, tick
from workers.settings import Settings
from workers.store.cursors import load_cursor
from workers.store.fences import Fence, take_fence
from workers.store.gaps import load_gaps
from workers.store.indexes import ensure_indexes
from workers.store.ticks import load_ticks
from workers.stream.batch import Batch
from workers.stream.writer import TickWriter


@pytest.fixture(autouse=True)
def _indexes(settings: Settings) -> None:
    ensure_indexes()


def written_with(fence: Fence) -> TickWriter:
    """A writer of that fence, to which a hole and the trades around it were given."""
    writer = TickWriter()
    writer.start(fence)
    assert writer.offer(Batch(gaps=[gap(2, 4)], ticks=[tick(1), tick(5)], newest={"BTCUSDT": tick(5)}))
    assert writer.stop(flush_seconds=10)
    return writer


def ids() -> list[int]:
    return [each.id for each in load_ticks("BTCUSDT", after_id=-1)]


def test_a_former_holder_stores_trades_and_nothing_of_the_ledger() -> None:
    former = take_fence("0of1", "one@host")
    take_fence("0of1", "other@host")  # and has not put it up yet: only the fence itself is in the way
    writer = written_with(former)
    assert ids() == [1, 5]
    assert load_gaps("BTCUSDT") == []
    assert load_cursor("BTCUSDT") is None
    assert writer.is_fenced


def test_the_newest_holder_writes_all_of_it() -> None:
    take_fence("0of1", "one@host")
    writer = written_with(take_fence("0of1", "other@host"))
    assert ids() == [1, 5]
    assert [(row.first_id, row.last_id, row.state) for row in load_gaps("BTCUSDT")] == [(2, 4, "open")]
    assert load_cursor("BTCUSDT").last_id == 5  # type: ignore[union-attr]  # None fails, too
    assert not writer.is_fenced
