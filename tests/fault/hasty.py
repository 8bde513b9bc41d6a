"""The Celery application of the product with some of its waiting times shortened, for workers under test.

    CONSTANTS='{"workers.stream.link:PING_SECONDS": 1.0}' celery -A tests.fault.hasty worker ...

The product has no switches for this: what a test changes is a constant by its name, and a name
that is gone stops the worker.
"""

import importlib
import json
import os
from datetime import timedelta

from workers.celery_app import app

__all__ = ["app"]


def change(name: str, value: float) -> None:
    """Give `module:NAME` another value of its kind."""
    module_name, _, constant = name.partition(":")
    module = importlib.import_module(module_name)
    before = getattr(module, constant)
    setattr(module, constant, timedelta(seconds=value) if isinstance(before, timedelta) else value)


for _name, _value in json.loads(os.environ.get("CONSTANTS", "{}")).items():
    change(_name, _value)
