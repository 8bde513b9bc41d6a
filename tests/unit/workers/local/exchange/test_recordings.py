"""Every file format is read exactly, and what is no trade does no harm."""

import zipfile
from pathlib import Path

import pytest

from tests.unit.workers.local.exchange.captured import (
    DEPTH,
    FIRST_MS,
    QUOTE,
    SNAPSHOT,
    raw_capture,
    trade_event,
)
from workers.local.exchange.captures import describe
from workers.local.exchange.events import Written, write_orders, write_trades
from workers.local.exchange.recordings.events import UnreadableRecording
from workers.local.exchange.recordings.load import load_tapes
from workers.local.exchange.recordings.tape import RecordedTape
from workers.local.exchange.rows import order_rows, trade_rows


def only_tape(path: Path, market: str = "spot") -> RecordedTape:
    tapes = load_tapes([path], market)
    assert len(tapes) == 1
    return next(iter(tapes.values()))


def whole(written: Written) -> list[bytes]:
    """Recorded events with their own E."""
    assert written.sent is not None
    return [written.head + moment + tail for moment, tail in zip(written.sent, written.tails, strict=True)]


def test_a_raw_capture_gives_its_trades_word_for_word(tmp_path: Path) -> None:
    events = [trade_event(number, later_ms=number) for number in range(5)]
    mixed = [
        SNAPSHOT,
        events[0],
        DEPTH,
        events[1],
        QUOTE,
        *events[2:],
        b'{"stream":"btcusdt@trade","data":{"e"',
    ]
    tape = only_tape(raw_capture(tmp_path / "capture.gz", mixed))
    written = whole(write_trades(tape.symbol, tape.block(0), 0, 5, unit=1000, spot=True))
    assert [b'{"stream":"btcusdt@trade","data":' + text + b"}" for text in written] == events


def test_trades_stand_in_the_order_of_their_ids_and_each_once(tmp_path: Path) -> None:
    events = [trade_event(number, later_ms=number) for number in (2, 0, 1, 1, 3)]
    tape = only_tape(raw_capture(tmp_path / "capture", events, pack=False))
    trades = tape.block(0).trades
    assert trades is not None
    assert trades.ids.tolist() == [100, 101, 102, 103]


def test_quotes_leave_when_the_corrected_clock_says(tmp_path: Path) -> None:
    events = [trade_event(0), trade_event(1, later_ms=1), QUOTE]
    tape = only_tape(raw_capture(tmp_path / "capture", events, behind_ms=1270))
    assert tape.recorded_quotes is not None
    assert tape.recorded_quotes.leaving.tolist() == [(FIRST_MS + 1 + 2) * 1000]
    assert tape.recorded_quotes.texts == [QUOTE[len(b'{"stream":"btcusdt@bookTicker","data":') : -1]]


def test_orders_are_derived_from_neighbours_of_one_moment_price_and_side(tmp_path: Path) -> None:
    numbers = [0, 2, 4, 5, 6]  # even: sold; 0 is no neighbour of 2 by id
    tape = only_tape(raw_capture(tmp_path / "capture", [trade_event(number) for number in numbers]))
    rows = order_rows(tape.symbol, tape.block(0), 0, len(tape.block(0)), 1000, True)
    assert [(row["a"], row["f"], row["l"]) for row in rows] == [
        (1, 100, 100),
        (2, 102, 102),
        (3, 104, 104),
        (4, 105, 105),
        (5, 106, 106),
    ]
    neighbours = [trade_event(0), trade_event(1).replace(b'"m":false', b'"m":true'), trade_event(2)]
    tape = only_tape(raw_capture(tmp_path / "other", neighbours))
    rows = order_rows(tape.symbol, tape.block(0), 0, len(tape.block(0)), 1000, True)
    assert [(row["f"], row["l"], row["q"]) for row in rows] == [(100, 102, "0.06000000")]


def test_futures_numbers_keep_their_own_digits(tmp_path: Path) -> None:
    line = (
        b'1626992742.289739: {"stream":"ctkusdt@aggTrade","data":{"e":"aggTrade","E":1626992741575,'
        b'"a":16599292,"s":"CTKUSDT","p":"1.01100","q":"10","f":23961322,"l":23961325,"T":1626992741421,"m":false}}'
    )
    path = tmp_path / "futures.txt"
    path.write_bytes(b"wss://fstream?streams=ctkusdt@aggTrade <-> 1626992740.1\n" + line + b"\n\n")
    tape = only_tape(path, "usdm")
    event = line.partition(b'"data":')[2][:-1]
    written = whole(write_orders(tape.symbol, tape.block(0), 0, 1, unit=1000, spot=False))[0]
    assert sorted(written.strip(b"{}").split(b",")) == sorted(event.strip(b"{}").split(b","))
    assert tape.block(0).trades is None


