"""One logging setup for every process: a line of facts with time, level and place.

LOG_FORMAT=json makes each line an object for programs; a message in the house's
form, "bars built symbol=BTCUSDT count=3", then has its facts by name:

    {"at": "2026-11-22T08:00:00.123Z", "level": "INFO", "logger": "workers.tasks.bars", "pid": 4711,
     "event": "bars built", "facts": {"symbol": "BTCUSDT", "count": 3}}

Secrets of the settings are left out of both, whoever logs them.
"""

import json
import logging
import re
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import quote, unquote, urlsplit

from workers.settings import BadSetting, Settings, load_settings

# Ours, and Celery's word that a worker is up; not its line per task.
SPOKEN = ("workers", "app", "analytics", "celery.apps.worker")

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
LEFT_OUT = "[secret]"
SHORTEST_SECRET = 6  # a shorter text stands in ordinary words, too
FACT = re.compile(r"(?:^|\s)([a-z_][a-z0-9_]*)=")


def set_up_logging(level: int = logging.INFO) -> None:
    """Log to standard error in the house form; libraries only when they warn."""
    root = logging.getLogger()
    root.handlers[:] = [house_handler()]
    root.setLevel(logging.WARNING)
    for package in SPOKEN:
        logging.getLogger(package).setLevel(level)


def house_handler() -> logging.Handler:
    """Writes lines to standard error, readable or for programs, as the settings say."""
    handler = logging.StreamHandler(sys.stderr)
    try:
        settings = load_settings()
    except BadSetting:  # who reads it next ends with its sentence
        handler.setFormatter(logging.Formatter(FORMAT))
        return handler
    secrets = secrets_of(settings)
    handler.setFormatter(JsonLines(secrets) if settings.log_format == "json" else ReadableLines(secrets))
    return handler


class ReadableLines(logging.Formatter):
    """Lines for people, without secrets."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__(FORMAT)
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """One event, with its traceback below it."""
        return without(super().format(record), self._secrets)


class JsonLines(logging.Formatter):
    """One JSON object per event, on one line, without secrets."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__()
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """One event, its traceback as a text within."""
        event, facts = event_and_facts(without(record.getMessage(), self._secrets))
        told: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "level": record.levelname,
            "logger": record.name,
            "pid": record.process,
            "event": event,
        }
        if facts:
            told["facts"] = facts
        if record.exc_info:
            told["exception"] = without(self.formatException(record.exc_info), self._secrets)
        return json.dumps(told, ensure_ascii=False)


def event_and_facts(message: str) -> tuple[str, dict[str, str | int | float]]:
    """What happened, and its facts by name.

    >>> event_and_facts("bars built symbol=BTCUSDT count=3 reason=no word yet")
    ('bars built', {'symbol': 'BTCUSDT', 'count': 3, 'reason': 'no word yet'})
    """
    event, *rest = FACT.split(message)
    return event.strip(), {
        name: _number_or_text(text) for name, text in zip(rest[::2], rest[1::2], strict=True)
    }


def secrets_of(settings: Settings) -> set[str]:
    """What must not be logged: the key, and the passwords in addresses, as they are and as URLs hold them."""
    passwords = (urlsplit(url).password for url in (settings.mongo_url, settings.redis_url))
    texts = (settings.secret_key, *(unquote(password or "") for password in passwords))
    found = {text for text in texts if len(text) >= SHORTEST_SECRET}
    return found | {quote(text, safe="") for text in found}


def without(text: str, secrets: Iterable[str]) -> str:
    """A text with every secret left out.

    >>> without("redis://:hunter2@here", {"hunter2"})
    'redis://:[secret]@here'
    """
    for secret in secrets:
        text = text.replace(secret, LEFT_OUT)
    return text


def _number_or_text(text: str) -> str | int | float:
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        return number if abs(number) < float("inf") else text
    return text
