"""`scan`: the same finds as the scheduled scan, and what is refused."""

import json
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Cli
from tests.integration.web.scan_seed import seed_scans
from tests.stored_scans import load_scan
from workers.settings import Settings

BARS = 400


@pytest.fixture
def market(stored: Settings) -> None:
    seed_scans({"1m": BARS})


def test_it_finds_what_the_scheduled_scan_finds(cli: Cli, market: None, tmp_path: Path) -> None:
    file = tmp_path / "scan.json"
    code, said = cli("scan", "--json", file)
    assert code == 0, said
    assert "SIMULATED: 4 symbols, 1440 bars of 1m" in said
    assert "100%" in said
    stored_scan = load_scan("1m")
    assert stored_scan is not None
    told = {(row["y"], row["x"]): row["p_value"] for row in json.loads(file.read_text())["scores"]}
    assert told == pytest.approx({(score.y, score.x): score.p_value for score in stored_scan.scores})
    first = said.partition("verdict\n")[2].splitlines()[0]
    best = min(stored_scan.scores, key=lambda score: (score.q_value or 0.0, score.p_value or 0.0))
    assert first.startswith(f"{best.y} / {best.x}")


def test_some_symbols_a_window_and_a_number_of_rows(cli: Cli, market: None) -> None:
    code, said = cli("scan", "btcusdt", "ETHUSDT", "SOLUSDT", "--window", "200", "--top", "2")
    assert code == 0, said
    assert "3 symbols, 200 bars" in said
    assert len(said.partition("verdict\n")[2].strip().splitlines()[:2]) == 2
    assert said.count(" / ") == 3  # the heading, and two rows


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (("BTCUSDT",), 1, "two symbols or more"),
        (("BTCUSDT", "NOSUCHUSDT"), 1, "no bars of NOSUCHUSDT; there are: BTCUSDT"),
        (("--window", "99"), 2, "100 to 5000 bars"),
        (("--tf", "1s"), 2, "invalid choice"),
        (("--tf", "1h"), 1, "needs 100"),
    ],
)
def test_what_cannot_be_scanned_is_said(
    cli: Cli, market: None, words: tuple[str, ...], code: int, reason: str
) -> None:
    found, said = cli("scan", *words)
    assert (found, reason in said) == (code, True), said


def test_an_empty_database_has_nothing_to_scan(cli: Cli) -> None:
    code, said = cli("scan")
    assert (code, "two symbols or more" in said) == (1, True), said


def test_a_database_that_does_not_answer_is_code_4(shell: Cli) -> None:
    assert shell("scan", MONGO_URL="mongodb://127.0.0.1:1")[0] == 4
