"""What could not be read is kept once, however often it is read."""

from dataclasses import replace

from tests.factories import at
from workers.settings import Settings
from workers.store.database import collection
from workers.store.quarantine import KEPT_BYTES, Quarantined, load_quarantined, save_quarantined

MESSAGE = Quarantined(at(5), "not JSON", b"{", "1723161254087896568")


def test_a_message_that_is_read_again_is_kept_once(settings: Settings) -> None:
    save_quarantined([MESSAGE])
    save_quarantined([MESSAGE, replace(MESSAGE, reason="said otherwise by a newer version")])
    assert [(row.received_at, row.reason, row.raw) for row in load_quarantined()] == [
        (at(5), "not JSON", b"{")
    ]


def test_equal_messages_read_at_two_places_are_two(settings: Settings) -> None:
    save_quarantined([MESSAGE, replace(MESSAGE, place="1723161254087896569"), replace(MESSAGE, raw=b"[")])
    assert len(load_quarantined()) == 3


def test_of_a_long_one_the_beginning_and_its_size_are_kept(settings: Settings) -> None:
    long = b"x" * (KEPT_BYTES + 10)
    save_quarantined([replace(MESSAGE, raw=long), replace(MESSAGE, raw=long + b"y")])
    assert sorted(row["size"] for row in collection("quarantine").find()) == [
        KEPT_BYTES + 10,
        KEPT_BYTES + 11,
    ]
    assert {row.raw for row in load_quarantined()} == {long[:KEPT_BYTES]}
