"""The page that the package holds is the one that its sources build: small, whole, and strict."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from tests.page.built import FRONTEND, run
from unshipped.web.page import STATIC

MOST_SCRIPT = 150_000


def contents(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def test_its_script_is_small_as_it_is_sent():
    packed = {one.name: len(gzip.compress(one.read_bytes())) for one in STATIC.rglob("*.js")}
    assert 0 < sum(packed.values()) < MOST_SCRIPT, packed


def test_it_holds_no_script_and_no_style_of_its_own():
    text = (STATIC / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=|javascript:", text) == []


def test_it_names_no_other_host():
    named = re.findall(r"(?:src|href)=\"([^\"]*)\"", (STATIC / "index.html").read_text(encoding="utf-8"))
    assert named
    assert [one for one in named if not one.startswith("./assets/")] == []
    assert [one for one in named if not (STATIC / one).is_file()] == []


def test_the_licences_of_what_is_built_in_are_given_along():
    given = (STATIC / "licenses.md").read_text(encoding="utf-8")
    for name in ("react-dom", "@tanstack/query-core", "@tanstack/virtual-core"):
        assert f"## {name} - " in given
    assert given.count("Permission is hereby granted") >= 3


@pytest.mark.slow
def test_its_types_hold_and_its_pure_parts_do_what_they_say(frontend):
    run("npm", "test", "--silent", folder=frontend)


@pytest.mark.slow
def test_it_is_what_its_sources_build(frontend, tmp_path):
    run("npx", "vite", "build", "--logLevel", "warn", "--outDir", str(tmp_path), folder=frontend)
    fresh, kept = contents(tmp_path), contents(STATIC)
    assert fresh.keys() == kept.keys(), "run `make page`"
    assert [name for name in fresh if fresh[name] != kept[name]] == [], "run `make page`"


@pytest.mark.slow
def test_its_types_are_those_that_the_interface_describes(frontend, tmp_path):
    made = tmp_path / "shapes.ts"
    run("npx", "openapi-typescript", "../docs/reference/openapi.json", "-o", str(made), folder=frontend)
    kept = (FRONTEND / "src/data/shapes.gen.ts").read_text(encoding="utf-8")
    assert made.read_text(encoding="utf-8") == kept, "run `npm run shapes` in frontend/"


def test_the_tab_is_no_tick_before_anything_is_known():
    assert 'href="./assets/icon-unknown-' in (STATIC / "index.html").read_text()
