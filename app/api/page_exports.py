"""Tables of the pages as files: `/api/export/watchlist`, `quality`, `gaps`, `system`, `self_test`."""

from flask import Blueprint, Response

from app.api.contract import File, endpoint
from app.api.exports import FILE
from app.api.selftest import self_test_state
from app.api.symbols import symbol_rows
from app.exports.findings import findings_table
from app.exports.quality import gaps_table, symbols_table
from app.exports.sending import MEDIA_TYPES, sent
from app.exports.system import system_table
from app.exports.watchlist import watchlist_table
from app.quality_state import quality_state
from app.system_state import system_state

blueprint = Blueprint("page_exports", __name__)


@blueprint.get("/export/watchlist")
@endpoint(File(MEDIA_TYPES), query=FILE)
def watchlist(*, format: str, note: bool) -> Response:
    """The watch-list with prices, changes and completeness, a row a symbol."""
    return sent(lambda: watchlist_table(symbol_rows()), format, with_note=note)


@blueprint.get("/export/quality")
@endpoint(File(MEDIA_TYPES), query=FILE)
def quality(*, format: str, note: bool) -> Response:
    """How whole the last day of each symbol is, a row a symbol."""
    return sent(lambda: symbols_table(quality_state()), format, with_note=note)


@blueprint.get("/export/gaps")
@endpoint(File(MEDIA_TYPES), query=FILE)
def gaps(*, format: str, note: bool) -> Response:
    """The holes that the Quality page shows, a row each."""
    return sent(lambda: gaps_table(quality_state()), format, with_note=note)


@blueprint.get("/export/system")
@endpoint(File(MEDIA_TYPES), query=FILE)
def system(*, format: str, note: bool) -> Response:
    """Every figure of the System page, a row each."""
    return sent(lambda: system_table(system_state()), format, with_note=note)


@blueprint.get("/export/self_test")
@endpoint(File(MEDIA_TYPES), query=FILE)
def self_test(*, format: str, note: bool) -> Response:
    """The last self-test: planted, found and what the rule lets pass, a row a figure."""
    return sent(lambda: findings_table(self_test_state()), format, with_note=note)
