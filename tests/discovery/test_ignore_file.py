"""`.dockerignore`, held against the library that was ported from the builder itself."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from time import process_time

import pytest
from e2b_dockerfile_utils import PatternMatcher
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.discovery.trees import tree
from tests.support.examples import some
from unshipped.core.closures.patterns import encode
from unshipped.core.model import Closure
from unshipped.core.paths import PathMap
from unshipped.discovery.images.ignore_file import IgnoreFile, find_ignore_files

NAMES = st.sampled_from(["a", "b", "ab", "tests", "x.md", "node_modules", "é"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
PARTS = st.sampled_from(
    [
        "a",
        "b",
        "tests",
        "*",
        "**",
        "*.md",
        "x.md",
        "node_modules",
        "?",
        "[ab]",
        "a*",
        "t*t*s",
        "[!a]",
        "[a-b]*",
    ]
)
ODD = st.sampled_from(["a**", "**b", "a**b", "***", "\\a", "??", "."])
RULES = st.tuples(
    st.sampled_from(["", "", "!", "! ", "/"]), st.lists(PARTS, min_size=1, max_size=3).map("/".join)
)
PLAIN = st.one_of(RULES.map("".join), st.sampled_from(["*", "**", "a", "!a", "!tests/b"]))
FILES = st.lists(PLAIN, max_size=6)
ODD_FILES = st.lists(st.one_of(PLAIN, ODD, ODD.map(lambda odd: f"!a/{odd}")), max_size=6)


def by_parents(rules: list[str], path: str) -> bool:
    """What buildah leaves out: it holds each rule against a path and all that the path lies in."""
    parts, out = path.split("/"), False
    for rule in rules:
        alone = PatternMatcher([rule.strip().removeprefix("!").strip()])
        if any(alone.matches("/".join(parts[:count])) for count in range(1, len(parts) + 1)):
            out = not rule.strip().startswith("!")
    return out


@settings(max_examples=some(300))
@given(FILES, st.lists(PATHS, min_size=1, max_size=8))
def test_what_is_left_out_is_what_all_builders_leave_out(rules: list[str], paths: list[str]) -> None:
    ignore, builder = IgnoreFile("\n".join(rules), ""), PatternMatcher(rules)
    expected = [builder.matches(path) and by_parents(rules, path) for path in paths]
    assert [ignore.left_out(path) for path in paths] == expected


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("buildah"), reason="not installed: buildah")
@pytest.mark.parametrize("rules", ["**/*.md\n!docs", "docs/**\n!docs/sub", "*.md\n!*/\n", "docs\n!**/b.md"])
def test_what_buildah_lets_in_is_not_left_out(rules: str, tmp_path: Path) -> None:
    paths = ["docs/a.md", "docs/sub/b.md", "docs/c.txt", "x.md", "y.txt"]
    let_in = built_by_buildah(tmp_path, dict.fromkeys(paths, "") | {".dockerignore": rules})
    ignore = IgnoreFile(rules, "")
    assert let_in.intersection(paths) <= {path for path in paths if not ignore.left_out(path)}


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("buildah"), reason="not installed: buildah")
@pytest.mark.parametrize(
    "there",
    [
        ["Dockerfile.dockerignore", "Dockerfile.containerignore", ".containerignore"],
        ["Dockerfile.containerignore", ".containerignore", ".dockerignore"],
        [".containerignore", ".dockerignore"],
    ],
)
def test_buildah_reads_the_first_of_the_ignore_files(there: list[str], tmp_path: Path) -> None:
    files = {name: f"file-{at}" for at, name in enumerate(there)}
    let_in = built_by_buildah(tmp_path, files | {f"file-{at}": "" for at in range(len(there))})
    assert sorted(one for one in let_in if one.startswith("file-")) == [
        f"file-{at}" for at in range(1, len(there))
    ]
    assert find_ignore_files(tree(files), "Dockerfile", "")[0] == there[0]


def built_by_buildah(folder: Path, files: dict[str, str]) -> set[str]:
    """The files of an image that copies all of its context."""
    for path, text in (files | {"Dockerfile": "FROM scratch\nCOPY . /\n"}).items():
        (folder / "in" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "in" / path).write_text(text)
    places = [
        "--storage-driver",
        "vfs",
        "--root",
        str(folder / "store"),
        "--runroot",
        str(folder / "run"),
    ]
    output = [
        "--isolation",
        "chroot",
        "--output",
        f"type=local,dest={folder / 'out'}",
        str(folder / "in"),
    ]
    subprocess.run(
        ["buildah", *places, "bud", "--quiet", *output], check=True, capture_output=True, timeout=60
    )
    out = folder / "out"
    return {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()}


@settings(max_examples=some(300))
@given(ODD_FILES, st.lists(PATHS, min_size=1, max_size=8))
def test_what_the_builder_keeps_is_never_left_out(rules: list[str], paths: list[str]) -> None:
    ignore, builder = IgnoreFile("\n".join(rules), ""), PatternMatcher(rules)
    assert [path for path in paths if ignore.left_out(path) and not builder.matches(path)] == []


@settings(max_examples=some(500))
@given(ODD_FILES, st.lists(PATHS, min_size=1, max_size=8), st.sampled_from(["", "a", "tests/b"]))
def test_no_pattern_takes_out_what_the_builder_keeps(rules: list[str], paths: list[str], source: str) -> None:
    ignore, builder = IgnoreFile("\n".join(rules), "ctx"), PatternMatcher(rules)
    top = f"ctx/{source}".rstrip("/")
    let_in = ignore.let_in(top)
    paths = [f"{source}/{path}".strip("/") for path in paths]
    kept = [path for path in paths if not builder.matches(path)]
    held = PathMap([Closure(tuple([top] if let_in is None else let_in or ["none"]), ignore.patterns())])
    assert [path for path in kept if not held.of(encode(f"ctx/{path}"))] == []


@settings(max_examples=some(200))
@given(st.lists(RULES.map("".join).filter(lambda rule: rule[0] != "!"), max_size=6), PATHS)
def test_without_exceptions_patterns_say_all_that_the_file_does(rules: list[str], path: str) -> None:
    ignore = IgnoreFile("\n".join(rules), "ctx")
    held = PathMap([Closure(("ctx",), ignore.patterns())])
    if ignore.let_in("ctx") is None and "é" not in path:  # `?` is one byte to git
        assert bool(held.of(encode(f"ctx/{path}"))) != ignore.left_out(f"ctx/{path}")


def test_what_lies_outside_the_context_is_not_its_business() -> None:
    assert not IgnoreFile("*", "api").left_out("web/a")


LET_IN = {
    "what it lets in": ("*\n!src\n!package.json", "", ["src", "package.json"]),
    "with what lies below": ("**\n!src*", "", ["src*", "src*/**"]),
    "below a source": ("*\n!src/a\n!web", "src", ["src/a"]),
    "a source that is let in whole": ("*\n!src", "src/a", ["src/a"]),
    "a source that is not": ("*\n!src", "web", []),
    "a pattern, below a source": ("*\n!**/*.py", "src", ["src/**/*.py", "src/**/*.py/**"]),
    "rules before it are no matter": ("a\n*\n!b", "", ["b"]),
    "what is in no directory stays": ("*/**\n!b", "", None),
    "what was let in before it may stay": ("a\n!a/b\n*", "", None),
}


@pytest.mark.parametrize(("text", "source", "expected"), LET_IN.values(), ids=LET_IN)
def test_a_file_that_begins_with_everything_says(text: str, source: str, expected: list[str] | None) -> None:
    assert IgnoreFile(text, "").let_in(source) == expected


def test_a_rule_after_an_exception_may_not_be_tried_on_what_is_out_already() -> None:
    ignore = IgnoreFile("*\n!src/a\nsrc\nweb", "")
    assert (ignore.left_out("src/a"), ignore.left_out("src/b")) == (False, True)
    assert ignore.patterns() == ("web",)


@pytest.mark.parametrize(
    "rule", ["*a*a*a*a*b", "*a*a*a*b", "**/a/**/a/**/a/**/b", "**/*a*a*a*b", "a**b*", "?*?*?*z"]
)
def test_a_rule_that_means_harm_takes_no_time(rule: str) -> None:
    ignore, began = IgnoreFile(rule, ""), process_time()
    assert not any(ignore.left_out(path) for path in ("a" * 250, "a/" * 1000 + "a", "a/" * 100 + "a" * 250))
    assert process_time() - began < 5


def test_a_rule_that_is_none_keeps_nothing_out() -> None:
    assert IgnoreFile("[\n!\na\n", "").patterns() == ("a",)
