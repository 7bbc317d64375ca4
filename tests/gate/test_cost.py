"""What the library costs: little to import and nothing to install. `benchmarks` has the milliseconds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "src"
HEAVY = {
    "asyncio",
    "http.client",
    "inspect",
    "logging",
    "pathlib",
    "ssl",
    "subprocess",
    "threading",
    "typing_extensions",
}


def python(program: str) -> str:
    command = [
        sys.executable,
        "-S",
        "-E",
        "-c",
        f"import sys; sys.path.insert(0, {str(SOURCES)!r}); {program}",
    ]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_importing_it_loads_the_standard_library_and_little_of_that():
    loaded = set(python("import unshipped.gate; print(*sys.modules)").split())
    assert loaded & HEAVY == set()
    ours = {name for name in loaded if name.startswith("unshipped")}
    assert {name.split(".")[1] for name in ours if "." in name} == {"gate"}
    foreign = (
        {name.partition(".")[0] for name in loaded} - sys.stdlib_module_names - {"unshipped", "__main__"}
    )
    assert foreign == set()
