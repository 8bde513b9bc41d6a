"""The spool: what was written is read back in order, whatever happens to the process or the disk."""

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.product import wait_for
from workers.stream.segment import Message, encoded, records
from workers.stream.spool import Spool
from workers.stream.spool_folder import claimed_folder

GENEROUS = 1 << 30


@contextmanager
def spooling(root: Path, *, capacity: int = GENEROUS, segment: int = 1 << 20) -> Iterator[Spool]:
    """A spool that ends as a killed process does: nothing is tidied up."""
    spool = Spool(root, capacity_bytes=capacity, segment_bytes=segment)
    try:
        yield spool
    finally:
        spool._sync.stop()
        if spool._folder is not None:
            os.close(spool._folder._descriptor)


def numbered(first: int, last: int, size: int = 0) -> list[Message]:
    return [(1_000_000 + n, b'{"id":%d}' % n + b" " * size) for n in range(first, last + 1)]


def taken(spool: Spool, at_most: int = 7) -> list[Message]:
    """Everything that waits."""
    found: list[Message] = []
    while spool.has_unread:
        found += spool.take(at_most)
    return found


def left_behind(root: Path) -> list[Path]:
    return sorted(root.rglob("*.spool"))


def test_what_was_appended_comes_back_in_order(tmp_path: Path) -> None:
    with spooling(tmp_path) as spool:
        assert spool.append(numbered(1, 10))
        assert spool.append(numbered(11, 20))
        assert taken(spool) == numbered(1, 20)
        assert not spool.has_unread


def test_reading_follows_writing(tmp_path: Path) -> None:
    with spooling(tmp_path, segment=300) as spool:
        found: list[Message] = []
        for n in range(1, 100):
            spool.append(numbered(n, n))
            if n % 3 == 0:
                found += spool.take(2)
        assert found + taken(spool) == numbered(1, 99)


def test_the_next_process_reads_what_the_killed_one_left(tmp_path: Path) -> None:
    with spooling(tmp_path) as spool:
        spool.pass_on(numbered(1, 5))
        spool.append(numbered(6, 9))
    with spooling(tmp_path) as spool:
        assert taken(spool) == numbered(1, 9)


def test_an_own_folder_for_each_living_process_and_none_is_orphaned(tmp_path: Path) -> None:
    with spooling(tmp_path) as first, spooling(tmp_path) as second:
        first.append(numbered(1, 3))
        second.append(numbered(4, 6))
        assert (taken(first), taken(second)) == (numbered(1, 3), numbered(4, 6))
    with spooling(tmp_path) as successor:
        assert taken(successor) == numbered(1, 6)
        assert len({path.parent for path in left_behind(tmp_path)}) == 1


def test_a_folder_that_is_given_back_is_gone(tmp_path: Path) -> None:
    claimed_folder(tmp_path).release()
    assert list(tmp_path.iterdir()) == []


def test_segments_are_bounded_and_deleted_when_stored(tmp_path: Path) -> None:
    with spooling(tmp_path, segment=1_000) as spool:
        for n in range(0, 1_000, 10):
            spool.pass_on(numbered(n, n + 9))
        files = left_behind(tmp_path)
        assert len(files) > 10
        assert max(path.stat().st_size for path in files) < 1_500
        spool.acknowledge(500)
        spool.pass_on(numbered(1_000, 1_000))
        assert len(left_behind(tmp_path)) < len(files) * 0.6
        spool.acknowledge(spool.taken)
        spool.pass_on(numbered(1_001, 1_001))
        assert len(left_behind(tmp_path)) == 1


def test_a_clean_end_leaves_nothing_behind(tmp_path: Path) -> None:
    spool = Spool(tmp_path, capacity_bytes=GENEROUS)
    spool.pass_on(numbered(1, 100))
    spool.acknowledge(100)
    spool.close()
    assert list(tmp_path.iterdir()) == []


def test_an_end_without_the_store_leaves_all_of_it(tmp_path: Path) -> None:
    spool = Spool(tmp_path, capacity_bytes=GENEROUS)
    spool.pass_on(numbered(1, 100))
    spool.acknowledge(40)
    spool.close()
    with spooling(tmp_path) as successor:
        assert taken(successor) == numbered(1, 100)


def test_beyond_its_capacity_the_oldest_goes(tmp_path: Path) -> None:
    with spooling(tmp_path, capacity=20_000, segment=1_000) as spool:
        for n in range(2_000):
            spool.append(numbered(n, n, 20))
        assert spool.size <= 20_000
        found = taken(spool)
        assert found == numbered(2_000 - len(found), 1_999, 20)
        assert spool.dropped > 10


