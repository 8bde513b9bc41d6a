"""What one address may ask: request weight, bans for those who do not stop, websocket connects."""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from workers.local.exchange.refusals import Refusal

MINUTE = 60.0
WEIGHT_PER_MINUTE = {"spot": 6000, "usdm": 2400}
CONNECTS = 300
CONNECT_SECONDS = 300.0
REFUSALS_BEFORE_BAN = 10  # Binance does not say how many
FIRST_BAN_SECONDS = 120.0
LONGEST_BAN_SECONDS = 3 * 86_400.0
USED = "X-MBX-USED-WEIGHT"


@dataclass(slots=True)
class Address:
    """What one address has used."""

    minute: int = 0
    used: int = 0
    refused: int = 0
    banned_until: float = 0.0
    bans: int = 0
    connects: deque[float] = field(default_factory=deque)


class Limits:
    """The limits of all addresses."""

    def __init__(self, weight_per_minute: int, now: Callable[[], float] = time.time) -> None:
        self.weight_per_minute = weight_per_minute
        self._now = now
        self._addresses: dict[str, Address] = {}

    def charge(self, host: str, weight: int) -> None:
        """Take the weight of a request.

        Raises
        ------
        Refusal
            429 when the minute's weight is used up, 418 for an address that goes on asking.
        """
        address = self._this_minute(host)
        if self._now() < address.banned_until:
            raise self._banned(address)
        address.used += weight
        if address.used > self.weight_per_minute:
            address.refused += 1
            raise self._refused(address)

    def headers(self, host: str) -> dict[str, str]:
        """How much of the minute's weight is used."""
        used = str(self._this_minute(host).used)
        return {USED: used, f"{USED}-1M": used}

    def may_connect(self, host: str) -> bool:
        """Count an attempt to open a websocket; False for one too many within five minutes."""
        connects, now = self._this_minute(host).connects, self._now()
        while connects and now - connects[0] >= CONNECT_SECONDS:
            connects.popleft()
        connects.append(now)
        return len(connects) <= CONNECTS

    def _this_minute(self, host: str) -> Address:
        address = self._addresses.setdefault(host, Address())
        minute = int(self._now() // MINUTE)
        if minute != address.minute:
            address.minute, address.used, address.refused = minute, 0, 0
        return address

    def _refused(self, address: Address) -> Refusal:
        if address.refused > REFUSALS_BEFORE_BAN:
            address.bans += 1
            length = min(FIRST_BAN_SECONDS * 2 ** (address.bans - 1), LONGEST_BAN_SECONDS)
            address.banned_until = self._now() + length
            return self._banned(address)
        return Refusal(
            -1003,
            f"Too much request weight used; current limit is {self.weight_per_minute} request weight per "
            "1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.",
            status=429,
            retry_after=math.ceil(MINUTE - self._now() % MINUTE),
        )

    def _banned(self, address: Address) -> Refusal:
        return Refusal(
            -1003,
            f"Way too much request weight used; IP banned until {int(address.banned_until * 1000)}. "
            "Please use WebSocket Streams for live updates to avoid bans.",
            status=418,
            retry_after=math.ceil(address.banned_until - self._now()),
        )
