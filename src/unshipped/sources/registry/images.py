"""What an image says that it was built from: its labels and annotations, and what its build attests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime

from unshipped.core.model import Code, Revision
from unshipped.core.value import Value
from unshipped.errors import SourceError
from unshipped.platforms import steps
from unshipped.platforms.registry import Registry
from unshipped.sources.registry.provenance import made_from
from unshipped.sources.shared import hearing
from unshipped.sources.shared.parse import repository, revision, shown

_MOST_IMAGES = 20
"""The most images of an index, and the most attestations, that are read."""

_EPOCHS = 2001
"""Builds that are to be the same each time write a time from before this year: it says nothing."""

_NO_PLATFORM = "unknown/unknown"
"""Of what lies in an index beside its images."""

_ABOUT = "vnd.docker.reference.digest"
_BESIDE = re.compile(r"(/-)?/(tree|blob)/.*|#.*")
"""What an address may have after that of the repository: a folder, a branch."""
_ATTESTS = re.compile(r"in-toto|dsse|sigstore\.bundle")
_PREDICATE_KEYS = ("in-toto.io/predicate-type", "dev.sigstore.bundle.predicateType", "predicateType")


class _Run(Value):
    """One image that can be run."""

    platform: str
    digest: str
    manifest: steps.Table


def words(
    registry: Registry, part: hearing.Part, platform: str = "", labels: tuple[str, ...] = ()
) -> tuple[Revision, ...]:
    """Each thing that the images behind a reference say, once. Raises `SourceError`."""
    digest, top = registry.manifest(registry.image.asked)
    runs = _runs(registry, digest, top, platform)
    found: dict[tuple[str, str], Revision] = {}
    for run in runs:
        of = f" of {run.platform}" if len(runs) > 1 else ""
        for word in _of_run(registry, part, run, labels):
            found.setdefault((word.text, word.said_by), word._replace(said_by=word.said_by + of))
    beside = [
        *(_of(part, top, labels, "annotation") if _is_index(top) else ()),
        *_attested(registry, part, {digest, *(run.digest for run in runs)}, digest, top),
        *hearing.of_image(part, str(registry.image)),
    ]
    return tuple(dict.fromkeys((*found.values(), *beside)))


def _is_index(manifest: steps.Table) -> bool:
    return isinstance(manifest.get("manifests"), list)


def _runs(registry: Registry, digest: str, top: steps.Table, platform: str) -> list[_Run]:
    if not _is_index(top):
        return [_Run("", digest, top)]
    named = [(_platform(row), row) for row in steps.rows(top, "manifests")]
    rows = [(name, row) for name, row in named if name != _NO_PLATFORM]
    chosen = [(name, row) for name, row in rows if not platform or f"{name}/".startswith(f"{platform}/")]
    if not chosen:
        message = f"{registry.image} has no image for {shown(platform) or 'any platform'}"
        has = shown(", ".join(name for name, _ in rows)) or "none"
        raise SourceError(Code.NOT_FOUND, message, f"it has {has}")
    if len(chosen) > _MOST_IMAGES:
        message = f"{registry.image} is {len(chosen)} images"
        raise SourceError(Code.SOURCE_ERROR, message, "`platform` names the one that runs")
    return [_Run(name, *registry.manifest(steps.text(row, "digest") or "none:")) for name, row in chosen]


def _platform(row: steps.Table) -> str:
    of = steps.texts(row, "platform")
    return "/".join(of[key] for key in ("os", "architecture", "variant") if of.get(key))


def _of_run(registry: Registry, part: hearing.Part, run: _Run, labels: tuple[str, ...]) -> Iterator[Revision]:
    yield from _of(part, run.manifest, labels, "annotation")
    if digest := steps.text(run.manifest, "config", "digest"):
        config = registry.blob(digest)
        own = part._replace(since=part.since or _since(steps.moment(config, "created")))
        yield from of_labels(own, steps.texts(config, "config", "Labels"), labels)


def _of(part: hearing.Part, manifest: steps.Table, labels: tuple[str, ...], kind: str) -> Iterator[Revision]:
    yield from of_labels(part, steps.texts(manifest, "annotations"), labels, kind)


def of_labels(
    part: hearing.Part, texts: Mapping[str, str], labels: tuple[str, ...], kind: str = "label"
) -> Iterator[Revision]:
    """The words of labels, with the repository that they say the code is from."""
    source = texts.get("org.opencontainers.image.source") or texts.get("org.label-schema.vcs-url")
    where = repository(_BESIDE.sub("", source or ""))
    for word in hearing.of_labels(part, texts, labels, kind=kind):
        yield word._replace(repository=where)


def _since(created: datetime | None) -> datetime | None:
    return created if created and created.year >= _EPOCHS else None


def _attested(
    registry: Registry, part: hearing.Part, digests: set[str], digest: str, top: steps.Table
) -> Iterator[Revision]:
    beside = [
        row for row in steps.rows(top, "manifests") if steps.text(row, "annotations", _ABOUT) in digests
    ]
    for row in (beside or _referring(registry, digest))[:_MOST_IMAGES]:
        _own, manifest = registry.manifest(steps.text(row, "digest") or "none:")
        for layer in steps.rows(manifest, "layers"):
            if not _is_provenance(layer, "mediaType"):
                continue
            made = made_from(registry.blob(steps.text(layer, "digest") or "none:"), digests)
            if made:
                said = revision(made.commit, f"provenance of {shown(part.name)}")
                where = repository(made.repository)
                yield hearing.word(part, said._replace(repository=where), "provenance", weak=False)


def _referring(registry: Registry, digest: str) -> list[steps.Table]:
    return [row for row in registry.referrers(digest) if _is_provenance(row, "artifactType")]


def _is_provenance(row: steps.Table, kind: str) -> bool:
    """Whether it may be one, by what is said beside it: a list of packages is large, and no provenance."""
    texts = steps.texts(row, "annotations")
    said = next((texts[key] for key in _PREDICATE_KEYS if texts.get(key)), "slsa.dev/provenance")
    return bool(_ATTESTS.search(steps.text(row, kind))) and "slsa.dev/provenance" in said
