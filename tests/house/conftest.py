"""The wheels, built once for all who look at them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = {"unshipped": ROOT, "unshipped-gate": ROOT / "gate"}


@pytest.fixture(scope="session")
def wheels(once) -> dict[str, Path]:
    """By the name of the package."""

    def build(folder: Path) -> None:
        for name, place in PACKAGES.items():
            command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / name)]
            subprocess.run(command, cwd=place, check=True, capture_output=True)

    folder = once("wheels", build)
    return {name: next((folder / name).glob("*.whl")) for name in PACKAGES}
