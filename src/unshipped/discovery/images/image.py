"""What one Dockerfile takes out of the repository, line by line, and where it puts it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from unshipped.core.model import Build
from unshipped.discovery.images.commands import command_words, started
from unshipped.discovery.images.copies import Copy, Taking, taken
from unshipped.discovery.images.dockerfile import Broken, Stage, Step, is_unknown, parse
from unshipped.discovery.images.ignore_file import find_ignore_file, ignore_file
from unshipped.discovery.layout import Layout, Mount
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Place


class Image(NamedTuple):
    """What ends up in an image, with its evidence."""

    copies: tuple[Copy, ...]
    layout: Layout
    """Where the files lie in the stage that is built."""
    builds: tuple[str, ...]
    """The files that say how it is built."""
    entries: tuple[str, ...] = ()
    """The run-time paths of the files that are started; empty where that is not known."""
    words: frozenset[str] = frozenset()
    """The words of the command: a file of such a name may be what is started."""
    ignore: tuple[str, ...] = ()
    """Patterns to subtract: what the ignore file keeps out."""
    compiled: bool = False
    """Whether the final stage takes files that another stage made: then its layout tells only a part."""
    doubts: tuple[Doubt, ...] = ()
    missing: tuple[tuple[Place, str], ...] = ()
    """Sources of a COPY that match nothing in this tree."""


def image_of(snapshot: Snapshot, build: Build) -> Image:
    """The image of a build. What cannot be known takes the whole context in, and says so."""
    text = snapshot.text(build.dockerfile)
    if text is None:
        return _everything(snapshot, build, 0, "it cannot be read as text")
    found = parse(text, dict(build.arguments))
    if isinstance(found, Broken):
        return _everything(snapshot, build, found.line, found.why)
    return _Reading(snapshot, build, found).image()


def _everything(snapshot: Snapshot, build: Build, line: int, why: str) -> Image:
    place = Place(build.dockerfile, line)
    context = build.context
    copy = Copy(place, (context or "**",), "the whole context, since the Dockerfile cannot be read", "")
    return Image(
        (copy,),
        Layout(snapshot, [Mount("", context)]),
        (build.dockerfile,),
        doubts=(Doubt(place, why, (context or "**",)),),
    )


class _Reading:
    """One Dockerfile, stage after stage, as far as the wanted one depends on them."""

    def __init__(self, snapshot: Snapshot, build: Build, stages: list[Stage]) -> None:
        self._snapshot, self._build, self._stages = snapshot, build, stages
        path = find_ignore_file(snapshot, build.dockerfile, build.context)
        self._ignore_path = path
        self._ignore = ignore_file((snapshot.text(path) or "") if path else "", build.context)
        self._names = {stage.name: at for at, stage in enumerate(stages) if stage.name}
        self._doubts: list[Doubt] = []
        self._copies: dict[int, list[Taking]] = {}
        self._inherited = [self._base(at) for at in range(len(stages))]

    def image(self) -> Image:
        last = self._wanted()
        needed = self._needed(last)
        taken_in = [one for at in sorted(needed) for one in self._copies[at]]
        recipe = tuple(path for path in (self._build.dockerfile, self._ignore_path) if path)
        line = self._line_of(last)
        layout = Layout(self._snapshot, self._mounts(line), self._search(line))
        entries, doubt = started(layout, [self._stages[at] for at in line], self._workdir(line))
        doubts = [*self._doubts, *(d for one in taken_in for d in one.doubts)]
        if doubt:
            doubts.append(Doubt(Place(self._build.dockerfile, doubt[0]), doubt[1]))
        return Image(
            copies=tuple(one.copy for one in taken_in if one.copy.paths),
            layout=layout,
            builds=recipe,
            entries=entries,
            words=command_words([self._stages[at] for at in line]),
            ignore=self._ignore.patterns(),
            compiled=any(one.made_elsewhere for at in line for one in self._copies[at]),
            doubts=tuple(doubts),
            missing=tuple((one.copy.place, source) for one in taken_in for source in one.missing),
        )

    def _wanted(self) -> int:
        target = self._build.target.lower()
        if not target:
            return len(self._stages) - 1
        if target in self._names:
            return self._names[target]
        if target.isdecimal() and int(target) < len(self._stages):
            return int(target)
        place = Place(self._build.dockerfile)
        self._doubts.append(Doubt(place, f"there is no stage {target!r}; every stage counts"))
        for at in range(len(self._stages)):
            self._needed(at)
        return len(self._stages) - 1

    def _needed(self, wanted: int) -> set[int]:
        """The stages that one depends on, itself included; their copies are read on the way."""
        waiting, needed = [wanted], set(self._copies)
        while waiting:
            at = waiting.pop()
            if at in self._copies:
                needed.add(at)
                continue
            needed.add(at)
            self._copies[at] = self._read(at)
            others = {self._stage_named(one.made_elsewhere) for one in self._copies[at]}
            waiting += [one for one in (*others, self._inherited[at]) if one is not None and one != at]
        return needed

    def _base(self, at: int) -> int | None:
        """The earlier stage that a stage is built on."""
        base = self._names.get(self._stages[at].base.lower())
        return base if base is not None and base < at else None

    def _stage_named(self, name: str) -> int | None:
        if name.lower() in self._names:
            return self._names[name.lower()]
        return int(name) if name.isdecimal() and int(name) < len(self._stages) else None

    def _read(self, at: int) -> list[Taking]:
        """What the instructions of a stage take in."""
        stage, workdir = self._stages[at], self._workdir_before(at)
        found: list[Taking] = []
        base = self._inherited[at]
        # What a base stage has ONBUILD runs at the beginning of the stage that is built on it.
        for step in (*_on_build(self._stages[base] if base is not None else None), *stage.steps):
            if step.name == "WORKDIR" and step.words:
                workdir = _within(workdir, step.words[0])
            else:
                found += taken(self._snapshot, self._build, self._ignore, step, stage.name, workdir)
        if is_unknown(stage.base) and self._names:
            place = Place(self._build.dockerfile, stage.line)
            self._doubts.append(Doubt(place, f"the base {stage.base!r} is not known; it may be any stage"))
        return found

    def _line_of(self, last: int) -> list[int]:
        """A stage and those that it is built on, the lowest first."""
        line, at = [last], self._inherited[last]
        while at is not None:
            line.append(at)
            at = self._inherited[at]
        return line[::-1]

    def _workdir_before(self, at: int) -> str:
        base = self._inherited[at]
        return self._workdir(self._line_of(base)) if base is not None else ""

    def _workdir(self, line: list[int]) -> str:
        workdir = ""
        for at in line:
            for step in self._stages[at].steps:
                if step.name == "WORKDIR" and step.words:
                    workdir = _within(workdir, step.words[0])
        return workdir

    def _mounts(self, line: list[int]) -> list[Mount]:
        return [mount for at in line for one in self._copies[at] for mount in one.mounts]

    def _search(self, line: list[int]) -> list[str]:
        environment: Mapping[str, str] = self._stages[line[-1]].environment
        parts = [part for part in environment.get("PYTHONPATH", "").split(":") if part and "$" not in part]
        workdir = self._workdir(line)
        return list(dict.fromkeys([workdir, *(_within(workdir, part) for part in parts)]))


def _on_build(stage: Stage | None) -> list[Step]:
    """The instructions that a stage leaves to those that are built on it."""
    found = []
    for step in stage.steps if stage else ():
        words = step.text.split()[1:]
        if step.name == "ONBUILD" and words:
            found.append(step._replace(name=words[0].upper(), words=tuple(words[1:]), is_json=False))
    return found


def _within(workdir: str, path: str) -> str:
    """A run-time directory, from the working directory where it is relative."""
    if is_unknown(path):
        return workdir
    parts = [] if path.startswith("/") else workdir.split("/")
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(part for part in parts if part)
