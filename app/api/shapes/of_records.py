"""The shape of a record that is sent field by field, read off its types."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from app.api.shapes.vocabulary import (
    ANYTHING,
    FLAG,
    MOMENT,
    NUMBER,
    TEXT,
    WHOLE,
    Schema,
    choice,
    many,
    optional,
    record,
    table,
)

_PLAIN: dict[object, Schema] = {
    str: TEXT,
    int: WHOLE,
    float: NUMBER,
    bool: FLAG,
    datetime: MOMENT,
    object: ANYTHING,
}


def shape_of(kind: type, title: str = "", /, *, leave_out: Sequence[str] = (), **instead: Schema) -> Schema:
    """The shape of a record class; some fields left out, some given by hand, more added."""
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind) if field.name not in leave_out]
    found = {name: instead.get(name) or _shape(hints[name]) for name in names}
    return record(title or kind.__name__, **{**found, **instead})


def _shape(kind: Any) -> Schema:  # Any: a class or a form of one, as typing gives it
    if kind in _PLAIN:
        return _PLAIN[kind]
    if is_dataclass(kind) and isinstance(kind, type):
        return shape_of(kind)
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Literal:
        return choice(*parts)
    if origin in (Union, UnionType):
        return _union([part for part in parts if part is not NoneType], is_open=NoneType in parts)
    if origin is tuple or (isinstance(origin, type) and issubclass(origin, Sequence)):
        return many(_shape(parts[0]))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return table(_shape(parts[1]))
    raise TypeError(f"no shape is known for {kind!r}")


def _union(parts: Sequence[Any], *, is_open: bool) -> Schema:  # Any: as above
    shapes = [_shape(part) for part in parts]
    whole = shapes[0] if len(shapes) == 1 else {"anyOf": shapes}
    return optional(whole) if is_open else whole
