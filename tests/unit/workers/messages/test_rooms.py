"""Names of topics, taken apart as they were put together."""

import pytest

from workers.messages.rooms import (
    Topic,
    bars_topic,
    correlation_topic,
    pair_topic,
    parsed_topic,
    scan_topic,
    task_topic,
)

SYMBOLS, TIMEFRAMES = {"BTCUSDT", "ETHUSDT"}, {"1m", "5m"}
TASK = "0f" * 16


@pytest.mark.parametrize(
    ("name", "topic"),
    [
        (bars_topic("BTCUSDT", "1m"), Topic("bars", "BTCUSDT", "1m")),
        (pair_topic("ETHUSDT", "BTCUSDT", "5m"), Topic("pair", "ETHUSDT", "5m", x="BTCUSDT")),
        (correlation_topic("1m"), Topic("correlation", timeframe="1m")),
        (scan_topic("5m"), Topic("scan", timeframe="5m")),
        (task_topic(TASK), Topic("task", task=TASK)),
        ("system", Topic("system")),
    ],
)
def test_a_topic_is_taken_apart_as_it_was_put_together(name: str, topic: Topic) -> None:
    assert parsed_topic(name, symbols=SYMBOLS, timeframes=TIMEFRAMES) == topic


@pytest.mark.parametrize(
    "name",
    [
        pair_topic("ETHUSDT", "ETHUSDT", "1m"),
        pair_topic("ETHUSDT", "NOSUCH", "1m"),
        pair_topic("ETHUSDT", "BTCUSDT", "3m"),
        correlation_topic("7m"),
        scan_topic(""),
        task_topic("../../etc"),
        task_topic(TASK.upper()),
        "task",
        7,
    ],
)
def test_what_is_no_topic_is_none(name: object) -> None:
    assert parsed_topic(name, symbols=SYMBOLS, timeframes=TIMEFRAMES) is None
