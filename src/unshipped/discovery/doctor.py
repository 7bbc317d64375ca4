"""What is wrong with a map: held against the tree that it is a map of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from unshipped.core import words
from unshipped.core.closures.links import target_of
from unshipped.core.closures.patterns import decode, encode
from unshipped.core.model import DECLARED, Build, Closure, Target
from unshipped.core.paths import PathMap
from unshipped.core.value import Value
from unshipped.discovery.derive import derive, image_in, links
from unshipped.discovery.edit import ALLOWED, Edit
from unshipped.discovery.finders._builds import DOCKERFILES, beside
from unshipped.discovery.finders.dockerfiles import guess_context, is_dockerfile
from unshipped.discovery.images.copies import Copy
from unshipped.discovery.images.image import Image
from unshipped.discovery.images.rules import covering, literal
from unshipped.discovery.index import SOURCES, suffix
from unshipped.discovery.propose import Proposed, propose
from unshipped.discovery.reach import Analyses
from unshipped.discovery.render import is_known, is_that
from unshipped.discovery.snapshot import Snapshot, above
from unshipped.discovery.values import Derived

ERROR, WARNING, NOTE = "error", "warning", "note"
_MOST_LISTED = 12
_TEST = re.compile(r"(^|/)tests?/")

CODES = {
    "dead-pattern": "a pattern of `paths` matches nothing in the expected tree",
    "missing-build": "the Dockerfile or the directory that a service is built from is not there",
    "missing-copy": "a source of a COPY line is not there: the image cannot be built, or it is made before "
    "the build (`widened` says where that counts as more; without any source beside it, the service is "
    "`unknown`)",
    "too-narrow": "the image copies a path that the map does not have, is made from another one that is made "
    "of it, a package needs it of which the map has no source, or `ignore` takes out all of its source",
    "too-wide": "the map has a path that the image does not copy",
    "widened": "something could not be known, and the closure takes in more because of it",
    "broken-link": "a symbolic link of a closure leads nowhere",
    "duplicate": "two services have the same closure",
    "unmapped-service": "the repository has a service that is in no map",
    "uncovered": "files that belong to no service and that `uncovered.allow` does not have",
    "shallow-clone": "the clone has only a part of the history",
    "missing-objects": "a partial clone lacks files that have to be read",
    "git-version": "git is missing or too old",
    "unreadable-source": "a source cannot be asked: it lacks a secret, a file, a program or a web address",
}
"""Every finding with what it means."""


class Finding(Value):
    """One thing that is wrong, and the edit that mends it, where there is one."""

    code: str
    severity: str
    service: str
    message: str
    place: str = ""
    """Where it was seen in the repository: `api/Dockerfile:12`."""
    key: tuple[str, str] = ("", "")
    """Where it stands in the configuration: a list of the service, and its entry."""
    edit: Edit | None = None
    advice: str = ""


def examine(
    snapshot: Snapshot, targets: Sequence[Target], repository: str, allowed: Sequence[str], analyses: Analyses
) -> list[Finding]:
    """Everything that is wrong with the closures that one repository feeds."""
    found: list[Finding] = []
    closures: dict[tuple[str, Closure], Derived | None] = {}
    for target in targets:
        for origin in target.origins:
            key = (target.service, origin.closure)
            if origin.repository == repository and key not in closures:
                closures[key] = derive(snapshot, origin.closure, analyses)
    retired = {target.service for target in targets if target.retired}
    live = {key: derived for key, derived in closures.items() if key[0] not in retired}
    for (service, closure), derived in live.items():
        found += _closure(snapshot, service, closure, derived)
    found += _duplicates(list(live))
    held = [derived.closure for derived in closures.values() if derived]
    found += _broken_links(snapshot, held)
    proposed = propose(snapshot).services
    for (service, closure), derived in live.items():
        if derived:
            found += _hidden(snapshot, service, closure, derived)
            found += _beneath(snapshot, service, closure, derived, proposed)
            found += _needed(snapshot, service, closure, derived, proposed)
    unmapped = list(_unmapped(proposed, targets))
    mended = [one.edit.add for one in found if one.edit and one.edit.add]
    claimed = {one.place for one in unmapped}
    return [*found, *unmapped, *_uncovered(snapshot, held, (*allowed, *mended), claimed)]


def _closure(
    snapshot: Snapshot, service: str, closure: Closure, derived: Derived | None
) -> Iterator[Finding]:
    yield from _dead(snapshot, service, closure)
    build = closure.build
    if build and derived is None:
        what = build.dockerfile or build.source
        close = get_close_matches(what, _candidates(snapshot, build), n=1, cutoff=0.9)
        gone = "take the service out, or mark it `retired: true`"
        meant = f"did you mean {close[0]}? Else {gone}" if close else gone
        yield Finding("missing-build", ERROR, service, f"{what} is not there", advice=meant)
        return
    image = image_in(snapshot, build or _beside(snapshot, closure))
    if image:
        for place, source in image.missing:
            yield Finding(
                "missing-copy", WARNING, service, f"COPY of {source!r}, which is not there", str(place)
            )
        if closure.mode == DECLARED:
            yield from _compared(snapshot, service, closure, image)
    for doubt in derived.doubts if derived else ():
        yield Finding("widened", NOTE, service, doubt.why, str(doubt.place))


def _dead(snapshot: Snapshot, service: str, closure: Closure) -> Iterator[Finding]:
    for pattern in closure.paths:
        if pattern in closure.optional or snapshot.has(pattern) or _held(snapshot, pattern):
            continue
        known = {*_directories(snapshot), *snapshot.files()} - set(closure.paths)
        close = get_close_matches(pattern, known, n=1, cutoff=0.8)
        edit = Edit(service, "paths", add=close[0] if close else "", instead_of=pattern)
        advice = "" if close else "correct it, or mark it {path: …, optional: true}"
        message = f"{pattern!r} matches nothing"
        yield Finding(
            "dead-pattern", ERROR, service, message, key=("paths", pattern), edit=edit, advice=advice
        )


def _held(snapshot: Snapshot, pattern: str) -> list[str]:
    """The files that a pattern matches."""
    paths = PathMap([Closure((pattern,))])
    return [path for path in snapshot.files() if paths.of(encode(path))]


def _directories(snapshot: Snapshot) -> set[str]:
    """Every directory that has a file of its own."""
    return {path.rpartition("/")[0] for path in snapshot.files()}


def _candidates(snapshot: Snapshot, build: Build) -> list[str]:
    if build.source:
        return sorted(_directories(snapshot))
    return [path for path in snapshot.files() if is_dockerfile(snapshot, path)]


def _beside(snapshot: Snapshot, closure: Closure) -> Build:
    """The build of a hand-written map: the Dockerfile that it has, or that lies straight in one of its
    directories.
    """
    straight = [beside(path, name) for path in closure.paths for name in DOCKERFILES]
    named = [path for path in closure.paths if is_dockerfile(snapshot, path)]
    for dockerfile in (*named, *straight):
        if dockerfile in snapshot.entries:
            return Build(dockerfile, guess_context(snapshot, dockerfile))
    return Build(dockerfile="\0")


def _compared(snapshot: Snapshot, service: str, closure: Closure, image: Image) -> Iterator[Finding]:
    """A hand-written map against the lines of the Dockerfile, both ways."""
    mine = PathMap([Closure(closure.paths)])
    lacking: dict[str, Copy] = {}
    for copy in image.copies:
        for path in copy.paths:
            files = snapshot.below("" if path == "**" else path) or [path] * (path in snapshot.entries)
            if not all(mine.of(encode(file)) for file in files):
                lacking.setdefault(path, copy)
    for path, copy in lacking.items():
        if any(path.startswith(f"{other}/") for other in lacking) or (path != "**" and "**" in lacking):
            continue  # the directory brings it
        edit = Edit(service, "paths", add=path)
        message = f"the image copies {path!r} and the map lacks it"
        yield Finding("too-narrow", ERROR, service, message, str(copy.place), edit=edit)
    taken = PathMap([Closure(image.paths)])
    for pattern in closure.paths:
        files = _held(snapshot, pattern)
        if files and not any(taken.of(encode(file)) for file in files):
            edit = Edit(service, "paths", instead_of=pattern)
            message = f"{pattern!r} is in the map, and no line of {image.builds[0]} copies it"
            yield Finding("too-wide", WARNING, service, message, key=("paths", pattern), edit=edit)


def _hidden(snapshot: Snapshot, service: str, closure: Closure, derived: Derived) -> Iterator[Finding]:
    """What counts, and of which `ignore` leaves no source: that of tests is no loss."""
    left, ours = PathMap([derived.closure]), PathMap([Closure(("",), closure.ignore)])
    gone = []
    for path in sorted(derived.reasons) if closure.ignore else ():
        files = [path] if path in snapshot.entries else snapshot.below("" if path == "**" else path)
        sources = [encode(file) for file in files if suffix(file) in SOURCES and not _TEST.search(file)]
        if not any(map(left.of, sources)) and not all(map(ours.of, sources)):
            gone.append(path)
    if gone:
        more = f" and {words.count(len(gone) - 1, 'more path')}" if gone[1:] else ""
        message = f"{gone[0]!r}{more} would count, and `ignore` takes all source of it out"
        yield Finding("too-narrow", ERROR, service, message, advice="ignore less, or let it not be copied")


def _beneath(
    snapshot: Snapshot, service: str, closure: Closure, derived: Derived, proposed: Sequence[Proposed]
) -> Iterator[Finding]:
    """What an image is made from that the repository builds too, and that the map lacks."""
    build, held = closure.build, PathMap([derived.closure, Closure(closure.ignore)])
    same = [one for one in proposed if build and one.build and one.build[:3] == build[:3]]
    for path in dict.fromkeys(path for one in same for path in one.bases):
        if not all(held.of(encode(file)) for file in _held(snapshot, path)):
            edit = Edit(service, "paths", add=path)
            message = f"it is made from an image that is made of {path!r}, and the map lacks that"
            yield Finding("too-narrow", ERROR, service, message, build.dockerfile if build else "", edit=edit)


def _needed(
    snapshot: Snapshot, service: str, closure: Closure, derived: Derived, proposed: Sequence[Proposed]
) -> Iterator[Finding]:
    """What its build is given, or the manifests of its packages name, and of which the map has no source."""
    held = PathMap([derived.closure, Closure(closure.ignore)])
    same = [one for one in proposed if is_that(one, service, closure)]
    for path, place in dict.fromkeys(one for other in same for one in other.needed):
        sources = [encode(file) for file in _held(snapshot, path) if suffix(file) in SOURCES]
        if sources and not any(map(held.of, sources)):
            edit = Edit(service, "paths", add=path)
            message = f"it needs {path!r}, and the map lacks that"
            yield Finding("too-narrow", ERROR, service, message, str(place), edit=edit)


def _duplicates(closures: Sequence[tuple[str, Closure]]) -> Iterator[Finding]:
    seen: dict[Closure, str] = {}
    for service, closure in closures:
        if closure in seen and seen[closure] != service:
            yield Finding("duplicate", NOTE, service, f"its closure is that of {seen[closure]}")
        seen.setdefault(closure, service)


def _broken_links(snapshot: Snapshot, held: Sequence[Closure]) -> Iterator[Finding]:
    paths = PathMap(held)
    known = links(snapshot)
    for link, text in known.items():
        target = target_of(link, text) if text else None
        if paths.of(link) and not snapshot.has(decode(link)):
            if target is None:
                where = "out of the repository"
            else:
                why = "a link that leads nowhere" if target in known else "which is not there"
                where = f"to {decode(target)}, {why}"
            yield Finding("broken-link", WARNING, "", f"the link leads {where}", decode(link))


def _unmapped(proposed: Sequence[Proposed], targets: Sequence[Target]) -> Iterator[Finding]:
    for one in proposed:
        if not is_known(one, targets):
            message = f"{one.name} is in no map"
            yield Finding(
                "unmapped-service", WARNING, "", message, str(one.places[0]), advice="unshipped init adds it"
            )


def _uncovered(
    snapshot: Snapshot, held: Sequence[Closure], allowed: Sequence[str], claimed: set[str]
) -> Iterator[Finding]:
    """Files of no service, told by the outermost directory in which no service has anything; those that have
    a service in no map are not to be allowed.
    """
    paths = PathMap([*held, Closure(tuple(allowed))])
    of_services = (1 << len(held)) - 1
    masks = {path: paths.of(encode(path)) for path in snapshot.files()}
    taken = {place for path, mask in masks.items() if mask & of_services for place in above(path)}
    counts: dict[str, int] = {}
    for path, mask in masks.items():
        if not mask:
            place = next((one for one in above(path) if one not in taken), path)
            counts[place] = counts.get(place, 0) + 1
    listed = sorted(counts.items(), key=lambda one: -one[1])
    for place, count in listed[:_MOST_LISTED]:
        which = (
            f"{place}: {words.count(count, 'file')} in" if snapshot.is_directory(place) else f"{place} is in"
        )
        one = Finding("uncovered", NOTE, "", f"{which} no service")
        if any(_near(place, claim) for claim in claimed):
            yield one._replace(advice="unshipped init adds the service that it has")
        else:
            *_, all_of_it = covering(place) if snapshot.is_directory(place) else [literal(place)]
            yield one._replace(edit=Edit("", ALLOWED, add=all_of_it))
    if rest := listed[_MOST_LISTED:]:
        files = sum(count for _, count in rest)
        yield Finding(
            "uncovered",
            NOTE,
            "",
            f"and {words.count(files, 'more file')} in {words.count(len(rest), 'place')}",
        )


def _near(place: str, claim: str) -> bool:
    """Whether what tells of a service lies below a place, or that place beside or below it."""
    home = claim.rpartition("/")[0]
    return f"{claim}/".startswith(f"{place}/") or (bool(home) and f"{place}/".startswith(f"{home}/"))
