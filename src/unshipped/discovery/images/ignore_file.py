"""What `.dockerignore` keeps out of an image build."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from e2b_dockerfile_utils import PatternMatcher

from unshipped.core.patterns import encode, is_glob
from unshipped.discovery.snapshot import Snapshot

_EVERYTHING = {"*", "**", "**/*", "*/**"}


class IgnoreFile:
    """The rules of one file, for one build context. The last rule that matches a path wins."""

    def __init__(self, text: str, context: str) -> None:
        self._prefix = f"{context}/" if context else ""
        self._rules = _rules(text)
        self._matcher = PatternMatcher(self._rules)
        self._states: dict[str, tuple[bool, list[bool]]] = {"": (False, [])}
        self._left_out: dict[str, bool] = {}

    def left_out(self, path: str) -> bool:
        """Whether a path of the repository is kept out. Paths outside the context are not its business."""
        if not path.startswith(self._prefix):
            return False
        if path not in self._left_out:
            inner = path[len(self._prefix) :]
            self._left_out[path] = bool(self._rules) and self._state(inner)[0]
        return self._left_out[path]

    def _state(self, path: str) -> tuple[bool, list[bool]]:
        """Whether a path is out, and which rules matched it: what lies below inherits them."""
        directory, _, _name = path.rpartition("/")
        known = self._states.get(path)
        if known is not None:
            return known
        above = self._states.get(directory) or self._remembered(directory)
        return self._matched(path, above[1])

    def _remembered(self, directory: str) -> tuple[bool, list[bool]]:
        parts = directory.split("/")
        for count in range(1, len(parts) + 1):
            here = "/".join(parts[:count])
            if here not in self._states:
                self._states[here] = self._matched(here, self._states[here.rpartition("/")[0]][1])
        return self._states[directory]

    def _matched(self, path: str, above: list[bool]) -> tuple[bool, list[bool]]:
        # The library's own walk (`PatternMatcher.matches`), which begins anew for every path.
        out, matched = False, []
        for at, rule in enumerate(self._matcher._patterns):  # noqa: SLF001 - the version is pinned
            match = bool(above) and above[at]
            if not match and rule.exclusion == out:
                match = rule.match(path)
            matched.append(match)
            if match:
                out = not rule.exclusion
        return out, matched

    def only(self) -> tuple[str, ...] | None:
        """Where the file begins by keeping everything out: the paths that it lets in again."""
        rules = self._matcher.patterns
        if not rules or rules[0] not in _EVERYTHING:
            return None
        return tuple(dict.fromkeys(self._prefix + rule[1:] for rule in rules if rule.startswith("!")))

    def patterns(self) -> tuple[str, ...]:
        """The rules as patterns to subtract. None of them takes out what the file leaves in: a rule that an
        exception may touch is left away.
        """
        rules = self._matcher.patterns
        if rules and rules[0] in _EVERYTHING:
            rules = rules[1:]
        exceptions = [rule[1:] for rule in rules if rule.startswith("!")]
        found: list[str] = []
        for rule in rules:
            if not rule.startswith("!") and not any(_may_meet(rule, other) for other in exceptions):
                found += _as_patterns(self._prefix + rule)
        return tuple(dict.fromkeys(found))


@lru_cache(maxsize=256)
def ignore_file(text: str, context: str) -> IgnoreFile:
    """The rules of a text. Services that share a context share them, and what they were asked."""
    return IgnoreFile(text, context)


def find_ignore_file(snapshot: Snapshot, dockerfile: str, context: str) -> str | None:
    """The ignore file that holds for a build: the Dockerfile's own, or the one of the context."""
    own = f"{dockerfile}.dockerignore"
    common = f"{context}/.dockerignore" if context else ".dockerignore"
    return next((path for path in (own, common) if path in snapshot.entries), None)


def _rules(text: str) -> list[str]:
    """The rules that the library understands. One that it refuses keeps nothing out."""
    found = []
    for line in text.removeprefix("\ufeff").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        try:
            PatternMatcher([line])
        except (ValueError, RecursionError):
            continue
        found.append(line)
    return found


def _may_meet(rule: str, exception: str) -> bool:
    """Whether some path may match both."""
    one, other = _literal(rule), _literal(exception)
    return one == other or one.startswith(_below(other)) or other.startswith(_below(one))


def _literal(rule: str) -> str:
    """The directory that all matches lie in; of a rule without wildcards, the path itself."""
    parts = rule.split("/")
    for at, part in enumerate(parts):
        if is_glob(encode(part)):
            return "/".join(parts[:at])
    return rule


def _below(directory: str) -> str:
    return f"{directory}/" if directory else ""


def _as_patterns(rule: str) -> Sequence[str]:
    """A rule takes out what lies below what it matches; a glob of the map has to say so."""
    return [rule, f"{rule}/**"] if is_glob(encode(rule)) else [rule]
