"""What every kind of deployer keeps to, as something that the tests of any package can run.

assert breaches(make) == []
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator
from functools import partial
from time import monotonic
from typing import Protocol

from unshipped.errors import DeployError
from unshipped.platforms.trials import SECRET, SOON, Watcher, unlike_settings
from unshipped.ports.deploying import Deployer, Order

__all__ = [
    "GONE",
    "NEW",
    "OLD",
    "ORDER",
    "RULES",
    "SECRET",
    "Make",
    "Rule",
    "Stage",
    "Watcher",
    "breaches",
]

OLD = "0c2a1f9e8d7c6b5a4938271605f4e3d2c1b0a998"
"""The commit that serves when a stage is made."""
NEW = "eb7ce85b6f7b5b3f0a4b3d9f1c2e3d4c5b6a7988"
"""One that can be brought."""
GONE = "deadbeef6f7b5b3f0a4b3d9f1c2e3d4c5b6a7988"
"""One that can not: it was never built, or was cleaned away."""

ORDER = Order("rollout-1", 0, "api", "production", NEW, before=OLD)


class Stage(Protocol):
    """A place to deploy to, made for one test. `OLD` serves there."""

    def deployer(self, timeout: float) -> Deployer:
        """One that deploys there; whatever secret it holds is `SECRET`."""
        ...

    def share(self, commit: str) -> float:
        """How much of the traffic a commit has."""
        ...

    def begun(self) -> int:
        """How many deploys were begun there."""
        ...

    def stall(self) -> None:
        """From now on, what is begun there never ends."""
        ...

    def refuse(self) -> None:
        """From now on, it says no, with `SECRET` in what it says."""
        ...

    def lose(self) -> bool:
        """From now on, nobody is known who could ask; not where nobody has to be."""
        ...


Make = Callable[[], Stage]
Rule = Callable[[Make], Iterator[str]]


def breaches(make: Make) -> list[str]:
    """Every rule that is broken, as a sentence; none where all are kept."""
    return [said for rule in RULES for said in rule(make)]


def it_is_a_value_with_described_settings(make: Make) -> Iterator[str]:
    yield from unlike_settings(type(make().deployer(60)))


def it_brings_a_commit_once(make: Make) -> Iterator[str]:
    stage, watcher = make(), Watcher()
    made = stage.deployer(60)
    for attempt in ("asked", "asked again for the same order"):
        if error := _raised(lambda: made.bring(ORDER, watcher)):
            yield f"{attempt}, it raises {error!r}"
        if stage.share(NEW) != 1 or stage.share(OLD) != 0:
            yield f"{attempt}, the commit has {stage.share(NEW):.0%} of the traffic"
    if stage.begun() != 1:
        yield f"asked twice for the same order, it deploys {stage.begun()} times"
    if any(SECRET in line for line in watcher.lines) or SECRET in repr(made):
        yield "it shows a secret"


def it_goes_back(make: Make) -> Iterator[str]:
    stage = make()
    made = stage.deployer(60)
    made.bring(ORDER, Watcher())
    back = ORDER._replace(number=7, commit=OLD, before=NEW)
    if error := _raised(lambda: made.bring(back, Watcher())):
        yield f"on the way back it raises {error!r}"
    if stage.share(OLD) != 1:
        yield f"on the way back the old commit has {stage.share(OLD):.0%} of the traffic"


def it_gives_shares_or_says_that_it_can_not(make: Make) -> Iterator[str]:
    stage = make()
    made = stage.deployer(60)
    if not made.shares:
        for step in (
            lambda: made.bring(ORDER._replace(share=0.0), Watcher()),
            lambda: made.shift(ORDER._replace(share=0.25), Watcher()),
        ):
            error = _raised(step)
            if not isinstance(error, DeployError) or not error.certain or "share" not in error.message:
                yield f"it has no shares, and was asked for one: it is to refuse, and gave {error!r}"
        if stage.begun() or stage.share(OLD) != 1:
            yield "it has no shares, and changed something when asked for one"
        return
    made.bring(ORDER._replace(share=0.0), Watcher())
    if stage.share(NEW) != 0 or stage.share(OLD) != 1:
        yield f"brought without traffic, the commit has {stage.share(NEW):.0%} of it"
    for number, share in enumerate((0.25, 0.25, 1.0), 1):
        made.shift(ORDER._replace(number=number, share=share), Watcher())
        if abs(stage.share(NEW) - share) > 0.001 or abs(stage.share(OLD) - (1 - share)) > 0.001:
            yield f"given {share:.0%}, it has {stage.share(NEW):.0%} and the other {stage.share(OLD):.0%}"
    if stage.begun() != 1:
        yield f"shifting deploys again: {stage.begun()} times"


def it_ends_where_somebody_wants_it(make: Make) -> Iterator[str]:
    for name, timeout, patience in (("cancelled", 60.0, 0.5), ("late", 1.0, float("inf"))):
        stage = make()
        stage.stall()
        made, began = stage.deployer(timeout), monotonic()
        error = _raised(partial(made.bring, ORDER, Watcher(patience)))
        if not isinstance(error, DeployError) or error.certain:
            yield f"{name}, it is to say that nobody knows, and gave {error!r}"
        if monotonic() - began > SOON:
            yield f"{name}, it went on for {monotonic() - began:.1f} s: {error!r}"


def it_begins_nothing_only_to_end_it(make: Make) -> Iterator[str]:
    """Who began before may have died before anything was asked for, and somebody wants it ended since."""
    for brought in (False, True):
        stage = make()
        made = stage.deployer(60)
        step = partial(made.bring, ORDER, Watcher(-1))
        if brought and not made.shares:
            return
        if brought:
            made.bring(ORDER._replace(share=0.0), Watcher())
            step = partial(made.shift, ORDER._replace(number=1), Watcher(-1))
        error, begun = _raised(step), stage.begun()
        if not isinstance(error, DeployError) or (error.certain and not error.early):
            yield f"cancelled before it began, it is to say that nobody knows, and gave {error!r}"
        if begun != brought or stage.share(OLD) != 1:
            yield "cancelled before it began, it begins all the same"


def it_says_what_was_refused(make: Make) -> Iterator[str]:
    stage = make()
    made = stage.deployer(60)
    stage.refuse()
    yield from _told(_raised(lambda: made.bring(ORDER, Watcher())), "refused")


def it_says_who_is_missing(make: Make) -> Iterator[str]:
    stage = make()
    made = stage.deployer(60)
    if not stage.lose():
        return
    error = _raised(lambda: made.bring(ORDER, Watcher()))
    yield from _told(error, "without credentials")
    if stage.begun():
        yield "without credentials it deploys"


def it_knows_what_it_still_has(make: Make) -> Iterator[str]:
    stage = make()
    made = stage.deployer(60)
    for commit, there in ((OLD, True), (NEW, True), (GONE, False)):
        try:
            why = made.still_has("api", "production", commit)
        except DeployError as error:
            yield f"asked for one that is {'there' if there else 'gone'}, it raises {error!r}"
        else:
            if bool(why) is there:
                yield f"asked for one that is {'there' if there else 'gone'}, it says {why!r}"
    if stage.begun() or stage.share(OLD) != 1:
        yield "it changes something when it is only asked"


RULES: tuple[Rule, ...] = (
    it_is_a_value_with_described_settings,
    it_brings_a_commit_once,
    it_goes_back,
    it_gives_shares_or_says_that_it_can_not,
    it_ends_where_somebody_wants_it,
    it_begins_nothing_only_to_end_it,
    it_says_what_was_refused,
    it_says_who_is_missing,
    it_knows_what_it_still_has,
)


def _told(error: Exception | None, what: str) -> Iterator[str]:
    if not isinstance(error, DeployError) or not error.certain:
        yield f"{what}, it is to raise a DeployError that is certain, and gave {error!r}"
    elif not error.message.isprintable() or len(error.message) > 500:
        yield f"{what}, its message is not one short line that prints"
    if error and SECRET in "".join(traceback.format_exception(error)):
        yield f"{what}, its error shows a secret"


def _raised(step: Callable[[], object]) -> Exception | None:
    try:
        step()
    except Exception as error:  # noqa: BLE001 - what it raises is what is asked
        return error
    return None
