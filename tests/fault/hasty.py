"""The Celery application of the product as workers under test run it: hasty, slow or with a known bug.

    TAMPERING='{"constants": {"workers.stream.link:PING_SECONDS": 1}}' celery -A tests.fault.hasty worker

The product has no switches for this: what a test changes is named, and a name that is gone stops the worker.

constants : `module:NAME` and its value, waiting times above all
slow      : `module:function` and for how many seconds longer each call takes; each writes a line to the log
bugs      : names of known bugs that are put back, see bugs.py
celery    : settings of Celery that differ from the product's
"""

import functools
import importlib
import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from celery.signals import task_postrun, task_prerun, task_received, task_revoked

TAMPERING: dict[str, Any] = json.loads(os.environ.get("TAMPERING", "{}"))  # Any: JSON of a test


def change(name: str, value: float) -> None:
    """Give `module:NAME` another value of its kind."""
    module_name, _, constant = name.partition(":")
    module = importlib.import_module(module_name)
    before = getattr(module, constant)
    setattr(module, constant, timedelta(seconds=value) if isinstance(before, timedelta) else value)


def slow_down(name: str, seconds: float) -> None:
    """Let each call of `module:function` take longer."""
    module_name, _, function_name = name.partition(":")
    module = importlib.import_module(module_name)
    quick: Callable[..., object] = getattr(module, function_name)

    @functools.wraps(quick)
    def slow(*arguments: object, **named: object) -> object:
        began = time.monotonic()
        time.sleep(seconds)
        try:
            return quick(*arguments, **named)
        finally:
            print(f"SLOW {function_name} {began:.6f} {time.monotonic():.6f}", flush=True)

    setattr(module, function_name, slow)


@task_received.connect
def say_received(request: Any, **_options: object) -> None:  # Any: Celery's own
    """A line in the log for each message a worker takes."""
    print(f"RECEIVED {request.name} {request.id}", flush=True)


@task_prerun.connect
def say_begun(task_id: str, task: Any, **_options: object) -> None:  # Any: Celery's own
    """A line for each run that begins."""
    print(f"BEGUN {task.name} {task_id}", flush=True)


@task_postrun.connect
def say_ended(task_id: str, task: Any, **_options: object) -> None:  # Any: Celery's own
    """A line for each run that ends."""
    print(f"ENDED {task.name} {task_id}", flush=True)


@task_revoked.connect
def say_expired(request: Any, expired: bool, **_options: object) -> None:  # Any: Celery's own
    """A line for each that came too late to be of use."""
    if expired:
        print(f"EXPIRED {request.task} {request.id}", flush=True)


# Before the application is there: what it takes as a default is changed, too.
for _name, _value in TAMPERING.get("constants", {}).items():
    change(_name, _value)

app = importlib.import_module("workers.celery_app").app
app.conf.update(TAMPERING.get("celery", {}))

for _name, _seconds in TAMPERING.get("slow", {}).items():
    slow_down(_name, _seconds)
for _name in TAMPERING.get("bugs", ()):
    importlib.import_module("tests.fault.bugs").BUGS[_name]()
