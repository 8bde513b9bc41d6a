"""One GET to Binance's REST interface, within the request budget.

429 and 418 put every process to rest for Retry-After; other failures raise.
"""

from functools import cache
from typing import Any
from urllib.parse import urlencode

import orjson
import urllib3

from workers.binance.errors import ExchangeBusy, ExchangeError
from workers.coordination.request_budget import note_ban, note_used, seconds_to_wait
from workers.settings import load_settings

PREFIX = {"spot": "/api/v3/", "usdm": "/fapi/v1/"}
DEFAULT_BAN_SECONDS = 120.0  # when the exchange bans and names no time
USED_WEIGHT = "x-mbx-used-weight-1m"


def fetch(
    endpoint: str, *, weight: int, is_urgent: bool = False, **parameters: str | int
) -> Any:  # Any: whatever JSON it answers
    """The JSON an endpoint answers; `is_urgent`: it may use what other requests leave in reserve.

    Raises
    ------
    ExchangeBusy
        The budget is used up, or the exchange said to wait; tells how long.
    ExchangeError
        No answer, an error, or no JSON.
    """
    wait = seconds_to_wait(weight, is_urgent=is_urgent)
    if wait > 0:
        raise ExchangeBusy(wait, "the request budget of this minute is used up")
    answer = _request(endpoint, parameters)
    used = answer.headers.get(USED_WEIGHT, "")
    if used.isdigit():
        note_used(int(used))
    if answer.status in (418, 429):
        _rest(answer)
    if answer.status != 200:
        raise ExchangeError(f"{endpoint}: status {answer.status}: {answer.data[:200]!r}")
    return _json(endpoint, answer.data)


def get_json(path: str) -> Any:
    """The JSON at a path that belongs to no interface and costs no weight.

    Raises
    ------
    ExchangeError
        No answer, an error, or no JSON.
    """
    answer = _get(path)
    if answer.status != 200:
        raise ExchangeError(f"{path}: status {answer.status}")
    return _json(path, answer.data)


def _request(endpoint: str, parameters: dict[str, str | int]) -> urllib3.BaseHTTPResponse:
    query = "?" + urlencode(parameters) if parameters else ""
    return _get(PREFIX[load_settings().market] + endpoint + query)


def _get(path: str) -> urllib3.BaseHTTPResponse:
    try:
        return _pool().request("GET", load_settings().binance_rest_url + path)
    except urllib3.exceptions.HTTPError as error:
        place = path.partition("?")[0]
        raise ExchangeError(f"{place}: no answer: {type(error).__name__}") from error


def _rest(answer: urllib3.BaseHTTPResponse) -> None:
    named = answer.headers.get("retry-after", "")
    seconds = float(named) if named.isdigit() else DEFAULT_BAN_SECONDS
    note_ban(seconds)
    raise ExchangeBusy(seconds, f"the exchange answered {answer.status}")


def _json(endpoint: str, body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ExchangeError(f"{endpoint}: answered no JSON: {body[:80]!r}") from error


@cache
def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager(
        maxsize=4,
        timeout=urllib3.Timeout(connect=5.0, read=10.0),
        retries=False,
        headers={"Accept": "application/json"},
    )
