"""Programs that an image takes over from the stages that compile them: what of their files matters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from unshipped.core.value import Value
from unshipped.discovery.images.copies import Copy, Taking, behind, readable
from unshipped.discovery.images.dockerfile import Step
from unshipped.discovery.images.golang import Builds
from unshipped.discovery.images.rules import covering
from unshipped.discovery.images.stages import Stages, holding, within
from unshipped.discovery.images.variables import is_unknown
from unshipped.discovery.languages.go.packages import sources
from unshipped.discovery.layout import Layout, Mount
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Place


class Program(Value):
    """Source files that are started or compiled, and the place where that is done."""

    layout: Layout
    entries: tuple[str, ...]
    """The run-time paths of the source files."""
    copies: tuple[Copy, ...]
    """What is copied for it alone: of that counts what it reaches."""
    passed: tuple[Copy, ...] = ()
    """What others take from there as it is: that counts."""
    runs_here: bool = True
    """Whether it may read the other files of that place."""


class Made(Value):
    """A stage that others take files from which it makes."""

    layout: Layout
    runs: tuple[tuple[Step, str], ...]
    """Its RUN instructions, each with its directory."""
    taken: tuple[str, ...]
    """The paths that are taken from it."""
    copies: tuple[Copy, ...]
    """What it has from the repository."""


class Built(Value):
    """What an image takes over from stages that compile."""

    programs: tuple[Program, ...] = ()
    others: tuple[Program, ...] = ()
    """Stages of which it is not known what they compile, unless somebody names the entries."""
    made: tuple[Made, ...] = ()
    """The other stages that something is taken from."""
    used: frozenset[Copy] = frozenset()
    """What is copied for more than these."""
    looked: frozenset[str] = frozenset()
    """The paths of the repository, there or not, below which whatever comes or goes may change the answer."""
    settings: tuple[str, ...] = ()
    """The files that say what the words of the commands mean."""
    doubts: tuple[Doubt, ...] = ()

    def words(self) -> frozenset[str]:
        """What the files are called that were looked for."""
        return frozenset(path.rpartition("/")[2].partition(".")[0] for path in self.looked)


def built(
    snapshot: Snapshot,
    dockerfile: str,
    stages: Stages,
    takings: Mapping[int, Sequence[Taking]],
    line: Sequence[int],
) -> Built:
    """The programs that the stages compile which an image takes files from. `takings` has what every stage
    takes that the image depends on, `line` the stages that it is made of itself.
    """
    return _Reading(snapshot, dockerfile, stages, takings, line).built()


class _Reading:
    def __init__(
        self,
        snapshot: Snapshot,
        dockerfile: str,
        stages: Stages,
        takings: Mapping[int, Sequence[Taking]],
        line: Sequence[int],
    ) -> None:
        self._snapshot, self._dockerfile = snapshot, dockerfile
        self._stages, self._takings, self._line = stages, takings, line
        self._looked: set[str] = set()
        self._settings: list[str] = []
        self._doubts: list[Doubt] = []
        self._made: dict[int, Made] = {}

    def built(self) -> Built:
        tops = {top: self._program(top) for top in self._tops()}
        read = {top for top, program in tops.items() if program and program.entries}
        found = []
        for top, program in tops.items():
            if program:
                outer = set(self._line).union(
                    *(self._stages.line(at) for at in tops if at not in {*read, top})
                )
                found.append(program._replace(copies=self._own(top, outer)))
        if self._doubts or self._settings:
            self._looked.add("")  # any file may be the one that is missed
        return Built(
            tuple(one for one in found if one.entries),
            tuple(one for one in found if not one.entries),
            tuple(self._made.values()),
            self._used(at for at in tops if at not in self._made),
            frozenset(self._looked),
            tuple(self._settings),
            tuple(self._doubts),
        )

    def _used(self, others: Iterable[int]) -> frozenset[Copy]:
        """What the image itself takes, and stages that are known otherwise."""
        line = set(self._line).union(*map(self._stages.line, others))
        return frozenset(one.copy for at in line for one in self._takings[at])

    def _own(self, top: int, outer: set[int]) -> tuple[Copy, ...]:
        """What a stage, and what it is built on, takes for nobody else."""
        others = {one.copy for at in outer for one in self._takings[at]}
        taken = [one.copy for at in self._stages.line(top) for one in self._takings[at]]
        return tuple(copy for copy in taken if copy not in others)

    def _tops(self) -> list[int]:
        """The stages outside of the image that something is taken from."""
        named = (one.made_elsewhere for each in self._takings.values() for one in each if one.made_elsewhere)
        found = {at for name in named for at in self._stages.named(name)}
        return sorted(at for at in found if at in self._takings and at not in self._line)

    def _program(self, top: int) -> Program | None:
        """What a stage compiles: without entries, if that is not known."""
        line = self._stages.line(top)
        layout = self._layout(top, line)
        builds = Builds(layout)
        unread, unplaced = self._unread(line, builds), self._unplaced(line, builds)
        if builds.compiles:
            self._look(layout, builds.looked)
            self._look(layout, [one.at for one in layout.mounts if not self._snapshot.has(one.path)])
            self._settings += (found.path for one in builds.settings if (found := layout.find(one)))
            if why := unread or unplaced:
                self._doubts.append(Doubt(Place(self._dockerfile, why[0]), why[1]))
        if unplaced:
            return None
        if not builds.compiles:
            self._made[top] = self._make(top, layout)
        passed = tuple(self._passed(top, layout))
        if unread or not builds.packages:
            return Program(layout, (), (), passed)
        entries = tuple(file for one in builds.packages for file in sources(layout, one))
        return Program(layout, entries, (), passed, runs_here=False)

    def _make(self, top: int, layout: Layout) -> Made:
        line = self._stages.line(top)
        return Made(
            layout,
            tuple((step, at) for step, at in self._runs(line) if at is not None),
            tuple(source for one in self._taken_from(top) for source in one.sources),
            tuple(one.copy for at in line for one in self._takings[at]),
        )

    def _taken_from(self, top: int) -> Iterator[Taking]:
        """What others take from a stage."""
        for at, takings in sorted(self._takings.items()):
            named = (one for one in takings if one.made_elsewhere and at != top)
            yield from (one for one in named if top in self._stages.named(one.made_elsewhere))

    def _layout(self, top: int, line: Sequence[int]) -> Layout:
        """Where the files lie in a stage, with those that are there only while a RUN runs."""
        takings = [one for at in line for one in self._takings[at]]
        mounts = [mount for one in takings for mount in one.mounts]
        filled = [one.at for one in takings if one.made_elsewhere and one.at is not None]
        return Layout(self._snapshot, mounts, [self._stages.workdir(top) or ""], filled)

    def _unread(self, line: Sequence[int], builds: Builds) -> tuple[int, str] | None:
        """Read the commands of a stage; answers where one is not understood."""
        wrong: tuple[int, str] | None = None
        for step, workdir in self._runs(line):
            if workdir is None or not builds.run(step, workdir):
                why = f"what {step.text[:80]!r} makes of the files is not known"
                wrong = wrong or (step.line, f"{readable(why)}, so all that is copied counts")
        return wrong

    def _runs(self, line: Sequence[int]) -> Iterator[tuple[Step, str | None]]:
        """The RUN instructions of a stage, each with its directory where that is known."""
        workdir: str | None = ""
        for step in (step for at in line for step in self._stages.steps(at)):
            if step.name == "WORKDIR":
                workdir = within(workdir, "".join(step.words[:1]))
            elif step.name == "RUN":
                yield step, workdir

    def _unplaced(self, line: Sequence[int], builds: Builds) -> tuple[int, str] | None:
        """Where it is not known which files a stage has."""
        for at in line:
            why = "where files lie when it compiles is not known, so all that is copied counts"
            if self._stages.may_be_several(at) or self._stages.workdir(at) is None:
                return self._stages[at].line, why
            for one in self._takings[at]:
                if not one.placed or (one.made_elsewhere and self._mixes(at, one, builds)):
                    return one.copy.place.line, why
        return None

    def _mixes(self, at: int, one: Taking, builds: Builds) -> bool:
        """Whether what another stage makes of the repository's files may come among Go's sources."""
        others = [other for other in self._stages.named(one.made_elsewhere) if other != at]
        if not any(
            taking.copy.paths for other in others for taking in behind(self._stages, self._takings, other)
        ):
            return False
        return one.at is None or is_unknown(one.made_elsewhere) or builds.has_go(one.at)

    def _passed(self, top: int, layout: Layout) -> Iterator[Copy]:
        """What others take from a stage of the files that it has from the repository."""
        for one in self._taken_from(top):
            found = [path for source in one.sources for path in self._taken(layout, source)]
            yield one.copy._replace(paths=tuple(dict.fromkeys(found)))

    def _taken(self, layout: Layout, source: str) -> Iterator[str]:
        """The patterns of the repository's files that a source of COPY --from names."""
        place = holding(source)
        self._look(layout, [place])
        for path in _mapped(layout.mounts, place):
            if self._snapshot.has(path):
                yield from covering(path)

    def _look(self, layout: Layout, places: Iterable[str]) -> None:
        self._looked.update(path for place in places for path in _mapped(layout.mounts, place))


def _mapped(mounts: Sequence[Mount], place: str) -> Iterator[str]:
    """The paths of the repository, there or not, that would lie at a run-time path or below it."""
    for mount in mounts:
        if not mount.at or place == mount.at or place.startswith(mount.at + "/"):
            yield f"{mount.path}/{place[len(mount.at) :].strip('/')}".strip("/")
        elif not place or mount.at.startswith(place + "/"):
            yield mount.path
