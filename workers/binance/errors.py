"""What can go wrong between us and Binance."""


class ExchangeError(RuntimeError):
    """Raised when a REST request got no usable answer."""


class ExchangeBusy(ExchangeError):
    """Raised when the request budget is used up or the exchange told us to wait."""

    def __init__(self, wait_seconds: float, reason: str) -> None:
        super().__init__(f"wait {wait_seconds:.1f} s before the next request: {reason}")
        self.wait_seconds = wait_seconds


class MalformedMessage(ValueError):
    """Raised when a stream message is not what Binance documents; says which field and why."""


class UnusableQuote(ValueError):
    """Raised when a quote shows no market.

    "zero": a side is empty; "crossed": the bid is not below the ask.
    """

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind
