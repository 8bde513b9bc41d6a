"""`python -m workers.local.reset [--yes]`: removes the demo's data, after asking."""

import os
import shutil
import sys

from workers.local.errors import CannotStart
from workers.local.folder import local_folder
from workers.local.leftovers import end_leftovers
from workers.local.terminal import complain, say


def main() -> int:
    """Asks, and removes everything the demo has stored; refuses while it runs."""
    folder = local_folder(os.environ)
    if not folder.root.exists():
        say(f"There is no data: {folder.root} does not exist.")
        return 0
    try:
        with folder.lock():
            if "--yes" not in sys.argv[1:] and not _agreed(f"Remove all data in {folder.root}? [y/N] "):
                say("Nothing was removed.")
                return 0
            end_leftovers(folder)
            for part in (folder.data, folder.run, folder.logs, folder.secrets):
                shutil.rmtree(part, ignore_errors=True)
            for file in folder.root.glob("beat-schedule*"):
                file.unlink()
    except CannotStart as problem:
        complain(str(problem))
        return 1
    say("Removed.")
    return 0


def _agreed(question: str) -> bool:
    try:
        return input(question).strip().lower() in ("y", "yes")
    except EOFError:
        return False


if __name__ == "__main__":
    sys.exit(main())
