"""The web process: `gunicorn --workers 1 --threads 400 wsgi:app`."""

import logging
from contextlib import suppress

from app import create_app
from workers.logs import set_up_logging
from workers.store.errors import StoreDown
from workers.store.schema import ensure_schema

# gunicorn ends when a worker leaves with this; at any other it starts another, for ever.
APPLICATION_CANNOT_BE_LOADED = 4

set_up_logging()
try:
    with suppress(StoreDown):  # the pages say so until it is there
        ensure_schema()
    app = create_app()
except SystemExit as reason:
    logging.getLogger("app").error("%s", reason)
    raise SystemExit(APPLICATION_CANNOT_BE_LOADED) from None
