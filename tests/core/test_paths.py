"""Closures asked together answer as each would alone."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from unshipped.core.closures.patterns import compile_glob, encode, is_glob
from unshipped.core.model import Closure
from unshipped.core.paths import PathMap, members

PARTS = ("a", "b", "ab", "c.md", "[b]")
PATTERNS = (
    *PARTS,
    *("", "a/", "*", "**", "a/*", "a/**", "**/b", "**/*.md", "a/**/b", "?", "a/b", "b/a/ab", "[ab]/**", "A"),
)

paths = st.lists(st.sampled_from(PARTS), min_size=1, max_size=4).map("/".join)
lists = st.lists(st.sampled_from(PATTERNS) | paths, max_size=3).map(tuple)
closures = st.builds(Closure, paths=lists, ignore=lists)
maps = st.lists(closures, max_size=6)
extras = st.lists(st.lists(paths.map(str.encode), max_size=2), max_size=6)


def covers(pattern: str, path: str) -> bool:
    """One pattern against one path, word for word as the documentation has it."""
    plain, whole = encode(pattern), encode(path)
    if not plain or whole == plain or whole.startswith(plain + b"/"):
        return True
    return is_glob(plain) and bool(compile_glob(plain)(whole))


def holds(closure: Closure, path: str, extra: list[bytes]) -> bool:
    whole = encode(path)
    chosen = any(covers(pattern, path) for pattern in closure.paths)
    led = any(whole == one or whole.startswith(one + b"/") for one in extra)
    return (chosen or led) and not any(covers(pattern, path) for pattern in closure.ignore)


def naive(several: list[Closure], extra: list[list[bytes]], path: str) -> int:
    padded = [*extra, *([[]] * len(several))]
    return sum(holds(one, path, more) << at for at, (one, more) in enumerate(zip(several, padded)))  # noqa: B905


@settings(max_examples=50, deadline=None)
@given(maps, extras, st.lists(paths, max_size=8))
def test_every_path_belongs_to_the_closures_that_hold_it(
    several: list[Closure], extra: list[list[bytes]], asked: list[str]
) -> None:
    found = PathMap(several).extended(extra[: len(several)])
    assert [found.of(encode(path)) for path in asked] == [naive(several, extra, path) for path in asked]


@settings(max_examples=50, deadline=None)
@given(maps, st.lists(paths, max_size=8))
def test_several_paths_belong_to_what_each_belongs_to(several: list[Closure], asked: list[str]) -> None:
    found, union = PathMap(several), 0
    for path in asked:
        union |= naive(several, [], path)
    assert found.union([encode(path) for path in asked]) == union


@settings(max_examples=50, deadline=None)
@given(maps, extras, paths)
def test_no_closure_has_anything_outside_of_the_roots(
    several: list[Closure], extra: list[list[bytes]], path: str
) -> None:
    found, whole = PathMap(several).extended(extra[: len(several)]), encode(path)
    roots = found.roots()
    inside = any(not root or whole == root or whole.startswith(root + b"/") for root in roots)
    assert inside or not found.of(whole)


@settings(max_examples=50, deadline=None)
@given(maps)
def test_no_root_lies_in_another_one(several: list[Closure]) -> None:
    roots = PathMap(several).roots()
    assert roots == sorted(set(roots))
    assert not [root for root in roots for other in roots if root.startswith(other + b"/")]
    assert b"" not in roots or roots == [b""]


def test_the_roots_are_the_literal_beginnings() -> None:
    closures = [Closure(("api", "api/src")), Closure(("web/*.py", "docs/**/x"), ignore=("lib",))]
    assert PathMap(closures).roots() == [b"api", b"docs", b"web"]
    assert PathMap([Closure(("api",)), Closure(("**/*.py",))]).roots() == [b""]


def test_a_name_that_only_begins_alike_is_another_name() -> None:
    found = PathMap([Closure(("api",), ignore=("api/doc",))])
    asked = [b"api", b"api/x", b"apis/x", b"Api/x", b"api/doc/x", b"api/docs/x"]
    assert [found.of(path) for path in asked] == [1, 1, 0, 0, 0, 1]


@settings(max_examples=50, deadline=None)
@given(st.sets(st.integers(0, 300)))
def test_the_members_of_a_set_are_its_bits(numbers: set[int]) -> None:
    assert list(members(sum(1 << number for number in numbers))) == sorted(numbers)
