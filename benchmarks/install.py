"""The command as a user has it: from the wheel, in an environment of its own, compiled by pip."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
INTERPRETER = Path(os.path.realpath(sys.executable))
"""The program itself: what a version manager puts before it would take longer than the program."""


def install(folder: Path) -> Path:
    """The environment that holds the present state of the package; made once for each state."""
    place = folder / f"venv-{_state()}"
    if not (place / ".ready").exists():
        print(f"installing the wheel into {place.name}", file=sys.stderr, flush=True)
        for old in folder.glob("venv-*"):
            shutil.rmtree(old)
        _fill(place, _wheel(folder / "dist"))
        (place / ".ready").touch()
    return place


def _state() -> str:
    """A digest of everything that decides what is installed."""
    digest = hashlib.sha256()
    for path in [ROOT / "pyproject.toml", *_requirements(), *sorted((ROOT / "src").rglob("*.py"))]:
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def _wheel(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder)
    (wheel,) = folder.glob("*.whl")
    return wheel


def _fill(place: Path, wheel: Path) -> None:
    _run(INTERPRETER, "-m", "venv", "--clear", place)
    pip = (
        place / "bin" / "python",
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--quiet",
        "install",
        "--compile",
    )
    # The start script is pip's: the one that comes with Python 3.11 makes one that loads `re` first.
    _run(*pip, "--upgrade", "pip")
    for path in _requirements():
        _run(*pip, "--require-hashes", "-r", path)
    _run(*pip, f"{wheel}[server,deploy]")


def _requirements() -> list[Path]:
    return [ROOT / "requirements" / "runtime.txt"]


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{command}\n{done.stdout}\n{done.stderr}")
