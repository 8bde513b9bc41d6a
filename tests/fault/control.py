"""The control interface of a running exchange: its faults, its ledger of truth, what was asked of it."""

from typing import Any

import orjson
import urllib3

Row = list[Any]  # id, price, quantity, T in ms, buyer is maker, first trade id, last trade id


class Control:
    """Speaks to the control port."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = urllib3.PoolManager(maxsize=4)

    def on(self, fault: str, **parameters: object) -> None:
        """Switch a fault on."""
        self.ask("PUT", f"/faults/{fault}", **parameters)

    def off(self, fault: str | None = None) -> None:
        """Switch one off, or all."""
        self.ask("DELETE", "/faults" if fault is None else f"/faults/{fault}")

    def counts(self) -> dict[str, int]:
        """How often each fault struck since the exchange was started."""
        return dict(self.ask("GET", "/faults")["counts"])

    def count(self, name: str) -> int:
        """How often one struck."""
        return self.counts().get(name, 0)

    def reset(self, connections: str = "all") -> int:
        """Break connections now; how many."""
        return int(self.ask("POST", "/reset", connections=connections))

    def cut(self) -> None:
        """End all connections without notice."""
        self.ask("POST", "/cut")

    def shutdown(self, lead: float) -> None:
        """Announce the end of all connections, and end them so many seconds later."""
        self.ask("POST", "/shutdown", lead=lead)

    def newest(self, kind: str = "aggTrade") -> dict[str, int]:
        """The newest id of every symbol."""
        return dict(self.ask("GET", f"/newest?kind={kind}"))

    def ledger(self, symbol: str, first: int, last: int, kind: str = "aggTrade") -> list[Row]:
        """The messages of a symbol with first <= id <= last, as they were matched."""
        rows: list[Row] = []
        while True:
            page = self.ask("GET", f"/ledger?symbol={symbol}&from={first}&to={last}&kind={kind}")
            rows += page["rows"]
            if not page["more"]:
                return rows
            first = rows[-1][0] + 1

    def requests(self, since: float = 0.0) -> list[tuple[float, str, int]]:
        """What was asked since a moment: (seconds since 1970, target, status; 0 is a handshake)."""
        return [tuple(row) for row in self.ask("GET", f"/requests?since={since}")]

    def ask(self, method: str, path: str, **body: object) -> Any:  # Any: whatever JSON it answers
        """The JSON of a request that must succeed."""
        answer = self._http.request(
            method, self._url + path, body=orjson.dumps(body), timeout=30.0, retries=False
        )
        assert answer.status == 200, answer.data
        return orjson.loads(answer.data)
