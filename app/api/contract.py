"""What an address takes and answers, declared once where its function stands.

    @blueprint.get("/get_ohlc")
    @endpoint(many(BAR), query={"symbol": SYMBOL, "tf": TIMEFRAME, **RANGE})
    def ohlc(symbol: str, tf: str, limit: int, start: datetime | None, end: datetime | None) -> Response:

The function is called with what was checked; the OpenAPI document is written from
the same declaration, so that neither can say what the other does not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask.typing import ResponseReturnValue

from app.api.checked_values import Rules, checked_values, refuse_unknown
from app.api.query_parameters import query_values
from app.api.shapes.operation import ACCEPTED
from app.api.shapes.vocabulary import Schema
from app.form_tokens import json_body

View = Callable[..., ResponseReturnValue]
# What may have to be computed first: an address instead of the answer, or too few bars.
ON_DEMAND: Mapping[str, Any] = {"also": {202: ACCEPTED}, "refusals": (404, 409)}


@dataclass(frozen=True, slots=True)
class File:
    """An answer that is no JSON value."""

    media_types: tuple[str, ...]


Answer = Schema | File
NOTHING: Rules = {}
NO_ANSWERS: Mapping[int, Answer] = {}
NO_HEADERS: Mapping[str, Schema] = {}
NO_BODIES: Mapping[str, Rules] = {}


@dataclass(frozen=True, slots=True)
class Contract:
    """One address and method."""

    answers: Mapping[int, Answer]  # by status
    headers: Mapping[str, Schema] = field(default_factory=dict)  # of the answer
    query: Rules = field(default_factory=dict)
    path: Rules = field(default_factory=dict)
    body: Rules | None = None
    bodies: Mapping[str, Rules] = field(default_factory=dict)  # one of several, which the function checks
    upload: str = ""  # media type of a body that is a file, which the function reads
    refusals: tuple[int, ...] = ()  # besides those that follow from the rest
    is_change: bool = False


def endpoint(
    answer: Answer | None = None,
    *,
    status: int = 200,
    also: Mapping[int, Answer] = NO_ANSWERS,
    headers: Mapping[str, Schema] = NO_HEADERS,
    query: Rules = NOTHING,
    path: Rules = NOTHING,
    body: Rules | None = None,
    bodies: Mapping[str, Rules] = NO_BODIES,
    upload: str = "",
    refusals: tuple[int, ...] = (),
    is_change: bool = False,
) -> Callable[[View], View]:
    """Declare an address; what of its path is refused says the function, of changes the gate."""
    answers = ({} if answer is None else {status: answer}) | dict(also)
    contract = Contract(answers, headers, query, path, body, bodies, upload, refusals, is_change)

    def declared(view: View) -> View:
        @wraps(view)
        def answered(**of_path: Any) -> ResponseReturnValue:  # Any: texts, as Flask gives them
            return view(**of_path, **_asked(contract))

        answered.__dict__["contract"] = contract
        return answered

    return declared


def contract_of(view: Callable[..., object]) -> Contract | None:
    """What was declared of a function, also when it was wrapped meanwhile."""
    found = getattr(view, "contract", None)
    return found if isinstance(found, Contract) else None


def _asked(contract: Contract) -> Mapping[str, Any]:
    given = query_values(contract.query) if contract.query else {}
    asked = checked_values(contract.query, given) if contract.query else {}
    if contract.body is None:
        return asked
    body = json_body()
    refuse_unknown(contract.body, body)
    return asked | checked_values(contract.body, body)
