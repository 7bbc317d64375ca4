"""What lies in the repository: nothing large, nothing that holds on one machine only."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LARGEST_FILE = 300_000
BUILT = ROOT / "src/unshipped/web/static"
"""The page as it is built: `tests/page/test_built.py` says how large it may be as it is sent."""

# The text is put together here, so that this file does not hold what it looks for.
FOLDERS = ["wo" + "rk", "tm" + "p", "ro" + "ot"]
MACHINE_PATH = re.compile(rf"(?<![\w.~*/-])/(?:{'|'.join(FOLDERS)})(?![\w*.-])")
REGISTRIES = [
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "npm" + "js.com",
    "yarn" + "pkg.com",
    "deb." + "debian.org",
    "proxy." + "golang.org",
    "static." + "crates.io",
]
LOCK_FILES_WITH_ADDRESSES = {"uv.lock", "pylock.toml", "poetry.lock", "Pipfile.lock"}


@cache
def files() -> tuple[Path, ...]:
    """Every file that is tracked or about to be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = (ROOT / name for name in sorted(set(listed.split("\0"))) if name)
    return tuple(path for path in paths if path.is_file() and not path.is_symlink())


@cache
def lines() -> tuple[tuple[str, str], ...]:
    """Every line of every text file, with its place."""
    found = []
    for path in files():
        data = path.read_bytes()
        if b"\0" not in data:
            numbered = enumerate(data.decode("utf-8").splitlines(), start=1)
            found += [(f"{path.relative_to(ROOT)}:{number}", line) for number, line in numbered]
    return tuple(found)


def test_there_are_files_to_look_at():
    assert ROOT / "pyproject.toml" in files()


def test_no_file_is_large():
    ours = [path for path in files() if BUILT not in path.parents]
    assert [str(path.relative_to(ROOT)) for path in ours if path.stat().st_size > LARGEST_FILE] == []


def test_no_line_names_a_folder_of_one_machine():
    assert [f"{place}: {line.strip()}" for place, line in lines() if MACHINE_PATH.search(line)] == []


def test_no_line_names_a_package_registry():
    hosts = re.compile("|".join(re.escape(host) for host in REGISTRIES))
    assert [f"{place}: {line.strip()}" for place, line in lines() if hosts.search(line)] == []


def test_no_lock_file_holds_addresses():
    assert [path.name for path in files() if path.name in LOCK_FILES_WITH_ADDRESSES] == []


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_every_locked_requirement_has_an_exact_version_and_a_hash(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n?", "", text))
    assert entries
    assert [entry for entry in entries if not re.match(r"[\w.-]+==\S+ \\\n +--hash=sha256:", entry)] == []


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("text", ["cd /{}", "open('/{}/x')", "PATH=/{}/bin"])
def test_a_folder_of_one_machine_is_found(folder, text):
    assert MACHINE_PATH.search(text.format(folder))


@pytest.mark.parametrize(
    "text", [".github/workflows", "/workspace", "docs/work/a", "$HOME/tmp/x", "**/tmp/*"]
)
def test_a_path_inside_a_repository_is_let_through(text):
    assert not MACHINE_PATH.search(text)
