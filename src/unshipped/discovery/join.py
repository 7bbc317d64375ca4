"""Which words of the finders speak of the same service.

What is built is the ground: words of one Dockerfile or one directory are one artefact. A word that only has
a directory, an image or a name joins an artefact where it can mean one alone, and several things that run
one artefact under names of their own are several services.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from unshipped.core.model import Build
from unshipped.core.value import Value
from unshipped.discovery.finders._builds import ANY
from unshipped.discovery.finders._names import environment_of, last_part, slug, without_environment
from unshipped.discovery.finders.dockerfiles import is_unfinished, is_variant
from unshipped.discovery.values import Found

Key = tuple[str, ...]


class Told(Value):
    """A finder's word, and how telling it is: 0 for what really deploys."""

    rank: int
    found: Found


def joined(words: Sequence[Told]) -> list[list[Told]]:
    """The words of each service, the most telling first."""
    words = _named(words)
    groups = _artefacts([one for one in words if one.found.build])
    index = _Index(groups)
    rest = [one for one in words if not one.found.build]
    for one in sorted(rest, key=lambda word: (not word.found.image, not word.found.also)):
        group = index.group_of(one.found)
        if group is None:
            group = []
            groups.append(group)
        group.append(one)
        index.add(group, one.found)
    return [part for group in groups for part in _parts(sorted(group, key=lambda word: word.rank))]


def _named(words: Sequence[Told]) -> list[Told]:
    """The words; what one file builds several times of a Dockerfile with other arguments is called after the
    one that makes the difference, where nobody has a name for any image of that Dockerfile.
    """
    given = [(one, one.found.build) for one in words if one.found.build and one.found.build.arguments]
    named = {build.dockerfile for one, build in given if one.found.name or one.found.image}
    alike: dict[tuple[str, Build], dict[Told, Build]] = {}
    for one, build in given:
        if build.dockerfile not in named:
            alike.setdefault((one.found.place.path, build._replace(arguments=())), {})[one] = build
    called = {one: name for builds in alike.values() for one, name in _by_argument(builds)}
    return [one._replace(found=one.found._replace(name=called.get(one, one.found.name))) for one in words]


def _by_argument(builds: Mapping[Told, Build]) -> Iterator[tuple[Told, str]]:
    for name in dict.fromkeys(name for build in builds.values() for name, _ in build.arguments):
        values = {one: dict(build.arguments).get(name, "") for one, build in builds.items()}
        ends = {value: slug(value.rpartition("/")[2]) for value in values.values()}
        if len(ends) > 1:
            is_told_apart = len({*ends.values()}) == len(ends)
            for one, value in values.items():
                end = without_environment(ends[value] if is_told_apart else slug(value))
                yield one, "" if ANY in value or environment_of(f"{end}/") else end
            return


