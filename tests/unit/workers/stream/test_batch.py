"""Batches that go to the store as one hold what they held one by one."""

from dataclasses import replace
from datetime import UTC, datetime

from analytics.records.market import Gap
from tests.factories import tick
from workers.store.quarantine import Quarantined
from workers.stream.batch import Batch, joined

AT = datetime(2024, 8, 8, tzinfo=UTC)
GAP = Gap("BTCUSDT", 3, 5, "open", found_at=AT, after=AT, before=AT)


def test_everything_is_there_in_the_order_it_came() -> None:
    first, second, third = tick(id=1), tick(id=2), tick(id=7)
    bad = Quarantined(AT, "no JSON", b"{", "1")
    one = Batch(ticks=[first], newest={"BTCUSDT": first}, taken=3, shutdown_announced=True)
    other = Batch(ticks=[third, second], late=[second], newest={"BTCUSDT": third}, quarantined=[bad], taken=9)
    assert joined([one, other]) == Batch(
        ticks=[first, third, second],
        late=[second],
        newest={"BTCUSDT": third},
        quarantined=[bad],
        shutdown_announced=True,
        taken=9,
    )


def test_of_a_gap_that_changed_the_later_state_is_kept() -> None:
    filled = replace(GAP, state="filled")
    elsewhere = replace(GAP, symbol="ETHUSDT")
    assert joined([Batch(gaps=[GAP, elsewhere]), Batch(gaps=[filled])]).gaps == [filled, elsewhere]


def test_the_batches_themselves_stay_as_they_are() -> None:
    batches = [Batch(ticks=[tick(id=1)]), Batch(ticks=[tick(id=2)])]
    joined(batches)
    assert [len(batch.ticks) for batch in batches] == [1, 1]
