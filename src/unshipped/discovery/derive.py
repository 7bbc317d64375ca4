"""The closure of one service in one tree, from the files that say how it is built, with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from unshipped.core.closures.links import followed
from unshipped.core.closures.patterns import decode, encode
from unshipped.core.model import DECLARED, IMPORTS, Build, Closure
from unshipped.core.paths import PathMap
from unshipped.discovery.directory import directory_of
from unshipped.discovery.images.copies import readable
from unshipped.discovery.images.ignore_file import ignore_files
from unshipped.discovery.images.image import Image, image_of
from unshipped.discovery.index import SOURCES, suffix
from unshipped.discovery.narrow import narrowed
from unshipped.discovery.reach import Analyses
from unshipped.discovery.snapshot import LINK, Snapshot
from unshipped.discovery.taken import Taken, whole
from unshipped.discovery.values import Derived, Reason

_BY_HAND = Reason("", 0, "declared under `paths`")
_RECIPE = Reason("", 0, "says how the service is built")


def derive(snapshot: Snapshot, closure: Closure, analyses: Analyses) -> Derived | None:
    """What a closure comes to in a tree; None where the tree lacks what it is derived from."""
    declared = dict.fromkeys(closure.paths, _BY_HAND)
    if closure.build is None or closure.mode == DECLARED:
        return _finished(snapshot, closure, declared, Taken({}), None)
    image = image_in(snapshot, closure.build)
    if image is None:
        return None
    if closure.mode != IMPORTS:
        return _finished(snapshot, closure, declared, whole(image), image)
    # What is ignored may still be read, and lead to what is not.
    outer = _finished(snapshot, closure._replace(ignore=()), declared, whole(image), image).closure
    taken = narrowed(snapshot, image, closure.build, analyses)
    narrow = image._replace(builds=tuple(dict.fromkeys((*image.builds, *image.read))))
    return _finished(snapshot, closure, declared, taken, narrow)._replace(outer=outer)


def image_in(snapshot: Snapshot, build: Build) -> Image | None:
    """What a build takes in; None where the tree has neither its Dockerfile nor its directory."""
    if not build.dockerfile:
        return directory_of(snapshot, build)
    return image_of(snapshot, build) if build.dockerfile in snapshot.entries else None


def is_hollow(snapshot: Snapshot, image: Image, paths: Iterable[str] = ()) -> bool:
    """Whether an image takes what the repository does not have, and no source counts for it beside that."""
    if not image.missing:
        return False
    counts = PathMap([Closure(image.paths, image.ignore), Closure(tuple(paths))])
    return not any(counts.of(encode(path)) for path in snapshot.files() if suffix(path) in SOURCES)


def _finished(
    snapshot: Snapshot,
    closure: Closure,
    declared: Mapping[str, Reason],
    taken: Taken,
    image: Image | None,
) -> Derived:
    recipe = dict.fromkeys(image.builds, _RECIPE) if image else {}
    lacked = _lacked(snapshot, image) if image and not declared else {}
    reasons = {**recipe, **taken.reasons, **declared, **lacked}
    paths = tuple(sorted(reasons))
    kept_out, listed = _but_for(snapshot, recipe, _kept_out(snapshot, closure, image), paths)
    ignore = tuple(one for one in dict.fromkeys((*closure.ignore, *kept_out)) if one not in recipe)
    needed = (set(closure.paths) - set(closure.optional)) | lacked.keys()
    optional = tuple(path for path in paths if path not in needed)
    # A link on the way of an import brings what is imported, and not all that lies behind it.
    whole = tuple(path for path in paths if path not in taken.reached)
    more = _behind_links(snapshot, Closure(whole, ignore), reasons)
    settled = Closure((*paths, *more), ignore, (*optional, *more), settled=True)
    return Derived(
        settled,
        reasons,
        (*(image.doubts if image else ()), *taken.doubts),
        recipe_of(closure.build) | taken.texts | frozenset(recipe),
        taken.inputs,
        taken.asked,
        taken.widened,
        (image.awaited if image else frozenset()).union(*((one, f"{one}/**") for one in listed)),
    )


def _lacked(snapshot: Snapshot, image: Image) -> dict[str, Reason]:
    """What an image without any source waits for: only `paths` can say what that is made of."""
    if not is_hollow(snapshot, image):
        return {}
    place, source = image.missing[0]
    reason = Reason(place.path, place.line, f"COPY of {readable(source)}, which is not there")
    return dict.fromkeys(image.awaited, reason)


def _kept_out(snapshot: Snapshot, closure: Closure, image: Image | None) -> tuple[str, ...]:
    """What the ignore file keeps out of an image, but for what would take from the paths by hand."""
    if image is None or not closure.paths:
        return image.ignore if image else ()
    declared = PathMap([Closure(closure.paths, closure.ignore)])
    files = [path for path in map(encode, snapshot.files()) if declared.of(path)]
    return tuple(one for one in image.ignore if not any(map(PathMap([Closure((one,))]).of, files)))


def _but_for(
    snapshot: Snapshot, recipe: Iterable[str], kept_out: Iterable[str], paths: tuple[str, ...]
) -> tuple[list[str], list[str]]:
    """What the ignore file keeps out, without the recipe: whoever builds reads that all the same. A pattern
    that would take it out becomes the files that it takes out otherwise; those patterns are answered too.
    """
    found, listed = list[str](), list[str]()
    for one in kept_out:
        pattern = PathMap([Closure((one,))])
        if not any(map(pattern.of, map(encode, recipe))):
            found.append(one)
            continue
        listed.append(one)
        counts = PathMap([Closure(paths)])
        found += (path for path in snapshot.files() if pattern.of(raw := encode(path)) and counts.of(raw))
    return found, listed


def _behind_links(snapshot: Snapshot, closure: Closure, reasons: dict[str, Reason]) -> tuple[str, ...]:
    """What the links of a closure lead to; adds to the reasons which link it was."""
    known = links(snapshot)
    if not known:
        return ()
    if closure not in snapshot.followed:
        snapshot.followed[closure] = followed([closure], known).led[0]
    led = snapshot.followed[closure]
    more = {decode(path): decode(link) for path, link in led.items() if decode(path) not in reasons}
    for path, link in more.items():
        reasons[path] = Reason(link, 0, "symbolic link")
    return tuple(sorted(more))


def links(snapshot: Snapshot) -> Mapping[bytes, bytes | None]:
    """Every symbolic link of a tree, with what it says."""
    if "links" not in snapshot.memo:
        paths = [path for path, entry in snapshot.entries.items() if entry.mode == LINK]
        snapshot.load(paths)
        snapshot.memo["links"] = {encode(path): snapshot.content(path) for path in paths}
    known: Mapping[bytes, bytes | None] = snapshot.memo["links"]
    return known


def recipe_of(build: Build | None) -> frozenset[str]:
    """The Dockerfile of a build, and where its ignore file may lie."""
    if build is None or not build.dockerfile:
        return frozenset()
    return frozenset({build.dockerfile, *ignore_files(build.dockerfile, build.context)})
