"""Targets of `docker buildx bake`: which image is built from what. Files in JSON are read; those in HCL are
told, which has functions of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from unshipped.core.model import Build
from unshipped.core.texts.listing import some
from unshipped.discovery.documents import Table, documents, table, texts
from unshipped.discovery.finders._builds import image_build, lent
from unshipped.discovery.finders._names import directory_in, files, image_name, slug
from unshipped.discovery.finders._words import filled
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Found, Place

_JSON, _HCL = (re.compile(rf"(^|/)([\w-]+[.-])?bake([.-][\w.-]+)?\.{kind}$") for kind in ("json", "hcl"))
_TARGET = re.compile(r"""^[ \t]*target[ \t]+"?([\w-]+)"?[ \t]*\{""", re.MULTILINE)
_DEEPEST = 10
_NAMED = 5


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """One for each target that no other one only inherits."""
    for path in files(snapshot, _JSON):
        yield from _in_json(snapshot, path)
    for path in files(snapshot, _HCL):
        yield from _in_hcl(snapshot, path)


def named(snapshot: Snapshot, path: str) -> Iterator[Found | Doubt]:
    """Those of a file that somebody names and that is not known by its own name."""
    if _JSON.search(path) or _HCL.search(path):
        return
    if path.endswith(".json"):
        yield from _in_json(snapshot, path)
    elif path.endswith(".hcl"):
        yield from _in_hcl(snapshot, path)


def _in_json(snapshot: Snapshot, path: str) -> Iterator[Found]:
    for document in documents(snapshot, path):
        yield from _targets(snapshot, path, table(document))


def _in_hcl(snapshot: Snapshot, path: str) -> Iterator[Doubt]:
    names = list(dict.fromkeys(_TARGET.findall(snapshot.text(path) or "")))
    if names:
        yield Doubt(Place(path), _unread(names))


def _unread(names: Sequence[str]) -> str:
    return (
        f"what it builds is not read, {some(names, _NAMED)}: "
        "`docker buildx bake --print > docker-bake.json` writes it down so that it is"
    )


def _targets(snapshot: Snapshot, path: str, document: Table) -> Iterator[Found]:
    targets = table(document.get("target"))
    variables = table(document.get("variable")).items()
    values = {name: str(table(value).get("default") or "") for name, value in variables}
    inherited = {name for one in targets.values() for name in texts(table(one).get("inherits"))}
    for name in targets:
        settings = _settings(targets, name)
        image = image_name(filled(next(iter(texts(settings.get("tags"))), ""), values))
        build = None if name in inherited and not image else _build(snapshot, path, settings, values)
        if build and slug(name):
            place = Place(path, targets.lines.get(name, 0))
            given = tuple(_given(snapshot, path, targets, settings, values))
            yield Found(slug(name), place, build, image, lent=given)


def _settings(targets: Table, name: str, depth: int = 0) -> dict[str, object]:
    """What is said of a target, by itself and by those that it inherits, the last of them first."""
    own, found = table(targets.get(name)), dict[str, object]()
    for above in texts(own.get("inherits")) if depth < _DEEPEST else ():
        found = _over(found, _settings(targets, above, depth + 1))
    return _over(found, own)


def _over(below: Mapping[str, object], above: Mapping[str, object]) -> dict[str, object]:
    """Of two settings the upper one; arguments and contexts stand side by side."""
    both = {
        key: {**table(below[key]), **table(above[key])}
        for key in ("args", "contexts")
        if key in below and key in above
    }
    return {**below, **above, **both}


def _build(
    snapshot: Snapshot, path: str, settings: Mapping[str, object], values: Mapping[str, str]
) -> Build | None:
    def said(key: str, otherwise: str = "") -> str:
        text = settings.get(key)
        return filled(text, values) if isinstance(text, str) and text else otherwise

    given = table(settings.get("args")).items()
    arguments = [(name, filled(value, values)) for name, value in given if isinstance(value, str)]
    for base in () if "dockerfile-inline" in settings else _bases(path):
        context = directory_in(snapshot, base, said("context", "."))
        dockerfile = None if context is None else inside(context, said("dockerfile", "Dockerfile"))
        if made := image_build(snapshot, dockerfile, context, said("target"), arguments):
            return made
    return None


def _bases(path: str) -> tuple[str, str]:
    """Paths are taken from where bake is run: beside its file, or at the top."""
    return path.rpartition("/")[0], ""


def _given(
    snapshot: Snapshot,
    path: str,
    targets: Table,
    settings: Mapping[str, object],
    values: Mapping[str, str],
) -> Iterator[str]:
    """What a build is given beside its context."""

    def build_of(name: str) -> Build | None:
        return _build(snapshot, path, _settings(targets, name), values)

    told = table(settings.get("contexts")).values()
    contexts = (filled(text, values) for text in told if isinstance(text, str))
    return lent(snapshot, contexts, _bases(path), "target:", build_of)
