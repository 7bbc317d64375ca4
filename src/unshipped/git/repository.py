"""One repository, opened: what the use cases ask of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from functools import cached_property

from unshipped.cache import Cache
from unshipped.core.model import Closure, Code, Expected, Facts, Problem, Question, Rule
from unshipped.errors import GitError
from unshipped.git.expected import expected
from unshipped.git.memory import Memory, Remembered
from unshipped.git.names import is_whole, resolve
from unshipped.git.process import DEEPEN, discover, lines, run

TYPE_CHECKING = False

if TYPE_CHECKING:
    from unshipped.core.history.retrace import Chronicle
    from unshipped.core.history.standing import Evidence
    from unshipped.git.carried import Carried
    from unshipped.git.derived import Derivation
    from unshipped.git.history import Listing
    from unshipped.ports import Derive, Entry, ReadBlobs, Tag


class Repository:
    """A checkout, a bare repository or a worktree, read through its git directory.

    What answers a question is imported when the question is first asked: a check in which nothing moved
    asks none. Raises `GitError` where the path holds no repository that git is willing to read.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        cache: Cache,
        derive: Derive | None = None,
        found: Sequence[str] | None = None,
    ) -> None:
        """`found` is what was discovered of the same path before."""
        self.path = os.fspath(path)
        self.found = found or discover(self.path)
        self.git_dir, common, bare = self.found
        self.common_dir = os.path.realpath(os.path.join(self.path, common))
        self.bare = bare == "true"
        # Looked for each time: a fetch makes a clone shallow, or whole, at any moment.
        self.shallow = os.path.exists(os.path.join(self.common_dir, "shallow"))
        # A shallow clone's commits change when it is deepened: they get their parents back.
        kept = Cache(None) if self.shallow else cache.part(self.common_dir)
        self._memory = Memory(kept, self.common_dir)
        self._derive = derive
        self._tips: dict[str, Listing | None] = {}
        self._fetched = ""
        """Where the branches are that were brought up to date."""
        self._found: frozenset[str] = frozenset()
        self.asks_remote = False
        """Whether what is not here is asked for: by who has just brought it up to date."""

    def expected(self, rule: Rule) -> Expected | Problem:
        """The commit that should serve by a rule, or why that cannot be said."""
        answer = expected(self.git_dir, rule, shallow=self.shallow, bare=self.bare)
        if isinstance(answer, Expected) and self._is_left_over(rule, answer):
            return Problem(
                Code.EXPECTED_UNRESOLVED,
                f"{answer.ref} was not there to be fetched: it is what the remote had before",
                "git fetch --prune, and name another branch where this one is gone",
            )
        if isinstance(answer, Expected):
            if before := self._tips.get(answer.commit):
                before.stop()
            self._tips[answer.commit] = None
        return answer

    def _is_left_over(self, rule: Rule, answer: Expected) -> bool:
        """Whether it is a remote's branch that the fetch before did not find."""
        ref = f"refs/{'heads' if self._fetched == 'refs/heads/' else 'remotes'}/{answer.ref}"
        if rule.kind not in ("default", "branch") or not self._fetched or not ref.startswith(self._fetched):
            return False
        from unshipped.git.names import commit_of

        return commit_of(self.git_dir, ref) == answer.commit and answer.commit not in self._found

    def begin(self, tip: str, closures: Sequence[Closure]) -> None:
        """Let git list the tree of a tip, and go down its chain if that is going to be asked for: where few
        paths count, or much is remembered, less is.
        """
        from unshipped.git import changes

        if self._memory.has_chain() or any(one.build for one in closures):
            return
        with contextlib.suppress(GitError):  # whoever asks is told
            if not changes.specs(changes.roots(closures)):
                self._listing(tip).begin()
            self._listing(tip).begin_tree()

    def stop(self) -> None:
        """What was begun, and is not asked for any more."""
        for listing in filter(None, self._tips.values()):
            listing.stop()

    def resolve(self, texts: Iterable[str]) -> dict[str, str | Problem]:
        """The full commit id of each commit id or tag that a source gave."""
        asked = set(texts)
        known = self._memory.commits() & asked
        reached = self._reached(asked - known)
        unknown = asked - known - reached
        found = resolve(self.git_dir, unknown, shallow=self.shallow)
        if self.asks_remote and (away := [text for text, one in found.items() if _is_away(text, one)]):
            from unshipped.git.remotes import bring

            bring(self.git_dir, away)
            found |= resolve(self.git_dir, away, shallow=self.shallow)
        looked_up = {text for text, commit in found.items() if text == commit}
        self._memory.keep_commits(known, reached | looked_up)
        return found | {text: text for text in known | reached}

    def _reached(self, texts: AbstractSet[str]) -> frozenset[str]:
        """Those that stand on a chain which leads on from one that was listed before: what a tip reaches is a
        commit, and nobody has to look.
        """
        if not texts or not self._memory.has_chain():
            return frozenset()
        return frozenset().union(*(self._listing(tip).among(texts) for tip in self._tips))

    def _listing(self, tip: str) -> Listing:
        from unshipped.git.history import Listing

        listing = self._tips.get(tip)
        if listing is None:
            listing = self._tips[tip] = Listing(self.git_dir, tip, self._memory)
        return listing

    def follow(self, ref: str, remote: str, seconds: float) -> str | Problem:
        """The commit that a declared branch or tag points at: here, or on a remote."""
        from unshipped.git.remotes import follow, follow_remote

        if remote:
            return follow_remote(self.git_dir, remote, ref, seconds)
        return follow(self.git_dir, ref)

    def measure(
        self, tip: str, questions: Sequence[Question], *, now: datetime, limit: int, commits: bool
    ) -> list[Facts | Problem]:
        """What history says about many closures, in order."""
        asked = self._memory.asked(questions, limit, commits=commits)
        if (known := self._memory.remembered(asked, now, tip)) is not None:
            return list(known.answers)
        from unshipped.git.measure import measure

        settled = self._settled(tip, questions)
        problems = [one for one in settled if isinstance(one, Problem)]
        if len(problems) == len(settled):
            return list(problems)
        answers, until = measure(
            self.git_dir,
            self._listing(tip),
            [question for question in settled if isinstance(question, Question)],
            now=now,
            limit=limit,
            commits=commits,
            memory=self._memory,
            boundary=self._boundary,
            held=self._carried(tip, questions, asked, now),
        )
        measured = iter(answers)
        answers = [one if isinstance(one, Problem) else next(measured) for one in settled]
        self._memory.keep_answers(asked, Remembered(tip, answers, until), now)
        return answers

    def _carried(
        self, tip: str, questions: Sequence[Question], asked: bytes, now: datetime
    ) -> Carried | None:
        """What still holds of the answers to the same questions for the tip before."""
        from unshipped.git.carried import carried

        if any(question.closure.build for question in questions):
            return None
        before = self._memory.remembered(asked, now)
        covered = before and self._memory.covered([question.closure for question in questions])
        if not before or not covered or covered.commit != before.tip:
            return None
        return carried(self._listing(tip), questions, before, covered)

    def revisions(self, texts: Sequence[str]) -> list[str]:
        """The commits that a person named, in order. Raises `UsageError` where there is none."""
        from unshipped.git.revisions import revisions

        return revisions(self.git_dir, texts, shallow=self.shallow)

    def title(self, commit: str) -> str:
        """The subject of a commit."""
        from unshipped.git.commits import describe

        return describe(self.git_dir, [commit])[commit].subject

    def titles(self, commits: Sequence[str]) -> list[tuple[str, str]]:
        """(subject, author) of each commit, in order."""
        from unshipped.git.commits import Title, describe

        known = describe(self.git_dir, commits)
        return [(one.subject, one.author) for one in (known.get(commit, Title()) for commit in commits)]

    def authors(self, most: int) -> list[tuple[str, str]]:
        """(name, address) of whoever made the newest commits, each once."""
        from unshipped.git.commits import authors

        return authors(self.git_dir, most)

    def made(self, commits: Iterable[str]) -> dict[str, datetime]:
        """When each commit was made, by its committer's clock."""
        from unshipped.git.commits import times

        return times(self.git_dir, commits)

    def holding(self, pairs: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
        """Those pairs of which the first commit has the second one in its history."""
        from unshipped.git.ancestry import holding

        asked = list(pairs)
        tip = next(iter(self._tips), asked[0][0])
        return holding(self.git_dir, self._listing(tip), asked, self._memory)

    def by_pull_request(self, tip: str, number: int) -> list[str]:
        """The landings of a tip whose message names that pull request, newest first."""
        from unshipped.git.revisions import by_pull_request

        return by_pull_request(self.git_dir, tip, number)

    def standing(
        self, tip: str, questions: Sequence[Question], commit: str, *, now: datetime
    ) -> list[Evidence]:
        """Where one commit stands for many closures, in order."""
        from unshipped.git.standing import standing

        settled = [
            question._replace(closure=self.united([tip, question.deployed], [question.closure])[0])
            for question in questions
        ]
        return standing(self.git_dir, tip, settled, commit, now, self._memory, self._boundary)

    def landed_as(self, tip: str, commit: str) -> tuple[str, str] | None:
        """The landing that makes the change of a commit, or of its whole branch, and the end of that."""
        from unshipped.git.landed_as import landed_as

        return landed_as(self.git_dir, tip, commit)

    def touches(self, commit: str, closures: Sequence[Closure]) -> list[bool]:
        """Which closures a commit touches, in order."""
        from unshipped.git.standing import touches

        return touches(self.git_dir, commit, self.united([commit], closures))

    def parted(self, one: str, other: str) -> str:
        """The commit at which the history of `other` left that of `one`; `one` where none is known here."""
        from unshipped.git.ancestry import parted

        return parted(self.git_dir, *self.revisions([one, other]))

    @property
    def _boundary(self) -> frozenset[str]:
        """The commits at which a shallow clone ends."""
        from unshipped.git.measure import shallow_boundary

        return shallow_boundary(self.git_dir) if self.shallow else frozenset()

    @cached_property
    def _addresses(self) -> frozenset[str]:
        from unshipped.git.remotes import addresses

        return addresses(self.git_dir)

    def remotes(self) -> frozenset[str]:
        """The names of its remotes."""
        return frozenset(lines(run(["remote"], git_dir=self.git_dir)))

    def addresses(self) -> frozenset[str]:
        """The addresses of its remotes."""
        return self._addresses

    def affected(self, old: str, new: str, closures: Sequence[Closure]) -> list[list[str] | Problem]:
        """For each closure, the paths that differ between two commits, or why that cannot be told."""
        from unshipped.git.affected import affected

        return affected(self.git_dir, old, new, self.united([old, new], closures), self._memory)

    def files(self, commit: str) -> tuple[dict[str, Entry], ReadBlobs]:
        """The files of a commit, and what reads them."""
        from unshipped.git.blobs import read_blobs
        from unshipped.git.derived import list_entries

        return list_entries(self.git_dir, commit), lambda blobs: read_blobs(self.git_dir, blobs)

    def contents(self, commit: str, closure: Closure) -> dict[str, str]:
        """The plain files of a closure in a commit, each with the id of its content."""
        from unshipped.git.contents import contents

        return contents(self.git_dir, commit, closure)

    def united(self, commits: Sequence[str], closures: Sequence[Closure]) -> list[Closure]:
        """The closures as paths: what each holds in any of the commits."""
        if not any(closure.build for closure in closures):
            return list(closures)
        return self._derivation().united(commits, closures)

    def spread(self, commit: str, closures: Sequence[Closure]) -> list[Closure]:
        """The closures as paths in one commit, with all that their links lead to."""
        from unshipped.core.closures.links import followed
        from unshipped.core.closures.patterns import decode
        from unshipped.git.trees import read_links

        united = self.united([commit], closures)
        led = followed(united, read_links(self.git_dir, commit)).led
        more = [tuple(decode(path) for path in found) for found in led]
        return [one._replace(paths=(*one.paths, *led)) for one, led in zip(united, more, strict=True)]

    def chronicle(
        self,
        tip: str,
        since: datetime,
        deployed: Iterable[str],
        closures: Sequence[Closure],
        *,
        now: datetime,
    ) -> Chronicle:
        """The landings of a branch since a moment, and which of them touch each closure. Raises `GitError`
        where a shallow clone does not go back so far.
        """
        from unshipped.git.chronicle import chronicle

        derivation = self._derivation() if any(one.build for one in closures) else None
        found = chronicle(self.git_dir, tip, since, deployed, closures, self._memory, derivation, now)
        first = found.landings[0]
        if first.at > since and first.commit in self._boundary:
            message = f"the clone is shallow: what landed before {first.at:%Y-%m-%d %H:%M} UTC is not in it"
            raise GitError(message, DEEPEN)
        return found

    def tags(self, pattern: str) -> list[Tag]:
        """The tags whose names fit a glob, the oldest first."""
        from unshipped.git.tags import tags

        return tags(self.git_dir, pattern)

    def newest_tags(self, rule: Rule) -> list[Tag]:
        """The tags that were the newest ones by a rule, each from when it was made on."""
        from unshipped.git.tags import newest_tags

        return newest_tags(self.git_dir, rule)

    def _settled(self, tip: str, questions: Sequence[Question]) -> Sequence[Question | Problem]:
        if not any(question.closure.build for question in questions):
            return questions
        return self._derivation().questions(tip, questions)

    def _derivation(self) -> Derivation:
        from unshipped.git.derived import Derivation

        if self._derive is None:
            raise TypeError("a repository with derived closures is opened with what derives them")
        return Derivation(self.git_dir, self._derive, self._memory)

    def led(self, tip: str, closure: Closure) -> dict[str, str]:
        """Further paths that a closure holds by its links, each with the link that leads there."""
        from unshipped.core.closures.links import followed
        from unshipped.core.closures.patterns import decode
        from unshipped.git.trees import read_links

        closures = self.united([tip], [closure])
        found = followed(closures, read_links(self.git_dir, tip)).led[0]
        return {decode(path): decode(link) for path, link in found.items()}

    def fetch(self, seconds: float = 120.0) -> None:
        """Bring the remote-tracking branches and all tags up to date, also tags that the remote moved.

        Raises `GitError` where the remote cannot be had.
        """
        from unshipped.git.remotes import fetch, fetched_from

        remote, where = fetched_from(self.git_dir)
        self._found = fetch(self.git_dir, remote or "--all", seconds)
        self._fetched, self.asks_remote = where, True
        if remote:  # its default branch may be another one by now
            ask = ["remote", "set-head", remote, "--auto"]
            run(ask, git_dir=self.git_dir, network=True, seconds=seconds, accept=(0, 1, 128))


def _is_away(text: str, found: str | Problem) -> bool:
    """Whether it is a commit id to which nothing here leads."""
    return isinstance(found, Problem) and found.code is Code.UNRESOLVED_REVISION and is_whole(text)
