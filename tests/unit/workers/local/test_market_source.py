"""Which market feeds a run, and what the processes are told about it."""

from pathlib import Path

import pytest

from tests.captured import captured
from workers.local.errors import CannotStart
from workers.local.market_source import choose_source, replay_files
from workers.settings import settings_from


def test_live_starts_no_exchange_and_leaves_binances_addresses() -> None:
    source = choose_source({"REPLAY": "ignored"}, live=True)
    assert source.exchange == []
    assert settings_from(source.environ).source == "LIVE"


def test_the_synthetic_market_is_told_its_seed_and_is_never_live() -> None:
    source = choose_source({"SEED": "7"}, live=False)
    (exchange,) = source.exchange
    assert "--market spot --synthetic --seed 7" in exchange.command
    settings = settings_from(source.environ)
    assert settings.source == "SIMULATED"
    assert settings.binance_ws_url.startswith("ws://127.0.0.1:")
    assert f"--port {settings.binance_ws_url.rpartition(':')[2]} " in exchange.command


@pytest.mark.parametrize(
    ("asked", "watched"),
    [
        ({}, [("ETHUSDT", "BTCUSDT"), ("AVAXUSDT", "SOLUSDT"), ("DOTUSDT", "LINKUSDT")]),
        ({"SYMBOLS": "btcusdt, ETHUSDT,SOLUSDT"}, [("ETHUSDT", "BTCUSDT")]),
        ({"SYMBOLS": "BTCUSDT"}, []),
        ({"PAIRS": "SOLUSDT/BTCUSDT"}, [("SOLUSDT", "BTCUSDT")]),
    ],
)
def test_of_the_synthetic_market_the_planted_pairs_are_watched(
    asked: dict[str, str], watched: list[tuple[str, str]]
) -> None:
    assert list(settings_from(choose_source(asked, live=False).environ).pairs) == watched


@pytest.mark.parametrize("value", ["-1", "1.5", "one"])
def test_a_seed_that_is_no_whole_number_is_named(value: str) -> None:
    with pytest.raises(CannotStart, match=r"SEED: expected a whole number"):
        choose_source({"SEED": value}, live=False)


@pytest.mark.parametrize("value", ["-1", "0", "fast", "nan", "inf"])
def test_a_speed_no_replay_can_have_is_named(value: str) -> None:
    with pytest.raises(CannotStart, match=r"REPLAY_SPEED: expected a number above 0"):
        choose_source({"REPLAY": "any", "REPLAY_SPEED": value}, live=False)


def test_a_replay_tells_stream_symbols_and_a_database_of_its_own() -> None:
    folder = captured("captures/spot")
    source = choose_source({"REPLAY": str(folder), "REPLAY_SPEED": "60"}, live=False)
    (exchange,) = source.exchange
    assert exchange.command.count(".txt.gz") == 4
    assert "--speed 60" in exchange.command
    settings = settings_from(source.environ)
    assert (settings.source, settings.stream) == ("REPLAY", "trade")
    assert settings.symbols == ("BTCUSDT", "ETHUSDT")
    assert settings.database.startswith("gemscap_replay_spot_trade_20240808-")


def test_a_file_that_holds_no_trades_is_named(tmp_path: Path) -> None:
    nonsense = tmp_path / "notes.txt"
    nonsense.write_text("not a capture\n")
    with pytest.raises(CannotStart, match=r"REPLAY: .*notes\.txt"):
        choose_source({"REPLAY": str(nonsense)}, live=False)


def test_a_capture_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match=r"there is no file .*missing"):
        replay_files(str(tmp_path / "missing"))


def test_a_name_with_a_space_is_quoted_as_in_a_shell(tmp_path: Path) -> None:
    first, second = tmp_path / "a b", tmp_path / "c"
    first.touch()
    second.touch()
    assert replay_files(f"'{first}' {second}") == [first, second]
