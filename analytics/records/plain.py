"""A record as plain dictionaries, for the store and for JSON."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any


def plain(record: Any) -> dict[str, Any]:  # Any: a dataclass of any kind, and whatever it holds
    """The fields of a record by name, records and mappings inside it likewise.

    Lists are handed over as they are: `dataclasses.asdict` copies them value
    by value, a microsecond for each number of a series.

    Examples
    --------
    >>> from analytics.records.pairs import Hedge
    >>> plain(Hedge(2.0, 0.5))
    {'beta': 2.0, 'intercept': 0.5, 'reason': None}
    """
    return {field.name: _plain(getattr(record, field.name)) for field in fields(record)}


def _plain(value: Any) -> Any:  # Any: see above
    if is_dataclass(value):
        return plain(value)
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    return value
