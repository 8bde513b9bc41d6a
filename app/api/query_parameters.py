"""Parameters of a job taken from the address: text first, then checked like those of a task."""

from flask import request

from app.api.job_parameters import job_parameters
from app.errors import BadRequest
from workers.jobs import JOBS, Parameter, Value

FLAGS = {"true": True, "1": True, "false": False, "0": False}


def query_parameters(job: str) -> dict[str, Value]:
    """What is asked of a job by the query; names it does not take are left alone."""
    return job_parameters(JOBS[job], query_values(job))


def query_values(job: str) -> dict[str, object]:
    """The same as far as it was given, not checked yet."""
    rules = JOBS[job].parameters
    return {
        name: _typed(name, rule, request.args[name]) for name, rule in rules.items() if name in request.args
    }


def _typed(name: str, rule: Parameter, text: str) -> object:
    """The JSON value that a text of the address stands for."""
    try:
        match rule.kind:
            case "whole":
                return int(text)
            case "number":
                return float(text)
            case "flag":
                return FLAGS[text.lower()]
            case "symbols":
                return [part for part in text.split(",") if part]
            case _:
                return text
    except (ValueError, KeyError):
        wanted = {"whole": "a whole number", "number": "a number", "flag": "true or false"}[rule.kind]
        raise BadRequest(400, "malformed", f"{name} must be {wanted}, got {text[:40]!r}", name) from None
