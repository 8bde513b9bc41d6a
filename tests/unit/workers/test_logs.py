"""Lines of the log: for people or programs, one per event, and no secret in either."""

import dataclasses
import json
import logging
import sys
from urllib.parse import quote

import pytest

from workers.logs import JsonLines, ReadableLines, event_and_facts, house_handler, secrets_of
from workers.settings import BadSetting, Settings, settings_from, use_settings

KEY, PASSWORD = "a key nobody may read", "pass/word:9"
ENVIRON = {
    "SECRET_KEY": KEY,
    "MONGO_URL": f"mongodb://someone:{quote(PASSWORD, safe='')}@127.0.0.1:1/",
    "REDIS_URL": "redis://:another-secret@127.0.0.1:1",
}


@pytest.fixture
def settings() -> Settings:
    return settings_from(ENVIRON)


def _record(message: str, *words: object, failed: bool = False) -> logging.LogRecord:
    information = None
    if failed:
        try:
            raise ValueError(f"with {KEY} in it")
        except ValueError:
            information = sys.exc_info()
    return logging.LogRecord("workers.tasks.bars", logging.INFO, "bars.py", 7, message, words, information)


def test_an_event_is_one_line_of_json_with_its_facts(settings: Settings) -> None:
    line = JsonLines(secrets_of(settings)).format(_record("bars built symbol=%s count=%d", "BTCUSDT", 3))
    told = json.loads(line)
    assert "\n" not in line
    assert told["at"].endswith("Z")
    assert (told["level"], told["logger"]) == ("INFO", "workers.tasks.bars")
    assert (told["event"], told["facts"]) == ("bars built", {"symbol": "BTCUSDT", "count": 3})


def test_a_traceback_stays_within_its_line(settings: Settings) -> None:
    line = JsonLines(secrets_of(settings)).format(_record("it failed", failed=True))
    assert "\n" not in line
    assert "ValueError" in json.loads(line)["exception"]


@pytest.mark.parametrize(
    ("message", "event", "facts"),
    [
        ("scheduler ready.", "scheduler ready.", {}),
        ("waits shard=0 of 2 try=3", "waits", {"shard": "0 of 2", "try": 3}),
        ("stored after=1.5s share=nan", "stored", {"after": "1.5s", "share": "nan"}),
        ("asked http://here/?a=1&b=2", "asked http://here/?a=1&b=2", {}),
        ("", "", {}),
    ],
)
def test_facts_are_what_the_house_form_says(message: str, event: str, facts: dict[str, object]) -> None:
    found = event_and_facts(message)
    assert json.loads(json.dumps(found)) == [event, facts]


@pytest.mark.parametrize("form", [JsonLines, ReadableLines])
def test_no_secret_is_written_whoever_logs_it(
    settings: Settings, form: type[JsonLines] | type[ReadableLines]
) -> None:
    message = f"connecting url={ENVIRON['MONGO_URL']} other={ENVIRON['REDIS_URL']} key={KEY} plain={PASSWORD}"
    line = form(secrets_of(settings)).format(_record(message, failed=True))
    for secret in (KEY, PASSWORD, quote(PASSWORD, safe=""), quote(KEY), "another-secret"):
        assert secret not in line
    assert "[secret]" in line
    assert KEY in form(()).format(_record(message, failed=True))  # without the protection it is there


def test_the_form_is_a_setting(settings: Settings) -> None:
    with use_settings(settings):
        assert isinstance(house_handler().formatter, ReadableLines)
    with use_settings(dataclasses.replace(settings, log_format="json")):
        assert isinstance(house_handler().formatter, JsonLines)
    with pytest.raises(BadSetting, match="LOG_FORMAT: expected one of text, json, got 'xml'"):
        settings_from(ENVIRON | {"LOG_FORMAT": "xml"})
