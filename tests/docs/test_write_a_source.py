"""The package that the guide shows: installed as anybody would install it, tested, and asked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.docs.consoles import Session, session
from tests.docs.pages import DOCS, blocks
from tests.sources.doubles.json_api import answering
from tests.sources.served import serving
from unshipped.sources import kit

PAGE = DOCS / "guides/write-a-source.md"
SHOWN = {block.notes["package"]: block.text for block in blocks(PAGE) if "package" in block.notes}
RUNS = {"api": "9a1a841", "worker": "e8b017d"}


@pytest.fixture(scope="module")
def package(tmp_path_factory) -> tuple[Path, Path]:
    """The package's own folder, and the one that it is installed in."""
    folder, place = tmp_path_factory.mktemp("unshipped-heroku"), tmp_path_factory.mktemp("site")
    for name in ("pyproject.toml", "unshipped_heroku.py", "test_unshipped_heroku.py"):
        (folder / name).write_text(SHOWN[name], encoding="utf-8")
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    python("-m", "pip", "install", "-q", *offline, "--target", str(place), str(folder))
    return folder, place


def python(*arguments: str, **more: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], env=os.environ | more, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_its_own_tests_pass(package):
    folder, place = package
    alone = ("-q", "-p", "no:cacheprovider", "--rootdir", str(folder))
    assert "1 passed" in python("-m", "pytest", *alone, str(folder), PYTHONPATH=str(place))


@pytest.mark.slow
def test_the_type_checker_takes_it_for_a_source(package):
    folder, _ = package
    names = ("from unshipped.ports import Source", "from unshipped_heroku import HerokuSource")
    checked = folder / "checked.py"
    checked.write_text("\n".join([*names, "made: type[Source] = HerokuSource"]), encoding="utf-8")
    python("-m", "mypy", "--strict", "--config-file", os.devnull, str(checked), MYPYPATH=str(folder))


@pytest.mark.slow
def test_it_answers_as_the_page_says(package):
    with session("shop") as here, serving(answering(heroku())) as server:
        asked_here(here, package[1], server.url(""))
        assert "2 targets, no problem" in here.run("unshipped validate")
        assert here.run("unshipped check") == SHOWN["answer.txt"]


def asked_here(here: Session, place: Path, address: str) -> None:
    """The page's configuration, with a double in place of Heroku."""
    configuration = yaml.safe_load(SHOWN["unshipped.yaml"])
    configuration["environments"]["production"]["deployed"]["endpoint"] = address
    here.write("unshipped.yaml", yaml.safe_dump(configuration))
    here.env |= {"PYTHONPATH": f"{here.env['PYTHONPATH']}{os.pathsep}{place}", "HEROKU_TOKEN": "of-the-test"}


def heroku() -> dict[str, object]:
    """An app whose newest release failed and left the one before it current, and one that is well."""
    failed = {"current": False, "status": "failed", "slug": {"id": "broken"}}
    answers: dict[str, object] = {}
    for name, commit in RUNS.items():
        current = {"current": True, "status": "succeeded", "slug": {"id": f"of-{name}"}}
        answers[f"/apps/shop-{name}/releases"] = [*([failed] if name == "api" else []), current]
        answers[f"/apps/shop-{name}/slugs/of-{name}"] = {"commit": commit}
    return answers


def test_the_page_names_all_that_it_may_use():
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in kit.__all__ if f"`{name}`" not in text] == []
