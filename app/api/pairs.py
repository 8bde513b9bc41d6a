"""The pairs that are watched, changed while running: `/api/pairs`."""

from flask import Blueprint

from app.api.contract import endpoint
from app.api.parameters import POSITION
from app.api.shapes.market import PAIRS, UNWATCHED_PAIR, WATCHED_PAIR
from app.api.watchlist import OFFERED, offered_symbol
from app.errors import BadRequest
from workers.jobs import Parameter
from workers.messages.envelope import JSON
from workers.store.pairs import Pair, add_pair, load_pairs, remove_pair
from workers.store.watchlist import add_symbol

blueprint = Blueprint("pairs", __name__)


@blueprint.get("/pairs")
@endpoint(PAIRS)
def pairs() -> JSON:
    """Pairs that are watched, in order."""
    return {"pairs": _listed()}


@blueprint.post("/pairs")
@endpoint(
    WATCHED_PAIR,
    also={201: WATCHED_PAIR},
    body={"y": OFFERED, "x": OFFERED, "position": POSITION},
    refusals=(404,),
    is_change=True,
)
def add(y: str, x: str, position: int | None) -> tuple[JSON, int]:
    """Watch one more pair, y explained by x: 201, or 200 if it is watched already. Both are captured then."""
    y, x = offered_symbol(y, "y"), offered_symbol(x, "x")
    if y == x:
        raise BadRequest(422, "same_symbol", f"a pair needs two symbols, got {y} twice", "x")
    captured = [symbol for symbol in (y, x) if add_symbol(symbol)]
    is_new = add_pair((y, x), position=position)
    answer: JSON = {"y": y, "x": x, "captured": captured, "pairs": _listed()}
    return answer, 201 if is_new else 200


@blueprint.delete("/pairs/<y>/<x>")
@endpoint(
    UNWATCHED_PAIR, path={"y": Parameter("text"), "x": Parameter("text")}, refusals=(404,), is_change=True
)
def remove(y: str, x: str) -> JSON:
    """Watch a pair no longer; its symbols stay. `position` puts it back where it was."""
    pair: Pair = (y.upper(), x.upper())
    position = remove_pair(pair)
    if position is None:
        raise BadRequest(404, "unknown_pair", f"pair {y[:40]!r}/{x[:40]!r} is not watched", "y")
    return {"y": pair[0], "x": pair[1], "position": position, "pairs": _listed()}


def _listed() -> list[JSON]:
    return [{"y": y, "x": x} for y, x in load_pairs()]
