"""The web process: `gunicorn --workers 1 --threads 400 wsgi:app`."""

from app import create_app
from workers.logs import set_up_logging

set_up_logging()
app = create_app()
