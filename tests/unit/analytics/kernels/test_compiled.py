import os
import shutil
import subprocess
import sys
from pathlib import Path

import analytics

PROGRAM = """
import numpy as np
from analytics.kernels.half_life import last_crossings
falls = np.array([1.0, 0.5]), np.array([0.0, 0.0])
print(round(last_crossings(np.array([0.9]), np.array([0.01]), np.array([0.0, 10.0]), *falls)[0], 9))
"""


def installed(folder: Path) -> Path:
    """A copy of the package without anything compiled."""
    source = Path(analytics.__file__).parent
    shutil.copytree(source, folder / "analytics", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def run(folder: Path, program: str, home: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA")}
    environ |= {"HOME": home, "XDG_CACHE_HOME": home, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)


def test_what_was_compiled_is_kept_beside_a_fresh_clone(tmp_path: Path) -> None:
    folder = installed(tmp_path)
    told = run(folder, PROGRAM, str(tmp_path / "home"))
    assert told.stdout == "2.0\n", told.stderr
    assert list((folder / "analytics/kernels/__pycache__").glob("half_life.last_crossings*.nbc"))


def test_where_nothing_can_be_written_it_is_compiled_all_the_same(tmp_path: Path) -> None:
    folder = installed(tmp_path)
    # A file where the folder of the cache would be: nobody, not even root, can write there.
    (folder / "analytics/kernels/__pycache__").write_text("")
    told = run(folder, PROGRAM, "/proc/nowhere")
    assert told.stdout == "2.0\n", told.stderr
