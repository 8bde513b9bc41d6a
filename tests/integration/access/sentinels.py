"""Secrets that are looked for everywhere, in every form they might be written in."""

import base64
import os
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from pymongo import MongoClient
from redis import Redis


def forms_of(secret: str) -> set[bytes]:
    """A secret as it is, for an address, in hexadecimal, and in base 64 wherever in a text it begins.

    >>> b"ZWN" in b" ".join(forms_of("sec"))
    False
    >>> sorted(form.decode() for form in forms_of("a secret"))[0]
    '6120736563726574'
    """
    plain = secret.encode()
    shifted = {base64.b64encode(bytes(before) + plain)[4:-4] for before in range(3)}
    return {plain, quote(secret, safe="").encode(), plain.hex().encode(), *shifted}


def password_in(url: str) -> str:
    """The password of an address."""
    return unquote(urlsplit(url).password or "")


def found_in(text: bytes, secrets: dict[str, str]) -> list[str]:
    """Names of the secrets that a text holds in some form."""
    return [name for name, secret in secrets.items() if any(form in text for form in forms_of(secret))]


def stored_in_mongo(url: str, database: str) -> bytes:
    """Every document of a database, as bytes."""
    with MongoClient[dict[str, object]](url) as client:
        names = client[database].list_collection_names()
        return b"".join(b"".join(client[database][name].find_raw_batches()) for name in names)


def stored_in_redis(url: str) -> bytes:
    """Every key of a Redis and its value, as bytes."""
    with Redis.from_url(url) as client:
        return b"".join(key + _value(client, key) for key in client.scan_iter())


def command_lines() -> bytes:
    """What `ps` shows of every process but this one."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        if folder.name != str(os.getpid()):
            try:
                found.append((folder / "cmdline").read_bytes())
            except OSError:  # it has ended
                continue
    return b"\n".join(found)


def _value(client: Redis, key: bytes) -> bytes:
    kind = client.type(key)
    if kind == b"list":
        return b"".join(client.lrange(key, 0, -1))
    if kind == b"hash":
        return b"".join(part for pair in client.hgetall(key).items() for part in pair)
    if kind in (b"set", b"zset"):
        members = client.smembers(key) if kind == b"set" else client.zrange(key, 0, -1)
        return b"".join(members)
    return client.get(key) or b""
