"""Random histories over a small tree of services, written through one `git fast-import`.

    history = random_history(tmp_path / "repo", random.Random(7), size=300)
    history.repo, history.commits, history.branches

Everything that moves is decided by the `random.Random` that is handed in, so a seed is a reproduction and
hypothesis (`st.randoms(use_true_random=False)`) can drive and shrink it.
"""

from __future__ import annotations

import posixpath
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from pathlib import Path

from tests.support.repo import ANA, BEN, START, Content, Draft, Entry, Name, Repo, import_drafts, link, raw

Tree = dict[str, Entry]

FOLDERS = [
    "api", "api/routes", "api/[id]", "worker", "worker/jobs", "shared", "shared/db", "libs/x", "libs/y/deep",
    "web", "web/x.php", "docs", "odd names",
]  # fmt: skip
FILES = [
    "app.py",
    "main.go",
    "README.md",
    "index.php",
    "a b.txt",
    'q"uote.txt',
    "new\nline.txt",
    "ünï.py",
    "[z].ts",
]
ROOT_FILES = ["Dockerfile", "uv.lock", "README.md"]
LINES = 9


@dataclass(frozen=True)
class History:
    """A history that was written: every commit, oldest first, and the tip of every branch."""

    repo: Repo
    commits: list[str]
    branches: dict[str, str]
    trees: dict[str, tuple[str, ...]]
    """The paths of every commit, for choosing patterns."""
    last: datetime


def random_history(
    path: Path, rng: random.Random, *, size: int = 300, links: bool = True, skew: float = 0.05
) -> History:
    """Writes a history of about `size` commits. `skew` is the share of commits whose clock is wrong."""
    story = Story(rng, links=links, skew=skew)
    story.begin()
    while len(story.drafts) < size:
        story.step()
    repo = Repo.init(path)
    ids = import_drafts(path, story.drafts)
    branches = {name: ids[tip] for name, tip in story.heads.items()}
    trees = {commit: tuple(tree) for commit, tree in zip(ids, story.trees, strict=True)}
    return History(repo, ids, branches, trees, max(draft.at for draft in story.drafts))


