"""What a user installs: the wheel is the whole package, nothing else, and runs in an empty environment."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import unshipped
from tests.house.conftest import ROOT

PACKAGE = ROOT / "src" / "unshipped"

pytestmark = pytest.mark.slow


def run(*command: str | Path) -> str:
    """What the command prints on its standard output. A failed one shows all that it said."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def places(path: Path) -> list[str]:
    """Where a file of the package lies in the wheel. What the gate's own package brings too lies apart, and
    once more where a checker of types looks for it.
    """
    if path.parts[0] not in ("gate", "carried"):
        return [f"unshipped/{path.as_posix()}"]
    types = [f"unshipped/{path.with_suffix('.pyi').as_posix()}"] if path.suffix == ".py" else []
    return [f"unshipped/_apart/{path.as_posix()}", *types]


def test_it_holds_the_whole_package_and_nothing_else(wheels):
    files = (path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    ours = {name for path in files for name in places(path.relative_to(PACKAGE))}
    held = {name for name in zipfile.ZipFile(wheels["unshipped"]).namelist() if ".dist-info/" not in name}
    assert held == ours


def test_it_runs_in_an_empty_environment(wheels, tmp_path):
    venv.create(tmp_path, with_pip=False)
    python = tmp_path / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check", "--quiet"]
    install = [*pip, "install", "--no-compile", "--no-deps"]
    run(*install, "--require-hashes", "-r", ROOT / "requirements" / "runtime.txt")
    run(*install, "--no-index", wheels["unshipped"])
    run(*pip, "check")
    assert unshipped.__version__ in run(tmp_path / "bin" / "unshipped", "--version")