def same_name(name: str) -> str:
    """A name as it is compared: `Api_Service` and `api-service` are one."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _artefacts(words: Sequence[Told]) -> list[list[Told]]:
    """Words that speak of one Dockerfile and stage, or of one directory; or of one name in one directory."""
    by_key: dict[Key, list[Told]] = {}
    groups: list[list[Told]] = []
    # Who names no stage and no image means the one that others name, and one that is none to run only where
    # nobody builds the whole.
    for one in sorted(words, key=lambda word: (not _variant(word.found), _is_silent(word.found))):
        own, further = _artefact_keys(one.found)
        known = (by_key[key] for key in own if key in by_key)
        group = next((group for group in known if not _beside(one, group)), None)
        if group is None:
            group = []
            groups.append(group)
        group.append(one)
        for key in (*own, *further):
            by_key.setdefault(key, group)
    return groups


def _beside(one: Told, group: Iterable[Told]) -> bool:
    """Whether one file tells of both by names of their own, and that they are built otherwise; or that both
    are tags of one image, of Dockerfiles that are called after what they make.
    """
    mine = one.found
    others = (told.found for told in group if told.found.place.path == mine.place.path)
    return any(
        mine.build and other.build and _is_other(mine, mine.build, other, other.build) for other in others
    )


def _is_other(one: Found, build: Build, other: Found, built: Build) -> bool:
    files = {build.dockerfile, built.dockerfile}
    if len(files) > 1 and any(file.endswith((".dockerfile", ".Dockerfile")) for file in files):
        return True
    is_named_so = one.name and other.name and one.name != other.name
    return bool(is_named_so) and build.target == built.target and build.arguments != built.arguments


def _artefact_keys(one: Found) -> tuple[list[Key], list[Key]]:
    """What an artefact is looked for by, and what else it can be found by."""
    build = one.build or Build()
    home = build.dockerfile.rpartition("/")[0] if build.dockerfile else build.source
    general: list[Key] = []
    if build.dockerfile:
        general.append(("dockerfile", build.dockerfile))
    if build.dockerfile.rpartition("/")[2].lower() in ("", "dockerfile"):
        general.append(("directory", home))
    named: list[Key] = [("name", same_name(one.name), home)] if one.name else []
    unfinished: list[Key] = [("unfinished", *key) for key in general]
    if variant := _variant(one):
        further = unfinished if is_unfinished(build.target) else general
        return [("variant", build.dockerfile, home, *variant), *named], further
    return [*general, *named, *(unfinished if _is_silent(one) else ())], []


def _is_silent(one: Found) -> bool:
    """Whether nobody says that the Dockerfile is built."""
    return one.build is not None and one.build.dockerfile in ("", one.place.path)


def _variant(one: Found) -> Key:
    """What makes several artefacts of one Dockerfile or directory: stages; images, where the image is not all
    that is said, else names; and contexts that the Dockerfile does not lie in. Empty where nothing does.
    """
    build = one.build or Build()
    image = last_part(one.image) if build.arguments or not build.dockerfile else ""
    if build.arguments and not image:
        image = same_name(one.name)
    is_inside = not build.context or build.dockerfile.startswith(f"{build.context}/")
    context = "" if is_inside else build.context
    target = build.target if build.target != ANY else ""
    return (target, image, context) if target or image or context else ()


class _Index:
    """Groups by what can be said of them."""

    def __init__(self, groups: Iterable[list[Told]]) -> None:
        self._groups: dict[Key, list[list[Told]]] = {}
        for group in groups:
            for one in group:
                self.add(group, one.found)

    def add(self, group: list[Told], one: Found) -> None:
        """A group is found by what another word of it says."""
        for key in _keys(one):
            known = self._groups.setdefault(key, [])
            if not any(other is group for other in known):
                known.append(group)

    def group_of(self, one: Found) -> list[Told] | None:
        """The one group that a word can mean; None where there is none, or more than one."""
        last = last_part(one.image)
        asked: list[Key] = [("directory", directory) for directory in one.also]
        if one.image:
            asked += [("image", one.image), ("image", last), ("name", same_name(last))]
        asked += [("home", directory) for directory in one.also]
        found = next((group for key in asked if (group := self._only(key)) is not None), None)
        if found is None and one.name:
            group = self._only(("name", same_name(one.name)))
            found = group if group is not None and _may_be(one, group) else None
        return found

    def _only(self, key: Key) -> list[Told] | None:
        groups = self._groups.get(key, [])
        built = [group for group in groups if any(one.found.build for one in group)]
        chosen = built or groups
        return chosen[0] if len(chosen) == 1 else None


def _keys(one: Found) -> Iterator[Key]:
    yield from _artefact_keys(one)[0] if one.build else ()
    yield from (("directory", directory) for directory in one.also)
    if one.build and one.build.dockerfile.rpartition("/")[2].lower() == "dockerfile":
        yield ("directory", one.build.dockerfile.rpartition("/")[0])
    if one.build and one.build.dockerfile and not is_variant(one.build.dockerfile):
        yield ("home", one.build.dockerfile.rpartition("/")[0])
    if one.image:
        yield ("image", one.image)
        yield ("image", last_part(one.image))
    if one.name:
        yield ("name", same_name(one.name))


def _may_be(one: Found, group: Sequence[Told]) -> bool:
    """Whether a word of a directory can mean a group of its name: nothing says that it lies elsewhere."""
    areas = [area for told in group for area in _areas(told.found)]
    return (
        not one.also
        or not areas
        or any(not area or f"{directory}/".startswith(f"{area}/") for area in areas for directory in one.also)
    )


def _areas(one: Found) -> Iterator[str]:
    if one.build:
        yield one.build.context if one.build.dockerfile else one.build.source
    yield from one.also


def _parts(group: list[Told]) -> Iterator[list[Told]]:
    """The services of one artefact: one for each name that the most telling finder says it runs under. Names
    that only differ in the environment are one.
    """
    running = [one for one in group if one.found.runs_on and one.found.name]
    best = min((one.rank for one in running), default=0)
    names = {_own_name(one) for one in running if one.rank == best}
    if len(names) < 2:
        yield group
        return
    for name in sorted(names):
        part = [one for one in group if _own_name(one) == name or _own_name(one) not in names]
        is_made = any(one.found.build for one in part)
        yield part if is_made else [*part, *(one for one in group if one.found.build)]


def _own_name(one: Told) -> str:
    return same_name(without_environment(one.found.name))
