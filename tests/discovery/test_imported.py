"""Patterns of other tools become patterns of a map that match no less."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.discovery.trees import tree
from tests.support.examples import some
from unshipped.core.model import IMAGE, Build, Closure
from unshipped.core.paths import PathMap
from unshipped.discovery.derive import derive
from unshipped.discovery.finders._patterns import imported
from unshipped.discovery.reach import Analyses


@pytest.mark.parametrize(
    ("patterns", "paths", "ignore"),
    [
        (["api/**", "/libs/", "./a/b", "**"], ("api", "libs", "a/b", "**"), ()),
        (["src/**/*.{js,ts}"], ("src/**/*.js", "src/**/*.ts"), ()),
        (["{a,b/{c,d}}/x"], ("a/x", "b/c/x", "b/d/x"), ()),
        (["a/{1..3}/b", "a/+(b|c)/d", "a/$X/b", "src/**.js", "a/x**"], ("a", "src"), ()),
        (["api/**", "!api/docs/**", "!**/*.md", "!a/{1..3}"], ("api",), ("api/docs", "**/*.md")),
        (["packages/*/**", "a/*/{1..3}", "*/**x", "a/*"], ("packages/*/**", "a/*/**", "*/**", "a/*"), ()),
        (["!api/docs/**", "api/**"], ("api",), ()),
        (["../x", "a/../b", " ", "a\\b"], ("b", "**"), ()),
        (["api/**", ".github/workflows/api.yml", ".github/**", ".gitlab-ci.yml", "api/cloudbuild.yaml", ".circleci/config.yml"], ("api",), ()),
        (["libs/cloudbuild/**", ".githubx", "a/.github.py"], ("libs/cloudbuild", ".githubx", "a/.github.py"), ()),
    ],
)  # fmt: skip
def test_patterns_are_imported(patterns: list[str], paths: tuple[str, ...], ignore: tuple[str, ...]) -> None:
    assert imported(patterns) == (paths, ignore)


def test_a_character_that_repeats_is_widened_where_it_means_that() -> None:
    assert imported(["src/*.jsx?", "a/b+"], repeats=True).paths == ("src", "a")
    assert imported(["src/*.jsx?"]).paths == ("src/*.jsx?",)


def test_patterns_are_seen_from_a_directory() -> None:
    assert imported(["../shared/**", "src/**", "!x/**", "."], "fn/a").paths == (
        "fn/shared",
        "fn/a/src",
        "fn/a",
    )


PIECES = [
    "a",
    "b",
    "*",
    "**",
    "a*",
    "{a,b}",
    "{a,b}*",
    "{a,{b,c}}",
    "[ab]",
    "**a",
    "?",
    "*.{x,y}",
    "{a/b,c}",
    "a.x",
]
FILES = [
    "/".join(parts) for count in (1, 2, 3) for parts in product(["a", "b", "c", "ab", "a.x"], repeat=count)
]


def meant(pattern: str) -> re.Pattern[str]:
    """What picomatch means by a pattern, as far as it is made of the pieces above."""
    text = re.escape(pattern).replace(r"\{", "(?:").replace(r"\}", ")").replace(",", "|")
    text = text.replace(r"\[", "[").replace(r"\]", "]").replace(r"\?", "[^/]")
    text = re.sub(r"(?:(?<=/)|^)\\\*\\\*(?=/)/", "(?:.*/)?", text)
    text = re.sub(r"(?:(?<=/)|^)\\\*\\\*$", ".*", text)
    return re.compile(text.replace(r"\*\*", "[^/]*").replace(r"\*", "[^/]*"))


@settings(max_examples=some(400), deadline=None)
@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map("/".join))
def test_nothing_that_the_other_tool_matches_is_lost(pattern: str) -> None:
    paths = PathMap([Closure(imported([pattern]).paths)])
    lost = [file for file in FILES if meant(pattern).fullmatch(file) and not paths.of(file.encode())]
    assert lost == []


def test_an_ignore_file_takes_nothing_from_the_paths_by_hand() -> None:
    files = {"api/Dockerfile": "FROM x\nCOPY . /a\n", "api/a.md": "", "api/a.txt": "", "shared/a.md": "", "other/a.txt": "",
             ".dockerignore": "shared\n**/*.md\n**/*.txt\n"}  # fmt: skip
    closure = Closure(("shared",), build=Build("api/Dockerfile"), mode=IMAGE)
    derived = derive(tree(files), closure, Analyses([]))
    assert derived
    paths = PathMap([derived.closure])
    assert [name for name in sorted(files) if paths.of(name.encode())] == [
        ".dockerignore", "api/Dockerfile", "api/a.md", "shared/a.md",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "ignored", ["**/Dockerfile*", "api/Dockerfile", "api", ".dockerignore\n*/[D]*", "ap*"]
)
def test_an_ignore_file_never_takes_out_what_an_image_is_built_by(ignored: str) -> None:
    files = {
        "api/Dockerfile": "FROM x\nCOPY . /a\n",
        "api/Dockerfile.dev": "",
        "main.py": "",
        ".dockerignore": f"{ignored}\n",
    }
    derived = derive(tree(files), Closure((), build=Build("api/Dockerfile"), mode=IMAGE), Analyses([]))
    assert derived
    paths = PathMap([derived.closure])
    counting = {name for name in files if paths.of(name.encode())}
    assert {"api/Dockerfile", ".dockerignore", "main.py"} <= counting
    assert ("api/Dockerfile.dev" in counting) == (ignored == "api/Dockerfile")