@dataclass
class Story:
    """The history while it is thought up: a model of it in memory, and the drafts to be written."""

    rng: random.Random
    links: bool = True
    skew: float = 0.05
    drafts: list[Draft] = field(default_factory=list)
    trees: list[Tree] = field(default_factory=list)
    parents: list[list[int]] = field(default_factory=list)
    reach: list[int] = field(default_factory=list)
    """Bit i of `reach[c]` says that commit i is an ancestor of c, or c itself."""
    heads: dict[str, int] = field(default_factory=dict)
    clock: datetime = START
    named: int = 0

    def begin(self) -> None:
        tree = {name: self.text() for name in ROOT_FILES}
        for folder in FOLDERS:
            for name in self.rng.sample(FILES, 3):
                tree[f"{folder}/{name}"] = self.text()
        self.write("main", tree, [], "Begin")

    def step(self) -> None:
        """One event, the likely ones more often."""
        events: list[tuple[int, Callable[[], None]]] = [
            (8, self.push), (8, self.work), (4, self.open), (3, self.land), (3, self.squash),
            (3, self.update), (2, self.revert), (2, self.pick), (1, self.octopus), (1, self.criss_cross),
            (1, self.rename), (2, self.relink if self.links else self.push),
        ]  # fmt: skip
        weights = [weight for weight, _ in events]
        self.rng.choices([event for _, event in events], weights)[0]()

    # -------- events

    def push(self) -> None:
        self.write("main", self.edited(self.trees[self.heads["main"]]), [self.heads["main"]], "Change")

    def open(self) -> None:
        self.named += 1
        start = self.heads["main"] if self.rng.random() < 0.8 else self.rng.randrange(len(self.drafts))
        self.write(f"b{self.named}", self.edited(self.trees[start]), [start], "Begin a branch")

    def work(self) -> None:
        if branch := self.some_branch():
            self.write(branch, self.edited(self.trees[self.heads[branch]]), [self.heads[branch]], "Work")

    def land(self) -> None:
        if branch := self.some_branch():
            self.join("main", [self.heads[branch]], evil=0.2)

    def update(self) -> None:
        if branch := self.some_branch():
            self.join(branch, [self.heads["main"]], evil=0.05)

    def octopus(self) -> None:
        branches = {self.some_branch(), self.some_branch(), self.some_branch()} - {""}
        self.join("main", [self.heads[branch] for branch in sorted(branches)], evil=0.0)

    def criss_cross(self) -> None:
        if branch := self.some_branch():
            here, there = self.heads["main"], self.heads[branch]
            self.join("main", [there], evil=0.1)
            self.join(branch, [here], evil=0.1)

    def squash(self) -> None:
        if branch := self.some_branch():
            main, side = self.heads["main"], self.heads[branch]
            self.write("main", self.merged(main, side), [main], f"Squash {branch} (#{self.named})")

    def revert(self) -> None:
        bad = self.some_recent()
        before, after = self.sides(bad)
        self.replay("main", after, before, "Revert")

    def pick(self) -> None:
        before, after = self.sides(self.some_recent())
        self.replay(self.some_branch() or "main", before, after, "Pick")

    def rename(self) -> None:
        tree = self.trees[self.heads["main"]]
        old, new = self.rng.choice(FOLDERS), f"{self.rng.choice(FOLDERS)}/moved{self.rng.randrange(3)}"
        moved = {
            new + name[len(old) :] if name.startswith(old + "/") else name: e for name, e in tree.items()
        }
        self.write("main", moved, [self.heads["main"]], "Rename")

    def relink(self) -> None:
        """A symbolic link: to a file, a folder, nothing, out of the repository, or round in a circle."""
        tree = dict(self.trees[self.heads["main"]])
        name = f"{self.rng.choice(FOLDERS)}/link{self.rng.randrange(3)}"
        files, folder = sorted(tree), posixpath.dirname(name)
        somewhere = self.rng.choice([*files, *FOLDERS, *FOLDERS, "no/where"])
        target = posixpath.relpath(somewhere, folder)
        tree[name] = link(
            self.rng.choice([target] * 6 + ["/etc", "../../../out", posixpath.basename(name), "."])
        )
        self.write("main", tree, [self.heads["main"]], "Link")

    # -------- choices

    def some_branch(self) -> str:
        """One of the branches that moved of late, or nothing."""
        names = sorted((name for name in self.heads if name != "main"), key=self.heads.__getitem__)
        return self.rng.choice(names[-6:]) if names else ""

    def some_recent(self) -> int:
        return self.rng.randrange(max(0, len(self.drafts) - 30), len(self.drafts))

    def text(self) -> Entry:
        lines = [f"line {self.rng.randrange(10**6)}" for _ in range(LINES)]
        return Entry("100644", ("\n".join(lines) + "\n").encode())

    def edited(self, tree: Tree) -> Tree:
        """One to three files changed, made, deleted, or given another exec bit."""
        new = dict(tree)
        for _ in range(self.rng.randint(1, 3)):
            files = sorted(name for name, what in new.items() if what.mode != "120000")
            name, dice = self.rng.choice(files or ["api/app.py"]), self.rng.random()
            if dice < 0.75 and name in new:
                new[name] = new[name]._replace(data=self.line_changed(new[name].data))
            elif dice < 0.85:
                new[f"{self.rng.choice(FOLDERS)}/{self.rng.choice(FILES)}"] = self.text()
            elif dice < 0.95:
                new.pop(name, None)
            elif name in new:
                new[name] = new[name]._replace(mode="100755" if new[name].mode == "100644" else "100644")
        return new

    def line_changed(self, data: bytes) -> bytes:
        lines = data.split(b"\n")
        lines[self.rng.randrange(max(1, len(lines) - 1))] = b"line %d" % self.rng.randrange(10**6)
        return b"\n".join(lines)

    # -------- trees

    def sides(self, commit: int) -> tuple[Tree, Tree]:
        above = self.parents[commit]
        return (self.trees[above[0]] if above else {}), self.trees[commit]

    def merged(self, ours: int, theirs: int) -> Tree:
        common = self.reach[ours] & self.reach[theirs]
        base = self.trees[common.bit_length() - 1] if common else {}
        return self.three_way(base, self.trees[ours], self.trees[theirs])

    def three_way(self, base: Mapping[str, Entry], ours: Tree, theirs: Mapping[str, Entry]) -> Tree:
        new = dict(ours)
        for name in sorted(base.keys() | theirs.keys()):
            if base.get(name) != theirs.get(name):
                settled = self.settled(base.get(name), ours.get(name), theirs.get(name))
                new.pop(name, None)
                if settled:
                    new[name] = settled
        return new

    def settled(self, base: Entry | None, ours: Entry | None, theirs: Entry | None) -> Entry | None:
        """One entry that another side changed. A conflict is settled line by line, or by chance."""
        if ours == base:
            return theirs
        sides = [side.data.split(b"\n") for side in (base, ours, theirs) if side and side.mode != "120000"]
        if ours and len(sides) == 3 and len({len(side) for side in sides}) == 1:
            lines = [new if old != new else mine for old, mine, new in zip(*sides, strict=True)]
            return ours._replace(data=b"\n".join(lines))
        return self.rng.choice([ours, theirs])

    def join(self, branch: str, others: list[int], *, evil: float) -> None:
        """A merge into a branch; an evil one changes, loses or keeps what no side asked for."""
        here = self.heads[branch]
        others = [other for other in others if not self.reach[here] >> other & 1]
        if not others:
            return
        tree = self.trees[here]
        for other in others:
            base = self.reach[here] & self.reach[other]
            tree = self.three_way(self.trees[base.bit_length() - 1] if base else {}, tree, self.trees[other])
        if self.rng.random() < evil:
            tree = self.rng.choice([self.edited(tree), self.trees[here], self.trees[others[0]]])
        self.write(branch, tree, [here, *others], f"Merge (#{self.named})")

    def replay(self, branch: str, before: Tree, after: Tree, message: str) -> None:
        here = self.heads[branch]
        self.write(branch, self.three_way(before, self.trees[here], after), [here], message)

    def write(self, branch: str, tree: Tree, parents: list[int], message: str) -> None:
        tree = without_covered(tree)
        old = self.trees[parents[0]] if parents else {}
        names = [name for name in old.keys() | tree.keys() if old.get(name) != tree.get(name)]
        files: dict[Name, Content] = {raw(name): tree.get(name) for name in sorted(names)}
        at, author_at = self.times()
        marks = [f":{parent + 1}" for parent in parents]
        author = self.rng.choice([ANA, BEN])
        self.heads[branch] = len(self.drafts)
        above_us = (self.reach[parent] for parent in parents)
        self.reach.append(reduce(or_, above_us, 1 << len(self.drafts)))
        self.drafts.append(Draft(f"refs/heads/{branch}", files, marks, message, at, author_at, author))
        self.trees.append(tree)
        self.parents.append(parents)

    def times(self) -> tuple[datetime, datetime]:
        """The committer's time, now and then of a wrong clock; the author's, which is older."""
        self.clock += timedelta(seconds=self.rng.randrange(7200))
        wrong = (
            timedelta(seconds=self.rng.randrange(-400_000, 100_000))
            if self.rng.random() < self.skew
            else None
        )
        at = self.clock + (wrong or timedelta())
        return at, at - timedelta(seconds=self.rng.choice([0, 0, 0, 3600, 900_000]))


def without_covered(tree: Tree) -> Tree:
    """Drops what lies below a name that is a file or a link now: a name is one thing at a time."""
    return {name: what for name, what in tree.items() if not any(part in tree for part in above(name))}


def above(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]
