"""What every kind of check keeps to, as something that the tests of any package can run.

assert breaches(make) == []
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic
from typing import Protocol

from unshipped.core.rollout import Went
from unshipped.platforms.trials import SECRET, SOON, Watcher, unlike_settings
from unshipped.ports.deploying import Check, Order

__all__ = [
    "COMMIT",
    "ORDER",
    "RULES",
    "SECRET",
    "Make",
    "Rule",
    "Scene",
    "Watcher",
    "breaches",
]

COMMIT = "eb7ce85b6f7b5b3f0a4b3d9f1c2e3d4c5b6a7988"
ORDER = Order("rollout-1", 3, "api", "production", COMMIT)


class Scene(Protocol):
    """Something to probe, made for one test. All is right there until it is said otherwise."""

    def check(self, timeout: float) -> Check:
        """One that probes it; whatever secret it holds is `SECRET`."""
        ...

    def spoil(self) -> None:
        """From now on, it is definitely not as it should be, with `SECRET` in what it says."""
        ...

    def hide(self) -> None:
        """From now on, it cannot be looked at: it is silent."""
        ...


Make = Callable[[], Scene]
Rule = Callable[[Make], Iterator[str]]


def breaches(make: Make) -> list[str]:
    """Every rule that is broken, as a sentence; none where all are kept."""
    return [said for rule in RULES for said in rule(make)]


def it_is_a_value_with_described_settings(make: Make) -> Iterator[str]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - whoever only reads the tables needs none of it

    kind: type = type(make().check(30))
    yield from unlike_settings(kind)
    for name, setting in TypeAdapter(kind).json_schema().get("properties", {}).items():
        if not setting.get("description"):
            yield f"setting {name} is not described in the class itself"


def it_tells_three_answers_apart(make: Make) -> Iterator[str]:
    for name, wanted in (("right", Went.PASSED), ("wrong", Went.FAILED), ("silent", Went.COULD_NOT)):
        scene = make()
        if wanted is Went.FAILED:
            scene.spoil()
        elif wanted is Went.COULD_NOT:
            scene.hide()
        check, watcher = scene.check(2 if wanted is Went.COULD_NOT else 30), Watcher()
        began = monotonic()
        said = check.probe(ORDER, watcher)
        if said.went is not wanted:
            yield f"where all is {name} it says {said.went.value}: {said.detail}"
        if not said.detail or not said.detail.isprintable() or len(said.detail) > 500:
            yield f"where all is {name} it does not say what it saw in one short line"
        if SECRET in "".join((said.detail, repr(check), *watcher.lines)):
            yield f"where all is {name} it shows a secret"
        if wanted is Went.COULD_NOT and monotonic() - began > 2 + SOON:
            yield f"it waits for {monotonic() - began:.1f} s where its timeout is 2 s"


def it_ends_where_somebody_wants_it(make: Make) -> Iterator[str]:
    scene = make()
    scene.hide()
    began = monotonic()
    said = scene.check(30).probe(ORDER, Watcher(patience=0.5))
    if said.went is not Went.COULD_NOT:
        yield f"cancelled, it says {said.went.value}"
    if monotonic() - began > SOON:
        yield f"cancelled, it went on for {monotonic() - began:.1f} s"


RULES: tuple[Rule, ...] = (
    it_is_a_value_with_described_settings,
    it_tells_three_answers_apart,
    it_ends_where_somebody_wants_it,
)
