"""Binance's error answers."""


class Refusal(Exception):
    """Raised when a request is answered with an error body `{"code", "msg"}`."""

    def __init__(self, code: int, message: str, status: int = 400, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after
        self.body = {"code": code, "msg": message}


def missing(name: str) -> Refusal:
    """A mandatory parameter was not sent."""
    return Refusal(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")


def illegal(name: str, legal: str) -> Refusal:
    """A parameter holds characters it must not."""
    return Refusal(-1100, f"Illegal characters found in parameter '{name}'; legal range is '{legal}'.")


def invalid(name: str) -> Refusal:
    """A parameter holds a value that makes no sense."""
    return Refusal(-1130, f"Data sent for parameter '{name}' is not valid.")


def bad_combination() -> Refusal:
    """Parameters that exclude each other."""
    return Refusal(-1128, "Combination of optional parameters invalid.")


def unknown_symbol() -> Refusal:
    """No such symbol."""
    return Refusal(-1121, "Invalid symbol.")


def unknown_interval() -> Refusal:
    """No such interval."""
    return Refusal(-1120, "Invalid interval.")


def bad_time_unit() -> Refusal:
    """A time unit that is neither of the two."""
    return Refusal(-1194, "Invalid value for time unit; expected either MICROSECOND or MILLISECOND.")
