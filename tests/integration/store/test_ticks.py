"""Ticks are stored once, durably, and read back by id."""

from random import Random

import pytest

from tests.factories import random_ticks, tick
from workers.settings import Settings
from workers.store import ticks as store
from workers.store.database import collection
from workers.store.indexes import ensure_indexes


@pytest.fixture(autouse=True)
def _indexes(settings: Settings) -> None:
    ensure_indexes()


def test_what_was_saved_is_loaded_as_it_was() -> None:
    ticks = random_ticks(seed=1, count=50)
    store.save_ticks(ticks)
    loaded = store.load_ticks("BTCUSDT", after_id=-1)
    assert [(t.id, t.price, t.quantity, t.buyer_is_maker) for t in loaded] == [
        (t.id, t.price, t.quantity, t.buyer_is_maker) for t in ticks
    ]
    assert all(
        abs((a.traded_at - b.traded_at).total_seconds()) < 0.001 for a, b in zip(loaded, ticks, strict=True)
    )


def test_saving_again_in_any_order_adds_nothing() -> None:
    ticks = random_ticks(seed=2, count=200)
    assert store.save_ticks(ticks) == store.SavedTicks(stored=200, repeated=0)
    shuffled = Random(3).sample(ticks, len(ticks))
    assert store.save_ticks(shuffled) == store.SavedTicks(stored=0, repeated=200)
    assert collection("ticks").count_documents({}) == 200


def test_repeats_do_not_keep_new_ticks_of_a_batch_out() -> None:
    store.save_ticks([tick(5)])
    assert store.save_ticks([tick(5), tick(6), tick(7)]) == store.SavedTicks(stored=2, repeated=1)


def test_symbols_do_not_mix_even_with_equal_ids() -> None:
    store.save_ticks([tick(1), tick(1, symbol="ETHUSDT"), tick(0, symbol="ETHUSDT")])
    assert [t.id for t in store.load_ticks("ETHUSDT", after_id=-1)] == [0, 1]
    assert [t.id for t in store.load_ticks("BTCUSDT", after_id=-1)] == [1]


def test_a_range_of_ids_includes_its_end_and_not_its_beginning() -> None:
    store.save_ticks(random_ticks(seed=4, count=10))
    assert [t.id for t in store.load_ticks("BTCUSDT", after_id=3, up_to_id=6)] == [4, 5, 6]


def test_first_and_last_tick_are_those_of_the_symbol() -> None:
    store.save_ticks([tick(7), tick(9), tick(8), tick(100, symbol="ETHUSDT")])
    first, last = store.load_first_tick("BTCUSDT"), store.load_last_tick("BTCUSDT")
    assert (first and first.id, last and last.id) == (7, 9)
    assert store.load_last_tick("XRPUSDT") is None


def test_the_highest_id_that_fits_its_key_comes_back() -> None:
    store.save_ticks([tick((1 << store.ID_BITS) - 1)])
    assert [t.id for t in store.load_ticks("BTCUSDT", after_id=-1)] == [(1 << store.ID_BITS) - 1]


def test_retention_counts_from_arrival_and_can_be_changed(settings: Settings) -> None:
    ensure_indexes()
    index = collection("ticks").index_information()["retention"]
    assert index["key"] == [("received_at", 1)]
    assert index["expireAfterSeconds"] == settings.tick_retention_hours * 3600


def test_writes_wait_for_the_journal() -> None:
    concern = collection("ticks", durable=True).write_concern.document
    assert concern == {"w": 1, "j": True}
