"""What `turbo prune` leaves of a workspace: the packages that it is asked for, and those that these declare.

Whoever builds of what it leaves has no file of another package: no text that names one leads anywhere there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from unshipped.discovery.images.dockerfile import Step
from unshipped.discovery.images.node import MANAGERS
from unshipped.discovery.images.script import directory_of, program_of, run_commands
from unshipped.discovery.images.stages import holding, within
from unshipped.discovery.images.workspace import Workspace
from unshipped.discovery.languages.javascript.settings import within as lies_in
from unshipped.discovery.layout import Layout
from unshipped.discovery.shell import Command, is_known

_RUNNERS = MANAGERS | {"bun", "bunx", "exec", "dlx", "x"}
_TURBO = re.compile(r"(?:.*/)?turbo(?:@.+)?")
_QUIET = {
    *("apt", "apt-get", "apk", "yum", "dnf", "microdnf", "corepack", "curl", "wget", "rm", "mkdir", "echo"),
    *("update-ca-certificates", "true"),
}
"""Programs that put no file of the repository anywhere."""
_SETS_UP = {"-g", "--global", "global", "config", "set", "enable", "prepare"}
"""Words with which a package manager installs a program or is set up, and nothing of the repository."""

_Pruned = tuple[frozenset[str], str]
"""Packages that are asked for, and where what is left for them is put."""


def pruned(
    layout: Layout, runs: Sequence[tuple[Step, str]], taken: Iterable[str], workspace: Workspace
) -> frozenset[str] | None:
    """The packages of which a stage that prunes has something for those who take from it; None where it does
    anything else with its files, or something else is taken.
    """
    if not any("prune" in text for step, _ in runs for text in step.words):
        return None
    prunes = _prunes(layout, runs, workspace)
    beside = _beside(layout, taken, [place for _, place in prunes], workspace) if prunes else None
    if beside is None:
        return None
    return workspace.declared(unit for units, _ in prunes for unit in units) | beside


def _prunes(layout: Layout, runs: Sequence[tuple[Step, str]], workspace: Workspace) -> list[_Pruned]:
    """What is pruned; nothing where anything else is done, or it is not known what."""
    prunes: list[_Pruned] = []
    for step, workdir in runs:
        for command in run_commands(layout, step, workdir, step.variables):
            words = _prune(command)
            found = None if words is None else _asked(words, directory_of(command), workspace)
            if found:
                prunes.append(found)
            elif words is not None or not _is_quiet(command):
                return []
    return prunes


def _beside(
    layout: Layout, taken: Iterable[str], places: Sequence[str], workspace: Workspace
) -> frozenset[str] | None:
    """The packages of which single files are taken beside what is left; None where more than that is."""
    units = set[str]()
    for path in taken:
        place = holding(path)
        if any(lies_in(place, one) for one in places):
            continue
        if not layout.find(place):
            return None
        if unit := workspace.unit(place):
            units.add(unit)
    return frozenset(units)


def _prune(command: Command) -> list[str] | None:
    """The words behind `turbo prune`; None where it is another command."""
    for at, word in enumerate(command.words):
        if _TURBO.fullmatch(word):
            words = list(command.words[at + 1 :])
            name = next((one for one in words if not one.startswith("-")), "")
            return [one for one in words if one != name] if name == "prune" else None
        if word not in _RUNNERS and not word.startswith("-"):
            break
    return None


def _asked(words: Sequence[str], directory: str | None, workspace: Workspace) -> _Pruned | None:
    """The packages that it is asked for, and where it puts what is left; None where either is not known."""
    if directory is None or directory != workspace.root or not all(map(is_known, words)):
        return None
    out, names = "out", list[str]()
    for option, value in _options(words):
        if option == "--out-dir":
            out = value
        elif option in ("", "--scope"):
            names.append(value)
    units = [workspace.called(name) for name in names]
    place = within(directory, out)
    # What lies among the packages may be one of them.
    if not place or not names or not all(units) or workspace.unit(place) or place == directory:
        return None
    return frozenset().union(*units), place


def _options(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each option with its value, and each plain word with none."""
    waiting = iter(words)
    for word in waiting:
        name, given, value = word.partition("=")
        if not word.startswith("-"):
            yield "", word
        elif given:
            yield name, value
        else:
            yield name, next(waiting, "") if name in ("--scope", "--out-dir") else ""


def _is_quiet(command: Command) -> bool:
    program = program_of(command)
    return program in _QUIET or (program in _RUNNERS and not _SETS_UP.isdisjoint(command.words[1:]))
