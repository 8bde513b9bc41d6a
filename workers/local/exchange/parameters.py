"""The parameters of a REST request, checked as Binance checks them."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from workers.local.exchange.intervals import INTERVALS
from workers.local.exchange.refusals import (
    Refusal,
    illegal,
    invalid,
    missing,
    unknown_interval,
    unknown_symbol,
)

SYMBOL = r"^[\w\-._&&[^a-z]]{1,50}$"  # Binance's own words; Unicode symbols are legal
NUMBER = "^[0-9]{1,20}$"
LARGEST = 2**62


def query_of(text: str) -> dict[str, str]:
    """The parameters of a query string, each sent once."""
    pairs = parse_qsl(text, keep_blank_values=True)
    if len({name for name, _ in pairs}) < len(pairs):
        raise Refusal(-1101, "Duplicate values for a parameter detected.")
    return dict(pairs)


def reject_unread(query: Mapping[str, str], known: tuple[str, ...]) -> None:
    """Refuse parameters the endpoint does not read."""
    read = sum(name in known for name in query)
    if read < len(query):
        raise Refusal(
            -1104,
            f"Not all sent parameters were read; read '{read}' parameter(s) but was sent '{len(query)}'.",
        )


def symbol_in(query: Mapping[str, str], known: Mapping[str, object]) -> str:
    """The mandatory symbol."""
    name = query.get("symbol", "")
    if not name:
        raise missing("symbol")
    if re.search(r"[a-z\s'\"<>$%;{}\[\]]", name) or len(name) > 50:
        raise illegal("symbol", SYMBOL)
    if name not in known:
        raise unknown_symbol()
    return name


def interval_in(query: Mapping[str, str], market: str) -> str:
    """The mandatory interval."""
    interval = query.get("interval", "")
    if not interval:
        raise missing("interval")
    if interval not in INTERVALS or (market == "usdm" and interval == "1s"):
        raise unknown_interval()
    return interval


def number_in(query: Mapping[str, str], name: str) -> int | None:
    """An optional whole number."""
    text = query.get(name)
    if text is None:
        return None
    if not text:
        raise missing(name)
    if not re.fullmatch(r"[0-9]{1,20}", text):
        raise illegal(name, NUMBER)
    return min(int(text), LARGEST)


def limit_in(query: Mapping[str, str], default: int, most: int) -> int:
    """How many rows; more than the most is cut to it."""
    limit = number_in(query, "limit")
    if limit is None:
        return default
    if limit == 0:
        raise invalid("limit")
    return min(limit, most)


def span_in(query: Mapping[str, str]) -> tuple[int | None, int | None]:
    """startTime and endTime in ms; both may be sent in microseconds."""
    start, end = (_milliseconds(number_in(query, name)) for name in ("startTime", "endTime"))
    if start is not None and end is not None and start > end:
        raise invalid("startTime")
    return start, end


def _milliseconds(moment: int | None) -> int | None:
    return moment // 1000 if moment is not None and moment > 10**14 else moment
