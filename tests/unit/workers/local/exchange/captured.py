"""Small recordings written for tests."""

import gzip
from pathlib import Path

import orjson

FIRST_MS = 1_723_161_255_342


def trade_event(
    number: int, *, symbol: str = "BTCUSDT", later_ms: int = 0, price: str = "61837.63000000"
) -> bytes:
    """A combined trade message; ids count from 100."""
    moment = FIRST_MS + later_ms
    data = {"e": "trade", "E": moment + 1, "s": symbol, "t": 100 + number, "p": price, "q": "0.02000000"}
    data |= {"T": moment, "m": number % 2 == 0, "M": True}
    return orjson.dumps({"stream": f"{symbol.lower()}@trade", "data": data})


QUOTE = (
    b'{"stream":"btcusdt@bookTicker","data":{"u":1,"s":"BTCUSDT","b":"61837.62000000",'
    b'"B":"1.00000000","a":"61837.63000000","A":"2.00000000"}}'
)
DEPTH = b'{"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1,"s":"BTCUSDT","U":1,"u":2}}'
SNAPSHOT = b'{"lastUpdateId":1,"bids":[["61837.62000000","1.00000000"]],"asks":[]}'


def raw_capture(path: Path, events: list[bytes], *, behind_ms: int = 1270, pack: bool = True) -> Path:
    """A capture with 19-digit receive times of a clock that is behind, one millisecond apart."""
    start = (FIRST_MS - behind_ms + 1) * 1_000_000
    lines = b"".join(b"%d %s\n" % (start + place * 1_000_000, event) for place, event in enumerate(events))
    path.write_bytes(gzip.compress(lines) if pack else lines)
    return path
