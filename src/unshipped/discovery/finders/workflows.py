"""Workflows of GitHub: the actions of their steps, with matrices, reusable workflows and own actions
written out. Of what a step runs as shell text, only what it copies for these: the deploy commands read it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from unshipped.discovery.documents import Table, at, documents, table, tables, texts
from unshipped.discovery.finders._expressions import Context, combinations, filled, flat
from unshipped.discovery.finders._homes import Homes
from unshipped.discovery.finders.actions import action
from unshipped.discovery.finders.packages import Packages
from unshipped.discovery.finders.run_steps import commands_of, home_of, run_step
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Found, Place

_FILE = re.compile(r"^\.github/workflows/[^/]+\.ya?ml$")
_MOST_STEPS = 20_000
_DEEPEST = 6
_OUTPUTS = {"docker/metadata-action": ("images", "tags"), "aws-actions/amazon-ecs-render-task-definition": (
    "task-definition", "task-definition")}  # fmt: skip
"""Actions whose output another step takes: the input that it comes from, and what it is called."""


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """Every step that builds an image or deploys. What a called workflow does is found where it is called."""
    walk = _Walk(snapshot)
    for path in snapshot.below(".github/workflows"):
        if not _FILE.match(path):
            continue
        is_called = "workflow_call" in (at(_top(snapshot, path), "on") or ())
        for one in walk.workflow(path, {}, None, 0):
            # What a caller gives is not known here, and is where it is called.
            if isinstance(one, Found) or not is_called:
                yield one
        if walk.left < 0:
            yield Doubt(Place(path), f"workflows come to more than {_MOST_STEPS:,} steps: no more are read")
            return


def _top(snapshot: Snapshot, path: str) -> Table:
    return table(next(iter(documents(snapshot, path)), None))


class _Walk:
    """`place` is where a person wrote the call that leads here; None where nothing called."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.left = _MOST_STEPS
        """How many more jobs and steps are looked at."""

    def workflow(self, path: str, given: Context, place: Place | None, depth: int) -> Iterator[Found | Doubt]:
        """One workflow, started by itself or called with inputs."""
        top = _top(self._snapshot, path)
        for inputs in _inputs(table(top.get("on")), given):
            context = {**inputs, **dict(flat("env", table(top.get("env")), inputs))}
            for job in map(table, table(top.get("jobs")).values()):
                for one in combinations(job.get("strategy"), context):
                    self.left -= 1
                    if self.left < 0:
                        return
                    known = {**one, **dict(flat("env", table(job.get("env")), one))}
                    called = _local(job.get("uses"))
                    if called and depth < _DEEPEST:
                        here = place or Place(path, job.lines.get("uses", 0))
                        yield from self.workflow(called, _given(job, known), here, depth + 1)
                    elif isinstance(job.get("uses"), str):
                        yield from self._called(job, known, place or Place(path, job.lines.get("uses", 0)))
                    home = home_of(job, home_of(top, ""))
                    yield from self._steps(path, tables(job.get("steps")), known, place, depth, home)

    def _called(self, job: Table, context: Context, place: Place) -> Iterator[Found | Doubt]:
        """What a workflow of others does, which takes inputs as an action does."""
        given = {name: filled(value, context).strip() for name, value in table(job.get("with")).items()}
        yield from action(self._snapshot, job["uses"], given, place, Packages(Homes(self._snapshot)))

    def _steps(
        self,
        path: str,
        steps: Sequence[Table],
        context: Context,
        place: Place | None,
        depth: int,
        home: str = "",
    ) -> Iterator[Found | Doubt]:
        known, homes = dict(context), Homes(self._snapshot)
        packages = Packages(homes)
        for step in steps:
            self.left -= 1
            if self.left < 0:
                return
            uses, inputs = step.get("uses"), table(step.get("with"))
            here = {**known, **dict(flat("env", table(step.get("env")), known))}
            if not isinstance(uses, str):
                text = run_step(step, "run", here, home_of(step, home))
                packages.wait(text.text, partial(commands_of, text, homes))
                continue
            known.update(_output(step, uses, inputs, here))
            at_step = place or Place(path, step.lines.get("uses", 0))
            given = {name: filled(value, here).strip() for name, value in inputs.items()}
            yield from action(self._snapshot, uses, given, at_step, packages)
            yield from self._own(uses, _given(step, here), at_step, depth)

    def _own(self, uses: str, given: Context, place: Place, depth: int) -> Iterator[Found | Doubt]:
        """The steps of an action of the repository itself."""
        directory = _local(uses)
        for name in ("action.yml", "action.yaml"):
            path = f"{directory}/{name}"
            if directory and path in self._snapshot.entries and depth < _DEEPEST:
                top = _top(self._snapshot, path)
                context = next(iter(_inputs(Table({"workflow_call": top}), given)))
                yield from self._steps(path, tables(at(top, "runs", "steps")), context, place, depth + 1)


def _local(uses: Any) -> str:
    """The path in this repository of what is called; empty where it is somebody else's."""
    return inside("", uses) or "" if isinstance(uses, str) and uses.startswith("./") else ""


def _inputs(on: Table, given: Context) -> Iterator[Context]:
    """The inputs of a workflow: as they are given, else their defaults. One that a person chooses from a
    list is each of its options.
    """
    context: dict[str, str] = {}
    choices: dict[str, list[str]] = {}
    for event in ("workflow_call", "workflow_dispatch"):
        for name, setting in table(table(on.get(event)).get("inputs")).items():
            context.update(flat(f"inputs.{name}", table(setting).get("default"), {}))
            if options := texts(table(setting).get("options")):
                choices[name] = options
    context |= given
    if given or not choices:
        yield context
        return
    for one in combinations(Table({"matrix": Table(choices)}), {}):
        chosen = {name.removeprefix("matrix."): value for name, value in one.items()}
        yield {**context, **{f"{kind}.{name}": value for name, value in chosen.items()
                             for kind in ("inputs", "github.event.inputs")}}  # fmt: skip


def _given(caller: Table, context: Context) -> Context:
    return dict(flat("inputs", table(caller.get("with")), context))


def _output(step: Table, uses: str, inputs: Table, context: Context) -> Iterator[tuple[str, str]]:
    source, output = _OUTPUTS.get(uses.partition("@")[0].lower(), ("", ""))
    name = step.get("id")
    if source and isinstance(name, str):
        yield f"steps.{name}.outputs.{output}", filled(inputs.get(source), context)
