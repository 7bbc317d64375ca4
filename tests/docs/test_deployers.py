"""The guides to deployers and checks: every kind is shown, can be made as shown, and the package runs."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.docs.pages import DOCS, blocks
from unshipped import checks, deployers
from unshipped.config.options import options_model
from unshipped.deployers import kit

GUIDES = DOCS / "guides"
PACKAGE = GUIDES / "write-a-deployer.md"
SHOWN = {block.notes["package"]: block.text for block in blocks(PACKAGE) if "package" in block.notes}


def shown(page: Path) -> list[dict[str, Any]]:
    """Every `deploy` of a guide."""
    texts = [block.text for block in blocks(page) if block.language == "yaml"]
    return [yaml.safe_load(text)["deploy"] for text in texts if re.search(r"(?m)^deploy:", text)]


def declared(kinds: Mapping[str, type], settings: dict[str, Any], word: str) -> str:
    """Makes what is declared, as a configuration does. Answers its kind."""
    name = str(settings[word])
    made = options_model(name, kinds[name], word).model_validate(settings)
    kinds[name](**made.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude={f"{word}_"}))
    return name


def probed() -> Iterator[dict[str, Any]]:
    for deploy in shown(GUIDES / "checks.md"):
        yield from deploy["checks"].values()


def test_every_deployer_is_shown_and_can_be_made_as_it_is_shown():
    found = {
        declared(deployers.every(), deploy["by"], "deployer") for deploy in shown(GUIDES / "deployers.md")
    }
    assert found == set(deployers.KINDS)


def test_every_check_is_shown_and_can_be_made_as_it_is_shown():
    assert {declared(checks.every(), check, "check") for check in probed()} == set(checks.KINDS)


def test_the_table_says_who_gives_shares():
    text = (GUIDES / "deployers.md").read_text(encoding="utf-8")
    rows = re.findall(r"(?m)^\| \[`([\w-]+)`\]\(#[\w-]+\) \| (yes|no|with) ", text)
    made: dict[str, Any] = {name: deployers.kind(name) for name in deployers.KINDS}
    shares = {name: kind(**kind.EXAMPLE).shares for name, kind in made.items()}
    assert {name: word == "yes" for name, word in rows} == shares


def test_the_package_keeps_to_the_contract(tmp_path: Path):
    for name in ("unshipped_link.py", "test_unshipped_link.py"):
        (tmp_path / name).write_text(SHOWN[name], encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path)]
    done = subprocess.run(
        [*command, str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.slow
def test_the_type_checker_takes_it_for_a_deployer(tmp_path: Path):
    (tmp_path / "unshipped_link.py").write_text(SHOWN["unshipped_link.py"], encoding="utf-8")
    checked = tmp_path / "checked.py"
    names = ("from unshipped.ports.deploying import Deployer", "from unshipped_link import LinkDeployer")
    checked.write_text("\n".join([*names, 'made: Deployer = LinkDeployer(folder="x")']), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file", os.devnull, str(checked)],
        env=os.environ | {"MYPYPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout


def test_a_deployer_of_another_package_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    info = tmp_path / "link-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: link\nVersion: 1\n")
    entry = SHOWN["pyproject.toml"].partition('entry-points."unshipped.deployers"]\n')[2].splitlines()[0]
    (info / "entry_points.txt").write_text(f"[unshipped.deployers]\n{entry.replace(chr(34), '')}\n")
    (tmp_path / "unshipped_link.py").write_text(SHOWN["unshipped_link.py"], encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert deployers.kind("link").__name__ == "LinkDeployer"


def test_the_page_names_all_that_it_may_use():
    text = PACKAGE.read_text(encoding="utf-8")
    assert [name for name in kit.__all__ if f"`{name}`" not in text and f"`{name}()`" not in text] == []
