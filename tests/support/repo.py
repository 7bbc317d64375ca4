"""Real git repositories in temporary folders, with exact control of every commit.

    repo = Repo.init(tmp_path / "repo")
    first = repo.commit({"api/app.py": "1"})
    repo.branch("fix", first)
    repo.commit({"api/app.py": "2", "api/old.py": None}, on="fix", at=hour(2))
    repo.merge("fix")

Commits go through `git fast-import`, one process each. No work tree is written unless `checkout` is asked.
Times are never the machine's: a commit without one is ten minutes younger than the commit written before.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

START = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
STEP = timedelta(minutes=10)
ANA, BEN = "Ana <ana@example.org>", "Ben <ben@example.org>"

ENV = {
    "PATH": os.environ.get("PATH", os.defpath),
    "HOME": os.devnull,
    "LC_ALL": "C",
    "TZ": "UTC",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "Ana",
    "GIT_AUTHOR_EMAIL": "ana@example.org",
    "GIT_AUTHOR_DATE": "1770000000 +0000",
    "GIT_COMMITTER_NAME": "Ana",
    "GIT_COMMITTER_EMAIL": "ana@example.org",
    "GIT_COMMITTER_DATE": "1770000000 +0000",
}


class Entry(NamedTuple):
    """One entry of a tree: its mode, and its content or the id of an object that exists."""

    mode: str
    data: bytes = b""
    oid: str = ""


Name = str | bytes
Content = str | bytes | Entry | None
"""What a path becomes: text, bytes, an entry, or nothing (deleted)."""

Files = Mapping[Any, Content]
"""What a commit changes, by `Name`; which a mapping, invariant in its keys, cannot say."""


def hour(hours: float) -> datetime:
    """That many hours after the story began."""
    return START + timedelta(hours=hours)


def link(target: Name) -> Entry:
    return Entry("120000", raw(target))


def executable(text: Name) -> Entry:
    return Entry("100755", raw(text))


def submodule(commit: str) -> Entry:
    return Entry("160000", oid=commit)


def raw(text: Name) -> bytes:
    return text if isinstance(text, bytes) else os.fsencode(text)


def entry(content: str | bytes | Entry) -> Entry:
    return content if isinstance(content, Entry) else Entry("100644", raw(content))


# ---------------------------------------------------------------- git


def git(path: Path, *arguments: Name, stdin: bytes = b"", env: Mapping[str, str] = ENV) -> bytes:
    """What git prints. Raises with git's own words where git fails."""
    command = ["git", "-c", "safe.directory=*", "-C", str(path), *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, env=env, check=False)
    if done.returncode:
        raise AssertionError(f"{command}: {done.returncode}\n{done.stderr.decode(errors='replace')}")
    return done.stdout


# ---------------------------------------------------------------- the stream of fast-import


@dataclass(frozen=True, slots=True)
class Draft:
    """A commit to be written. `parents` are revisions, or marks: `:3` is the third draft of the stream."""

    ref: str
    files: Files
    parents: Sequence[str]
    message: Name
    at: datetime
    author_at: datetime
    author: str = ANA


def git_version() -> tuple[int, ...]:
    """`(2, 39)` of git 2.39.5."""
    return tuple(map(int, git(Path(), "version").split()[2].split(b".")[:2]))


def import_drafts(path: Path, drafts: Sequence[Draft]) -> list[str]:
    """Writes the drafts with one process; the ids in the same order."""
    asks = b"".join(b"get-mark :%d\n" % mark for mark in range(1, len(drafts) + 1))
    lines = b"".join(_record(draft, mark) for mark, draft in enumerate(drafts, 1))
    answer = git(path, "fast-import", "--quiet", "--force", "--date-format=raw", stdin=lines + asks)
    return answer.decode().split()


def _record(draft: Draft, mark: int) -> bytes:
    head = [
        b"commit " + raw(draft.ref),
        b"mark :%d" % mark,
        b"author " + raw(draft.author) + _stamp(draft.author_at),
        b"committer " + raw(draft.author) + _stamp(draft.at),
        _data(raw(draft.message)),
        *(word + raw(parent) for word, parent in zip(_parent_words(), draft.parents, strict=False)),
    ]
    gone = (b"D " + _quoted(name) for name, content in draft.files.items() if content is None)
    here = (_modify(name, entry(content)) for name, content in draft.files.items() if content is not None)
    return b"\n".join([*head, *gone, *here, b"", b""])


