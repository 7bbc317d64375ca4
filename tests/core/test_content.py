"""Whether the files that run are those of a commit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unshipped.core.content import Likeness, compare

COMMITTED = {"api/main.py": "m1", "api/orders.py": "o1", "shared/money.py": "s1", "web/main.py": "w1"}

NAMED = ("api/main.py", "web/main.py")

TABLE = [
    # as in the repository
    (COMMITTED, Likeness(4)),
    # an image that puts everything elsewhere, and leaves some out
    ({"app/main.py": "m1", "app/orders.py": "o1", "app/shared/money.py": "s1"}, Likeness(3, absent=1)),
    # one that flattens, and lacks what lies beside a file that it has
    ({"main.py": "m1", "money.py": "s1"}, Likeness(2, absent=2, missing=("api/orders.py",))),
    # a layer cache kept an old file
    (
        {"app/shared/money.py": "s0", "app/orders.py": "o1"},
        Likeness(1, (("app/shared/money.py", "shared/money.py"),), absent=2, missing=("api/main.py",)),
    ),
    # a generated file and one of a library are strange, not different
    (
        {"orders.py": "o1", "version.txt": "x", "lib/util.py": "y"},
        Likeness(1, strange=2, absent=3, missing=("api/main.py",)),
    ),
    # another file of a name that is found where it belongs
    (
        {"api/orders.py": "o1", "vendor/orders.py": "zz"},
        Likeness(1, strange=1, absent=3, missing=("api/main.py",)),
    ),
    # of another file of a name, that of the commit may be what does not run
    ({"orders.py": "o1", "vendor/main.py": "zz"}, Likeness(1, strange=1, absent=3, missing=NAMED)),
    # two of the same name and nothing else to go by
    ({"main.py": "zz"}, Likeness(0, (("main.py", "api/main.py"),), absent=3)),
    ({}, Likeness(0, absent=4)),
]


@pytest.mark.parametrize(("running", "likeness"), TABLE)
def test_files_are_held_against_those_of_the_commit(running, likeness) -> None:
    assert compare(running, COMMITTED) == likeness


def test_a_file_is_missing_only_where_others_of_its_kind_surely_run():
    tree = {"api/__init__.py": "", "worker/__init__.py": "", "api/main.py": "m", "api/Procfile": "p"}
    more = {"worker/main.py": "w", "api/README.md": "r", "api/LICENSE": "l"}
    running = {"__init__.py": "", "main.py": "m", "Procfile": "p"}
    assert compare(running, tree | more).missing == ()
    assert compare(running, tree | {"api/new.py": "n"}).missing == ("api/new.py",)


@pytest.mark.parametrize(
    ("path", "like"),
    [
        ("dist/index.js", "web/src/index.js"),  # what was built
        ("vendor/lib/README.md", "api/README.md"),  # what came with a library
        ("static/admin/js/core.js", "web/src/core.js"),
    ],
)
def test_a_file_that_has_no_more_than_its_name_in_common_is_another_one(path: str, like: str):
    tree = {like: "1", "api/main.py": "m"}
    likeness = compare({path: "2", "main.py": "m"}, tree)
    assert likeness == Likeness(1, strange=1, absent=1, missing=(like,))
    assert compare({path: "2", f"app/{like}": "1", "main.py": "m"}, tree) == Likeness(2, strange=1)


@pytest.mark.parametrize("path", ["index.js", "src/index.js", "app/src/index.js", "app/web/src/index.js"])
def test_a_file_that_differs_is_known_by_its_folder_or_lies_in_none(path: str):
    assert compare({path: "2"}, {"web/src/index.js": "1"}).different == ((path, "web/src/index.js"),)


names = st.sampled_from(["a.py", "b.py", "__init__.py", "main.py"])
paths = st.lists(st.sampled_from(["api", "shared", "lib"]), max_size=3).flatmap(
    lambda folders: names.map(lambda name: "/".join([*folders, name]))
)
trees = st.dictionaries(paths, st.sampled_from(["1", "2", "3"]), min_size=1, max_size=12)


@given(trees, st.sampled_from(["", "app/", "srv/www/"]))
def test_what_is_copied_as_it_is_is_the_same_wherever_it_lies(tree: dict[str, str], place: str) -> None:
    assert compare({place + path: blob for path, blob in tree.items()}, tree) == Likeness(len(tree))


@given(trees, st.data())
def test_a_file_that_differs_from_all_is_never_taken_for_the_same(tree: dict[str, str], data) -> None:
    stale = data.draw(st.sampled_from(sorted(tree)))
    likeness = compare({**tree, stale: "old"}, tree)
    assert (stale, stale) in likeness.different
    assert likeness.same == len(tree) - 1


@given(trees, trees)
def test_every_file_is_counted_once(running: dict[str, str], tree: dict[str, str]) -> None:
    likeness = compare(running, tree)
    assert likeness.same + len(likeness.different) + likeness.strange == len(running)


def test_thousands_of_files_of_one_name_are_compared_at_once() -> None:
    tree = {f"p{number}/q/__init__.py": str(number) for number in range(20_000)}
    assert compare({"app/" + path: blob for path, blob in tree.items()}, tree) == Likeness(20_000)
