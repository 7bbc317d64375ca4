"""Closures that are derived from the repository's own files: at one commit, and along the chain."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence

from unshipped.core.closures.patterns import decode
from unshipped.core.history.difference import Difference
from unshipped.core.model import DECLARED, Closure, Code, Era, Problem, Question
from unshipped.errors import GitError
from unshipped.git import changes, history
from unshipped.git.blobs import Blobs, MissingBlobsError
from unshipped.git.differences import Differences
from unshipped.git.memory import Memory
from unshipped.git.process import run
from unshipped.ports import Course, Derive, Entry

_WHOLE = [b""]
_EVERYTHING = Closure(("",))


def is_derived(closure: Closure) -> bool:
    """Whether a closure has to be derived from a commit before it can be asked about."""
    return closure.build is not None and closure.mode != DECLARED


class Derivation:
    """One repository's closures, each as it is in the commits that it is asked for."""

    def __init__(self, git_dir: str, derive: Derive, memory: Memory) -> None:
        self._git_dir, self._derive, self._memory = git_dir, derive, memory
        self._blobs = Blobs(git_dir)

    def united(self, commits: Iterable[str], closures: Sequence[Closure]) -> list[Closure]:
        """What each closure holds in any of the commits; everything, where it is in none of them or an image
        takes what nothing here tells the source of.
        """
        wanted = list(dict.fromkeys(closure for closure in closures if is_derived(closure)))
        if not wanted:
            return list(closures)
        found: dict[Closure, Closure | None] = dict.fromkeys(wanted)
        with self._blobs:
            for commit in dict.fromkeys(commits):
                for closure, here in zip(wanted, self._begin(commit, wanted).closures(), strict=True):
                    found[closure] = _union(found[closure], here)

        def held(closure: Closure) -> Closure:
            here = found[closure]
            return _EVERYTHING if here is None or _lacked(closure, here) else here

        return [held(one) if one in found else one for one in closures]

    def questions(self, tip: str, asked: Sequence[Question]) -> list[Question | Problem]:
        """The questions with their closures as they are in the two commits, and in those between."""
        derived = [question for question in asked if is_derived(question.closure)]
        if not derived:
            return list(asked)
        wanted = list(dict.fromkeys(question.closure for question in derived))
        try:
            with self._blobs:
                eras, served = self._along(tip, wanted, {question.deployed for question in derived})
        except MissingBlobsError as error:
            problem = Problem(Code.MISSING_OBJECTS, error.message, error.hint)
            return [problem if is_derived(question.closure) else question for question in asked]
        places = {closure: at for at, closure in enumerate(wanted)}

        def settled(question: Question) -> Question | Problem:
            at = places[question.closure]
            return _settled(question, eras[at], served[question.deployed][at])

        return [settled(one) if is_derived(one.closure) else one for one in asked]

    def eras(
        self, tip: str, closures: Sequence[Closure], down_to: str
    ) -> list[list[tuple[str, Closure | None]]]:
        """What each derived closure was along the chain, from the tip down to a commit of it: each with the
        newest commit that has it, newest first; None where what it is derived from is not there. Raises
        `MissingBlobsError`.
        """
        with self._blobs:
            return self._along(tip, list(closures), {down_to})[0]

    def _along(
        self, tip: str, wanted: list[Closure], deployed: set[str]
    ) -> tuple[list[list[tuple[str, Closure | None]]], dict[str, list[Closure | None]]]:
        """For each closure its eras, newest first; and all closures at each deployed commit."""
        chain = history.list_chain(self._git_dir, tip, deployed)
        rows = chain.rows
        course = self._at_tip(tip, wanted)
        current = course.closures()
        eras = [[(tip, closure)] for closure in current]
        served = {tip: list(current)} if tip in deployed else {}
        last = _last(rows, deployed)
        edges = [(row[1], row[2]) for row in rows[:last] if len(row) > 2]
        known = Differences(self._git_dir, _WHOLE, self._memory)
        known.read(edges, jobs=2)
        known.keep()
        changed = known.parsed(edges)
        steps = [undone(changed[commit]) for commit, _ in edges]
        course.foresee(steps)
        for (_, parent), step in zip(edges, steps, strict=True):
            for at, closure in course.back(step).items():
                if closure != current[at]:
                    current[at] = closure
                    eras[at].append((parent, closure))
            if parent in deployed:
                served[parent] = list(current)
        course.keep()
        for commit in sorted(deployed - served.keys()):
            served[commit] = self._begin(commit, wanted).closures()
        return eras, served

    def _at_tip(self, tip: str, closures: Sequence[Closure]) -> Course:
        """The closures at the tip, from what they were at the tip before it, where that is known."""
        asked = repr(closures)
        before = self._memory.derived(asked)
        course: Course | None = None
        if before not in ("", tip):
            with contextlib.suppress(GitError):  # the commit is gone
                course = self._from(before, tip, closures)
        course = course or self._begin(tip, closures)
        self._memory.keep_derived(asked, tip)
        return course

    def _from(self, before: str, commit: str, closures: Sequence[Closure]) -> Course:
        """The closures of one commit, by what differs in its tree from that of another one."""
        course = self._begin(before, closures)
        step = undone(changes.parse(changes.between(self._git_dir, commit, before, _WHOLE)))
        course.foresee([step])
        course.back(step)
        course.keep(self._tree(commit))
        return course

    def _begin(self, commit: str, closures: Sequence[Closure]) -> Course:
        return self._derive(
            lambda: list_entries(self._git_dir, commit),
            self._blobs,
            closures,
            self._tree(commit),
        )

    def _tree(self, commit: str) -> str:
        return run(["rev-parse", "--verify", f"{commit}^{{tree}}"], git_dir=self._git_dir).decode().strip()