@pytest.mark.parametrize("cut", range(1, len(encoded(numbered(9, 9)))))
def test_a_torn_tail_costs_the_last_message_alone(tmp_path: Path, cut: int) -> None:
    with spooling(tmp_path) as spool:
        spool.append(numbered(1, 9))
    (path,) = left_behind(tmp_path)
    os.truncate(path, path.stat().st_size - cut)
    with spooling(tmp_path) as spool:
        assert taken(spool) == numbered(1, 8)
        assert spool.damaged == 1
        spool.append(numbered(20, 21))  # not behind the torn record, but in a segment of its own
        assert taken(spool) == numbered(20, 21)


@pytest.mark.parametrize("seed", range(5))
def test_a_flipped_byte_costs_one_message(seed: int) -> None:
    random, content = Random(seed), encoded(numbered(1, 20))
    for at in range(len(content)):
        flipped = bytearray(content)
        flipped[at] ^= random.randrange(1, 256)
        found = records(bytes(flipped), 0, at_most=100)
        assert len(found.messages) == 19
        assert set(found.messages) < set(numbered(1, 20))
        assert (found.damaged, found.end) == (1, len(content))


def test_a_message_that_looks_like_a_record_is_a_message() -> None:
    inner = encoded(numbered(5, 5))
    content = encoded([(1, inner), (2, b"next")])
    assert records(content, 0, at_most=9).messages == [(1, inner), (2, b"next")]


def test_a_segment_that_cannot_be_read_is_passed_over(tmp_path: Path) -> None:
    with spooling(tmp_path, segment=100) as spool:
        for n in range(1, 10):
            spool.append(numbered(n, n, 100))
        left_behind(tmp_path)[0].unlink()
        assert taken(spool) == numbered(2, 9, 100)
        assert (spool.damaged, spool.errors) == (1, 1)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """A disk that takes no more than so much in a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_refuses_and_leaves_whole_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("workers.stream.spool.RETRY_SECONDS", 0.05)
    with spooling(tmp_path) as spool:
        with largest_file(700):
            assert spool.append(numbered(1, 10))
            assert not spool.append(numbered(11, 30))
            assert not spool.append(numbered(31, 31))  # not tried again at once
        assert spool.errors == 1
        assert "capture goes on in memory" in caplog.text
        wait_for(lambda: spool.append(numbered(32, 33)), 2, "the disk to be tried again")
        assert taken(spool) == numbered(1, 10) + numbered(32, 33)
    with spooling(tmp_path) as spool:
        assert taken(spool) == numbered(1, 10) + numbered(32, 33)


def test_a_disk_that_does_not_sync_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_descriptor: int) -> None:
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(os, "fdatasync", broken)
    with spooling(tmp_path) as spool:
        spool.append(numbered(1, 3))
        wait_for(lambda: spool.errors > 0, 5, "the error")
        assert taken(spool) == numbered(1, 3)


def test_a_folder_that_cannot_be_made_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    with spooling(tmp_path / "taken") as spool:
        assert not spool.append(numbered(1, 3))
        spool.pass_on(numbered(1, 3))
        assert (spool.taken, spool.has_unread, spool.errors) == (3, False, 1)


def test_what_is_written_reaches_the_disk_unless_the_store_has_it(tmp_path: Path) -> None:
    with spooling(tmp_path) as spool:
        spool.append(numbered(1, 600))
        assert wait_for(lambda: spool.figures()["spool_unsynced"] == 0, 5, "a sync") < 1.0
        taken(spool)
        spool.acknowledge(600)
        spool.pass_on(numbered(601, 700))
        spool.acknowledge(700)
        assert spool.figures()["spool_unsynced"] == 0


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(1, 30)),
        st.tuples(st.just("take"), st.integers(1, 40)),
        st.tuples(st.just("store"), st.floats(0, 1)),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, torn=st.integers(0, 400), segment=st.integers(50, 2_000))
def test_whenever_the_process_dies_nothing_is_missing_but_the_torn_end(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, float]], torn: int, segment: int
) -> None:
    root = tmp_path_factory.mktemp("spool")
    written, handed_out, stored = 0, [], 0
    with spooling(root, segment=segment) as spool:
        for step, amount in steps:
            if step == "append":
                assert spool.append(numbered(written + 1, written + int(amount)))
                written += int(amount)
            elif step == "take":
                handed_out += spool.take(int(amount))
            else:
                stored = max(stored, int(amount * len(handed_out)))
                spool.acknowledge(stored)
        assert handed_out == numbered(1, len(handed_out))
    files = left_behind(root)
    lost_from = written
    if files:
        last = files[-1].read_bytes()
        kept = last[: max(0, len(last) - torn)]
        lost_from -= len(records(last, 0, at_most=9_999).messages) - len(
            records(kept, 0, at_most=9_999).messages
        )
        files[-1].write_bytes(kept)
    with spooling(root) as spool:
        replayed = taken(spool)
    if replayed:
        assert replayed == numbered(replayed[0][0] - 1_000_000, lost_from)
    assert set(numbered(stored + 1, lost_from)) <= set(replayed)
