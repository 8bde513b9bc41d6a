"""Import: a file is dropped, looked into, and stored when that is wanted."""

from flask import Blueprint, render_template

blueprint = Blueprint("import_page", __name__)


@blueprint.get("/import")
def page() -> str:
    """Where a file goes in, what it holds, and all that were imported."""
    return render_template("import.html", page="import")
