"""Files sent to be imported: `/api/imports`.

`POST /api/imports?name=trades.csv` with the bytes of the file answers what is in
it; nothing is stored until `POST /api/imports/<id>/start`. The batch worker then
imports it; `GET /api/imports` tells how far it is, `DELETE` takes it back.
"""

from typing import Any

from flask import Blueprint, Response, jsonify

from app.api.contract import endpoint
from app.api.shapes.imports import IMPORT, IMPORTS, LOOK
from app.imports.as_json import import_json, look_json
from app.imports.receiving import MEDIA_TYPE, largest_bytes, received_file
from app.imports.sent_files import given_up, known_import, look_again, look_into, options_of, started
from workers.jobs import Parameter
from workers.messages.envelope import JSON
from workers.store.imports import load_imports

blueprint = Blueprint("imports", __name__)

ID = {"id": Parameter("text", about="as it was answered when the file was sent")}
READING: dict[str, Parameter] = {
    "symbol": Parameter("text", default=None, about="of a file whose rows and name do not say it"),
    "synthetic": Parameter("flag", default=False, about="it was recorded from this simulated market"),
}
NAME = Parameter("text", about="of the file; like those of the archive it may say symbol and day")


@blueprint.get("/imports")
@endpoint(IMPORTS)
def imports() -> JSON:
    """Files that were imported or are to be, the newest first."""
    return {"imports": [import_json(row) for row in load_imports()], "largest_bytes": largest_bytes()}


@blueprint.post("/imports")
@endpoint(
    LOOK,
    also={201: LOOK},
    query={"name": NAME, **READING},
    upload=MEDIA_TYPE,
    refusals=(409,),
    is_change=True,
)
def send(name: str, symbol: str | None, synthetic: bool) -> tuple[JSON, int]:
    """Send a file and learn what is in it: 201, or 200 if it is imported already or being so."""
    options = options_of(symbol, synthetic=synthetic)
    look = look_into(received_file(name), options)
    return look_json(look), 201 if look.row.state == "uploaded" else 200


@blueprint.get("/imports/<id>")
@endpoint(LOOK, path=ID, query=READING, refusals=(404, 422))
def one(id: str, symbol: str | None, synthetic: bool) -> JSON:
    """How far an import is; of a file that waits to be started also what is in it."""
    return look_json(look_again(known_import(id), options_of(symbol, synthetic=synthetic)))


@blueprint.post("/imports/<id>/start")
@endpoint(IMPORT, status=202, path=ID, body=READING, refusals=(404, 409), is_change=True)
def start(id: str, **reading: Any) -> tuple[JSON, int]:  # Any: checked values
    """Import a file that was sent; the batch worker begins with it within seconds."""
    return import_json(started(known_import(id), options_of(**reading))), 202


@blueprint.delete("/imports/<id>")
@endpoint(IMPORT, also={202: IMPORT}, path=ID, refusals=(404, 409), is_change=True)
def cancel(id: str) -> tuple[Response, int]:
    """Take a file back: at once what waits (200), after its next rows what runs (202); both leave no file."""
    row = given_up(known_import(id))
    return jsonify(import_json(row)), 202 if row.state == "running" else 200
