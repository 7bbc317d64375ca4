"""What `.dockerignore`, or `.containerignore`, keeps out of an image build."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from unshipped.discovery.images.rules import Rule, covering, literal, literal_base, narrower, rule_of, wider
from unshipped.discovery.snapshot import Snapshot

_MOST_RULES = 1000
_AT_ANY_DEPTH = {"**", "**/*"}


class IgnoreFile:
    """The rules of one file, for one build context. The last rule that matches a path wins."""

    def __init__(self, text: str, context: str) -> None:
        self._prefix = f"{context}/" if context else ""
        self._rules = _rules(text)
        self._begin = _everything(self._rules)
        self._has_exceptions = any(rule.exception for rule in self._rules)
        self._any = re.compile(
            "|".join(dict.fromkeys(f"(?:{rule.expression})" for rule in self._rules if rule.expression))
            or "(?!)"
        )
        self._others = [rule for rule in self._rules if not rule.expression]
        self._directories: dict[str, tuple[bool, list[bool]]] = {"": (False, [False] * len(self._rules))}
        self._above: dict[str, list[bool]] = {}
        self._left_out: dict[str, bool] = {}

    def left_out(self, path: str) -> bool:
        """Whether every builder keeps a path of the repository out. Paths outside the context are not its
        business.
        """
        if not self._rules or not path.startswith(self._prefix):
            return False
        known = self._left_out.get(path)
        if known is None:
            inner = path[len(self._prefix) :]
            out, above = self._directory(inner.rpartition("/")[0])
            known = self._matched(inner, above)[0] if self._has_exceptions else out or self._hit(inner)
            if known and self._has_exceptions:
                known = self._out_by_parents(inner)
            self._left_out[path] = known
        return known

    def _out_by_parents(self, path: str) -> bool:
        """The same as buildah and older builders see it: each rule is held against the path and all that it
        lies in, whatever the rules before it said. What one builder lets in counts.
        """
        out = False
        for rule, above in zip(self._rules, self._rules_above(path.rpartition("/")[0]), strict=True):
            if rule.exception == out and (above or rule.match(path)):
                out = not rule.exception
        return out

    def _rules_above(self, directory: str) -> list[bool]:
        """Which rules match a directory, or one that it lies in."""
        if not directory:
            return [False] * len(self._rules)
        if directory not in self._above:
            above = self._rules_above(directory.rpartition("/")[0])
            self._above[directory] = [
                known or bool(rule.match(directory)) for rule, known in zip(self._rules, above, strict=True)
            ]
        return self._above[directory]

    def _directory(self, path: str) -> tuple[bool, list[bool]]:
        """Whether a directory is out, and which rules matched it: what lies below inherits them."""
        if path not in self._directories:
            at = path.find("/")
            above = self._directories[""]
            while above is not None:
                here = path if at < 0 else path[:at]
                above = self._directories.get(here) or self._matched(here, above[1])
                self._directories[here] = above
                if at < 0:
                    break
                at = path.find("/", at + 1)
        return self._directories[path]

    def _hit(self, path: str) -> bool:
        """Whether any rule matches a path itself, where none is an exception."""
        return self._any.match(path) is not None or any(rule.match(path) for rule in self._others)

    def _matched(self, path: str, above: list[bool]) -> tuple[bool, list[bool]]:
        # As moby walks: a rule that would change nothing is not tried, and what lies below does not inherit
        # it then.
        out, matched = False, []
        for rule, inherited in zip(self._rules, above, strict=True):
            match = inherited or (rule.exception == out and bool(rule.match(path)))
            matched.append(match)
            if match:
                out = not rule.exception
        return out, matched

    def let_in(self, path: str) -> list[str] | None:
        """Where the file begins by keeping everything out: patterns that hold all of what it lets in again
        at or below a path of the repository, and nothing outside of that. None where it does not so begin.
        """
        if self._begin is None:
            return None
        inside = path == self._prefix[:-1] or path.startswith(self._prefix)
        if not inside:
            return covering(path)
        inner = path[len(self._prefix) :]
        found: dict[str, None] = {}
        for rule in self._rules[self._begin + 1 :]:
            if rule.exception:
                found.update(dict.fromkeys(self._part_of(rule, inner)))
        whole = covering(path)
        return whole if whole[0] in found else list(found)

    def _part_of(self, rule: Rule, inner: str) -> list[str]:
        """What an exception lets in at or below a path of the context."""
        everything = covering(f"{self._prefix}{inner}".rstrip("/"))
        parts = inner.split("/") if inner else []
        if any(rule.match("/".join(parts[:count])) for count in range(1, len(parts) + 1)):
            return everything
        if not (_holds(inner, rule.base) or _holds(rule.base, inner)):
            return []
        glob = wider(rule)
        if glob is None:
            return everything
        if _holds(inner, rule.base):
            full = literal(self._prefix) + glob
            return covering(self._prefix + rule.text) if rule.plain is not None else [full, f"{full}/**"]
        last = glob.rpartition("/")
        if rule.text.count("/") == 1 and rule.text.startswith("**/"):
            full = f"{literal(self._prefix + inner)}/**/{last[2]}"
            return [full, f"{full}/**"]
        return [] if rule.plain is not None else everything

    def patterns(self, otherwise: Iterable[str] = ()) -> tuple[str, ...]:
        """The rules as patterns to subtract. None of them takes out what the file leaves in: a rule that an
        exception may touch is left away; so is one that may meet what counts `otherwise` than by the context.
        """
        tops = {literal_base(one) for one in otherwise}
        rules = self._rules if self._begin is None else self._rules[self._begin + 1 :]
        found: dict[str, None] = {}
        for at, rule in enumerate(rules):
            glob = None if rule.exception else narrower(rule)
            if glob is None or not _stands(rule, rules[:at], rules[at + 1 :]):
                continue
            base = (self._prefix + rule.base).rstrip("/")
            if any(_holds(base, top) or _holds(top, base) for top in tops):
                continue
            if rule.plain is not None:
                found.update(dict.fromkeys(covering(self._prefix + rule.text)))
            else:
                full = literal(self._prefix) + glob
                found.update(dict.fromkeys([full, f"{full}/**"]))
        return tuple(found)


@lru_cache(maxsize=64)
def ignore_file(text: str, context: str) -> IgnoreFile:
    """The rules of a text. Services that share a context share them, and what they were asked."""
    return IgnoreFile(text, context)


def find_ignore_files(snapshot: Snapshot, dockerfile: str, context: str) -> tuple[str, ...]:
    """The ignore file that holds for a build: the Dockerfile's own, or the one of the context. Two where
    Docker reads one and Podman another.
    """
    there = [path for path in ignore_files(dockerfile, context) if path in snapshot.entries]
    of_docker = next((path for path in there if path.endswith(".dockerignore")), None)
    return tuple(dict.fromkeys((*there[:1], *((of_docker,) if of_docker else ()))))


def ignore_files(dockerfile: str, context: str) -> tuple[str, ...]:
    """Where it may lie, as Podman and Buildah look for it. Docker knows nothing of `.containerignore`."""
    top = f"{context}/" if context else ""
    own = (f"{dockerfile}.dockerignore", f"{dockerfile}.containerignore")
    return *own, f"{top}.containerignore", f"{top}.dockerignore"


def _rules(text: str) -> list[Rule]:
    """The rules that are understood. One that is not keeps nothing out; where there are exceptions, it may
    change what they let in, so that nothing at all is surely out.
    """
    found: list[Rule] = []
    doubtful = exceptions = False
    for line in text.removeprefix("\ufeff").split("\n"):
        if line.startswith("#") or line.strip() in ("", "!"):
            continue
        rule = rule_of(line) if len(found) < _MOST_RULES else None
        exceptions = exceptions or line.strip().startswith("!")
        if rule is None:
            doubtful = True
        else:
            found.append(rule)
    return [] if doubtful and exceptions else found


def _everything(rules: list[Rule]) -> int | None:
    """The last rule after which nothing is left, whatever those before it say."""
    found = None
    for at, rule in enumerate(rules):
        fresh = not any(other.exception for other in rules[:at])
        if not rule.exception and (rule.text in _AT_ANY_DEPTH or (rule.text == "*" and fresh)):
            found = at
    return found


def _stands(rule: Rule, before: list[Rule], after: list[Rule]) -> bool:
    """Whether what a rule keeps out stays out, for certain."""
    if any(other.exception and _may_meet(rule, other) for other in after):
        return False
    return not any(other.exception and _may_survive(rule, other) for other in before)


def _may_meet(rule: Rule, exception: Rule) -> bool:
    """Whether some path may match both, or lie below what one of them matches."""
    return _holds(rule.base, exception.base) or _holds(exception.base, rule.base)


def _may_survive(rule: Rule, exception: Rule) -> bool:
    """Whether an exception may let something in below what a later rule matches. The rule is not tried on a
    directory that is out already, so what lies below does not inherit it.
    """
    if exception.plain is None:
        return _may_meet(rule, exception)
    parts = exception.plain.split("/")
    return any(rule.match("/".join(parts[:count])) for count in range(1, len(parts)))


def _holds(directory: str, path: str) -> bool:
    """Whether a path is a directory or lies below it."""
    return not directory or path == directory or path.startswith(directory + "/")