def list_entries(git_dir: str, commit: str) -> dict[str, Entry]:
    """Every file of a commit's tree, with its mode and blob."""
    listing = run(["ls-tree", "-r", "-z", "--full-tree", commit], git_dir=git_dir)
    entries = {}
    for entry in listing.decode("utf-8", "surrogateescape").split("\0")[:-1]:
        what, _, path = entry.partition("\t")
        mode, _, blob = what.split(" ")
        entries[path] = (mode, blob)
    return entries


def _last(rows: Sequence[Sequence[str]], deployed: set[str]) -> int:
    """How many landings lie above the oldest deployed commit of the chain."""
    return max((at for at, row in enumerate(rows) if row[1] in deployed), default=0)


def undone(difference: Difference) -> dict[str, Entry | None]:
    """What a landing's parent had at each path that the landing changed."""
    found: dict[str, Entry | None] = {}
    for entry, path in zip(difference.entries, difference.paths, strict=True):
        mode, _new, blob, *_ = entry[1:].decode("ascii").split(" ")
        found[decode(path)] = None if mode == "000000" else (mode, blob)
    return found


def _settled(
    question: Question, eras: Sequence[tuple[str, Closure | None]], served: Closure | None
) -> Question | Problem:
    closure = _union(eras[0][1], served)
    if closure is None:
        build = question.closure.build
        what = build and (build.dockerfile or build.source)
        return Problem(
            Code.DEAD_PATTERN,
            f"{what!r}, which its closure is derived from, is in neither the expected nor the deployed tree",
            "correct `build` (unshipped doctor says what there is)",
        )
    lacked = _lacked(question.closure, closure)
    if lacked:
        return Problem(
            Code.DEAD_PATTERN,
            f"its image takes {lacked[0]!r}, which is in neither of the two commits, and no source counts",
            "say under `paths` what that is made of",
        )
    # Where its recipe is not where the map has it, it may lie elsewhere: all counts that counts at the ends.
    changed = tuple(Era(since, found or closure) for since, found in eras)
    return Question(closure, question.deployed, changed if len(changed) > 1 else ())


def _lacked(asked: Closure, here: Closure) -> list[str]:
    """What an image takes that is not there, where nothing says what it is made of."""
    return sorted(_needed(here) - set(asked.paths))


def _needed(closure: Closure) -> set[str]:
    return set(closure.paths) - set(closure.optional)


def _union(one: Closure | None, other: Closure | None) -> Closure | None:
    """What either holds. Something is left out, or needed, only where it is so in both."""
    if one is None or other is None or one == other:
        return one or other
    paths = tuple(dict.fromkeys((*one.paths, *other.paths)))
    needed = _needed(one) & _needed(other)
    return Closure(
        paths,
        tuple(pattern for pattern in one.ignore if pattern in other.ignore),
        tuple(path for path in paths if path not in needed),
        settled=True,
    )
