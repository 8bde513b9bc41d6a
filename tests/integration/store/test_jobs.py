"""Asked jobs in the store: one at a time, one holder, and none that is held by the dead."""

import subprocess
import threading

import pytest

from analytics.records.jobs import AskedJob
from workers.coordination.holder import own_name
from workers.settings import Settings
from workers.store.indexes import ensure_indexes
from workers.store.jobs import (
    claim_job,
    count_open_jobs,
    end_job,
    free_of_the_dead,
    load_job,
    load_jobs,
    note_progress,
    open_job,
    renew_job,
    want_cancelled,
)
from workers.store.results import load_result, load_result_text, result_key, save_result

KEY = result_key("recompute_indicators", {"symbol": "BTCUSDT"}, "newest")


@pytest.fixture(autouse=True)
def _indexes(settings: Settings) -> None:
    ensure_indexes()


def _open() -> AskedJob:
    return open_job("recompute_indicators", {"symbol": "BTCUSDT"}, KEY)[0]


def test_what_many_ask_for_at_the_same_time_is_one_job() -> None:
    found: list[tuple[AskedJob, bool]] = []
    start = threading.Barrier(12)

    def ask() -> None:
        start.wait()
        found.append(open_job("recompute_indicators", {"symbol": "BTCUSDT"}, KEY))

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({job.id for job, _ in found}) == 1
    assert [is_new for _, is_new in found].count(True) == 1
    assert count_open_jobs() == 1


def test_what_has_ended_can_be_asked_for_again() -> None:
    first = claim_job(_open().id, "a")
    assert first is not None
    assert end_job(first, "done") is not None
    assert _open().id != first.id
    assert [job.state for job in load_jobs()] == ["waiting", "done"]


def test_a_job_is_claimed_once() -> None:
    job = _open()
    assert claim_job(job.id, "a") is not None
    assert claim_job(job.id, "b") is None
    assert note_progress(job.id, "b", done=1, total=2, text="") is None
    told = note_progress(job.id, "a", done=1, total=2, text="half")
    assert told is not None
    assert (told.done, told.total, told.text, told.attempts) == (1, 2, "half", 1)


def test_a_waiting_job_is_cancelled_at_once_and_never_begun() -> None:
    job = _open()
    cancelled = want_cancelled(job.id)
    assert cancelled is not None
    assert cancelled.state == "cancelled"
    assert claim_job(job.id, "a") is None
    assert want_cancelled(job.id) is None


def test_a_running_job_hears_that_it_is_to_stop_and_its_key_is_free() -> None:
    job = _open()
    claim_job(job.id, "a")
    want_cancelled(job.id)
    alive = renew_job(job.id, "a")
    assert alive is not None
    assert alive.cancel_wanted
    assert _open().id != job.id


def _dead_holder() -> str:
    host, _, rest = own_name().partition(":")
    gone = subprocess.Popen(["true"])
    gone.wait()
    return f"{host}:{gone.pid}:{rest.partition(':')[2]}"


def test_a_job_of_a_dead_process_waits_again_and_fails_the_second_time() -> None:
    job = _open()
    states = []
    for _ in range(2):
        held = claim_job(job.id, _dead_holder())
        assert held is not None
        freed = free_of_the_dead(held)
        assert freed is not None
        states.append(freed.state)
    assert states == ["waiting", "failed"]
    failed = load_job(job.id)
    assert failed is not None
    assert failed.error["code"] == "worker_died"
    assert end_job(failed, "done") is None


def test_a_result_is_read_as_it_was_saved_until_it_expires() -> None:
    save_result(KEY, {"p": 0.041, "reason": None})
    assert load_result(KEY) == {"p": 0.041, "reason": None}
    assert load_result_text(KEY) == '{"p":0.041,"reason":null}'
    save_result(KEY, 1, kept_seconds=-1)
    assert load_result(KEY) is None


def test_a_number_that_does_not_exist_is_none_not_nan() -> None:
    with pytest.raises(ValueError, match="JSON"):
        save_result(KEY, {"half_life": float("nan")})


def test_the_key_names_job_parameters_and_last_bar() -> None:
    one = result_key("scan", {"a": 1, "b": [1, 2]}, "08:00")
    assert one == result_key("scan", {"b": [1, 2], "a": 1}, "08:00")
    others = [("x", {"a": 1, "b": [1, 2]}, "08:00"), ("scan", {"a": 2, "b": [1, 2]}, "08:00")]
    others += [("scan", {"a": 1, "b": [1, 2]}, "08:01")]
    assert one not in {result_key(*other) for other in others}
