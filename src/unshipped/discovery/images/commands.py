"""Which files of an image its command starts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from unshipped.discovery.images.dockerfile import Stage, Step
from unshipped.discovery.images.ground import Met, Started
from unshipped.discovery.images.programs import Terminal
from unshipped.discovery.images.shell import commands
from unshipped.discovery.images.stages import within
from unshipped.discovery.images.variables import is_unknown
from unshipped.discovery.layout import Layout


class Start(NamedTuple):
    """What an image starts."""

    entries: tuple[str, ...] = ()
    """The run-time paths of the files; with those that its build and its health check run."""
    roots: tuple[str, ...] = ()
    """The run-time directories in which their modules were found."""
    doubt: tuple[int, str] | None = None
    """Where that is not known: the line, and why."""


def started(layout: Layout, line: Sequence[Stage], workdir: str) -> Start:
    """The files that an image starts, as far as its command tells."""
    steps = _command(line)
    if not steps:
        return Start(doubt=(0, "neither ENTRYPOINT nor CMD says what is started"))
    environment = {name: value for name, value in line[-1].environment.items() if not is_unknown(value)}
    met = Met()
    found = _run(Terminal(layout, workdir, environment, met), steps)
    if not found:
        return Start(doubt=(steps[0].line, f"what {steps[0].text[:80]!r} starts is not known"))
    found += _beside(layout, line, environment)
    return Start(tuple(dict.fromkeys(found)), tuple(met.roots))


def command_words(line: Sequence[Stage]) -> frozenset[str]:
    """Every word of what is started, the parts of paths and modules apart."""
    return frozenset(word for step in _command(line) for word in re.split(r"\W+", step.text) if word)


def _command(line: Sequence[Stage]) -> list[Step]:
    """The ENTRYPOINT and CMD that hold together at the end."""
    entrypoint: Step | None = None
    command: Step | None = None
    for stage in line:
        own: Step | None = None
        for step in stage.steps:
            if step.name == "CMD":
                command = own = step
            elif step.name == "ENTRYPOINT":
                # It does away with the command of what the stage is built on.
                entrypoint, command = step, own
    if entrypoint and entrypoint.words and not entrypoint.is_json:
        command = None  # a shell that is given more words ignores them
    return [step for step in (entrypoint, command) if step and step.words]


def _run(terminal: Terminal, steps: Sequence[Step]) -> Started:
    if len(steps) == 1 and not steps[0].is_json:
        return terminal.text(steps[0].words[0])
    words = [word for step in steps for word in _words(step)]
    return terminal.command(words)


def _words(step: Step) -> list[str]:
    """The words of an exec form; those of a CMD in shell form behind an ENTRYPOINT are a shell's."""
    return list(step.words) if step.is_json else ["/bin/sh", "-c", step.words[0]]


def _beside(layout: Layout, line: Sequence[Stage], environment: dict[str, str]) -> list[str]:
    """What RUN and HEALTHCHECK start of the image's own files, as far as that can be told."""
    found: list[str] = []
    met = Met()
    workdir: str | None = ""
    for stage in line:
        for step in stage.steps:
            if step.name == "WORKDIR":
                workdir = within(workdir, "".join(step.words[:1]))
            words = step.words[1:] if step.name == "HEALTHCHECK" else step.words
            if step.name not in ("RUN", "HEALTHCHECK") or not words or workdir is None:
                continue
            for one in [list(words)] if step.is_json else commands(words[0], environment) or ():
                found += Terminal(layout, workdir, environment, met).command(one) or ()
    return found