def _parent_words() -> Iterable[bytes]:
    yield b"from "
    while True:
        yield b"merge "


def _modify(name: Name, what: Entry) -> bytes:
    place = b"M " + what.mode.encode() + b" "
    if what.oid:
        return place + what.oid.encode() + b" " + _quoted(name)
    return place + b"inline " + _quoted(name) + b"\n" + _data(what.data)


def _data(content: bytes) -> bytes:
    return b"data %d\n" % len(content) + content


def _stamp(at: datetime) -> bytes:
    return b" %d +0000" % int(at.timestamp())


def _quoted(name: Name) -> bytes:
    escaped = raw(name).replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"' + escaped + b'"'


# ---------------------------------------------------------------- the repository


@dataclass
class Repo:
    """One repository in a folder. Every method that writes a commit returns its id."""

    path: Path
    clock: datetime = field(default=START - STEP)

    @classmethod
    def init(cls, path: Path, *, branch: str = "main", object_format: str = "sha1") -> Repo:
        path.mkdir(parents=True)
        git(path, "init", "-q", "--template=", "-b", branch, f"--object-format={object_format}")
        return cls(path)

    def git(self, *arguments: Name, stdin: bytes = b"") -> str:
        return os.fsdecode(git(self.path, *arguments, stdin=stdin)).removesuffix("\n")

    def id(self, revision: str) -> str:
        return self.git("rev-parse", "--verify", "--end-of-options", revision + "^{commit}")

    # -------- commits

    def commit(
        self,
        files: Files | None = None,
        *,
        message: Name = "change",
        at: datetime | None = None,
        author_at: datetime | None = None,
        author: str = ANA,
        on: str = "main",
        parents: Sequence[str] | None = None,
    ) -> str:
        """A commit on a branch. Without `parents` it follows the branch; with them the branch moves there."""
        self.clock = at or self.clock + STEP
        ref = on if on.startswith("refs/") else f"refs/heads/{on}"
        if parents is None:
            parents = [on] if self._is_loose(ref) or self.has(on) else []
        named = [f"{parent}^0" for parent in parents]
        draft = Draft(ref, files or {}, named, message, self.clock, author_at or self.clock, author)
        return import_drafts(self.path, [draft])[0]

    def commits(self, several: Sequence[Files], *, on: str = "main") -> list[str]:
        """Many commits at once, one minute apart, for histories that are long."""
        parent, ref = self.id(on), f"refs/heads/{on}"
        times = [self.clock + timedelta(minutes=number) for number in range(1, len(several) + 1)]
        self.clock = times[-1]
        drafts = [
            Draft(ref, files, [f":{mark}" if mark else parent], "change", at, at)
            for mark, (files, at) in enumerate(zip(several, times, strict=True))
        ]
        return import_drafts(self.path, drafts)

    def merge(
        self,
        *others: str,
        files: Files | None = None,
        message: Name = "",
        at: datetime | None = None,
        on: str = "main",
    ) -> str:
        """A merge of one or more branches. `files` settles conflicts, or says what an evil merge does."""
        settled = {raw(name): content for name, content in (files or {}).items()}
        changed: dict[bytes, Content] = {}
        for other in others:
            base = self.entries(self.git("merge-base", on, other))
            ours, theirs = self.entries(on), self.entries(other)
            for name in different(base, theirs):
                if name not in settled and ours.get(name) not in (base.get(name), theirs.get(name)):
                    raise AssertionError(f"{name!r} changed on both sides: say in `files` what it becomes")
                changed[name] = theirs.get(name)
        text = message or f"Merge {', '.join(others)}"
        return self.commit(changed | settled, message=text, at=at, on=on, parents=[on, *others])

    def squash(self, branch: str, *, at: datetime | None = None, on: str = "main") -> str:
        """What a host's "squash and merge" writes: the branch's changes as one commit."""
        base, theirs = self.entries(self.git("merge-base", on, branch)), self.entries(branch)
        changed: dict[Name, Content] = {name: theirs.get(name) for name in different(base, theirs)}
        return self.commit(changed, message=f"Squash {branch}", at=at, on=on)

    def revert(self, commit: str, *, at: datetime | None = None, on: str = "main") -> str:
        before, after = self.sides(commit)
        files = {name: before.get(name) for name in different(before, after)}
        return self.commit(files, message=f'Revert "{commit[:7]}"', at=at, on=on)

    def cherry_pick(self, commit: str, *, at: datetime | None = None, on: str) -> str:
        before, after = self.sides(commit)
        files = {name: after.get(name) for name in different(before, after)}
        return self.commit(files, message=f"Pick {commit[:7]}", at=at, on=on)

    def rename(self, old: str, new: str, *, at: datetime | None = None, on: str = "main") -> str:
        """Moves a file, or everything below a folder."""
        files: dict[Name, Content] = {}
        for name, what in self.entries(on).items():
            if name == raw(old) or name.startswith(raw(old) + b"/"):
                files[name] = None
                files[raw(new) + name[len(raw(old)) :]] = what
        return self.commit(files, message=f"Rename {old} to {new}", at=at, on=on)

    # -------- refs

    def branch(self, name: str, start: str = "main") -> Repo:
        """Makes a branch, or moves it there: the force push of a rewritten history."""
        self.git("update-ref", f"refs/heads/{name}", self.id(start))
        return self

    def tag(
        self, name: str, commit: str = "main", *, annotated: bool = False, at: datetime | None = None
    ) -> Repo:
        """Makes a tag, or moves it there; an annotated one is made at that moment."""
        how = ["-a", "-m", name] if annotated else []
        env = ENV | ({"GIT_COMMITTER_DATE": f"{at.timestamp():.0f} +0000"} if at else {})
        git(self.path, "tag", "-f", *how, name, self.id(commit), env=env)
        return self

    def has(self, name: str) -> bool:
        try:
            return bool(self.id(name))
        except AssertionError:
            return False

    def _is_loose(self, ref: str) -> bool:
        """Whether a ref is there as a file: git need not be asked then."""
        return any((self.path / folder / ref).is_file() for folder in (".git", ""))

    # -------- trees

    def entries(self, revision: str) -> dict[bytes, Entry]:
        """Every path of a tree."""
        listing = git(self.path, "ls-tree", "-r", "-z", self.id(revision))
        rows = (row.split(b"\t", 1) for row in listing.split(b"\0") if row)
        return {name: Entry(meta.decode().split()[0], oid=meta.decode().split()[2]) for meta, name in rows}

    def sides(self, commit: str) -> tuple[dict[bytes, Entry], dict[bytes, Entry]]:
        """The trees before (by the first parent) and after a commit."""
        root = not self.has(commit + "^")
        return ({} if root else self.entries(commit + "^")), self.entries(commit)

    def missing(self) -> set[str]:
        """The objects that a partial clone left at its origin."""
        listed = self.git("rev-list", "--objects", "--all", "--missing=print")
        return {line[1:] for line in listed.splitlines() if line.startswith("?")}

    # -------- other shapes of the same repository

    def checkout(self) -> Repo:
        self.git("reset", "-q", "--hard")
        return self

    def bare(self, name: str = "bare.git") -> Repo:
        return self._clone(name, "--bare", "--no-local")

    def clone(self, name: str = "clone", *options: str) -> Repo:
        return self._clone(name, *options)

    def shared(self, name: str = "shared") -> Repo:
        """A clone that borrows every object through `objects/info/alternates`."""
        return self._clone(name, "--shared", "--no-checkout")

    def shallow(self, depth: int, name: str = "shallow") -> Repo:
        return self._clone(name, f"--depth={depth}", "--no-single-branch", far=True)

    def partial(self, name: str = "partial", *, bare: bool = True, without: str = "blob:none") -> Repo:
        """A clone without the blobs (or with `tree:0` without trees too), but for those of its checkout."""
        self.git("config", "uploadpack.allowFilter", "true")
        return self._clone(name, f"--filter={without}", *(["--bare"] if bare else []), far=True)

    def worktree(self, name: str = "tree", revision: str = "main") -> Repo:
        place = self.path.parent / name
        self.git("worktree", "add", "-q", "--detach", str(place), revision)
        return Repo(place, self.clock)

    def _clone(self, name: str, *options: str, far: bool = False) -> Repo:
        place = self.path.parent / name
        source = self.path.as_uri() if far else str(self.path)
        git(self.path.parent, "clone", "-q", *options, source, str(place))
        return Repo(place, self.clock)


def different(before: Mapping[bytes, Entry], after: Mapping[bytes, Entry]) -> list[bytes]:
    """The paths whose entries are not the same."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
