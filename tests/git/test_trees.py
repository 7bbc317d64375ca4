"""What a tree holds is what git lists and shows."""

from __future__ import annotations

import pytest

from tests.support.repo import Content, Name, Repo, executable, git, link, submodule
from unshipped.git.trees import begin_tree, read_links, read_tree

BLOB = "0123456789" * 4
FILES: dict[Name, Content] = {
    "api/lib": link("../shared"),
    "api/again": link("../shared"),
    "a": link("b"),
    "shared/run": executable("1"),
    "tab\tand\nbreak": link("to a\nbreak"),
    b"caf\xe9": link(b"caf\xe8"),
    f"x\n120000 blob {BLOB}\tno link": "1",
    f"120000 blob {BLOB}\tno link": "1",
}


@pytest.fixture
def odd(repo: Repo) -> Repo:
    repo.commit(FILES | {"module": submodule(repo.id("main"))})
    return repo


def test_a_tree_has_the_files_and_the_links_that_git_lists(
    odd: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    git_dir, tip = str(odd.path / ".git"), odd.id("main")
    listed = git(odd.path, "ls-tree", "-r", "-z", "--name-only", tip).split(b"\0")[:-1]
    linked = [path for path, entry in odd.entries(tip).items() if entry.mode == "120000"]
    texts = {path: git(odd.path, "cat-file", "blob", b"%b:%b" % (tip.encode(), path)) for path in linked}
    assert len(texts) == 5
    (odd.path / "shared").mkdir()
    odd.git("config", "core.worktree", str(odd.path))  # as in a submodule
    monkeypatch.chdir(odd.path / "shared")
    for begun in (None, begin_tree(git_dir, tip)):
        tree = read_tree(git_dir, tip, begun)
        assert (tree.files(), tree.links) == (listed, texts)


def test_what_was_listed_meanwhile_is_not_listed_again(odd: Repo) -> None:
    git_dir = str(odd.path / ".git")
    begun = begin_tree(git_dir, odd.id("main~1"))
    assert read_tree(git_dir, odd.id("main"), begun).files() == [b"api/app.py"]


def test_of_a_partial_clone_each_link_is_read_that_is_here(odd: Repo) -> None:
    gone = odd.commit({"api/lib": link("../gone")})
    partial, tip = odd.partial(), odd.commit({"api/lib": link("../shared")})
    partial.git("fetch", "-q", "origin", "main")
    assert set(read_links(str(partial.path), tip).values()) == {None}
    partial.git("cat-file", "blob", f"{tip}:api/lib")  # which git fetches
    links = read_links(str(partial.path), tip)
    assert {path for path, text in links.items() if text} == {b"api/lib", b"api/again"}
    assert links[b"api/lib"] == links[b"api/again"] == b"../shared"
    assert read_links(str(partial.path), gone)[b"api/lib"] is None


def test_a_link_of_any_size_is_not_read(odd: Repo) -> None:
    tip = odd.commit({"api/far": link("x/" * 2048), "api/near": link("x" * 4095)})
    links = read_links(str(odd.path / ".git"), tip)
    assert (links[b"api/far"], links[b"api/near"]) == (b"", b"x" * 4095)
