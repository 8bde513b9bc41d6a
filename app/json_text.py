"""JSON by orjson, for Flask and for Socket.IO; a NaN becomes null."""

from typing import Any

import orjson
from flask.json.provider import JSONProvider


class FastJSON(JSONProvider):
    """What `jsonify` and returned dicts use."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:  # Any: Flask's own signature
        """Text of a plain value."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:  # Any: Flask's own signature
        """The value of a text."""
        return orjson.loads(s)


class SocketJSON:
    """What python-socketio takes for a JSON module."""

    @staticmethod
    def dumps(value: object, **kwargs: object) -> str:
        """Text of a plain value."""
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str | bytes, **kwargs: object) -> Any:  # Any: whatever the text holds
        """The value of a text."""
        return orjson.loads(text)
