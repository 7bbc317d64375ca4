"""The right answer, by git itself and by nothing of the product.

    oracle = Oracle(repo.path, now)
    oracle.answer(Question(deployed, expected, ("api", "shared/**/*.py"), ("**/*.md",)))

Sets of full ids stand for reachability, so a wrong clock cannot bend an answer as it can bend `D..T`.
Slow and plain on purpose; what several questions share is asked of git once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from tests.support.repo import git, raw

WILD = set("*?[")
HOPS = 40
"""How many links a path may go through, as the kernel has it."""

Specs = tuple[bytes, ...]
"""Pathspecs of git, ready to be handed to it."""


@dataclass(frozen=True)
class Question:
    """One service: the full ids of what runs and what should run, and its part of the repository."""

    deployed: str
    expected: str
    paths: tuple[str, ...]
    ignore: tuple[str, ...] = ()


@dataclass(frozen=True)
class Landing:
    """One undeployed landing."""

    landed_at: datetime
    paths: frozenset[bytes]
    cancelled: bool


@dataclass(frozen=True)
class Answer:
    """What a check has to say. `changes` is newest first."""

    state: str
    reason_code: str | None = None
    behind: int = 0
    changes_behind: int = 0
    cancelled: int = 0
    ahead: int = 0
    oldest: str | None = None
    behind_since: datetime | None = None
    changes: dict[str, Landing] = field(default_factory=dict)


class Oracle:
    """Answers questions about one repository as of one moment."""

    def __init__(self, path: Path, now: datetime, *, follow_links: bool = True) -> None:
        self.path = path
        self.now = now
        self.follow_links = follow_links
        self.known: dict[tuple[object, ...], bytes] = {}

    def answer(self, question: Question) -> Answer:
        deployed, expected = question.deployed, question.expected
        if any(self.is_dead(spec, deployed, expected) for spec in map(pathspec, question.paths)):
            return Answer("unknown", "dead-pattern")
        closure = self.closure(question)
        differing = self.names(deployed, expected, closure)
        if not differing and not self.names(self.nothing, expected, closure):
            return Answer("unknown", "empty-closure")
        changes = self.changes(deployed, expected, closure, differing)
        missing = [commit for commit, landing in changes.items() if not landing.cancelled]
        ahead = self.ahead(deployed, expected, closure)
        oldest = missing[-1] if missing and differing else None
        return Answer(
            state=state_of(bool(differing), bool(missing), ahead > 0),
            behind=len(self.touching(expected, closure) - self.reach(deployed)),
            changes_behind=len(missing),
            cancelled=len(changes) - len(missing),
            ahead=ahead,
            oldest=oldest,
            behind_since=changes[oldest].landed_at if oldest else None,
            changes=changes,
        )

    # -------- the measures

    def changes(
        self, deployed: str, expected: str, closure: Specs, differing: frozenset[bytes]
    ) -> dict[str, Landing]:
        """Landings that the deployed commit lacks and that touch the closure, newest first."""
        landed = self.landed(expected, deployed)
        lacking = [commit for commit in landed if commit not in self.reach(deployed)]
        touched = self.first_parent_names(lacking, closure)
        return {
            commit: Landing(landed[commit], touched[commit], cancelled=not touched[commit] & differing)
            for commit in lacking
            if commit in touched
        }

    def landed(self, expected: str, deployed: str) -> dict[str, datetime]:
        """The landings down to the newest that is live, newest first, each with its time: never before its
        parent's, never after now.

        A time after now cannot be right: it says no more than that the next landing came later.
        """
        rows = self.ask("rev-list", "--first-parent", "--timestamp", expected).decode().split()
        stamps: dict[str, int] = {}
        for commit, written in zip(rows[1::2], rows[::2], strict=True):
            stamps[commit] = int(written)
            if commit in self.reach(deployed):
                break
        past = [stamp for stamp in stamps.values() if stamp <= self.now.timestamp()]
        times, above = {}, self.now
        for commit, stamp in stamps.items():
            if stamp <= self.now.timestamp():
                above = datetime.fromtimestamp(max(past), UTC)
                past.pop(0)
            times[commit] = above
        return times

    def ahead(self, deployed: str, expected: str, closure: Specs) -> int:
        """Commits that only the deployed side has, but for those whose patch the other side has too."""
        own = self.touching(deployed, closure) - self.reach(expected)
        theirs = self.reach(expected) - self.reach(deployed)
        upstream = {self.patch_ids[commit] for commit in theirs if commit in self.patch_ids}
        return sum(self.patch_ids.get(commit) not in upstream for commit in own)

    def reach(self, commit: str) -> frozenset[str]:
        return frozenset(self.ask("rev-list", commit).decode().split())

    def touching(self, commit: str, closure: Specs) -> frozenset[str]:
        """The non-merge commits in the reach of a commit that touch the closure."""
        out = self.ask("rev-list", "--full-history", "--no-merges", commit, "--", *closure)
        return frozenset(out.decode().split())

    def first_parent_names(self, commits: Sequence[str], closure: Specs) -> dict[str, frozenset[bytes]]:
        """What each commit changed of the closure against its first parent; the others are left out."""
        lines = "".join(" ".join([commit, *self.parents[commit][:1]]) + "\n" for commit in commits).encode()
        out = self.ask(*DIFF, "--stdin", "--root", "--format=%x00%H", "--", *closure, stdin=lines)
        records = (record.partition(b"\0\n") for record in out[1:-1].split(b"\0\0") if record)
        return {commit.decode(): frozenset(names.split(b"\0")) for commit, _, names in records}

    @cached_property
    def parents(self) -> dict[str, list[str]]:
        rows = (line.split() for line in self.ask("rev-list", "--parents", "--all").decode().splitlines())
        return {commit: above for commit, *above in rows}

    @cached_property
    def patch_ids(self) -> dict[str, str]:
        """The patch-id of every commit that is no merge."""
        patches = self.ask("log", "-p", "--all", "--no-merges", "--no-renames", "--full-index")
        rows = self.ask("patch-id", "--stable", stdin=patches).decode().splitlines()
        return {commit: patch for patch, commit in map(str.split, rows)}

    # -------- the closure

    def closure(self, question: Question) -> Specs:
        """The pathspecs of the service; with those that its symbolic links in the expected tree point at."""
        specs = tuple(pathspec(path) for path in question.paths)
        minus = tuple(pathspec(path, exclude=True) for path in question.ignore)
        while self.follow_links and (found := self.pointed_at(question.expected, specs + minus) - set(specs)):
            specs += tuple(sorted(found))
        return specs + minus

    def pointed_at(self, tree: str, specs: Specs) -> set[bytes]:
        links = self.links(tree)
        inside = self.names(self.nothing, tree, specs) & links.keys() if links else set()
        return {literal(place) for name in inside for place in places(name, links)}

    def links(self, tree: str) -> dict[bytes, bytes]:
        """The symbolic links of a tree: name to target."""
        rows = (row.split(b"\t", 1) for row in self.ask("ls-tree", "-r", "-z", tree).split(b"\0") if row)
        oids = {name: meta.split()[2] for meta, name in rows if meta.startswith(b"120000")}
        return {name: self.ask("cat-file", "blob", oid.decode()) for name, oid in oids.items()}

    def is_dead(self, spec: bytes, deployed: str, expected: str) -> bool:
        return not any(self.names(self.nothing, tree, (spec,)) for tree in (expected, deployed))

    @cached_property
    def nothing(self) -> str:
        """The empty tree."""
        return self.ask("hash-object", "-t", "tree", "--stdin").decode().strip()

    # -------- git

    def names(self, old: str, new: str, specs: Specs) -> frozenset[bytes]:
        out = self.ask(*DIFF, old, new, "--", *specs)
        return frozenset(out.split(b"\0")) - {b""}

    def ask(self, *arguments: str | bytes, stdin: bytes = b"") -> bytes:
        """What git says, asked once."""
        key = (*arguments, stdin)
        if key not in self.known:
            self.known[key] = git(self.path, *arguments, stdin=stdin)
        return self.known[key]


DIFF = ("diff-tree", "-r", "-z", "--name-only", "--no-renames", "--ignore-submodules=none")


def state_of(differs: bool, missing: bool, ahead: bool) -> str:
    if not differs:
        return "in_sync"
    return {(True, False): "behind", (False, True): "ahead"}.get((missing, ahead), "diverged")


def pathspec(pattern: str, *, exclude: bool = False) -> bytes:
    """A plain path covers what is below it; one with a wildcard is a glob of git."""
    words = (["exclude"] if exclude else []) + ["glob" if WILD & set(pattern) else "literal"]
    return f":({','.join(words)})".encode() + raw(pattern)


def literal(path: bytes) -> bytes:
    """The root of the repository has no name: everything lies below it."""
    return b":(literal)" + path if path else b":/"


def places(name: bytes, links: Mapping[bytes, bytes]) -> Iterator[bytes]:
    """Where a link leads, as the kernel walks it: every further link on the way, and the end."""
    here, ahead, hops = name.split(b"/")[:-1], steps(links[name]), 0
    while ahead:
        part = ahead.pop(0)
        if part == b"/" or (part == b".." and not here) or hops > HOPS:
            return
        if part == b"..":
            here.pop()
            continue
        here.append(part)
        if (met := b"/".join(here)) in links:
            yield met
            here, ahead, hops = here[:-1], steps(links[met]) + ahead, hops + 1
    yield b"/".join(here)


def steps(target: bytes) -> list[bytes]:
    """The names of a path, one at a time. An absolute path starts with a step that leaves the repository."""
    root = [b"/"] if target.startswith(b"/") else []
    return root + [part for part in target.split(b"/") if part not in {b"", b"."}]
