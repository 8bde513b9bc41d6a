"""Rounds of messages: in order, each once, whatever the store and the disk do; memory is bounded."""

from pathlib import Path
from random import Random

import pytest

from workers.stream import intake as intake_module
from workers.stream.intake import Intake
from workers.stream.spool import Spool


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path, capacity_bytes=1 << 30, segment_bytes=500)


def offered(intake: Intake, first: int, last: int) -> int:
    """How many of these it took."""
    return sum(intake.offer(n, b"%d" % n) for n in range(first, last + 1))


def taken(intake: Intake, *, room: bool = True) -> list[int]:
    return [received_ns for received_ns, _ in intake.next_round(room=room).messages]


def test_with_room_what_comes_in_goes_out_at_once(spool: Spool) -> None:
    intake = Intake(spool)
    offered(intake, 1, 9)
    found = intake.next_round(room=True)
    assert found.messages is found.arrived
    assert (len(found.messages), found.taken, intake.is_behind) == (9, 9, False)


def test_without_room_it_goes_to_disk_and_comes_back_in_order(spool: Spool) -> None:
    intake = Intake(spool)
    for n in range(0, 100, 10):
        offered(intake, n, n + 9)
        found = intake.next_round(room=False)
        assert (found.messages, len(found.arrived)) == ([], 10)
    assert (intake.is_behind, len(intake)) == (True, 0)
    offered(intake, 100, 104)
    found_again: list[int] = []
    while intake.is_behind:
        found_again += taken(intake)
    assert found_again == list(range(105))


def test_without_room_and_without_a_disk_it_holds_what_it_can(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "MESSAGES_WAITING", 20)
    monkeypatch.setattr(intake_module, "ROUND_MESSAGES", 10)
    intake = Intake(spool)
    monkeypatch.setattr(spool, "append", lambda _messages: False)
    assert offered(intake, 1, 10) == 10
    assert taken(intake, room=False) == []
    assert offered(intake, 11, 40) == 20  # and refuses the rest: the connection is closed on purpose
    assert taken(intake, room=False) == []
    found = [id for _ in range(6) for id in taken(intake)]
    assert found == list(range(1, 31))


def test_when_the_sorting_out_is_too_slow_the_disk_takes_them(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "MESSAGES_WAITING", 20)
    monkeypatch.setattr(intake_module, "ROUND_MESSAGES", 10)
    intake = Intake(spool)
    offered(intake, 1, 20)
    assert taken(intake) == []
    assert (intake.is_behind, len(intake)) == (True, 10)
    assert [id for _ in range(5) for id in taken(intake)] == list(range(1, 21))


@pytest.mark.parametrize("seed", range(20))
def test_whatever_happens_each_message_comes_once_and_in_order(
    spool: Spool, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    random, intake, append = Random(seed), Intake(spool), spool.append
    monkeypatch.setattr(spool, "append", lambda messages: random.random() > 0.3 and append(messages))
    monkeypatch.setattr(intake_module, "ROUND_SECONDS", 0.001)
    monkeypatch.setattr(intake_module, "ROUND_MESSAGES", 7)
    found: list[int] = []
    last = 0
    for _ in range(150):
        last += offered(intake, last + 1, last + random.randrange(12))
        found += taken(intake, room=random.random() > 0.5)
    while len(intake) or intake.is_behind:
        found += taken(intake)
    assert found == list(range(1, last + 1))
