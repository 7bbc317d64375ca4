"""Which revisions serve, read anew, and whether they are those that were deployed."""

from __future__ import annotations

from collections.abc import Sequence

from unshipped.app.crew import Crew
from unshipped.app.read import Ask, read_all
from unshipped.app.serving import served
from unshipped.core.model import Origin, Problem, Sign, Target
from unshipped.core.recipe import Identity, Recipe
from unshipped.core.rollout import Step, Went
from unshipped.core.signals import Serving
from unshipped.errors import GitError, StoreError
from unshipped.ports import Repository
from unshipped.ports.deploying import Order, Probed, Progress

_SECONDS = 60.0
_NEAR = 0.02
"""By how much the shares of the traffic may differ from what was asked for."""


def serving(crew: Crew, targets: Sequence[Target]) -> list[Serving]:
    """What each of them serves: all sources are asked at once. A repository that cannot be read is told of
    its own targets alone.
    """
    parts = [(target, target.origins[0]) for target in targets]
    opened = {name: _opened(crew, name) for name in {origin.repository for _, origin in parts}}
    asks = [
        Ask(target, origin, spec.kind, crew.source(target, origin, spec), opened[origin.repository])
        for target, origin in parts
        for spec in origin.sources
    ]
    answers = iter(read_all(asks, seconds=_SECONDS))
    signals = [tuple(next(answers) for _ in origin.sources) for _, origin in parts]
    found: dict[int, Serving] = {}
    for name in opened:
        mine = [at for at, (_, origin) in enumerate(parts) if origin.repository == name]
        try:
            seen = served([parts[at] for at in mine], opened, [signals[at] for at in mine])
        except GitError as error:
            seen = [Serving(problem=error.problem())] * len(mine)
        found |= zip(mine, seen, strict=True)
    return [found[at] for at in range(len(parts))]


def _opened(crew: Crew, name: str) -> Repository | Problem:
    try:
        return crew.repository(name)
    except GitError as error:
        return error.problem()


def only(found: Serving) -> str:
    """The one commit that serves; empty where it is not known, or where several do."""
    commits = {one.commit for one in found.served}
    return commits.pop() if len(commits) == 1 and not found.problem else ""


def prove(
    crew: Crew, target: Target, step: Step, rest: str, asked: Identity, progress: Progress
) -> Probed | None:
    """Look until it serves as it should, for as long as that is waited for. None where somebody wants it
    ended. `rest` is what the other part of the traffic goes to.
    """
    looks, seen, spent = 0, Probed(Went.COULD_NOT, "nobody looked"), 0.0
    while True:
        before = crew.clock()
        seen = fits(serving(crew, [target])[0], step, rest)
        looks = looks + 1 if seen.went is Went.PASSED else 0
        if looks >= asked.times:
            return seen
        spent += max(0.0, (crew.clock() - before).total_seconds())
        if seen.went is not Went.PASSED and spent >= asked.within:
            return seen
        if progress.cancelled():
            return None
        crew.pause(asked.every)
        spent += asked.every


def fits(found: Serving, step: Step, rest: str) -> Probed:
    """Whether what serves is what the step says."""
    if found.problem:
        return Probed(Went.COULD_NOT, f"nobody knows what serves: {found.problem.message}")
    shares: dict[str, float] = {}
    for one in found.served:
        shares[one.commit] = shares.get(one.commit, 0.0) + one.share
    told = ", ".join(
        f"{commit[:9]}{f' ({share:.0%})' if len(shares) > 1 else ''}" for commit, share in shares.items()
    )
    if any(one.dirty for one in found.served):
        return Probed(Went.FAILED, f"{told} serves, built from a tree with uncommitted changes")
    own, others = shares.pop(step.commit, 0.0), set(shares)
    if step.share >= 1:
        fine = bool(own) and not others
    else:
        fine = abs(own - step.share) <= _NEAR and others <= {rest or step.commit}
    if not fine:
        return Probed(Went.FAILED, f"{told} serves")
    if young := [one.message for one in found.remarks if one.sign is Sign.COMMIT_AFTER_DEPLOY]:
        return Probed(Went.COULD_NOT, f"{told} is said to serve, but {young[0]}")
    return Probed(Went.PASSED, f"{told} serves")


def probe(crew: Crew, recipe: Recipe, order: Order, name: str, progress: Progress) -> Probed | None:
    """What the check of that name says. None where somebody wants it ended."""
    if name not in dict((*recipe.before, *recipe.checks)):
        return Probed(Went.COULD_NOT, f"no check {name!r} is declared any more")
    try:
        probed = crew.check(recipe, name).probe(order, progress)
    except StoreError:
        raise
    except Exception as error:  # a check of a third party must not keep anything from ending
        probed = Probed(Went.COULD_NOT, f"{type(error).__name__}: {error}")
    return None if progress.cancelled() and probed.went is not Went.PASSED else probed


def origin_of(target: Target) -> Origin | str:
    """The origin that is deployed; why there is none, where a service is fed by several repositories."""
    if len(target.origins) != 1:
        return (
            "it is fed by several repositories, and no deploy brings several commits at once: "
            "declare each repository's part as a service of its own"
        )
    return target.origins[0]
