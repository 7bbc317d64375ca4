"""What a pattern matches is what git's `:(glob)` pathspec matches. git itself is the judge."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path
from time import process_time

import pytest

from tests.support.patterns import some_pattern
from tests.support.repo import ENV, Repo
from unshipped.core.closures.patterns import compile_glob, is_glob, literal_base
from unshipped.core.model import Closure
from unshipped.core.paths import PathMap

FOLDERS = ("", "a/", "a/b/", "a/b/c/", "ab/", "a-b/", "src/api/", "src/api/v1/", "B/")
NAMES = (
    "a",
    "b",
    "x.py",
    "x.md",
    "x1.py",
    ".env",
    "A",
    "é.py",
    "a b",
    "x-y",
    "]",
    "^",
    "!",
    "*",
    "a\\b",
    "0",
)

CHOSEN = [
    # stars
    *("*", "**", "***", "a/*", "a/**", "a/***", "**/x.py", "**x.py", "a**", "a**/x.py", "a/**/x.py"),
    *("**/**/x.py", "**/b/**", "*/b", "*/*/b", "*/**", "a*/x.py", "*.py", "**/*.py", "a*b/x.py"),
    # one character
    *("?", "a/?", "?/x.py", "**/x?.py", "a?b/x.py", "**/?.py"),
    # classes
    *("[ab]", "a/[a-b]", "[!a]", "[^a]", "**/[]]", "**/[!]]", "**/[]^]", "**/[a-]", "**/[-a]"),
    *("**/[[:alpha:]]", "**/[[:upper:]]", "**/[![:alpha:]]", "**/[[:digit:][:punct:]]", "**/x[[:digit:]].py"),
    *(
        "**/[[:nonsense:]]",
        "**/[[:alpha]",
        "a[/]b/x.py",
        "a[!x]b/x.py",
        "a[b",
        "**/[",
        "**/[a",
        "[a]/b",
        "[ab]/*",
    ),
    # escapes
    *(r"**/\*", r"**/\x.py", r"**/a\\b", "**/a\\", r"**/[\]]", r"**/[\a]", r"\a/b", r"a/\[", r"**/[\^]"),
    # odd ones
    *("*a*", "**/.*", "**/.env", "[.]env", "**/a b", "**/é.py", "**/[é].py", "**/?.py"),
    *("src/**/v1/*.py", "src/*/v1/**", "src/api*", "src/api?", "B/**", "b/**", "**/B/*"),
    # an escaped slash is a slash, but for what `**` makes of it
    *(r"**\/x.py", r"a/**\/x.py", r"a\/**", r"a\/**/x.py", r"*\/b", r"**\/**\/a"),
]
RANDOM = 400


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = Repo.init(tmp_path_factory.mktemp("patterns") / "repo")
    files = [folder + name for folder in FOLDERS for name in NAMES if folder + name not in ("a", "B")]
    repo.commit({name: name for name in files if not any(other.startswith(name + "/") for other in files)})
    return repo


def asked(path: Path, pattern: str) -> subprocess.Popen[bytes]:
    """git, listing what the only commit changed where the pattern matches."""
    command = ["git", "-C", str(path), "diff-tree", "--root", "-r", "-z", "--name-only", "--no-commit-id"]
    return subprocess.Popen([*command, "main", "--", f":(glob){pattern}"], stdout=subprocess.PIPE, env=ENV)


def by_git(path: Path, patterns: list[str]) -> list[set[bytes]]:
    """What git finds for each pattern. Eight are asked at a time."""
    found: list[set[bytes]] = []
    for at in range(0, len(patterns), 8):
        running = [asked(path, pattern) for pattern in patterns[at : at + 8]]
        outputs = [one.communicate()[0] for one in running]
        assert not any(one.returncode for one in running)
        found += [set(output.split(b"\0")) - {b""} for output in outputs]
    return found


def differences(repo: Repo, patterns: list[str]) -> dict[str, set[bytes]]:
    """For each pattern on which git and the product do not agree, the paths in question."""
    tree = repo.entries("main")
    wrong = {}
    for pattern, theirs in zip(patterns, by_git(repo.path, patterns), strict=True):
        held = PathMap([Closure((pattern,))])
        if difference := {path for path in tree if held.of(path)} ^ theirs:
            wrong[pattern] = difference
    return wrong


def made(rng: random.Random, names: list[str]) -> str:
    """A pattern of a real map, or a heap of pieces."""
    if rng.random() < 0.5:
        return some_pattern(rng, names)
    pieces = [
        "a",
        "b",
        "x",
        ".py",
        "/",
        "/",
        "*",
        "**",
        "?",
        "[ab]",
        "[!a]",
        "[a-x]",
        "**/",
        "/**",
        "\\a",
        "1",
    ]
    return "".join(rng.choice(pieces) for _ in range(rng.randint(1, 6))).strip("/") or "*"


def test_chosen_patterns_match_what_git_matches(repo: Repo) -> None:
    assert differences(repo, CHOSEN) == {}


def test_a_range_the_wrong_way_round_matches_what_git_matches(repo: Repo) -> None:
    assert differences(repo, ["**/[b-a]"]) == {}


def test_random_patterns_match_what_git_matches(repo: Repo) -> None:
    rng, names = random.Random(20260205), [name.decode() for name in repo.entries("main")]
    patterns = sorted({made(rng, names) for _ in range(RANDOM)})
    assert differences(repo, [one for one in patterns if "//" not in one]) == {}


BASES = [
    (b"src/*.py", b"src"),
    (b"src/api/x?/y", b"src/api"),
    (b"*", b""),
    (b"src*", b""),
    (b"a/b[c]/d", b"a"),
    (b"a/\\*b", b"a"),
]


@pytest.mark.parametrize(("pattern", "base"), BASES)
def test_every_match_lies_in_the_literal_base(pattern: bytes, base: bytes) -> None:
    assert literal_base(pattern) == base


def test_only_special_characters_make_a_glob() -> None:
    assert [is_glob(one) for one in (b"a/b", b"a{b}!", b"a*", b"a?", b"a[", b"a\\b")] == [False] * 2 + [
        True
    ] * 4


def test_a_pattern_that_is_never_closed_matches_nothing() -> None:
    assert [compile_glob(one)(b"a[b") for one in (b"a[b", b"a\\")] == [None, None]


HARM = ["*a*a*a*a*b", "?*" * 30 + "z", "*[ab]" * 30 + "z", "**/a/" * 30 + "z", "**/*/" * 30 + "z",
        "**/*a*a*a*b", "a**/" + "*a*/**/" * 20 + "z"]  # fmt: skip


@pytest.mark.parametrize("pattern", HARM)
def test_a_pattern_that_means_harm_takes_no_time(pattern: str) -> None:
    match, began = compile_glob(pattern.encode()), process_time()
    paths = (b"a" * 250, b"a" * 4000, b"a/" * 1000 + b"a", b"a/" * 100 + b"a" * 250)
    assert [match(path) for path in paths] == [None] * len(paths)
    assert process_time() - began < 2
