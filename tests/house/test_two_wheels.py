"""`unshipped` and `unshipped-gate` bring the same library: alone, together, and after either is gone."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.house.conftest import PACKAGES, ROOT
from unshipped.locking import only_one

ASKING = "from unshipped.gate import check_deployment_drift, Where; print(check_deployment_drift('worker'))"
LARGEST = 40_000

pytestmark = pytest.mark.slow


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def held(wheel: Path) -> set[str]:
    return {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}


@pytest.fixture
def python(tmp_path):
    venv.create(tmp_path, with_pip=False)
    return tmp_path / "bin" / "python"


def pip(python: Path, *arguments: str | Path) -> None:
    run(sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check", "--quiet", *arguments)


def install(python: Path, *wheels: Path) -> None:
    pip(python, "install", "--no-deps", "--no-index", "--no-compile", *wheels)


def unpack(python: Path, *wheels: Path) -> None:
    """What installing comes to, where nothing is in the way."""
    for wheel in wheels:
        zipfile.ZipFile(wheel).extractall(next(python.parents[1].glob("lib/*/site-packages")))


def asks(python: Path) -> str:
    return run(python, "-c", ASKING)


def test_no_file_belongs_to_both(wheels):
    assert held(wheels["unshipped"]) & held(wheels["unshipped-gate"]) == set()


def test_the_small_one_needs_nothing_and_is_kilobytes(wheels):
    small = zipfile.ZipFile(wheels["unshipped-gate"])
    [metadata] = [small.read(name).decode() for name in small.namelist() if name.endswith("/METADATA")]
    assert "Requires-Dist" not in metadata
    assert wheels["unshipped-gate"].stat().st_size < LARGEST


def test_both_hold_the_same_library(wheels):
    texts = []
    for name, folder in (("unshipped", "unshipped/_apart/"), ("unshipped-gate", "unshipped/")):
        wheel = zipfile.ZipFile(wheels[name])
        ours = [one for one in held(wheels[name]) if one.startswith((f"{folder}gate", f"{folder}carried"))]
        texts.append({one.removeprefix(folder): wheel.read(one) for one in ours if not one.endswith("i")})
    assert texts[0] == texts[1]


@pytest.mark.parametrize("name", PACKAGES)
def test_each_answers_alone(python, wheels, name):
    unpack(python, wheels[name])
    assert asks(python).startswith("warn: ")


@pytest.mark.parametrize("gone", PACKAGES)
def test_whichever_came_first_can_be_taken_away(python, wheels, gone):
    for name in sorted(PACKAGES, key=lambda one: one != gone):
        unpack(python, wheels[name])
    assert asks(python).startswith("warn: ")
    pip(python, "uninstall", "--yes", gone)
    assert asks(python).startswith("warn: ")
    if gone == "unshipped-gate":
        assert run(python, "-m", "unshipped", "--version").startswith("unshipped ")


@pytest.mark.parametrize(
    "names", [["unshipped"], ["unshipped-gate"], ["unshipped", "unshipped-gate"]], ids="+".join
)
def test_a_checker_of_types_knows_it(python, wheels, names, tmp_path, once):
    unpack(python, *(wheels[name] for name in names))
    program = tmp_path / "program.py"
    program.write_text(
        "from unshipped.gate import check_deployment_drift\n\n"
        'reveal_type(check_deployment_drift("worker", max_behind=3))\n'
        'reveal_type(check_deployment_drift("worker", max_behind="3"))\n'
    )
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--python-executable={python}"]
    types = once("types", lambda _: None)
    with only_one(types / "lock", 300):  # what it has read of Python's own types is kept for the next one
        command.append(f"--cache-dir={types}")
        done = subprocess.run([*command, program], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    said = done.stdout.splitlines()
    assert [line for line in said if ":3: note: " in line and "unshipped.gate.values.Decision" in line], said
    [wrong] = [line for line in said if " error: " in line]
    assert "program.py:4: " in wrong and "max_behind" in wrong
