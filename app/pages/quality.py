"""Quality: how whole the data is, and what was done about holes."""

from flask import Blueprint, render_template

blueprint = Blueprint("quality_page", __name__)


@blueprint.get("/quality")
def page() -> str:
    """A row a symbol, the ledger of holes, and what could not be read."""
    return render_template("quality.html", page="quality")
