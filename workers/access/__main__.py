"""Who may come in: the password of the pages, and the tokens of programs.

`python -m workers.access password [--file FILE]` asks for a password twice and writes its hash to
the file that PASSWORD_FILE names; `... add NAME [--read-only] [--days N]` makes a token and shows
it once; `... list` names them; `... revoke NAME` closes one at once.

Exit codes: 0 done, 1 refused, 2 wrong usage, 4 the database does not answer.
"""

import argparse
import getpass
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from analytics.records.access import AuditEntry
from workers.access.passwords import WeakPassword, hash_of
from workers.access.private_file import write_private_line
from workers.access.tokens import BadToken, make_token
from workers.logs import set_up_logging
from workers.store.api_tokens import load_tokens, revoke_token
from workers.store.audit import save_entry
from workers.store.errors import StoreDown
from workers.store.schema import SchemaRefused, ensure_schema

DONE, REFUSED, AWAY = 0, 1, 4


def main() -> int:
    """Does what the command line says; the exit code."""
    arguments = _parser().parse_args()
    set_up_logging(level=40)
    try:
        return int(arguments.do(arguments))
    except (WeakPassword, BadToken, SchemaRefused) as problem:
        _say(str(problem))
        return REFUSED
    except StoreDown as problem:
        _say(f"MongoDB does not answer: {type(problem).__name__}. Is MONGO_URL right?")
        return AWAY


def set_password(arguments: argparse.Namespace) -> int:
    """Ask for a password and keep its hash."""
    password = _asked()
    if password is None:
        _say("These two differ; nothing was changed.")
        return REFUSED
    path = arguments.file or default_password_file()
    write_private_line(path, hash_of(password))
    _say(f"The hash of the password is in {path}; whoever was signed in has to sign in again.")
    if str(path) != os.environ.get("PASSWORD_FILE", str(path)):
        _say(f"The web reads it with PASSWORD_FILE={path}")
    return DONE


def add(arguments: argparse.Namespace) -> int:
    """Make a token, and show it this once."""
    ensure_schema()
    text, token = make_token(arguments.name, can_change=not arguments.read_only, days=arguments.days)
    _note("token add", token.name)
    _say(text)
    sys.stderr.write("This is the only time it is shown. Send it as: Authorization: Bearer <token>\n")
    return DONE


def list_tokens(_arguments: argparse.Namespace) -> int:
    """Name every token, never the token itself."""
    for token in load_tokens():
        rights = "changes" if token.can_change else "reads only"
        ends = f"until {token.expires_at:%Y-%m-%d}" if token.expires_at else "no end"
        used = f"last used {token.last_used_at:%Y-%m-%d %H:%M}" if token.last_used_at else "never used"
        _say(f"{token.name:<40} {rights:<10}  {ends:<16}  {used}")
    return DONE


def revoke(arguments: argparse.Namespace) -> int:
    """Close a token."""
    if not revoke_token(arguments.name):
        _say(f"There is no token {arguments.name!r}.")
        return REFUSED
    _note("token revoke", arguments.name)
    _say(f"The token {arguments.name!r} opens nothing any more.")
    return DONE


def default_password_file() -> Path:
    """Where the web looks for it, else where `make run` does."""
    named = os.environ.get("PASSWORD_FILE")
    return Path(named or f"{os.environ.get('LOCAL_DIR') or '.local'}/secrets/sign-in")


def _asked() -> str | None:
    """The password, from the terminal twice or from a pipe once; None when the two differ."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass("Password: ")
    return first if getpass.getpass("Again: ") == first else None


def _note(action: str, name: str) -> None:
    now, user = datetime.now(UTC), getpass.getuser()
    save_entry(AuditEntry(now, f"command line ({user})", "", action, name, "", DONE, "done"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workers.access", description=__doc__)
    actions = parser.add_subparsers(required=True)
    one = actions.add_parser("password", help="set the password of the pages")
    one.add_argument("--file", type=Path, help="where its hash goes; default: what PASSWORD_FILE names")
    one.set_defaults(do=set_password)
    one = actions.add_parser("add", help="make a token for a program")
    one.add_argument("name")
    one.add_argument("--read-only", action="store_true", help="it may read, and change nothing")
    one.add_argument("--days", type=int, help="it ends after so many days; default: never")
    one.set_defaults(do=add)
    actions.add_parser("list", help="name the tokens").set_defaults(do=list_tokens)
    one = actions.add_parser("revoke", help="close a token")
    one.add_argument("name")
    one.set_defaults(do=revoke)
    return parser


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
