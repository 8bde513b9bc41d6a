"""`export` and `import`: files of bars and trades, and what is refused."""

import csv
import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Cli
from tests.integration.web.market_seed import seed_symbols, tick, wandering_bars
from workers.cli.rows import PAGE
from workers.settings import Settings
from workers.store.bars import load_bars, save_bars
from workers.store.ticks import save_ticks

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
TRADES = PAGE + 17


@pytest.fixture(autouse=True)
def market(stored: Settings) -> None:
    seed_symbols()
    save_bars(wandering_bars("BTCUSDT", "1m", newest=NOW, count=300))
    first = NOW - timedelta(seconds=TRADES)
    traded = (
        tick("ETHUSDT", id=id, price=2.5, traded_at=first + timedelta(seconds=id)) for id in range(TRADES)
    )
    save_ticks(list(traded))


def test_bars_are_written_as_they_are_stored(shell: Cli, tmp_path: Path) -> None:
    file = tmp_path / "bars.csv"
    code, said = shell("export", "bars", "btcusdt", "--to", file)
    assert code == 0, said
    assert f"{file}: 300 bars of BTCUSDT, SIMULATED" in said
    assert "100%" in said
    rows = list(csv.DictReader(file.read_text().splitlines()))
    bars = load_bars("BTCUSDT", "1m")
    assert [float(row["close"]) for row in rows] == [bar.close for bar in bars]
    assert {row["source"] for row in rows} == {"SIMULATED"}
    assert rows[0]["ts"].endswith("Z")


def test_a_stretch_of_time_begins_with_its_start_and_ends_before_its_end(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "bars.ndjson.gz"
    code, _ = cli(
        "export", "bars", "BTCUSDT", "--to", file, "--start", "2026-11-22T07:00", "--end", "2026-11-22T07:30"
    )
    assert code == 0
    with gzip.open(file, "rt") as lines:
        starts = [json.loads(line)["ts"] for line in lines]
    assert len(starts) == 30
    assert (starts[0], starts[-1]) == ("2026-11-22T07:00:00.000Z", "2026-11-22T07:29:00.000Z")


def test_trades_of_more_than_one_page_are_all_there(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "trades.csv"
    code, said = cli("export", "ticks", "ETHUSDT", "--to", file)
    assert code == 0, said
    ids = [int(row["id"]) for row in csv.DictReader(file.read_text().splitlines())]
    assert ids == list(range(TRADES))


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("bars", "NOSUCHUSDT", "--to", "{folder}/a.csv"), "NOSUCHUSDT is not captured; known: BTCUSDT"),
        (("bars", "BTCUSDT", "--to", "{folder}/a.xls"), "must end in .csv"),
        (("bars", "BTCUSDT", "--to", "{folder}/no/a.csv"), "is no folder"),
        (("bars", "BTCUSDT", "--to", "{folder}/there.csv"), "is there already; --replace"),
        (("ticks", "BTCUSDT", "--to", "{folder}/a.csv"), "no ticks of BTCUSDT"),
        (("bars", "BTCUSDT", "--tf", "5m", "--to", "{folder}/a.csv"), "no bars of BTCUSDT in that time"),
    ],
)
def test_what_cannot_be_done_is_refused_and_leaves_nothing(
    cli: Cli, tmp_path: Path, words: tuple[str, ...], reason: str
) -> None:
    (tmp_path / "there.csv").write_text("mine")
    code, said = cli("export", *(word.format(folder=tmp_path) for word in words))
    assert (code, reason in said) == (1, True), said
    assert [path.name for path in tmp_path.iterdir()] == ["there.csv"]
    assert (tmp_path / "there.csv").read_text() == "mine"


def test_replace_writes_over(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "there.csv"
    file.write_text("old")
    assert cli("export", "bars", "BTCUSDT", "--to", file, "--replace")[0] == 0
    assert file.read_text().startswith("ts,symbol")


@pytest.mark.parametrize(
    "words", [("export",), ("export", "bars", "BTCUSDT", "--start", "noon"), ("dance",), ()]
)
def test_wrong_usage_is_code_2(cli: Cli, words: tuple[str, ...]) -> None:
    assert cli(*words)[0] == 2


def test_a_database_that_does_not_answer_is_code_4(shell: Cli, tmp_path: Path) -> None:
    words = ("export", "bars", "BTCUSDT", "--to", tmp_path / "a.csv")
    code, said = shell(*words, MONGO_URL="mongodb://127.0.0.1:1")
    assert (code, "MongoDB does not answer" in said) == (4, True), said
    assert list(tmp_path.iterdir()) == []


def test_import_is_the_command_of_the_imports_with_its_codes(shell: Cli, tmp_path: Path) -> None:
    code, said = shell("import", tmp_path / "nothing.csv")
    assert (code, "nothing.csv" in said) == (1, True), said
    assert shell("import")[0] == 2
