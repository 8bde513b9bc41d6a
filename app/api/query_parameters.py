"""Values taken from the address: texts first, then of the kind that is declared."""

import re

from flask import request

from app.api.checked_values import Rules
from app.errors import BadRequest
from workers.jobs import Parameter

FLAGS = {"true": True, "1": True, "false": False, "0": False}
WHOLE = re.compile(r"-?[0-9]{1,15}")
NUMBER = re.compile(r"[-+]?([0-9.]{1,30}([eE][-+]?[0-9]{1,3})?|nan|inf)", re.IGNORECASE)
WANTED = {"whole": "a whole number", "number": "a number", "flag": "true or false"}


def query_values(rules: Rules) -> dict[str, object]:
    """What the address gives of the declared values, not checked yet; other names are left alone."""
    return {name: _typed(name, rule, _given(name)) for name, rule in rules.items() if name in request.args}


def _given(name: str) -> str:
    texts = request.args.getlist(name)
    if len(texts) > 1:
        raise BadRequest(400, "malformed", f"{name} is given {len(texts)} times", name)
    return texts[0]


def _typed(name: str, rule: Parameter, text: str) -> object:
    """The JSON value that a text of the address stands for."""
    try:
        match rule.kind:
            case "whole":
                return int(_matching(WHOLE, text))
            case "number":
                return float(_matching(NUMBER, text))
            case "flag":
                return FLAGS[text.lower()]
            case "symbols" | "choices":
                return [part for part in text.split(",") if part]
            case _:
                return text
    except (ValueError, KeyError):
        message = f"{name} must be {WANTED[rule.kind]}, got {text[:40]!r}"
        raise BadRequest(400, "malformed", message, name) from None


def _matching(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(text)
    return text
