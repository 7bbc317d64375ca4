"""Which packages of a workspace a program needs, and what these are made of."""

from __future__ import annotations

import pytest

from tests.discovery.trees import tree
from unshipped.discovery.propose import propose


def paths(files: dict[str, str], name: str = "api") -> tuple[str, ...]:
    [one] = [one for one in propose(tree(files)).services if one.name == name]
    return one.paths


def project(name: str, more: str = "") -> str:
    return f"[project]\nname = '{name}'\n{more}"


NEEDS_CORE = "dependencies = ['core']\nscripts = {api = 'api:run'}\n"
MEMBERS = "[tool.uv.workspace]\nmembers = ['apps/*']\n"


@pytest.mark.parametrize("top", ["", "backend/"])
@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (("core/__init__.py", "core/data.json", "tests/__init__.py", "web/a.ts"), ("core",)),
        (("core/a.py", "main.py", "apps/common/b.py", "apps/c.py"), ("*.py", "apps/*.py", "apps/common", "core")),
        (("src/core/__init__.py", "noxfile.py"), ("src",)),
        (("README.md",), ("**",)),
    ],
    ids=["flat", "no packages by name", "src", "nothing that is Python"],
)  # fmt: skip
def test_of_a_package_at_the_top_of_a_workspace_of_uv_its_own_sources_count(
    top: str, files: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    given = {
        "pyproject.toml": project("core", MEMBERS),
        "apps/api/pyproject.toml": project("api", NEEDS_CORE),
        "apps/api/api.py": "",
        **dict.fromkeys(files, ""),
    }
    found = paths({f"{top}{path}": text for path, text in given.items()})
    own = {"**": top.strip("/") or "**"}
    assert set(found) == {own.get(one, f"{top}{one}") for one in (*expected, "apps/api", "pyproject.toml")}


def test_a_path_that_leads_to_the_package_at_the_top_of_a_repository_counts_its_sources() -> None:
    files = {
        "pyproject.toml": project("core"), "core/__init__.py": "", "web/a.ts": "",
        "backend/pyproject.toml": project("all", MEMBERS), "backend/uv.lock": "",
        "backend/apps/api/pyproject.toml": project("api", NEEDS_CORE + "[tool.uv.sources]\ncore = {path = '../../..'}\n"),
    }  # fmt: skip
    lock = ("backend/uv.lock", "backend/pyproject.toml")
    assert paths(files) == ("core", "pyproject.toml", "backend/apps/api", *lock)
