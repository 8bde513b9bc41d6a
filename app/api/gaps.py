"""Which trades are missing: `GET /api/gaps?symbols=`; the Quality page tells the rest of the ledger."""

from flask import Blueprint

from app.api.contract import endpoint
from app.api.shapes.operation import MISSING
from workers.jobs import Parameter
from workers.messages.envelope import JSON
from workers.messages.quality import missing_json
from workers.store.gaps import load_unresolved_gaps

blueprint = Blueprint("gaps", __name__)

SYMBOLS = Parameter("symbols", low=1, high=100, about="with commas between")
MOST = 200


@blueprint.get("/gaps")
@endpoint(MISSING, query={"symbols": SYMBOLS})
def gaps(symbols: list[str]) -> JSON:
    """The holes of some symbols that are not repaired yet, newest first, and the ids that are missing."""
    found = [gap for gap in load_unresolved_gaps() if gap.symbol in symbols]
    newest = sorted(found, key=lambda gap: gap.found_at, reverse=True)[:MOST]
    return {"gaps": [missing_json(gap) for gap in newest]}
