"""Tokens rise, and a holder with an old one can no longer write a ledger."""

import pytest

from tests.factories import tick
from workers.settings import Settings
from workers.store.cursors import load_cursor, save_cursors
from workers.store.database import collection
from workers.store.errors import Fenced
from workers.store.fences import take_fence

pytestmark = pytest.mark.usefixtures("settings")


def test_every_token_is_higher_than_all_before(settings: Settings) -> None:
    tokens = [take_fence(shard, "one@host").token for shard in ("0of2", "1of2", "0of2", "0of1")]
    assert tokens == sorted(set(tokens))


def test_the_newest_holder_is_on_record() -> None:
    take_fence("0of1", "one@host")
    token = take_fence("0of1", "other@host").token
    row = collection("fences").find_one({"_id": "0of1"})
    assert row is not None
    assert (row["holder"], row["token"]) == ("other@host", token)


def test_a_former_holder_is_refused_and_the_cursor_stays() -> None:
    old = take_fence("0of1", "one@host")
    save_cursors([tick(10)], old)
    new = take_fence("0of1", "other@host")
    new.put_up(["BTCUSDT"])
    with pytest.raises(Fenced, match="0of1 was taken over"):
        save_cursors([tick(20)], old)
    assert load_cursor("BTCUSDT").last_id == 10  # type: ignore[union-attr]  # None fails, too
    save_cursors([tick(15)], new)
    assert load_cursor("BTCUSDT").last_id == 15  # type: ignore[union-attr]


def test_the_first_cursor_of_the_successor_shuts_the_former_holder_out() -> None:
    old, new = take_fence("0of1", "one@host"), take_fence("0of1", "other@host")
    save_cursors([tick(15)], new)
    with pytest.raises(Fenced):
        save_cursors([tick(20)], old)


def test_other_symbols_of_a_refused_write_are_still_written_when_they_are_not_fenced() -> None:
    old, new = take_fence("0of2", "one@host"), take_fence("1of2", "other@host")
    save_cursors([tick(15)], new)
    with pytest.raises(Fenced):
        save_cursors([tick(20), tick(7, symbol="ETHUSDT")], old)
    assert load_cursor("ETHUSDT").last_id == 7  # type: ignore[union-attr]


def test_a_cursor_from_before_there_were_tokens_is_taken_on() -> None:
    collection("cursors").insert_one({"_id": "BTCUSDT", "last_id": 5, "last_traded_at": tick(5).traded_at})
    save_cursors([tick(6)], take_fence("0of1", "one@host"))
    assert load_cursor("BTCUSDT").last_id == 6  # type: ignore[union-attr]


def test_checking_tells_a_former_holder() -> None:
    old = take_fence("0of1", "one@host")
    old.check()
    take_fence("0of1", "other@host")
    with pytest.raises(Fenced):
        old.check()
