"""How often each way of drawing a map would have been wrong, over the landings of a real history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from unshipped.core import words
from unshipped.core.counting.summary import Row, Section
from unshipped.core.history.retrace import Reach
from unshipped.core.value import Value

HEAD = "every landing"
IMAGE = "the image"
REACHED = "what is reached in it"
"""Imports narrow an image: what is copied in and reached by nothing is left out, and not missed."""


class Score(Value):
    """One way, over pairs of a service and a landing that touched it."""

    right: int
    false: int
    """Called touched, and nothing of its content changed."""
    missed: int
    """Not called, though content changed."""


def touched(reach: Reach, landings: int) -> frozenset[int]:
    """The places of the landings that change what the closure was then, of so many that count."""
    return frozenset(
        touch.place
        for touch in reach.touches
        if touch.place < landings
        and any(
            edit.stages & (reach.stage(touch.place) | reach.stage(touch.place - 1)) for edit in touch.edits
        )
    )


def scores(ways: Mapping[str, Sequence[Reach]], truth: Sequence[Reach], landings: int) -> dict[str, Score]:
    """Each way held against the content of what is really built in; one reach for each service, in order."""
    real = [touched(reach, landings) for reach in truth]
    called = {HEAD: [frozenset(range(1, landings))] * len(real)}
    called |= {name: [touched(reach, landings) for reach in reaches] for name, reaches in ways.items()}
    return {name: _score(found, real) for name, found in called.items()}


def _score(called: Sequence[frozenset[int]], real: Sequence[frozenset[int]]) -> Score:
    pairs = list(zip(called, real, strict=True))
    return Score(
        right=sum(len(one & other) for one, other in pairs),
        false=sum(len(one - other) for one, other in pairs),
        missed=sum(len(other - one) for one, other in pairs),
    )


class Maps(Value):
    """The rates of one repository."""

    scores: Mapping[str, Score]
    services: int
    landings: int
    called: Mapping[str, Mapping[str, Sequence[str]]] = {}
    """For each way but the one that calls every landing: by service, the landings that it calls."""


def section(found: Maps) -> Section:
    """The same as a part of a report."""
    told = (
        f"Held against what the images hold: {words.count(found.services, 'service')} that say how they are "
        f"built, {words.count(found.landings, 'landing')}."
    )
    return Section("How true each map is", tuple(_row(*one) for one in found.scores.items()), lines=(told,))


def _row(name: str, one: Score) -> Row:
    called, real = one.right + one.false, one.right + one.missed
    if name == REACHED:
        return Row(name, f"{called:,} calls", counted=f"{one.missed:,} of {real:,} changes reach nothing")
    false = f"{words.percent(one.false / called if called else None)} false"
    return Row(name, false, counted=f"{one.false:,} of {called:,} calls; {one.missed:,} of {real:,} missed")
