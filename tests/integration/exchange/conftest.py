"""One synthetic exchange for all tests that do not need a special one."""

from collections.abc import Iterator

import pytest

from tests.integration.exchange.running import Running, running


@pytest.fixture(scope="package")
def exchange() -> Iterator[Running]:
    """A busy synthetic market."""
    with running("--synthetic", "--seed", "4", "--rate", "400") as started:
        yield started
