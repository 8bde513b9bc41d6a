"""The web's background thread outlives what a duty raises."""

import logging

import pytest

from app.rounds import _do
from workers.store.errors import StoreDown


@pytest.mark.parametrize(
    ("error", "words"),
    [(KeyError("a job of another version"), "round failed"), (StoreDown("away"), "round skipped")],
)
def test_a_duty_that_raises_is_told_and_ends_nothing(
    error: Exception, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    def mend_jobs() -> None:
        raise error

    with caplog.at_level(logging.WARNING, "app.rounds"):
        _do(mend_jobs)
    assert f"{words} duty=mend_jobs" in caplog.text
    assert ("Traceback" in caplog.text) == isinstance(error, KeyError)
