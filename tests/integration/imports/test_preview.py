"""What a file would bring, without bringing it."""

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.captured import captured
from tests.factories import random_ticks
from tests.integration.imports.importing import agg_trade_lines, written
from workers.imports.errors import ImportRefused, SymbolMissing
from workers.imports.preview import READ_BYTES, preview_of
from workers.settings import Settings
from workers.store.imports import load_imports
from workers.store.indexes import ensure_indexes
from workers.store.quarantine import load_quarantined
from workers.store.ticks import load_ticks

Written = Callable[[int], Path]


@pytest.fixture(autouse=True)
def _indexes(settings: Settings) -> None:
    ensure_indexes()


@pytest.fixture
def day(tmp_path: Path) -> Written:
    """A file of so many trades."""

    def file(count: int) -> Path:
        return written(tmp_path / "BTCUSDT-aggTrades-2024-08-08.csv", agg_trade_lines(random_ticks(1, count)))

    return file


def test_of_a_large_file_the_beginning_is_read_and_the_last_row(day: Written) -> None:
    path = day(20_000)
    found = preview_of(path, {})
    last = random_ticks(1, 20_000)[-1].traded_at
    last = last.replace(microsecond=last.microsecond // 1_000 * 1_000)
    assert path.stat().st_size > 4 * READ_BYTES
    assert (found.beginning.is_whole, found.until) == (False, last)
    assert 2_000 < found.beginning.lines < 6_000


def test_the_end_of_a_packed_file_is_not_known(day: Written, tmp_path: Path) -> None:
    """To know it, all of it would have to be unpacked."""
    text = day(20_000).read_bytes()
    packed = tmp_path / "BTCUSDT-aggTrades-2024-08-08.csv.gz"
    packed.write_bytes(gzip.compress(text))
    found = preview_of(packed, {})
    assert (found.until, found.beginning.lines > 2_000) == (None, True)
    with zipfile.ZipFile(tmp_path / "BTCUSDT-aggTrades-2024-08-08.zip", "w") as archive:
        archive.writestr("a.csv", text)
    assert preview_of(tmp_path / "BTCUSDT-aggTrades-2024-08-08.zip", {}).until is None


def test_nothing_is_stored(day: Written) -> None:
    preview_of(day(50), {})
    assert (load_ticks("BTCUSDT", after_id=-1), load_imports(), load_quarantined()) == ([], [], [])


def test_a_symbol_that_nobody_says_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path / "mine.csv", agg_trade_lines(random_ticks(1, 5)))
    with pytest.raises(SymbolMissing):
        preview_of(path, {})
    assert preview_of(path, {"symbol": "ethusdt"}).symbols == ["ETHUSDT"]


def test_a_file_of_another_kind_of_trades_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "BTCUSDT-trades-2024-08-08.csv", ["1,100.0,1.0,100.0,1723075200000,True,True"])
    with pytest.raises(ImportRefused, match=r"counts the ids of aggTrade"):
        preview_of(path, {})


def test_a_real_capture(settings: Settings) -> None:
    found = preview_of(captured("captures/examples/binance-usdm-futures-ws-20210722.txt"), {})
    assert found.format.name == "messages of the stream"
    assert (list(found.beginning.units), found.beginning.unreadable) == (["milliseconds"], [])
    assert set(found.symbols) <= {"SUSHIUSDT", "AKROUSDT", "KEEPUSDT", "CTKUSDT"}
    assert found.symbols
