"""The exchange as a command: one line when it serves, a quick end, one sentence when it cannot start."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.integration.exchange.running import ROOT, Running, messages, running


def ended(*words: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "workers.local.exchange", *words]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    return found.returncode, found.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_even_with_clients(number: signal.Signals) -> None:
    with running("--synthetic", "--rate", "2000") as exchange:
        client = exchange.connect("/stream?streams=btcusdt@trade")
        next(messages(client))
        started = time.monotonic()
        exchange.process.send_signal(number)
        assert exchange.process.wait(timeout=5) == 0
        assert time.monotonic() - started < 2.0  # 0.1 s on an idle machine


def test_a_port_in_use_is_named(exchange: Running) -> None:
    port = exchange.url.rpartition(":")[2]
    code, message = ended("--port", port, "--synthetic")
    assert code == 2
    assert f"127.0.0.1:{port}" in message


def test_an_unreadable_recording_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("nothing of the kind\n")
    code, message = ended("--port", "0", "--replay", str(path))
    assert code == 2
    assert "notes.txt" in message
    assert "Traceback" not in message


def test_a_restarted_exchange_goes_on_with_the_same_trades() -> None:
    words = ("--synthetic", "--seed", "21", "--rate", "200")
    with running(*words) as first:
        streamed = next(messages(first.connect("/ws/btcusdt@aggTrade")))
    with running(*words) as second:
        client = second.connect("/ws/btcusdt@aggTrade")
        later = next(messages(client))
        rows = second.json("/api/v3/aggTrades", symbol="BTCUSDT", fromId=streamed["a"], limit=1000)
    assert rows[0] == {key: streamed[key] for key in "apqflTmM"}
    assert later["a"] > streamed["a"]
    ids = [row["a"] for row in rows]
    assert ids == list(range(ids[0], ids[0] + len(ids)))


def test_trades_leave_within_milliseconds_of_their_moment() -> None:
    with running("--synthetic", "--rate", "200") as exchange:
        client = exchange.connect("/stream?streams=btcusdt@trade")
        delays = []
        for _ in range(300):
            event = next(messages(client))["data"]
            delays.append(event["E"] - event["T"])
        delays.sort()
        print(f"E - T: p50 {delays[150]} ms, p99 {delays[297]} ms")
        assert delays[0] >= 0
        assert delays[75] <= 5  # a machine with much to do delays some, a pump that gathers trades nearly all
