"""Errors of the mathematics; each message says what was needed and what came."""


class AnalyticsError(ValueError):
    """Raised when an input cannot be computed on."""


class NotEnoughData(AnalyticsError):
    """Raised when a window is shorter than the computation needs."""

    def __init__(self, what: str, *, have: int, need: int) -> None:
        super().__init__(f"{what} needs {need} observations, has {have}")
        self.have = have
        self.need = need


class UnknownTimeframe(AnalyticsError):
    """Raised when a timeframe is not one of the table in `analytics.timeframes`."""
