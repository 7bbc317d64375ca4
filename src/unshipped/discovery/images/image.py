"""What one Dockerfile takes out of the repository, line by line, and where it puts it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from unshipped.core.model import Build
from unshipped.core.value import Value
from unshipped.discovery.images.built import Built, built
from unshipped.discovery.images.commands import Program, all_words, program_of
from unshipped.discovery.images.copies import Copy, Ground, Taking, readable, taken
from unshipped.discovery.images.dockerfile import Broken, Stage, parse
from unshipped.discovery.images.files import context_of, file_of, text_of
from unshipped.discovery.images.handed import Handed, handed
from unshipped.discovery.images.ignore_file import find_ignore_files, ignore_file
from unshipped.discovery.images.made_before import made_before
from unshipped.discovery.images.mentions import Mention
from unshipped.discovery.images.origins import is_image
from unshipped.discovery.images.rules import covering, is_pattern
from unshipped.discovery.images.stages import Stages, within
from unshipped.discovery.images.variables import is_unknown
from unshipped.discovery.layout import Layout, Mount
from unshipped.discovery.needed import needed
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Place


class Image(Value):
    """What ends up in an image, with its evidence."""

    copies: tuple[Copy, ...]
    layout: Layout
    """Where the files lie in the stage that is built."""
    builds: tuple[str, ...]
    """The files that say how it is built, and the links that lead to them."""
    entries: tuple[str, ...] = ()
    """The run-time paths of the files that are started; empty where that is not known."""
    words: frozenset[str] = frozenset()
    """The words of its texts: a file of such a name may be what is started or named."""
    mentions: tuple[Mention, ...] = ()
    """The files and directories that its texts name beside those."""
    ignore: tuple[str, ...] = ()
    """Patterns to subtract: what the ignore file keeps out."""
    compiled: bool = False
    """Whether its layout tells only a part: it takes what another stage makes of its own files, or a RUN
    reads files that do not stay, or it is not known where something lies."""
    built: Built = Built()
    """The programs that it takes over from stages that compile them."""
    passed: tuple[Copy, ...] = ()
    """What it takes over from other stages as it is in the repository."""
    doubts: tuple[Doubt, ...] = ()
    unsure: tuple[Doubt, ...] = ()
    """What is a doubt only for whoever wants to know what it starts."""
    missing: tuple[tuple[Place, str], ...] = ()
    """Sources of a COPY that match nothing in this tree."""
    awaited: frozenset[str] = frozenset()
    """Where they would lie in the repository."""
    read: tuple[str, ...] = ()
    """Those of the files that it takes in which say what it starts, or is compiled from."""

    @property
    def paths(self) -> tuple[str, ...]:
        """All that it is made of: the files that say how, and what they copy."""
        return (*self.builds, *(path for copy in self.copies for path in copy.paths))


def image_of(snapshot: Snapshot, build: Build) -> Image:
    """The image of a build. What cannot be known takes the whole context in, and says so."""
    context, doubts = context_of(snapshot, build)
    recipe, text = file_of(snapshot, build.dockerfile), text_of(snapshot, build.dockerfile)
    if text is None:
        found: list[Stage] | Broken = Broken(0, "it cannot be read as text")
    else:
        found = parse(text, dict(build.arguments))
    if isinstance(found, Broken):
        return _everything(snapshot, recipe or (build.dockerfile,), context, found, doubts)
    reading = _Reading(snapshot, build, recipe, context, Stages(found))
    return reading.image(doubts)


def _everything(
    snapshot: Snapshot, recipe: tuple[str, ...], context: str, broken: Broken, doubts: tuple[Doubt, ...]
) -> Image:
    place, paths = Place(recipe[-1], broken.line), tuple(covering(context))
    copy = Copy(place, paths, "the whole context, since the Dockerfile cannot be read", "")
    return Image(
        (copy,),
        Layout(snapshot, [Mount("", context)]),
        recipe,
        compiled=True,
        doubts=(*doubts, Doubt(place, readable(broken.why), paths)),
    )


def _instead(doubts: tuple[Doubt, ...]) -> Iterator[Copy]:
    """What counts because the context is not known."""
    for doubt in doubts:
        yield Copy(doubt.place, doubt.widened, "all of it, since the context is not known", "")


class _Reading:
    """One Dockerfile, stage after stage, as far as the wanted one depends on them."""

    def __init__(
        self, snapshot: Snapshot, build: Build, recipe: tuple[str, ...], context: str, stages: Stages
    ) -> None:
        self._snapshot, self._target, self._stages = snapshot, build.target, stages
        self._dockerfile = recipe[-1]
        paths = find_ignore_files(snapshot, build.dockerfile, context)
        texts = list(dict.fromkeys(text_of(snapshot, path) or "" for path in paths))
        # What either of two builders lets in counts.
        ignore = ignore_file(texts[0] if len(texts) == 1 else "", context)
        self._recipe = (*recipe, *(one for path in paths for one in file_of(snapshot, path)))
        self._ground = Ground(snapshot, self._dockerfile, context, ignore)
        self._doubts: list[Doubt] = []
        if len(texts) > 1:
            why = f"Podman reads this, and Docker {readable(paths[1])}: neither keeps anything out"
            self._doubts.append(Doubt(Place(paths[0]), why))
        self._takings: dict[int, list[Taking]] = {}
        self._directories: dict[int, set[str]] = {}
        self._needs: dict[int, list[int]] = {}

    def image(self, doubts: tuple[Doubt, ...]) -> Image:
        wanted = self._wanted()
        needed = self._needed([wanted] if wanted is not None else range(len(self._stages)))
        line = self._stages.line(len(self._stages) - 1 if wanted is None else wanted)
        takings = [one for at in sorted(needed) for one in self._takings[at]]
        taken = {at: self._takings[at] for at in needed}
        is_known = wanted is not None and not doubts
        others = handed(self._snapshot, self._stages, taken, line) if is_known else Handed()
        run = self._run(line, others)
        made = built(self._snapshot, self._dockerfile, self._stages, taken, line) if is_known else Built()
        unsure = () if made.programs else run.doubts
        before = tuple(made_before(self._snapshot, self._ground.context, takings))
        elsewhere = (one.copy for one in takings if one.made_elsewhere)
        otherwise = (*_instead(doubts), *before, *elsewhere)
        return Image(
            copies=(*_instead(doubts), *before, *(one.copy for one in takings if one.copy.paths)),
            layout=run.layout,
            builds=tuple(dict.fromkeys(self._recipe)),
            read=tuple(dict.fromkeys((*run.read, *made.settings, *others.read))),
            entries=run.entries,
            words=all_words([self._stages[at] for at in (*others.stages, *line)]) | made.words(),
            mentions=run.mentions,
            ignore=self._ground.ignore.patterns(path for one in otherwise for path in one.paths),
            compiled=self._is_partial(line, others.stages) or bool(doubts or before) or run.is_partial,
            built=made,
            passed=others.passed,
            doubts=(
                *(*doubts, *self._doubts, *(doubt for one in takings for doubt in one.doubts)),
                *(
                    Doubt(one.place, f"{one.text}, so all that lies beside it counts", one.paths)
                    for one in before
                ),
            ),
            unsure=tuple(Doubt(Place(self._dockerfile, at), readable(why)) for at, why in unsure),
            missing=tuple(
                (one.copy.place, source)
                for one in takings
                for source in one.missing
                if not is_unknown(source) and not (is_pattern(source) and one.copy.paths)
            ),
            awaited=frozenset(place for one in takings for place in one.awaited),
        )

    def _wanted(self) -> int | None:
        target = self._target.lower()
        found = self._stages.wanted(target)
        if found is None:
            why = "it is not known which stage is built" if "*" in target else f"there is no stage {target!r}"
            self._doubts.append(Doubt(Place(self._dockerfile), f"{why}; every stage counts"))
        return found

    def _needed(self, wanted: list[int] | range) -> set[int]:
        """The stages that some depend on, themselves included; what they take is read on the way."""

        def of(at: int) -> Iterable[int]:
            if at not in self._needs:
                self._read(at)
            return self._needs[at]

        return needed(wanted, of)

    def _read(self, at: int) -> None:
        """What the instructions of a stage take in, and the other stages that it needs."""
        stage, workdir = self._stages[at], self._stages.workdir_before(at)
        directories = {""}.union(*(self._directories.get(base, ()) for base in self._stages.bases(at)))
        takings: list[Taking] = []
        for step in self._stages.steps(at):
            if step.name == "WORKDIR":
                workdir = within(workdir, "".join(step.words[:1]))
                directories |= {workdir} if workdir is not None else set()
            else:
                takings += taken(self._ground, step, stage.name, workdir, directories)
        self._directories[at] = directories
        self._needs[at] = [*self._stages.bases(at)]
        self._takings[at] = [self._settled(at, one) for one in takings]
        if self._stages.may_be_several(at):
            place = Place(self._dockerfile, stage.line)
            why = f"the base {stage.base!r} is not known; every stage that it may be counts"
            self._doubts.append(Doubt(place, why))

    def _settled(self, at: int, one: Taking) -> Taking:
        """A taking, with what is to be said about the stage that it takes from."""
        name = one.made_elsewhere
        if not name:
            return one
        stages = [other for other in self._stages.named(name) if other != at]
        self._needs[at] += stages
        if stages and (is_unknown(name) or "*" in name):
            why = f"the stage {name!r} is not known; every stage that it may be counts"
        elif stages or is_image(name):
            return one
        else:
            why = f"{name!r} is no stage; it may be a directory that the build is given, or an image"
        everything = () if stages else ("**",)
        doubt = Doubt(one.copy.place, why, everything)
        copy = one.copy._replace(paths=everything)
        return one._replace(copy=copy, doubts=(*one.doubts, doubt), by_name=bool(stages))

    def _is_partial(self, line: list[int], read: frozenset[int]) -> bool:
        """Whether files matter that do not lie where the layout says, as those that another stage compiles.
        Files that are copied by name are no matter: they count as they are.
        """
        takings = [one for at in line for one in self._takings[at]]
        if not all(one.placed and (one.by_name or not one.passing) for one in takings):
            return True
        if any(map(self._stages.may_be_several, line)):
            return True
        if any(self._stages.workdir(at) is None for at in line):
            return True
        others = self._needed([at for one in line for at in self._needs[one] if at not in (*line, *read)])
        made = (one for at in others - set(line) for one in self._takings[at])
        return not all(one.by_name for one in (*made, *(one for one in takings if one.made_elsewhere)))

    def _run(self, line: list[int], others: Handed) -> Program:
        """What the image runs, once its files lie where they were copied to."""
        workdir = self._stages.workdir(line[-1])
        mounts = [*others.mounts, *self._mounts(line)]
        layout = Layout(self._snapshot, mounts, self._search(line), origins=others.origins)
        if workdir is None or any(not one.placed for at in line for one in self._takings[at]):
            why = "where files lie is not known, nor then what is started"
            return Program(layout, doubts=((self._stages[line[-1]].line, why),))
        stages = [self._stages[at]._replace(steps=tuple(self._stages.steps(at))) for at in line]
        program = program_of(layout, stages, workdir)
        doubt = others.unexplained(program.entries, layout, stages[-1].line)
        if doubt or others.doubts:
            wrong = (*others.doubts, *([doubt] if doubt else ()), *program.doubts)
            return Program(layout, is_partial=True, doubts=wrong)
        entries = tuple(dict.fromkeys((*program.entries, *others.entries))) if program.entries else ()
        return program._replace(entries=entries)

    def _mounts(self, line: list[int]) -> list[Mount]:
        return [mount for at in line for one in self._takings[at] if not one.passing for mount in one.mounts]

    def _search(self, line: list[int]) -> list[str]:
        workdir = self._stages.workdir(line[-1])
        return list(dict.fromkeys([workdir or "", *self._python_path(line[-1], workdir)]))

    def _python_path(self, last: int, workdir: str | None) -> Iterator[str]:
        for part in self._stages[last].environment.get("PYTHONPATH", "").split(":"):
            found = within(workdir, part)
            if part and found is not None:
                yield found
