"""What the use cases ask of the world. Adapters fulfil these; nothing here does anything."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from unshipped.core.history.retrace import Chronicle
from unshipped.core.history.standing import Evidence
from unshipped.core.model import Closure, Expected, Facts, Problem, Question, Reading, Rule, Target
from unshipped.core.value import Value

Answer = TypeVar("Answer")


class Look(Protocol):
    """One look at a fleet: what several targets need is asked once."""

    def once(self, key: Hashable, ask: Callable[[], Answer]) -> Answer:
        """What `ask` answers or raises: called by whoever comes first with that key, the others wait."""
        ...


class Source(Protocol):
    """Reads what serves. Never writes, never judges; holds read-only credentials.

    Its class may say `relative`: the setting that is a path relative to the configuration file; `written`:
    that it tells what was written down at the deploy; `wished`: that it tells what should serve, and not
    what does; `at_once`: that it waits for nothing and nobody.
    """

    def read(self, target: Target, look: Look) -> Reading:
        """The revisions that serve the target, with their shares of the traffic.

        Raises `SourceError` with a reason code where it cannot say. Never returns a reading without any.
        Blocks for at most its own `timeout`. A list of the whole fleet is asked for through `look`.
        """
        ...


class History(Protocol):
    """Knows what should serve and how far it is. What cannot be said is a `Problem`, not an exception."""

    def expected(self, rule: Rule) -> Expected | Problem:
        """The commit that should serve by a rule."""
        ...

    def begin(self, tip: str, closures: Sequence[Closure]) -> None:
        """It is going to be asked to measure these: what takes long may begin, beside whatever is done
        meanwhile. Never raises.
        """
        ...

    def stop(self) -> None:
        """What was begun and not asked for is ended."""
        ...

    def resolve(self, texts: Iterable[str]) -> dict[str, str | Problem]:
        """The full commit id of each commit id or tag that a source gave."""
        ...

    def follow(self, ref: str, remote: str, seconds: float) -> str | Problem:
        """The commit that a declared branch or tag points at now: here, or on a remote."""
        ...

    def made(self, commits: Iterable[str]) -> dict[str, datetime]:
        """When each commit was made, by its committer's clock."""
        ...

    def holding(self, pairs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Those pairs, at least one, of which the first commit has the second one in its history."""
        ...

    def addresses(self) -> frozenset[str]:
        """The addresses of its remotes: what a source may name as the code's origin."""
        ...

    def measure(
        self, tip: str, questions: Sequence[Question], *, now: datetime, limit: int, commits: bool
    ) -> list[Facts | Problem]:
        """What history says about many closures, in order; at most `limit` changes listed for each.

        `commits` asks for the count of single commits beside that of changes; it costs a longer walk.
        """
        ...


class Commits(Protocol):
    """Knows single commits: what a person asks about, beside what serves."""

    def revisions(self, texts: Sequence[str]) -> list[str]:
        """The commits that a person named, in order. Raises `UsageError` where there is none."""
        ...

    def by_pull_request(self, tip: str, number: int) -> list[str]:
        """The landings of a tip whose message names that pull request, newest first."""
        ...

    def standing(
        self, tip: str, questions: Sequence[Question], commit: str, *, now: datetime
    ) -> list[Evidence]:
        """Where one commit stands for many closures, in order."""
        ...

    def landed_as(self, tip: str, commit: str) -> tuple[str, str] | None:
        """(end of what landed, landing): the landing of a tip that makes the change of a commit which the tip
        lacks, or of a whole branch that has it; None where nothing proves one.
        """
        ...

    def touches(self, commit: str, closures: Sequence[Closure]) -> list[bool]:
        """Which closures a commit touches, in order."""
        ...

    def title(self, commit: str) -> str:
        """The subject of a commit."""
        ...

    def titles(self, commits: Sequence[str]) -> list[tuple[str, str]]:
        """(subject, author) of each commit, in order."""
        ...

    def affected(self, old: str, new: str, closures: Sequence[Closure]) -> list[list[str] | Problem]:
        """For each closure, the paths that differ between two commits, in order, or why nobody knows."""
        ...

    def united(self, commits: Sequence[str], closures: Sequence[Closure]) -> list[Closure]:
        """The closures as paths: what each holds in any of the commits."""
        ...

    def contents(self, commit: str, closure: Closure) -> dict[str, str]:
        """The plain files of a closure in a commit, each with the id of its content."""
        ...

    def led(self, tip: str, closure: Closure) -> dict[str, str]:
        """Further paths that a closure holds by its links, each with the link that leads there."""
        ...


MOST_BYTES = 2_000_000
"""A larger file is no text that a person wrote: what is derived from files does not read it."""

Entry = tuple[str, str]
"""One file of a tree: git's mode, and the id of its content."""

ReadBlobs = Callable[[Iterable[str]], Mapping[str, bytes | None]]
"""The content of each blob; None where it is larger than `MOST_BYTES`."""


class Course(Protocol):
    """Closures that are derived from a tree, and followed backwards through the trees before it."""

    def closures(self) -> list[Closure | None]:
        """The closures as paths, in order; None where what one is derived from is not in the tree."""
        ...

    def back(self, undone: Mapping[str, Entry | None]) -> dict[int, Closure | None]:
        """One commit back: what the parent had at each path that differs. Answers what changed by it."""
        ...

    def foresee(self, steps: Sequence[Mapping[str, Entry | None]]) -> None:
        """What will be undone, all of it: so that what has to be read for that is read in one go."""
        ...

    def keep(self, tree: str = "") -> None:
        """Remember what was read on the way, for the next time, and the closures, if the tree is named."""
        ...


class Derive(Protocol):
    """Knows which files end up in a service, from the files that say how it is built."""

    def __call__(
        self,
        entries: Callable[[], Mapping[str, Entry]],
        read: ReadBlobs,
        closures: Sequence[Closure],
        tree: str,
    ) -> Course:
        """Begin with the tree of this id, which has these files: it is not listed where that is known which
        the closures are in it.
        """
        ...


class Tag(Value):
    """A name that somebody gave to a commit."""

    name: str
    commit: str
    at: datetime
    """When it was made; for a light one, when its commit was."""


class Annals(Protocol):
    """Knows what was, moment by moment."""

    def chronicle(
        self,
        tip: str,
        since: datetime,
        deployed: Iterable[str],
        closures: Sequence[Closure],
        *,
        now: datetime,
    ) -> Chronicle:
        """The landings of a branch since a moment, further back to the oldest of the deployed commits that it
        has, and which of them touch each closure. Raises `GitError`.
        """
        ...

    def tags(self, pattern: str) -> list[Tag]:
        """The tags whose names fit a glob, the oldest first."""
        ...

    def newest_tags(self, rule: Rule) -> list[Tag]:
        """The tags that were the newest ones by a rule, each from when it was made on."""
        ...


class Repository(History, Commits, Protocol):
    """One repository."""


class Archive(History, Annals, Protocol):
    """One repository, asked about the past."""
