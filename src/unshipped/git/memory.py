"""What one repository was asked before. Commits never change, so most answers stay true for ever."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

from unshipped.cache import Cache
from unshipped.core.model import Change, Closure, Code, Facts, Problem, Question
from unshipped.core.value import Value
from unshipped.git.landings import Row
from unshipped.git.records import Records, packed

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

NOT_COMPARED = "patches were not compared: this partial clone lacks their content"
"""A note that is no longer so once that was fetched."""
_PASSING = {Code.MISSING_OBJECTS, Code.SHALLOW_HISTORY, Code.REPOSITORY_ERROR}
_MOST_BYTES = 64_000_000
_MOST_CHANGES = 50_000
"""To write and read more of them takes longer, and more memory, than to measure them again."""


class Walked(Value):
    """A graph that was listed before: from `tops` down to `base` (empty: to the roots)."""

    tops: tuple[str, ...]
    base: str
    rows: list[str]


class Remembered(Value):
    """Answers for one tip. `until` is the latest time among the commits they rest on."""

    tip: str
    answers: Sequence[Facts | Problem]
    until: float


class Covered(Value):
    """A commit whose own tree has something for every pattern of some closures, and all of its links."""

    commit: str
    links: dict[bytes, bytes]


class Memory:
    """The cache of one repository, named by where its objects lie."""

    def __init__(self, cache: Cache, common_dir: str) -> None:
        self._cache, self._common_dir = cache, common_dir
        self._listed: Walked | None = None
        self._texts: tuple[Sequence[Closure], str] = ((), "")

    # ---- answers

    def asked(self, questions: Sequence[Question], limit: int, *, commits: bool) -> bytes:
        """What answers are kept by, for each tip."""
        closures = [question.closure for question in questions]
        asked = "\0".join([question.deployed for question in questions])
        if any(one.build for one in closures):
            asked += "\0".join([f"\3{one.mode}{one.build}" for one in closures])
        depth = (str(limit), str(commits))
        return self._cache.key("answers", self._common_dir, *depth, self._text_of(closures), asked)

    def remembered(self, asked: bytes, now: datetime, tip: str = "") -> Remembered | None:
        """Earlier answers, for a tip or for the last one, if they hold at `now`: no landing is later."""
        if not tip:
            tip = (self._cache.load_bytes("tips", asked) or b"").decode("ascii")
        known = self._cache.load("answers", self._cache.key(asked, tip))
        if not isinstance(known, dict) or known.get("until", 0) > now.timestamp():
            return None
        changes = [_change(one) for one in known["changes"]]
        answers = [
            _facts(one, changes) if isinstance(one, list) else _problem(one) for one in known["answers"]
        ]
        return Remembered(tip, answers, known["until"])

    def keep_answers(self, asked: bytes, known: Remembered, now: datetime) -> None:
        """Keep answers that will stay true. `until` is the latest time among the commits they rest on."""
        if known.until > now.timestamp():
            return
        if any(isinstance(one, Problem) and one.code in _PASSING for one in known.answers):
            return
        facts = [one for one in known.answers if isinstance(one, Facts)]
        if any(NOT_COMPARED in one.notes for one in facts):
            return
        if sum(len(one.listed) for one in facts) > _MOST_CHANGES:
            return
        changes = _Changes()
        plain = [_plain(one, changes) for one in known.answers]
        entry = {"until": known.until, "answers": plain, "changes": changes.rows}
        self._cache.save("answers", self._cache.key(asked, known.tip), entry)
        self._cache.save_bytes("tips", asked, known.tip.encode("ascii"))

    # ---- commits

    def commits(self) -> frozenset[str]:
        """Full ids that were commits when they were last looked up.

        A commit stays one as long as nothing is collected: what was looked up counts for this very
        directory and for the packs that it had; what lay beside these, as long as it lies there.
        """
        raw = self._cache.load_bytes("commits", self._commits_key()) or b""
        kept = (word.partition("+") for word in raw.decode("ascii").split())
        return frozenset(one for one, loose, _ in kept if not loose or self._lies_alone(one))

    def keep_commits(self, asked: AbstractSet[str], found: AbstractSet[str]) -> None:
        """Keep the ids that were asked for last, if any of them is new."""
        if found:
            kept = (one + "+" * self._lies_alone(one) for one in sorted(asked | found))
            self._cache.save_bytes("commits", self._commits_key(), " ".join(kept).encode("ascii"))

    def _lies_alone(self, commit: str) -> bool:
        """Whether it is a file of its own, which may be taken away without a trace in the packs."""
        return os.path.exists(os.path.join(self._common_dir, "objects", commit[:2], commit[2:]))

    def _commits_key(self) -> bytes:
        try:
            git_dir = os.stat(self._common_dir)
            packs = os.stat(os.path.join(self._common_dir, "objects", "pack"))
            marks = [git_dir.st_ino, packs.st_ino, packs.st_mtime_ns]
        except OSError:
            marks = []
        return self._cache.key("commits", self._common_dir, *map(str, marks))

    # ---- differences

    def differences(self, roots: Sequence[bytes]) -> Records:
        """Raw differences to the first parent that were read before, by commit."""
        kept = self._cache.load_bytes("differences", self._differences_key(roots))
        return Records(kept) if kept else Records()

    def keep_differences(self, roots: Sequence[bytes], known: Mapping[str, bytes]) -> None:
        raw = packed(known)
        if len(raw) <= _MOST_BYTES:
            self._cache.save_bytes("differences", self._differences_key(roots), raw)

    def _differences_key(self, roots: Sequence[bytes]) -> bytes:
        return self._cache.key("differences", self._common_dir, *roots)

    # ---- chains

    def chain(self) -> list[Row]:
        """The chain that was listed last."""
        raw = self._cache.load_bytes("chains", self._cache.key("chain", self._common_dir)) or b""
        return [line.split(" ") for line in raw.decode("ascii").splitlines()]

    def has_chain(self) -> bool:
        """Whether one was listed, of whatever tip."""
        return self._cache.has("chains", self._cache.key("chain", self._common_dir))

    def keep_chain(self, rows: Sequence[Row]) -> None:
        raw = "\n".join(map(" ".join, rows)).encode("ascii")
        if len(raw) <= _MOST_BYTES:
            self._cache.save_bytes("chains", self._cache.key("chain", self._common_dir), raw)

    # ---- maps

    def covered(self, closures: Sequence[Closure]) -> Covered | None:
        """A commit that holds everything these closures ask for, with its links."""
        known = self._cache.load("maps", self._map_key(closures))
        if known is None:
            return None
        return Covered(known[0], {_raw(path): _raw(text) for path, text in known[1]})

    def keep_covered(self, closures: Sequence[Closure], covered: Covered) -> None:
        links = [[_text(path), _text(text)] for path, text in covered.links.items()]
        self._cache.save("maps", self._map_key(closures), [covered.commit, links])

    def _map_key(self, closures: Sequence[Closure]) -> bytes:
        return self._cache.key("map", self._common_dir, self._text_of(closures))

    def _text_of(self, closures: Sequence[Closure]) -> str:
        """What tells closures from others. One check asks several times, with the same ones."""
        if self._texts[0] != closures:
            self._texts = (closures, "\0".join(map(_asked, closures)))
        return self._texts[1]

    # ---- closures

    def derived(self, asked: str) -> str:
        """The tip for which these closures were derived last; empty where none is known."""
        raw = self._cache.load_bytes("derived", self._cache.key("derived", self._common_dir, asked))
        return raw.decode("ascii") if raw else ""

    def keep_derived(self, asked: str, tip: str) -> None:
        key = self._cache.key("derived", self._common_dir, asked)
        self._cache.save_bytes("derived", key, tip.encode("ascii"))

    # ---- graphs

    def walked(self) -> Walked | None:
        """The graph that was listed last."""
        raw = self._cache.load_bytes("graphs", self._cache.key("graph", self._common_dir))
        if raw is None:
            return None
        tops, base, *rows = raw.decode("ascii").split("\n")
        return Walked(tuple(tops.split(" ")), base, rows)

    def listed(self, walked: Walked) -> None:
        """A graph was listed anew: `keep_walked` keeps it. Whoever lists it may be a thread that the end of
        the program leaves in the middle of a file.
        """
        self._listed = walked

    def keep_walked(self) -> None:
        """Keep the graph that was listed last, if it was listed anew."""
        walked, self._listed = self._listed, None
        if walked is None:
            return
        raw = "\n".join([" ".join(walked.tops), walked.base, *walked.rows]).encode("ascii")
        if len(raw) <= _MOST_BYTES:
            self._cache.save_bytes("graphs", self._cache.key("graph", self._common_dir), raw)


def _asked(closure: Closure) -> str:
    parts = (*closure.paths, "\2", *closure.ignore, "\2", *closure.optional, str(closure.settled))
    return "\1".join(parts)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


class _Changes:
    """Changes by number: what touches a shared folder is one and the same change of a thousand answers."""

    def __init__(self) -> None:
        self.rows: list[object] = []
        self._numbers: dict[int, int] = {}

    def number(self, change: Change) -> int:
        number = self._numbers.setdefault(id(change), len(self.rows))
        if number == len(self.rows):
            commit, landed_at, *rest = change
            self.rows.append([commit, landed_at.timestamp(), *rest])
        return number


def _plain(answer: Facts | Problem, changes: _Changes) -> object:
    if isinstance(answer, Problem):
        return {"code": answer.code.value, "message": answer.message, "hint": answer.hint}
    return [
        answer.differs,
        answer.changes,
        answer.cancelled,
        answer.behind,
        answer.ahead,
        answer.landed_elsewhere,
        changes.number(answer.oldest) if answer.oldest else None,
        [changes.number(change) for change in answer.listed],
        answer.notes,
    ]


def _facts(plain: list[Any], changes: Sequence[Change]) -> Facts:
    # Another state of this very version may have kept them without notes.
    differs, counted, cancelled, behind, ahead, elsewhere, oldest, listed, *notes = plain
    return Facts(
        differs,
        counted,
        cancelled,
        behind,
        tuple(ahead),
        tuple(elsewhere),
        None if oldest is None else changes[oldest],
        tuple([changes[number] for number in listed]),
        tuple(*notes),
    )


def _change(plain: list[Any]) -> Change:
    commit, seconds, subject, author, paths, cancelled, commits, *rest = plain
    when = datetime.fromtimestamp(seconds, UTC)
    return Change(commit, when, subject, author, tuple(paths), cancelled, tuple(commits), *rest)


def _problem(plain: dict[str, str]) -> Problem:
    return Problem(Code(plain["code"]), plain["message"], plain["hint"])
