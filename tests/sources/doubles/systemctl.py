"""A `systemctl` that knows the units of a test and says of them what `systemctl show` says."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

import pytest

NOT_FOUND = {"LoadState": "not-found", "ActiveState": "inactive", "SubState": "dead"}


def unit(**properties: str) -> dict[str, str]:
    """A service that was started long after everything that lies beside it was written."""
    return {
        "LoadState": "loaded",
        "ActiveState": "active",
        "SubState": "running",
        "ExecMainStartTimestamp": "Fri 2100-01-01 12:00:00 UTC",
        "Environment": "",
        "WorkingDirectory": "",
        "FragmentPath": "/bin/sh",
        "DropInPaths": "",
        **properties,
    }


def install(
    folder: Path, units: Mapping[str, Mapping[str, str]], patch: pytest.MonkeyPatch | None = None
) -> Path:
    """Writes the program, and puts its folder first on the PATH if asked to."""
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    cases = "".join(f"{name}) printf '%s\\n' {_lines(of)};;\n" for name, of in units.items())
    program = programs / "systemctl"
    program.write_text(
        "#!/bin/sh\n"
        'test "$1 $2" = "show --timestamp=utc" || exit 64\n'
        f"for unit; do :; done\ncase $unit in\n{cases}*) printf '%s\\n' {_lines(NOT_FOUND)};;\nesac\n"
    )
    program.chmod(0o755)
    if patch:
        patch.setenv("PATH", str(programs), prepend=":")
    return programs


def _lines(properties: Mapping[str, str]) -> str:
    return " ".join(shlex.quote(f"{name}={value}") for name, value in properties.items())
