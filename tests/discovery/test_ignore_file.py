"""`.dockerignore`, held against the library that was ported from the builder itself."""

from __future__ import annotations

from e2b_dockerfile_utils import PatternMatcher
from hypothesis import given, settings
from hypothesis import strategies as st

from unshipped.core.model import Closure
from unshipped.core.paths import PathMap
from unshipped.core.patterns import encode
from unshipped.discovery.images.ignore_file import IgnoreFile

NAMES = st.sampled_from(["a", "b", "tests", "x.md", "node_modules"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
PARTS = st.sampled_from(["a", "b", "tests", "*", "**", "*.md", "x.md", "node_modules", "?", "[ab]"])
RULES = st.tuples(st.sampled_from(["", "", "!", "/"]), st.lists(PARTS, min_size=1, max_size=3).map("/".join))
FILES = st.lists(RULES.map("".join), max_size=6)


@settings(max_examples=300)
@given(FILES, st.lists(PATHS, min_size=1, max_size=8))
def test_what_is_left_out_is_what_the_builder_leaves_out(rules: list[str], paths: list[str]) -> None:
    ignore, builder = IgnoreFile("\n".join(rules), ""), PatternMatcher(rules)
    assert [ignore.left_out(path) for path in paths] == [builder.matches(path) for path in paths]


@settings(max_examples=300)
@given(FILES, st.lists(PATHS, min_size=1, max_size=8))
def test_no_pattern_takes_out_what_the_builder_keeps(rules: list[str], paths: list[str]) -> None:
    ignore, builder = IgnoreFile("\n".join(rules), "ctx"), PatternMatcher(rules)
    if ignore.only() is not None:
        return
    closure = PathMap([Closure(("ctx",), ignore.patterns())])
    taken_out = [path for path in paths if not closure.of(encode(f"ctx/{path}"))]
    assert [path for path in taken_out if not builder.matches(path)] == []


def test_what_lies_outside_the_context_is_not_its_business() -> None:
    assert not IgnoreFile("*", "api").left_out("web/a")


def test_a_file_that_begins_with_everything_says_what_it_lets_in() -> None:
    assert IgnoreFile("*\n!src\n!package.json\n", "api").only() == ("api/src", "api/package.json")


def test_a_rule_that_is_none_keeps_nothing_out() -> None:
    assert IgnoreFile("[\n!\na\n", "").patterns() == ("a",)
