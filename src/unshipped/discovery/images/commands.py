"""Which files of an image its command starts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from unshipped.core.value import Value
from unshipped.discovery.images.builds import built, runs
from unshipped.discovery.images.dockerfile import Stage, Step
from unshipped.discovery.images.ground import Met, Started
from unshipped.discovery.images.mentions import Mention, mentioned
from unshipped.discovery.images.programs import Terminal
from unshipped.discovery.images.script import run_commands
from unshipped.discovery.images.variables import is_unknown
from unshipped.discovery.layout import Layout

_PACKAGES = re.compile(r"(?:.*/)?(?:site|dist)-packages(?=/|$)")
_DISTROLESS = re.compile(r"(?:^|/)distroless/(nodejs|python3)\d*(?:-debian\d+)?(?:[:@]|\Z)")
_STARTERS = {"nodejs": "node", "python3": "python3"}
"""What these images start of themselves, with the words of CMD."""
_AT_START = ("sitecustomize", "usercustomize")
_TEXTS = {"CMD", "ENTRYPOINT", "RUN", "HEALTHCHECK"}


class Program(Value):
    """What an image runs."""

    layout: Layout
    """Where its files lie, with the places in which its modules are looked for."""
    entries: tuple[str, ...] = ()
    """The run-time paths of the files that are started; with those that its build and its health check run.
    Empty where that is not known.
    """
    mentions: tuple[Mention, ...] = ()
    read: tuple[str, ...] = ()
    """The files of the repository that were read for this."""
    is_partial: bool = False
    """Whether its build may have read anything."""
    doubts: tuple[tuple[int, str], ...] = ()
    """Where it is not known: the line, and why."""


def program_of(layout: Layout, line: Sequence[Stage], workdir: str) -> Program:
    """What an image runs, as far as its commands tell."""
    environment = {name: value for name, value in line[-1].environment.items() if not is_unknown(value)}
    installed = built(layout, line)
    search = (*layout.search, *installed.roots, *_packages(layout))
    layout = _searched(layout, search, anywhere=installed.anywhere)
    doubts = [installed.doubt] if installed.doubt else []
    entries, met, doubt = _started(layout, line, workdir, environment)
    if doubt:
        return Program(layout, is_partial=bool(doubts), doubts=(*doubts, doubt))
    # A program that is started in another directory looks for its modules there first.
    layout = _searched(layout, (*met.roots, *search), anywhere=installed.anywhere)
    mentions = [one for one in mentioned(layout, line, workdir, environment) if not _holds(one.at, entries)]
    entries += [*installed.entries, *_set_up(layout), *_sources(layout, mentions)]
    read = [found.path for path in installed.read if (found := layout.find(path))]
    unique = tuple(dict.fromkeys(entries))
    return Program(layout, unique, tuple(mentions), tuple(read), bool(doubts), tuple(doubts))


def _started(
    layout: Layout, line: Sequence[Stage], workdir: str, environment: dict[str, str]
) -> tuple[list[str], Met, tuple[int, str] | None]:
    """The files that the command starts, and those that the build and the health check do."""
    met = Met()
    steps = _command(line)
    if not steps:
        return [], met, (0, "neither ENTRYPOINT nor CMD says what is started")
    found = _run(Terminal(layout, workdir, environment, met), steps)
    if not found:
        return [], met, (steps[0].line, f"what {steps[0].text[:80]!r} starts is not known")
    return [*found, *beside(layout, line, environment)], met, None


def _searched(layout: Layout, search: Sequence[str], *, anywhere: bool) -> Layout:
    made = Layout(layout.snapshot, layout.mounts, tuple(dict.fromkeys(search)), layout.filled, layout.origins)
    made.anywhere = anywhere
    return made


def _packages(layout: Layout) -> list[str]:
    """The directories of installed modules that something was copied into."""
    found = (_PACKAGES.match(mount.at) for mount in layout.mounts)
    return [one[0] for one in found if one]


def _set_up(layout: Layout) -> list[str]:
    """What an interpreter runs of itself when it starts."""
    named = (f"{root}/{name}.py".strip("/") for root in layout.search for name in _AT_START)
    return [path for path in named if layout.find(path)]


def _holds(directory: str, entries: Sequence[str]) -> bool:
    """Whether a directory is named as the one that the program itself lies in."""
    return not directory or any(entry.startswith(f"{directory}/") for entry in entries)


def _sources(layout: Layout, mentions: Sequence[Mention]) -> list[str]:
    """The modules that are named: what is started may load them."""
    named = (
        path
        for one in mentions
        for path in ([one.at] if layout.find(one.at) else layout.below(one.at) * one.is_argument)
    )
    return [path for path in named if path.endswith(".py")]


def all_words(line: Sequence[Stage]) -> frozenset[str]:
    """Every word of its texts, the parts of paths and modules apart."""
    steps = [step for stage in line for step in stage.steps if step.name in _TEXTS]
    texts = [text for step in steps for text in (*step.words, *step.heredocs)]
    texts += line[-1].environment.values()
    return frozenset(word for text in texts for word in re.split(r"\W+", text) if word)


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
    found = [step for step in (entrypoint, command) if step and step.words]
    starter = _DISTROLESS.search(line[0].base)
    if starter and entrypoint is None and command and command.is_json and command.words:
        found.insert(0, command._replace(name="ENTRYPOINT", words=(_STARTERS[starter[1]],)))
    return found


def _run(terminal: Terminal, steps: Sequence[Step]) -> Started:
    if len(steps) == 1 and not steps[0].is_json:
        return terminal.text(steps[0].words[0])
    words = [word for step in steps for word in _words(step)]
    return terminal.command(words)


def _words(step: Step) -> list[str]:
    """The words of an exec form; those of a CMD in shell form behind an ENTRYPOINT are a shell's."""
    return list(step.words) if step.is_json else ["/bin/sh", "-c", step.words[0]]


def beside(layout: Layout, line: Sequence[Stage], environment: dict[str, str]) -> list[str]:
    """What RUN and HEALTHCHECK start of the image's own files, as far as that can be told."""
    found: list[str] = []
    met = Met()
    for step, workdir, _copied in runs(line, ("RUN", "HEALTHCHECK")):
        terminal = Terminal(layout, workdir, environment, met)
        for command in run_commands(layout, step, workdir, environment):
            found += terminal.starts(command) or ()
    return found
