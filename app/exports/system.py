"""The figures of the System page as a table, from the JSON of its state."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.exports.table import Table, columns

SYSTEM_COLUMNS = columns(figure="text", value="number", text="text")
NAMES = ("process", "name", "task")  # what tells the items of a list apart


def system_table(told: Mapping[str, Any]) -> Table:  # Any: JSON of a known shape
    """One row a figure, named by its way through the state; `text` where it is no number."""
    rows = list(_figures(told, ""))
    return Table("system", SYSTEM_COLUMNS, iter([rows]), {"rows": len(rows), "as_of": told["now"]})


def _figures(told: object, name: str) -> Iterator[list[object]]:
    if isinstance(told, Mapping):
        for key, value in told.items():
            yield from _figures(value, f"{name}.{key}" if name else str(key))
    elif isinstance(told, list):
        for place, value in enumerate(told):
            yield from _figures(value, f"{name}.{_item_name(value, place)}")
    elif isinstance(told, bool) or told is None:
        yield [name, None, None if told is None else str(told).lower()]
    elif isinstance(told, int | float):
        yield [name, float(told), None]
    else:
        yield [name, None, str(told)]


def _item_name(item: object, place: int) -> str:
    found = [str(item[key]) for key in NAMES if key in item] if isinstance(item, Mapping) else []
    return f"{place + 1}.{found[0]}" if found else str(place + 1)
