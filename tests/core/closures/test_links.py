"""A service that holds a link holds what the link points at."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import process_time

import pytest

from unshipped.core.closures.links import followed, target_of, through
from unshipped.core.model import Closure

Links = dict[bytes, bytes | None]

TARGETS = [
    # link, what it says, where it leads
    (b"api/config", b"../shared/config", b"shared/config"),
    (b"api/config", b"other", b"api/other"),
    (b"api/config", b"./a//b/", b"api/a/b"),
    (b"config", b"shared", b"shared"),
    (b"a/b/c", b"../../..", None),  # out of the repository
    (b"a/b/c", b"../..", b""),  # its root: everything
    (b"config", b"../outside", None),
    (b"a/link", b"../../a/inside", None),  # out, and in again by a name that only this machine knows
    (b"config", b"/etc/config", None),
    (b"api/config", b"x/../y", b"api/y"),
]


@pytest.mark.parametrize(("link", "text", "target"), TARGETS)
def test_a_link_leads_somewhere_in_the_repository_or_nowhere(
    link: bytes, text: bytes, target: bytes | None
) -> None:
    assert target_of(link, text) == target


THROUGH: list[tuple[bytes, Links, set[bytes]]] = [
    (b"app/src/main.py", {}, {b"app/src/main.py"}),
    # a link on the way to a path
    (b"app/src", {b"app": b"real"}, {b"app/src", b"app", b"real/src"}),
    # a link in what it leads to
    (
        b"app/src",
        {b"app": b"real", b"real": b"deep/real"},
        {b"app/src", b"app", b"real/src", b"real", b"deep/real/src"},
    ),
    # round and round
    (b"a/x", {b"a": b"b", b"b": b"a"}, {b"a/x", b"a", b"b/x", b"b"}),
    (b"a/x", {b"a": b"a"}, {b"a/x", b"a"}),
    # out of the repository, or not to be read
    (b"app/src", {b"app": b"/opt"}, {b"app/src", b"app"}),
    (b"app/src", {b"app": None}, {b"app/src", b"app"}),
    # to the root
    (b"app/src", {b"app": b"."}, {b"app/src", b"app", b"src"}),
    # up from where a link leads
    (b"app/../lib", {b"app": b"deep/real"}, {b"app", b"deep/lib"}),
    (b"app/../../lib", {b"app": b"real"}, {b"app"}),
]


@pytest.mark.parametrize(("path", "links", "reached"), THROUGH)
def test_every_link_on_the_way_to_a_path_is_passed(path: bytes, links: Links, reached: set[bytes]) -> None:
    assert set().union(*through(path, links)) == reached


CASES: list[tuple[str, Closure, Links, set[bytes], set[bytes]]] = [
    (
        "a link to a file",
        Closure(("api",)),
        {b"api/config": b"../shared/config"},
        {b"api/config", b"shared/config"},
        {b"shared/other"},
    ),
    (
        "a link to a directory",
        Closure(("api",)),
        {b"api/lib": b"../shared"},
        {b"shared/deep/file"},
        {b"sharedness"},
    ),
    (
        "a chain of links",
        Closure(("api",)),
        {b"api/one": b"../two", b"two": b"three", b"three": b"four/five"},
        {b"two", b"three", b"four/five"},
        {b"four/six"},
    ),
    (
        "a link inside of what a link leads to",
        Closure(("api",)),
        {b"api/lib": b"../shared", b"shared/deep/more": b"../../vendor"},
        {b"shared/deep/more", b"vendor/x"},
        set(),
    ),
    (
        "a cycle",
        Closure(("api",)),
        {b"api/one": b"../other/two", b"other/two": b"../api/one"},
        {b"api/one", b"other/two"},
        {b"other/three"},
    ),
    (
        "a pattern whose way passes through a link",
        Closure(("current/api",)),
        {b"current": b"versions/2"},
        {b"current", b"versions/2/api/app.py"},
        {b"versions/1/api/app.py", b"web/app.py"},
    ),
    (
        "a glob that chooses a link",
        Closure(("api/*.conf",)),
        {b"api/x.conf": b"../shared/x.conf"},
        {b"shared/x.conf"},
        {b"shared/y.conf"},
    ),
    (
        "a link that is ignored",
        Closure(("api",), ignore=("api/lib",)),
        {b"api/lib": b"../shared"},
        set(),
        {b"shared/x"},
    ),
    (
        "a target that is ignored",
        Closure(("api",), ignore=("**/*.md",)),
        {b"api/lib": b"../shared"},
        {b"shared/x"},
        {b"shared/x.md"},
    ),
    (
        "a link that leads out",
        Closure(("api",)),
        {b"api/lib": b"../../shared"},
        {b"api/lib"},
        {b"shared/x"},
    ),
    (
        "a link to the root",
        Closure(("api",)),
        {b"api/all": b".."},
        {b"whatever", b"there/is"},
        set(),
    ),
    (
        "a link in another service",
        Closure(("api",)),
        {b"web/lib": b"../shared"},
        {b"api/x"},
        {b"shared/x", b"web/lib"},
    ),
]


@pytest.mark.parametrize(
    ("closure", "links", "held", "foreign"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_a_closure_holds_what_its_links_lead_to(
    closure: Closure, links: Links, held: set[bytes], foreign: set[bytes]
) -> None:
    paths = followed([closure], links).paths
    assert {path for path in held | foreign if paths.of(path)} == held


def test_each_closure_follows_its_own_links_alone() -> None:
    closures = [Closure(("api",)), Closure(("web",))]
    paths = followed(closures, {b"api/lib": b"../shared"}).paths
    assert paths.of(b"shared/x") == 0b01


def test_it_says_which_link_leads_where() -> None:
    found = followed([Closure(("api",)), Closure(("web",))], {b"api/lib": b"../shared"})
    assert found.led == [{b"shared": b"api/lib"}, {}]


def test_a_link_that_cannot_be_read_is_named_where_it_counts() -> None:
    closures = [Closure(("api",)), Closure(("web",))]
    links = {b"web/lib": None, b"docs/x": None, b"web/known": b"lib"}
    assert followed(closures, links).unread == {b"web/lib": 0b10}


@pytest.mark.parametrize("text", [None, b"/opt"])
def test_a_link_on_the_way_counts_whatever_it_says(text: bytes | None) -> None:
    closures = [Closure(("web",)), Closure(("current/api",))]
    found = followed(closures, {b"current": text})
    assert found.paths.of(b"current") == 0b10
    assert found.led == [{}, {b"current": b"current/api"}]
    assert found.unread == ({b"current": 0b10} if text is None else {})


def test_a_closure_that_names_its_files_follows_no_link() -> None:
    closures = [Closure(("current/api", "api"), settled=True), Closure(("api",))]
    found = followed(closures, {b"api/lib": b"../shared", b"current": b"versions/2"})
    assert found.led == [{}, {b"shared": b"api/lib"}]


BESIDE = [
    (Closure(("current/api",)), {b"current": b"versions/2"}),
    (Closure(("api",)), {b"current": b"versions/2", b"api/lib": b"../current/api"}),
]


@pytest.mark.parametrize(("closure", "links"), BESIDE)
def test_a_link_on_the_way_brings_only_what_lies_on_that_way(closure: Closure, links: Links) -> None:
    paths = followed([closure], links).paths
    assert paths.of(b"versions/2/api/app.py")
    assert not paths.of(b"versions/2/web/app.py")


# ---------------------------------------------------------------- the kernel is the judge

STEPS = "abc"


def some_files(rng: random.Random) -> dict[str, str | None]:
    """Files, and links with their texts, none of them below another one."""
    found: dict[str, str | None] = {}
    for _ in range(rng.randint(3, 9)):
        path = some_path(rng)
        if not any(f"{path}/".startswith(f"{one}/") or f"{one}/".startswith(f"{path}/") for one in found):
            up = "../" * rng.randint(0, path.count("/") + (rng.random() < 0.1))
            far = some_path(rng)
            text = rng.choice([up + far, up + far, f"{up}{far}/../{rng.choice(STEPS)}", up or ".", "/a"])
            found[path] = text if rng.random() < 0.6 else None
    return found


def some_path(rng: random.Random) -> str:
    return "/".join(rng.choice(STEPS) for _ in range(rng.randint(1, 3)))


def met(place: Path, seen: frozenset[Path] = frozenset()) -> Iterator[Path]:
    """The links that are passed by whoever opens a place."""
    for above in (*reversed(place.parents), place):
        with suppress(OSError):
            spot = Path(os.path.realpath(above.parent, strict=True), above.name)
            if spot.is_symlink() and spot not in seen:
                yield spot
                yield from met(spot.parent / spot.readlink(), seen | {spot})


def read(place: Path, top: Path, held: set[Path]) -> None:
    """Everything that a program passes or reads that reads a file, or all that lies below a folder."""
    held.update(met(place))
    with suppress(OSError):
        real = Path(os.path.realpath(place, strict=True))
        if real.is_file():
            held.add(real)
        elif real.is_relative_to(top) and real not in held:
            held.add(real)
            for below in real.iterdir():
                read(below, top, held)


@pytest.mark.parametrize("seed", range(40))
def test_a_closure_holds_what_a_program_reads_that_opens_its_paths(tmp_path: Path, seed: int) -> None:
    rng, top = random.Random(seed), tmp_path.resolve() / "top"
    files = some_files(rng)
    for path, text in files.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).symlink_to(text) if text else (top / path).touch()
    closures = [Closure((some_path(rng), some_path(rng))) for _ in range(3)]
    links = {path.encode(): text.encode() for path, text in files.items() if text}
    paths = followed(closures, links).paths
    for index, closure in enumerate(closures):
        held: set[Path] = set()
        for path in closure.paths:
            read(top / path, top, held)
        found = {path for path in files if paths.of(path.encode()) >> index & 1}
        asked = {path for path in files if top / path in held}
        # Where there is no folder x, `x/../y` is nothing to the kernel: then y counts though nobody reads it.
        odd = any(text and f"{step}/../" in text for text in files.values() for step in STEPS)
        assert asked <= found if odd else asked == found, (files, closure)


@pytest.mark.parametrize("folder", ["", "/file"])
def test_as_many_links_are_followed_as_the_kernel_follows(tmp_path: Path, folder: str) -> None:
    texts = {f"l{number}": f"l{number + 1}" for number in range(42)}
    for name, text in texts.items():
        (tmp_path / name).symlink_to(text)
    (tmp_path / "l42").mkdir()
    (tmp_path / "l42/file").touch()
    links: Links = {name.encode(): text.encode() for name, text in texts.items()}
    opened = [Path(tmp_path, f"l{number}{folder}").exists() for number in range(43)]
    closures = [Closure((f"l{number}{folder}",)) for number in range(43)]
    paths = followed(closures, links).paths
    assert [bool(paths.of(b"l42/file") >> index & 1) for index in range(43)] == opened


def test_a_link_that_means_harm_takes_no_time() -> None:
    links: Links = {b"api/huge": b"a/" * 1_000_000, b"api/none": b""}
    links |= {b"api/l%d" % number: b"l%d/" % (number + 1) + b"a/" * 2000 for number in range(15)}
    began = process_time()
    paths = followed([Closure(("api", "api/l0/x"))], links).paths
    assert paths.of(b"api/huge") and not paths.of(b"elsewhere")
    assert process_time() - began < 1
