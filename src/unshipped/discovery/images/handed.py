"""What an image takes over from stages that compile JavaScript: which of their sources that is made of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from unshipped.core.value import Value
from unshipped.discovery.images.builds import built
from unshipped.discovery.images.commands import beside
from unshipped.discovery.images.copies import Copy, Taking, behind, readable
from unshipped.discovery.images.dockerfile import Stage
from unshipped.discovery.images.rules import covering, is_pattern
from unshipped.discovery.images.stages import Stages, within
from unshipped.discovery.images.variables import is_unknown
from unshipped.discovery.languages.javascript.files import Files
from unshipped.discovery.languages.javascript.settings import PACKAGE, under
from unshipped.discovery.languages.javascript.settings import within as lies_in
from unshipped.discovery.languages.javascript.text import SUFFIXES
from unshipped.discovery.layout import Layout, Mount
from unshipped.discovery.snapshot import Snapshot

_COMPILES = re.compile(r"\b(npm|npx|yarn|pnpm|tsc)\b")
_WRITES = re.compile(r">(?!\s*(?:&|/dev/null\b))|(?<!<)<(?!<)")
_MOVES = re.compile(r"\b(?:cp|mv|ln|install|rsync|tar|unzip|bsdtar)\b")
_PATCHES = re.compile(r"patchedDependencies|\"patch:|[\"@](?:file|link|portal):")
_WORKSPACE = "pnpm-workspace.yaml"
_LIBRARIES = "node_modules"
_ALL = "so all that is copied counts"
_Doubt = tuple[int, str]


class Handed(Value):
    """The files of the other stages, each stage below a name that no path of an image begins with, and what
    of them lies in the image as it is.
    """

    mounts: tuple[Mount, ...] = ()
    passed: tuple[Copy, ...] = ()
    """What is taken as it is in the repository."""
    origins: tuple[tuple[str, str], ...] = ()
    """Places of the image, each with the place in a stage that it is copied from."""
    stages: frozenset[int] = frozenset()
    """Those whose commands are all understood."""
    entries: tuple[str, ...] = ()
    """What these commands run of the repository."""
    read: tuple[str, ...] = ()
    """The files of the repository that say what they mean."""
    made: tuple[Taking, ...] = ()
    """What is taken that is neither in the repository nor a library: it is made in its stage."""
    doubts: tuple[_Doubt, ...] = ()

    def unexplained(self, entries: Sequence[str], layout: Layout, line: int) -> _Doubt | None:
        """Why the image may load more of what these stages make than its entries lead to."""
        if not self.stages:
            return None
        sources = [entry for entry in entries if entry.startswith(_behind(""))]
        if len(self.made) > bool(sources):
            last = self.made[-1].copy
            return last.place.line, f"what {last.text[:80]!r} is made of is not known, {_ALL}"
        if not sources:
            return None
        own = (path for path in layout.below("") if not path.startswith(_behind("")))
        script = next((path for path in own if path.endswith(SUFFIXES)), None)
        why = f"/{script} lies beside what is compiled and may load any of it, {_ALL}"
        return (line, readable(why)) if script else None


def handed(
    snapshot: Snapshot, stages: Stages, takings: Mapping[int, Sequence[Taking]], line: Sequence[int]
) -> Handed:
    """What the stages of an image take over from others; nothing, with the reason, where these are not
    understood.
    """
    return _Reading(snapshot, stages, takings, line).handed()


class _Reading:
    def __init__(
        self, snapshot: Snapshot, stages: Stages, takings: Mapping[int, Sequence[Taking]], line: Sequence[int]
    ) -> None:
        self._snapshot, self._stages, self._takings, self._line = snapshot, stages, takings, line
        self._read: dict[str, None] = {}

    def handed(self) -> Handed:
        taken = [(one, self._stages.named(one.made_elsewhere)) for one in self._elsewhere(self._line)]
        tops = sorted({at for _, found in taken for at in found if not self._is_plain(at)})
        if not any(map(self._compiles, tops)):
            return Handed()
        layouts = {top: self._layout(top) for top in tops}
        wrong = [doubt for top in tops if (doubt := self._unread(top, layouts[top]))]
        wrong += [doubt for one, found in taken if (doubt := self._unplaced(one, found, tops))]
        if wrong:
            return Handed(read=tuple(self._read), doubts=(wrong[0],))
        mounts = [mount for top in tops for mount in _moved(layouts[top].mounts, "", _behind(top))]
        origins, made, passed = list[tuple[str, str]](), list[Taking](), list[Copy]()
        for one, found in ((one, found[0]) for one, found in taken if found and found[0] in tops):
            for source in one.sources:
                place = within("", f"/{source}") or ""
                lying = list(self._lying(layouts[found], place, one.at or ""))
                mounts += lying
                paths = (path for mount in lying for path in covering(mount.path))
                passed.append(one.copy._replace(paths=tuple(dict.fromkeys(paths))))
                made += [] if lying or _LIBRARIES in place.split("/") else [one]
                origins += _origins(place, one.at or "", _behind(found))
        entries = [f"{_behind(top)}/{path}" for top in tops for path in self._run(top, layouts[top])]
        return Handed(
            tuple(mounts),
            tuple(passed),
            tuple(origins),
            frozenset(tops),
            tuple(entries),
            tuple(self._read),
            tuple(made),
            self._mixed(taken, tops, made),
        )

    def _elsewhere(self, line: Sequence[int]) -> Iterator[Taking]:
        """What stages take from other stages and from images."""
        return (one for at in line for one in self._takings[at] if one.made_elsewhere)

    def _is_plain(self, top: int) -> bool:
        """Whether a stage has no files of the repository but those that it names."""
        return all(one.by_name for one in behind(self._stages, self._takings, top))

    def _compiles(self, top: int) -> bool:
        steps = (step for at in self._stages.line(top) for step in self._stages.steps(at))
        return any(_COMPILES.search(word) for step in steps if step.name == "RUN" for word in step.words)

    def _layout(self, top: int) -> Layout:
        takings = [one for at in self._stages.line(top) for one in self._takings[at] if not one.passing]
        mounts = [mount for one in takings for mount in one.mounts]
        return Layout(self._snapshot, mounts, [self._stages.workdir(top) or ""])

    def _whole(self, top: int) -> list[Stage]:
        line = self._stages.line(top)
        return [self._stages[at]._replace(steps=tuple(self._stages.steps(at))) for at in line]

    def _unread(self, top: int, layout: Layout) -> _Doubt | None:
        """Why it is not known what a stage makes of its files."""
        line = self._stages.line(top)
        where = f"where files lie when it compiles is not known, {_ALL}"
        for at in line:
            if self._stages.may_be_several(at) or self._stages.workdir(at) is None:
                return self._stages[at].line, where
            for one in self._takings[at]:
                others = self._stages.named(one.made_elsewhere) if one.made_elsewhere else []
                if not one.placed or one.passing > one.by_name or not all(map(self._is_plain, others)):
                    return one.copy.place.line, where
        self._settings(top, layout)
        if patched := next(filter(self._patches, self._manifests(layout)), None):
            return 0, f"{readable(patched)} has libraries made of files of the repository, {_ALL}"
        made = built(layout, self._whole(top))
        if made.doubt:
            return made.doubt[0], readable(made.doubt[1])
        runs = [step for at in line for step in self._stages.steps(at) if step.name == "RUN"]
        written = [step for step in runs if any(map(_WRITES.search, (*step.words, *step.heredocs)))]
        if made.anywhere or written:
            moved = [step for step in runs if any(map(_MOVES.search, (*step.words, *step.heredocs)))]
            step = (written or moved[::-1] or runs)[0]
            return step.line, f"{readable(step.text[:80])!r} may put other files among the sources, {_ALL}"
        return None

    def _manifests(self, layout: Layout) -> Iterator[str]:
        """The files that say what a stage's packages are made of."""
        for home in Files.of(layout).settings.homes():
            found = (layout.find(under(home, name)) for name in (PACKAGE, _WORKSPACE))
            yield from (one.path for one in found if one)

    def _patches(self, path: str) -> bool:
        return _PATCHES.search(self._snapshot.text(path) or "") is not None

    def _settings(self, top: int, layout: Layout) -> None:
        """Remember the files that say what a stage's commands mean."""
        directory = self._stages.workdir(top) or ""
        configs = Files.of(layout).settings.configs(directory)
        for path in (
            *(under(directory, name) for name in (PACKAGE, _WORKSPACE)),
            *(file for one in configs for file in one.files),
        ):
            if found := layout.find(path):
                self._read[found.path] = None

    def _unplaced(self, one: Taking, found: Sequence[int], tops: Sequence[int]) -> _Doubt | None:
        """Why it is not known what is taken, or where it comes to lie."""
        odd = any(is_unknown(source) or is_pattern(source) for source in one.sources)
        several = len(found) > 1 or any(at in self._line for at in found)
        if set(found) & set(tops) and (odd or several or one.at is None):
            return one.copy.place.line, f"what {one.copy.text[:80]!r} takes is not known, {_ALL}"
        return None

    def _mixed(
        self, taken: Sequence[tuple[Taking, list[int]]], tops: Sequence[int], made: Sequence[Taking]
    ) -> tuple[_Doubt, ...]:
        """Where something that is made elsewhere comes to lie among what is compiled."""
        for one, found in taken:
            libraries = all(_LIBRARIES in source.split("/") for source in one.sources)
            if set(found) & set(tops) or libraries:
                continue
            if one.at is None or any(lies_in(one.at, other.at or "") for other in made):
                why = f"what {one.copy.text[:80]!r} adds to what is compiled is not known, {_ALL}"
                return ((one.copy.place.line, why),)
        return ()

    def _lying(self, layout: Layout, place: str, at: str) -> Iterator[Mount]:
        """The repository's files at a place of a stage, where an image has them."""
        if layout.find(place):
            name = place.rpartition("/")[2]
            at = at if at.rpartition("/")[2] == name else under(at, name)
        elif not layout.is_directory(place):
            return
        yield from _moved(layout.mounts, place, at)

    def _run(self, top: int, layout: Layout) -> list[str]:
        return beside(layout, self._whole(top), dict(self._stages[top].environment))


def _behind(top: int | str) -> str:
    return f"stage:{top}"


def _moved(mounts: Sequence[Mount], place: str, at: str) -> Iterator[Mount]:
    """What lies at a place, and below it, put at another one."""
    for mount in mounts:
        if lies_in(mount.at, place):
            yield mount._replace(at=under(at, mount.at[len(place) :].strip("/")))
        elif lies_in(place, mount.at):
            yield mount._replace(at=at, path=under(mount.path, place[len(mount.at) :].strip("/")))


def _origins(place: str, at: str, stage: str) -> list[tuple[str, str]]:
    """A directory's content goes to the destination; a file goes there too, or into it."""
    name = place.rpartition("/")[2]
    return [(at, under(stage, place)), (under(at, name), under(stage, place))]
