"""Parameters of a job, checked against what it takes: 400 names the field, 404 a symbol, 422 a range."""

from collections.abc import Mapping

from analytics.timeframes import TIMEFRAMES
from app.api.parameters import known_symbol
from app.errors import BadRequest
from workers.jobs import REQUIRED, Job, Parameter, Value


def job_parameters(job: Job, given: Mapping[str, object]) -> dict[str, Value]:
    """What the job's task is given: every parameter, checked, defaults filled in."""
    for name in given:
        if name not in job.parameters:
            known = ", ".join(job.parameters) or "none"
            raise BadRequest(400, "malformed", f"unknown parameter {name[:40]!r}; known: {known}", name[:40])
    checked = {name: _checked(name, rule, given) for name, rule in job.parameters.items()}
    if "y" in checked and checked["y"] == checked.get("x"):
        raise BadRequest(422, "same_symbol", f"a pair needs two symbols, got {checked['y']} twice", "x")
    return checked


def _checked(name: str, rule: Parameter, given: Mapping[str, object]) -> Value:
    value = given.get(name)
    if value is None:
        if rule.default is REQUIRED:
            raise BadRequest(400, "malformed", f"{name} is missing", name)
        return rule.default  # type: ignore[return-value] # a JSON value, as every default is
    return _of_kind(name, rule, value)


def _of_kind(name: str, rule: Parameter, value: object) -> Value:
    match rule.kind:
        case "symbol":
            return _symbol(name, value)
        case "symbols":
            return _symbols(name, rule, value)
        case "timeframe":
            return _choice(name, value, rule.choices or tuple(TIMEFRAMES))
        case "choice":
            return _choice(name, value, rule.choices)
        case "flag":
            return _flag(name, value)
        case _:
            return _number(name, rule, value)


def _symbol(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadRequest(400, "malformed", f"{name} must be a text", name)
    try:
        return known_symbol(value.strip())
    except BadRequest as error:
        raise BadRequest(error.status, error.code, error.message, name) from error


def _symbols(name: str, rule: Parameter, value: object) -> list[str]:
    if not isinstance(value, list):
        raise BadRequest(400, "malformed", f"{name} must be a list of symbols", name)
    symbols = list(dict.fromkeys(_symbol(name, item) for item in value[: int(min(rule.high, 10_000)) + 1]))
    _in_range(name, rule, len(symbols), "the number of symbols in ")
    return symbols


def _choice(name: str, value: object, choices: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in choices:
        shown = value[:40] if isinstance(value, str) else type(value).__name__
        raise BadRequest(400, "malformed", f"{name} must be one of {', '.join(choices)}, got {shown!r}", name)
    return value


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise BadRequest(400, "malformed", f"{name} must be true or false", name)
    return value


def _number(name: str, rule: Parameter, value: object) -> int | float:
    whole = rule.kind == "whole"
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        kind = "a whole number" if whole else "a number"
        raise BadRequest(400, "malformed", f"{name} must be {kind}", name)
    _in_range(name, rule, value)
    return value


def _in_range(name: str, rule: Parameter, value: float, what: str = "") -> None:
    if not rule.low <= value <= rule.high:
        message = f"{what}{name} must be from {rule.low:g} to {rule.high:g}, got {value:g}"
        raise BadRequest(422, "out_of_range", message, name)
