"""What the finders found, joined into the services of one repository."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import count

from unshipped.core.model import Build
from unshipped.core.value import Value
from unshipped.discovery.bases import Made, beneath, made_here, strange
from unshipped.discovery.derive import image_in
from unshipped.discovery.documents import unread
from unshipped.discovery.finders import DEPLOYING, FINDERS, FOLLOWERS
from unshipped.discovery.finders._builds import ANY
from unshipped.discovery.finders._names import is_ours, last_part, slug, without_environment
from unshipped.discovery.finders.dockerfiles import is_unfinished, is_variant
from unshipped.discovery.finders.owners import owners
from unshipped.discovery.further import alive, bare, beyond, further, put_in, tells_all
from unshipped.discovery.given import of_bases, telling
from unshipped.discovery.join import Told, joined, same_name
from unshipped.discovery.mounted import Mounts, mounts
from unshipped.discovery.shared import is_program, recipe
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.staged import finished, is_told, why_stage
from unshipped.discovery.tools import Word, why_tool
from unshipped.discovery.values import Doubt, Found, Place

_READ = re.compile(
    r"(\.(ya?ml|toml|tf|sh|bash|mk|env|[Dd]ockerfile|dockerignore|containerignore)|(^|/)([Dd]ocker|[Cc]ontainer|Make|just|Proc)file[^/]*"
    r"|(^|/)(package|project|vercel|railway|firebase)\.json|(^|/)(go\.mod|main\.go|CODEOWNERS)"
    r"|(^|/)pom\.xml|\.gradle(\.kts)?|\.(cs|fs|vb)proj|\.(props|targets))$"
)
"""What the finders read, more or less: many files are read faster in one go than one by one."""


class Proposed(Value):
    """One service, with every place that told of it, the most telling first."""

    name: str
    places: tuple[Place, ...]
    build: Build | None = None
    paths: tuple[str, ...] = ()
    """All that it is made of, or what comes to what its build takes in."""
    bases: tuple[str, ...] = ()
    """Those of them that the images are made of that it is made from."""
    needed: tuple[tuple[str, Place], ...] = ()
    """Those that it is given, or that the manifests of its packages name, with the places that say so."""
    ignore: tuple[str, ...] = ()
    owner: str = ""
    runs_on: str = ""
    environments: tuple[str, ...] = ()
    is_weak: bool = False
    """Whether what tells of it does so only where nothing else tells of any service."""
    is_to_work: bool = False
    """Whether it mounts its source where people work on it, and has none otherwise."""


class Proposal(Value):
    """All services of a repository, by name, and what could not be known."""

    services: tuple[Proposed, ...]
    doubts: tuple[Doubt, ...]


def propose(snapshot: Snapshot) -> Proposal:
    """Look for every convention that is known."""
    told, doubts = _told(snapshot)
    whose, made = owners(snapshot), made_here(one.found for one in told)
    services = []
    groups = joined(told)
    repeated = _repeated(groups)
    for group in groups:
        words = [one.found for one in group]
        doubts += _unmade(group) if not any(one.build or one.paths for one in words) else ()
        if service := _service(snapshot, words, _name(words, repeated), made, whose, doubts):
            services.append(service)
    services, shared = _with_recipes(snapshot, services)
    services, stages = _without_stages(snapshot, services)
    services, tools = _without_tools(snapshot, services)
    services, left_out = _without_weak(services)
    # A service that is missing is looked for first.
    doubts = [*tools, *doubts, *stages, *shared]
    doubts += [*left_out, *unread(snapshot)]
    return Proposal(tuple(_distinct(services)), tuple(dict.fromkeys(doubts)))


def _told(snapshot: Snapshot) -> tuple[list[Told], list[Doubt]]:
    """What every finder says, the most telling first."""
    snapshot.load(path for path in snapshot.entries if _READ.search(path) and is_ours(path))
    told: list[Told] = []
    doubts: list[Doubt] = []
    for rank, (name, finder) in enumerate(FINDERS.items()):
        for one in finder(snapshot):
            if isinstance(one, Doubt):
                doubts.append(one)
            else:
                told.append(Told(0 if name in DEPLOYING else rank, one))
    # A word that is said once more, with what is copied for its build, is as telling as it was.
    ranks = {one.found._replace(put=()): one.rank for one in told}
    told = [one._replace(rank=ranks[one.found._replace(put=())]) for one in told]
    parts = {part for path in snapshot.entries for part in path.split("/")}
    made = made_here(one.found for one in told)
    told = [one._replace(found=telling(snapshot, parts, made, one.found)) for one in told]
    doubts += _not_given(told)
    found = [one.found for one in told]
    for follower in FOLLOWERS.values():
        told += [Told(len(FINDERS), one) for one in follower(snapshot, found)]
    return told, doubts


def _not_given(told: Iterable[Told]) -> Iterator[Doubt]:
    """What a build is given that decides what it is made of, and that nobody knows."""
    for one in (one.found for one in told):
        for name, value in (("target", one.build.target), *one.build.arguments) if one.build else ():
            if ANY in value:
                yield Doubt(
                    one.place, f"the {name} of its build depends on a variable; each that it may be counts"
                )


def _service(
    snapshot: Snapshot,
    words: Sequence[Found],
    name: str,
    made: Made,
    whose: Callable[[str], str],
    doubts: list[Doubt],
) -> Proposed | None:
    """One service of all that was said about it; None where nobody said what it is made of."""
    build, bases = _build(snapshot, words), list[str]()
    started = mounts(snapshot, build, words) if build else Mounts()
    maps = [one for one in words if one.paths and not (one.guessed and build and _is_told(snapshot, build))]
    paths = []
    for pattern, place in {pattern: one.place for one in maps for pattern in one.paths}.items():
        if alive(snapshot, pattern):
            paths.append(pattern)
        else:
            doubts.append(Doubt(place, f"its pattern {pattern!r} matches nothing and is left out"))
    if build:
        paths, bases = further(snapshot, build, paths), beneath(snapshot, build, made)
        put, said = put_in(snapshot, build, words)
        lent = beyond(snapshot, build, (path for one in words for path in one.lent))
        paths += [path for path in dict.fromkeys((*bases, *lent, *started.paths, *put)) if path not in paths]
        doubts += said
        doubts += [*started.doubts, *_several(build, words)]
        more, untold = bare(snapshot, build, paths)
        paths = more or paths
        doubts += [*strange(snapshot, build, made), *untold]
    elif not paths:
        return None
    # A map may take out of its own paths only: not of a build, and not of what another map has.
    ignore = [one for one in maps[0].ignore if all(one in other.ignore for other in maps)] if maps else []
    home = (build.dockerfile or build.source) if build else paths[0]
    return Proposed(
        name or slug(home) or "service",
        tuple(dict.fromkeys(one.place for one in words)),
        build,
        tuple(paths),
        tuple(bases),
        tuple(_needed(words, paths)),
        () if build else tuple(ignore),
        next((one.owner for one in words if one.owner), "") or whose(home),
        next((one.runs_on for one in words if one.runs_on), ""),
        tuple(dict.fromkeys(one.environment for one in words if one.environment)),
        is_weak=all(one.is_weak for one in words),
        is_to_work=started.is_to_work,
    )


def _needed(words: Iterable[Found], paths: Sequence[str]) -> Iterator[tuple[str, Place]]:
    """What it is given, or its manifests name, of all that counts; each with the first that says so."""
    said: dict[str, Place] = {}
    for one in words:
        for path in (*one.lent, *(one.paths if one.guessed else ())):
            said.setdefault(path, one.place)
    return ((path, said[path]) for path in paths if path in said)


def _is_told(snapshot: Snapshot, build: Build) -> bool:
    return tells_all(build, image_in(snapshot, build))


def _build(snapshot: Snapshot, words: Sequence[Found]) -> Build | None:
    """A Dockerfile before a directory, one to run before one to work with, and so of its stages, if anybody
    says that it is built.
    """

    def rank(said: tuple[Build, Place]) -> tuple[bool, ...]:
        build, place = said
        is_silent = place.path == build.dockerfile
        return not build.dockerfile, is_variant(build.dockerfile), is_silent, is_unfinished(build.target)

    said = [(one.build, one.place) for one in words if one.build]
    return _of_all(snapshot, min(said, key=rank)[0], words) if said else None


def _of_all(snapshot: Snapshot, build: Build, words: Sequence[Found]) -> Build:
    """A build with whatever is copied by its arguments where what it is called is built with others, too: in
    each environment with its own, for example.
    """
    called = max((one.name, one.image) for one in words if one.build == build)
    alike = [one.build for one in words if one.build and (one.name, one.image) == called]
    given = {
        pair for one in alike if one._replace(arguments=build.arguments) == build for pair in one.arguments
    }
    times = Counter(name for name, _ in given)
    fixed = of_bases(snapshot, build) if given else frozenset[str]()
    arguments = (
        (name, ANY if times[name] > 1 and name not in fixed else value) for name, value in build.arguments
    )
    return build._replace(arguments=tuple(arguments))


def _several(build: Build, words: Sequence[Found]) -> Iterator[Doubt]:
    """The arguments that are not the same wherever it is built, and that each word knew."""
    told = {one for word in words if word.build for one in word.build.arguments}
    for name, value in build.arguments:
        if (name, value) not in told:
            why = f"the {name} of its build is not always the same; each that it may be counts"
            yield Doubt(words[0].place, why)


def _name(words: Sequence[Found], repeated: AbstractSet[str]) -> str:
    """The name under which it runs, else the first that is not that of an image which others are tagged as
    too; without an environment where it runs in several.
    """
    running = [one.name for one in words if one.name and one.runs_on]
    ranked = sorted(words, key=lambda word: (word.is_weak, word.name in repeated, _is_trial(word.name)))
    others = (one.name for one in ranked)
    name = next((one for one in (*running, *others) if one), "")
    bare = without_environment(name)
    variants = {one for one in running if without_environment(one) == bare}
    return bare if len(variants) > 1 else name


def _is_trial(name: str) -> bool:
    """Whether it is what a pipeline calls an image that it only tries, or makes others from."""
    return name.lower().rpartition("-")[2] in ("test", "ci", "validation", "base")


def _repeated(groups: Iterable[Iterable[Told]]) -> AbstractSet[str]:
    """What several artefacts are tagged as: one image with a tag for each service, for example."""
    tags = [{last_part(one.found.image) for one in group if one.found.build and one.found.image}
            for group in groups]  # fmt: skip
    counted = Counter(tag for group in tags for tag in group)
    return {tag for tag, times in counted.items() if times > 1}


def _unmade(group: Sequence[Told]) -> Iterator[Doubt]:
    """What is deployed, and of which nobody said what it is made of."""
    for one in group:
        if one.found.runs_on and (one.rank == 0 or not one.found.image):
            yield Doubt(one.found.place, f"it deploys {one.found.name}: what that is made of is not found")


def _without_weak(services: Sequence[Proposed]) -> tuple[list[Proposed], list[Doubt]]:
    """A filter says what a pipeline looks at: where something else says what the services are, one that is
    the name of none of them is no service.
    """
    strong = [one for one in services if not one.is_weak]
    if not strong:
        return list(services), []
    why = "is no service that anything else tells of: left out"
    return strong, [Doubt(one.places[0], f"{one.name} {why}") for one in services if one.is_weak]


def _without_tools(snapshot: Snapshot, services: Sequence[Proposed]) -> tuple[list[Proposed], list[Doubt]]:
    """What only builds or tests, or is there to work on a service, is none, if anything else is one."""
    tools = {one: why_tool(snapshot, _word(one)) for one in services}
    kept = [one for one in services if not tools[one]]
    if not kept:
        why = "it mounts its own source and so is for development; nothing else was found to run"
        return list(services), [
            Doubt(one.places[0], f"{one.name}: {why}") for one in services if one.is_to_work
        ]
    left_out = "and nothing that runs it was found: left out"
    doubts = [Doubt(one.places[0], f"{one.name}: {why}, {left_out}") for one, why in tools.items() if why]
    return kept, doubts


def _word(one: Proposed) -> Word:
    return Word(one.places, one.build, one.runs_on, one.is_to_work)


def _with_recipes(snapshot: Snapshot, services: Sequence[Proposed]) -> tuple[list[Proposed], list[Doubt]]:
    """Programs without a Dockerfile of their own, with the one that an argument tells which of them it makes;
    that one, where nothing gives it the argument, is no service.
    """
    builds = [one.build for one in services if one.build and one.build.dockerfile]
    programs = {
        one: next((place.path for place in one.places if is_program(place.path)), "") for one in services
    }
    made = {one: recipe(snapshot, path, builds) for one, path in programs.items() if path and not one.build}
    whose: dict[str, list[str]] = {}
    for one, how in made.items():
        if how:
            whose.setdefault(how.dockerfile, []).append(one.name)
    kept, doubts = list[Proposed](), list[Doubt]()
    for one in services:
        build, how = one.build, made.get(one)
        if build and build.dockerfile in whose and not build.arguments and not one.runs_on:
            names = ", ".join(whose[build.dockerfile])
            why = f"an argument says which program it is built for, so it counts for {names}: left out"
            doubts.append(Doubt(one.places[0], f"{one.name}: {why}"))
        elif how and how.build in builds and not one.runs_on:
            continue  # it is told already, by whoever gives the argument
        elif how:
            placed = one._replace(places=(*one.places, Place(how.dockerfile)))
            built = placed._replace(build=how.build, paths=(), needed=(), ignore=())
            kept.append(built if how.build else placed._replace(paths=(*one.paths, *how.paths)))
        else:
            kept.append(one)
    return kept, doubts


def _without_stages(snapshot: Snapshot, services: Sequence[Proposed]) -> tuple[list[Proposed], list[Doubt]]:
    """A stage that is none to run, and that nothing runs, is no service; where nothing else that is built of
    that file has what it is made of, what is run instead of it is.
    """
    stages = {one: why for one in services if (why := _why_stage(snapshot, one))}
    kept = [one for one in services if one not in stages]
    doubts = []
    # What others are made from is nearer to what runs than what tests.
    for one in sorted(stages, key=_is_unfinished):
        if any(_has_all(snapshot, other, one) for other in kept):
            doubts.append(Doubt(one.places[0], f"{one.name} is {stages[one]}: left out"))
            continue
        build, said = finished(snapshot, one.build or Build())
        kept.append(one._replace(build=build))
        doubts += [Doubt(one.places[0], f"{one.name}: {said}")] if said else []
    return kept, doubts


def _has_all(snapshot: Snapshot, other: Proposed, one: Proposed) -> bool:
    build, stage = other.build, one.build
    if build is None or stage is None or build.dockerfile != stage.dockerfile:
        return False
    # The images beneath are those of the whole Dockerfile.
    own = [path for path in one.paths if path not in one.bases]
    return is_told(snapshot, build, other.paths, stage, own)


def _is_unfinished(one: Proposed) -> bool:
    return one.build is not None and is_unfinished(one.build.target)


def _why_stage(snapshot: Snapshot, one: Proposed) -> str:
    return why_stage(snapshot, one.build) if one.build and not one.runs_on else ""


def _distinct(services: Sequence[Proposed]) -> list[Proposed]:
    """By name; those that were given the same one are told apart by where they lie."""
    found: dict[str, Proposed] = {}
    for one in services:
        name = next(name for name in _names(one) if same_name(name) not in found)
        found[same_name(name)] = one._replace(name=name)
    return sorted(found.values(), key=lambda one: one.name)


def _names(one: Proposed) -> Iterator[str]:
    """Its name, those with more and more of the directories above, and then numbers."""
    yield one.name
    place = one.places[0].path
    home = place if one.build is None else one.build.source or one.build.dockerfile.rpartition("/")[0]
    parts = [part for part in home.split("/") if part]
    for first in range(len(parts) - 1, -1, -1):
        above = parts[first:]
        is_named_so = same_name(one.name).endswith(same_name(above[-1]))
        name = slug("-".join(above if is_named_so else [*above, one.name]))
        if len(name) > len(one.name):
            yield name
    yield from (f"{one.name}-{number}" for number in count(2))
