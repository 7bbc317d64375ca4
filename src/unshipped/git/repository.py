"""One repository, opened: what the use cases ask of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path

from unshipped.cache import Cache
from unshipped.core.model import Expected, Facts, Problem, Question, Rule
from unshipped.git import names
from unshipped.git.measure import measure, shallow_boundary
from unshipped.git.process import discover


class Repository:
    """A checkout, a bare repository or a worktree, read through its git directory.

    Raises `GitError` where the path holds no repository that git is willing to read.
    """

    def __init__(self, path: Path, cache: Cache) -> None:
        self.path, self.cache = path, cache
        self.git_dir, common, bare, shallow, self.object_format = discover(path)
        self.common_dir = str((path / common).resolve())
        self.bare, self.shallow = bare == "true", shallow == "true"

    @cached_property
    def _boundary(self) -> frozenset[str]:
        return shallow_boundary(self.git_dir) if self.shallow else frozenset()

    def expected(self, rule: Rule) -> Expected | Problem:
        """The commit that should serve by a rule, or why that cannot be said."""
        return names.expected(self.git_dir, rule, shallow=self.shallow, bare=self.bare)

    def resolve(self, texts: Iterable[str]) -> dict[str, str | Problem]:
        """The full commit id of each commit id or tag that a source gave."""
        return names.resolve(self.git_dir, texts, shallow=self.shallow)

    def follow(self, ref: str, remote: str, seconds: float) -> str | Problem:
        """The commit that a declared branch or tag points at: here, or on a remote."""
        if remote:
            return names.follow_remote(self.git_dir, remote, ref, seconds)
        return names.follow(self.git_dir, ref)

    def measure(
        self, tip: str, questions: Sequence[Question], *, now: datetime, limit: int, commits: bool
    ) -> list[Facts | Problem]:
        """What history says about many closures, in order."""
        return measure(
            self.git_dir, tip, questions, now=now, limit=limit, commits=commits, boundary=self._boundary
        )
