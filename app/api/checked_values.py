"""Values a client gives, checked by what is declared: 400 names the field, 404 a symbol, 422 a range."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from analytics.timeframes import TIMEFRAMES
from app.api.moments import YEARS, moment_from
from app.api.parameters import known_symbol
from app.errors import BadRequest
from workers.jobs import REQUIRED, Parameter

MOST_ITEMS = 10_000  # of a list, repeats among them

Rules = Mapping[str, Parameter]
Checked = dict[str, Any]  # by name, of the kind its rule says


def checked_values(rules: Rules, given: Mapping[str, object]) -> Checked:
    """Every declared value, checked, defaults filled in; names that are not declared are left alone."""
    checked = {name: _checked(name, rule, given) for name, rule in rules.items()}
    if "y" in checked and checked["y"] == checked.get("x"):
        raise BadRequest(422, "same_symbol", f"a pair needs two symbols, got {checked['y']} twice", "x")
    start, end = checked.get("start"), checked.get("end")
    if isinstance(start, datetime) and isinstance(end, datetime) and start >= end:
        raise BadRequest(422, "out_of_range", "start must be before end", "start")
    return checked


def refuse_unknown(rules: Rules, given: Mapping[str, object]) -> None:
    """A body holds what is declared and nothing else."""
    for name in given:
        if name not in rules:
            known = ", ".join(rules) or "none"
            raise BadRequest(400, "malformed", f"unknown parameter {name[:40]!r}; known: {known}", name[:40])


def _checked(name: str, rule: Parameter, given: Mapping[str, object]) -> object:
    value = given.get(name)
    if value is None:
        if rule.default is REQUIRED:
            raise BadRequest(400, "malformed", f"{name} is missing", name)
        return rule.default
    return _of_kind(name, rule, value)


def _of_kind(name: str, rule: Parameter, value: object) -> object:
    match rule.kind:
        case "symbol":
            return _symbol(name, value)
        case "symbols":
            return _symbols(name, rule, value)
        case "timeframe":
            return _choice(name, value, rule.choices or tuple(TIMEFRAMES))
        case "choice":
            return _choice(name, value, rule.choices)
        case "choices":
            return _choices(name, value, rule.choices)
        case "flag":
            return _flag(name, value)
        case "moment":
            return _moment(name, value)
        case "text":
            return _text(name, value)
        case _:
            return _number(name, rule, value)


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadRequest(400, "malformed", f"{name} must be a text", name)
    return value.strip()


def _symbol(name: str, value: object) -> str:
    text = _text(name, value)
    try:
        return known_symbol(text)
    except BadRequest as error:
        raise BadRequest(error.status, error.code, error.message, name) from error


def _symbols(name: str, rule: Parameter, value: object) -> list[str]:
    if not isinstance(value, list):
        raise BadRequest(400, "malformed", f"{name} must be a list of symbols", name)
    if len(value) > MOST_ITEMS:
        raise BadRequest(422, "out_of_range", f"{name} may have {MOST_ITEMS} items, got {len(value)}", name)
    symbols = list(dict.fromkeys(_symbol(name, item) for item in value))
    _in_range(name, rule, len(symbols), "the number of symbols in ")
    return symbols


def _choice(name: str, value: object, choices: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in choices:
        shown = value[:40] if isinstance(value, str) else type(value).__name__
        raise BadRequest(400, "malformed", f"{name} must be one of {', '.join(choices)}, got {shown!r}", name)
    return value


def _choices(name: str, value: object, choices: tuple[str, ...]) -> list[str]:
    if not isinstance(value, list):
        raise BadRequest(400, "malformed", f"{name} must be a list of {', '.join(choices)}", name)
    if len(value) > MOST_ITEMS:
        raise BadRequest(422, "out_of_range", f"{name} may have {MOST_ITEMS} items, got {len(value)}", name)
    return list(dict.fromkeys(_choice(name, item, choices) for item in value))


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise BadRequest(400, "malformed", f"{name} must be true or false", name)
    return value


def _moment(name: str, value: object) -> datetime:
    moment = moment_from(_text(name, value))
    if moment is None:
        message = f"{name} must be ISO 8601 or milliseconds, got {str(value)[:40]!r}"
        raise BadRequest(400, "malformed", message, name)
    if not YEARS[0] <= moment.year <= YEARS[1]:
        raise BadRequest(422, "out_of_range", f"{name} must be from {YEARS[0]} to {YEARS[1]}", name)
    return moment


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