def test_collector_lines_are_counted_when_they_have_no_ids(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "ticks.ndjson"
    path.write_text(
        '{"symbol":"btcusdt","ts":"2024-08-08T23:54:15.342Z","price":61837.63,"size":0.02}\n'
        "not a line of JSON\n"
        '{"type":"status"}\n'
        '{"symbol":"btcusdt","ts":1723161256000,"price":"61837.64","size":1e-05}\n'
    )
    tape = only_tape(path)
    rows = trade_rows(tape.symbol, tape.block(0), 0, 2, 1000, True)
    assert [(row["id"], row["price"], row["qty"], row["time"]) for row in rows] == [
        (1, "61837.63000000", "0.02000000", FIRST_MS),
        (2, "61837.64000000", "0.00001000", 1_723_161_256_000),
    ]
    assert "ids counted symbol=BTCUSDT" in caplog.text


ORDERS = (
    "2609,61837.63000000,0.02000000,39148,39150,{time},True,True\n"
    "2610,61837.64000000,0.03000000,39151,39151,{time},False,True\n"
)
HEADER = (
    "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker,is_best_match\n"
)


@pytest.mark.parametrize("header", ["", HEADER], ids=["plain", "header"])
@pytest.mark.parametrize("unit", [1, 1000], ids=["ms", "us"])
def test_archive_orders_are_read_in_either_time_unit(tmp_path: Path, header: str, unit: int) -> None:
    path = tmp_path / "BTCUSDT-aggTrades-2024-08-08.csv"
    path.write_text(header + ORDERS.format(time=FIRST_MS * unit))
    tape = only_tape(path)
    rows = order_rows(tape.symbol, tape.block(0), 0, 2, 1000, True)
    assert rows[0] == {
        "a": 2609,
        "p": "61837.63000000",
        "q": "0.02000000",
        "f": 39148,
        "l": 39150,
        "T": FIRST_MS,
        "m": True,
        "M": True,
    }
    assert rows[1]["m"] is False


def test_archive_trades_are_read_from_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "ETHUSDT-trades-2024-08-08.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "ETHUSDT-trades-2024-08-08.csv",
            f"1520,2685.15000000,0.50000000,1342.57500000,{FIRST_MS},True,True\n"
            f"1521,2685.16000000,0.25000000,671.29000000,{FIRST_MS},False,True\n",
        )
    tape = only_tape(path)
    rows = trade_rows(tape.symbol, tape.block(0), 0, 2, 1000, True)
    assert [(row["id"], row["quoteQty"], row["isBuyerMaker"]) for row in rows] == [
        (1520, "1342.57500000", True),
        (1521, "671.29000000", False),
    ]


def test_a_description_says_what_files_hold_whatever_their_order(tmp_path: Path) -> None:
    one = raw_capture(tmp_path / "one.gz", [trade_event(0), trade_event(1, later_ms=60_000)])
    other = raw_capture(tmp_path / "other.gz", [trade_event(0, symbol="ETHUSDT", later_ms=1)])
    found = describe([one, other])
    assert (found.stream, found.symbols) == ("trade", ("BTCUSDT", "ETHUSDT"))
    assert (found.last_at - found.first_at).total_seconds() == 60
    assert found.first_at.isoformat() == "2024-08-08T23:54:15.342000+00:00"
    assert describe([other, one]) == found
    assert describe([one]).label != found.label
    assert len(found.label) <= 24
    assert found.label.replace("-", "").isalnum()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.md", b"# Notes\n"),
        ("empty.txt", b""),
        ("cut.gz", b"\x1f\x8b\x08\x00broken"),
        ("klines.csv", b"1637971200000,0.1,0.2\n"),
        ("BTCUSDT-trades-2024-08-08.csv", b"1,2,3\n"),
        ("depth-only.txt", b"1723161254087896568 " + DEPTH + b"\n"),
    ],
)
def test_a_file_that_cannot_be_replayed_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableRecording, match=name):
        describe([path])
