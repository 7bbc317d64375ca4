"""One look at the fleet: what serves and what should, gathered for `verdicts` to judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from unshipped.app.expecting import MakeSource, expected
from unshipped.app.read import Ask, Progress, read_all
from unshipped.app.serving import Part, served
from unshipped.app.verdicts import Gathered, report_of
from unshipped.core.model import (
    Closure,
    Expected,
    Facts,
    Problem,
    Question,
    Report,
    Rule,
    Signal,
    Target,
)
from unshipped.core.signals import Serving
from unshipped.core.value import Value
from unshipped.errors import GitError

TYPE_CHECKING = False

if TYPE_CHECKING:
    from unshipped.app.settings import Beside
    from unshipped.core.settings import Expectation
    from unshipped.ports import Repository, Source

OpenRepository = Callable[[str], "Repository"]
MakeObject = Callable[["Expectation"], "Source"]


class _Depth(Value):
    """How much is asked of history, and as of when."""

    now: datetime
    limit: int
    commits: bool


def observe(
    targets: Sequence[Target],
    repositories: OpenRepository,
    sources: MakeSource,
    *,
    now: datetime,
    declared: int,
    override: Rule | None = None,
    allowed: Sequence[str] = (),
    limit: int = 0,
    commits: bool = True,
    make_object: MakeObject | None = None,
    before: Mapping[str, Sequence[str]] = MappingProxyType({}),
    progress: Progress | None = None,
) -> Report:
    """Read every selected target and judge it. `override` replaces every target's expected
    revision; `allowed` says what may run beside the targets and be in no map; at most `limit` changes are
    listed for each; `commits` asks for the count of commits too; `before` has the commits that targets
    are known to have served, by their names, newest first.
    """
    parts = [(target, origin) for target in targets for origin in target.origins]
    opened = _open(parts, repositories)
    tips = expected(parts, opened, sources, override)
    beside = _beside(parts)
    _begin(parts, opened, tips)
    try:
        signals, known = _signals(parts, opened, sources, beside, make_object, progress)
        serving = _held(parts, served(parts, opened, signals, before), beside, known)
        facts = _facts(parts, opened, tips, serving, _Depth(now, limit, commits))
    finally:
        _stop(opened)
    gathered = Gathered(parts, tips, signals, serving, facts)
    return report_of(gathered, declared, allowed if len(targets) == declared else None, now)


def _open(parts: Sequence[Part], repositories: OpenRepository) -> dict[str, Repository | Problem]:
    """Every repository that is needed. One that cannot be read makes its targets unknown; none that can
    is an error of the whole run.
    """
    opened: dict[str, Repository | Problem] = {}
    failure: GitError | None = None
    for name in dict.fromkeys(origin.repository for _, origin in parts):
        try:
            opened[name] = repositories(name)
        except GitError as error:
            failure = error
            opened[name] = error.problem()
    if failure and all(isinstance(repository, Problem) for repository in opened.values()):
        raise failure
    return opened


def _begin(
    parts: Sequence[Part],
    opened: Mapping[str, Repository | Problem],
    tips: Sequence[Expected | Problem],
) -> None:
    """Let repositories begin with what takes long, beside the reading of sources."""
    closures: dict[tuple[str, str], list[Closure]] = {}
    for (_, origin), tip in zip(parts, tips, strict=True):
        if isinstance(tip, Expected):
            closures.setdefault((origin.repository, tip.commit), []).append(origin.closure)
    for (name, commit), held in closures.items():
        repository = opened[name]
        if not isinstance(repository, Problem):
            repository.begin(commit, held)


def _stop(opened: Mapping[str, Repository | Problem]) -> None:
    for repository in opened.values():
        if not isinstance(repository, Problem):
            repository.stop()


def _signals(
    parts: Sequence[Part],
    opened: Mapping[str, Repository | Problem],
    sources: MakeSource,
    beside: Sequence[Beside],
    make_object: MakeObject | None,
    progress: Progress | None,
) -> tuple[list[tuple[Signal, ...]], list[Signal]]:
    """What each part's sources say, and what the objects beside their code are: all asked at once."""
    asks = [
        Ask(target, origin, spec.kind, sources(target, origin, spec), opened[origin.repository])
        for target, origin in parts
        for spec in origin.sources
    ]
    asks += [
        Ask(target, origin, "object", make_object(one), opened[origin.repository])
        for target, origin, one in beside
        if make_object
    ]
    answers = iter(read_all(asks, progress=progress))
    return [tuple(next(answers) for _ in origin.sources) for _, origin in parts], [*answers]


def _beside(parts: Sequence[Part]) -> list[Beside]:
    """The objects that are declared beside the code."""
    if not any(target.settings for target, _ in parts):
        return []
    from unshipped.app.settings import objects  # noqa: PLC0415 - few targets declare their settings

    return objects(parts)


def _held(
    parts: Sequence[Part], serving: list[Serving], beside: Sequence[Beside], said: Sequence[Signal]
) -> list[Serving]:
    if not beside:
        return serving
    from unshipped.app.settings import held  # noqa: PLC0415 - as above

    return held(parts, serving, beside, said)


def _facts(
    parts: Sequence[Part],
    opened: Mapping[str, Repository | Problem],
    tips: Sequence[Expected | Problem],
    serving: Sequence[Serving],
    depth: _Depth,
) -> list[dict[str, Facts | Problem]]:
    """What history says about each part, by the commit that serves; one walk for each tip."""
    asked: dict[tuple[str, str], list[tuple[int, Question]]] = {}
    for at, ((_, origin), tip, one) in enumerate(zip(parts, tips, serving, strict=True)):
        if isinstance(tip, Expected) and not one.problem:
            mine = asked.setdefault((origin.repository, tip.commit), [])
            mine += [(at, Question(origin.closure, served.commit)) for served in one.served]
    facts: list[dict[str, Facts | Problem]] = [{} for _ in parts]
    for (name, tip_commit), questions in asked.items():
        repository = opened[name]
        if isinstance(repository, Problem):
            continue
        answers = _asked(repository, tip_commit, [question for _, question in questions], depth)
        for (at, question), answer in zip(questions, answers, strict=True):
            facts[at][question.deployed] = answer
    return facts


def _asked(
    repository: Repository, tip: str, questions: Sequence[Question], depth: _Depth
) -> Sequence[Facts | Problem]:
    try:
        return repository.measure(tip, questions, now=depth.now, limit=depth.limit, commits=depth.commits)
    except GitError as error:
        return [error.problem()] * len(questions)
