"""What an installation compiles is all that is ever compiled."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_is_compiled_after_an_installation(tmp_path: Path) -> None:
    environ = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    compiled: list[set[str]] = []
    for module in ("workers.local.kernels", "tests.integration.every_kernel"):
        subprocess.run([sys.executable, "-m", module], cwd=ROOT, env=environ, check=True)
        compiled.append({path.name for path in tmp_path.rglob("*.nbc")})
    assert compiled[0]
    assert compiled[1] == compiled[0]
