"""The examples in the docstrings of the web are true."""

import doctest
import importlib
from pathlib import Path

import pytest

APP = Path(__file__).resolve().parents[3] / "app"
WITH_EXAMPLES = [
    str(path.relative_to(APP.parent).with_suffix("")).replace("/", ".")
    for path in sorted(APP.rglob("*.py"))
    if "node_modules" not in path.parts and ">>> " in path.read_text()
]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_an_example_is_true(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted
    assert found.failed == 0
