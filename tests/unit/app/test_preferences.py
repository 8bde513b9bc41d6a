"""What may be chosen is what the pages have: their names stand in both languages."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from analytics.records.preferences import CHOICES, Preferences

JS = Path(__file__).parents[3] / "app" / "static" / "js"
PROGRAM = """
const [base] = process.argv.slice(1);
const { OVERLAYS, PANES } = await import(`${base}/charts/candle_figure.js`);
const { RANGES_MS } = await import(`${base}/charts/candle_view.js`);
const { COLUMNS } = await import(`${base}/scanner/columns.js`);
const columns = COLUMNS.filter(({ fixed }) => !fixed).map(({ name }) => name);
console.log(JSON.stringify({
  overlays: Object.keys(OVERLAYS), panes: Object.keys(PANES),
  range: Object.keys(RANGES_MS), scan_hidden: columns,
}));
"""


def _names_of_the_pages() -> dict[str, list[str]]:
    node = shutil.which("node") or shutil.which("node", path=str(Path(sys.executable).parent))
    assert node
    command = [node, "--input-type=module", "-e", PROGRAM, "--", JS.as_uri()]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    found: dict[str, list[str]] = json.loads(run.stdout)
    return found


def test_what_may_be_chosen_is_what_the_pages_have() -> None:
    names = _names_of_the_pages()
    for name in ("overlays", "panes", "scan_hidden"):
        assert list(CHOICES[name]) == names[name], name
    assert list(CHOICES["range"]) == ["newest", *names["range"], "all"]


def test_what_holds_until_then_could_be_chosen() -> None:
    for name, choices in CHOICES.items():
        value = getattr(Preferences(), name)
        assert set(value if isinstance(value, tuple) else [value]) <= {*choices, None}
