"""What a platform keeps beside a running thing -> what of it names a commit.

A label or a variable is set by whoever deploys, an image is tagged by whoever builds. Each says one word;
which of them is true, the rules in `core/signals.py` decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from unshipped.core.model import Code, Revision
from unshipped.core.value import Value
from unshipped.errors import SourceError
from unshipped.platforms import steps
from unshipped.sources.shared.parse import revision, shown

LABELS = (
    "org.opencontainers.image.revision",
    *("commit-sha", "commit_sha", "commit", "git-commit", "git-sha", "git_sha", "revision"),
    *("gcb-build-commit", "org.label-schema.vcs-ref", "app.kubernetes.io/revision"),
)
"""Labels, annotations and tags that name the commit by convention."""

VARIABLES = (
    *("COMMIT_SHA", "BUILD_COMMIT", "GIT_COMMIT", "GIT_SHA", "COMMIT", "REVISION", "SOURCE_COMMIT"),
    *("GITHUB_SHA", "CI_COMMIT_SHA", "SOURCE_VERSION", "DD_GIT_COMMIT_SHA", "SENTRY_RELEASE"),
)
"""Environment variables that name the commit by convention."""

_TAG = re.compile(r":([\w][\w.-]{0,127})$")
_COMMIT = re.compile(
    r"(?:^|[-_.]|(?<=[-_.])g|^g)"
    r"([0-9a-f]{64}|[0-9a-f]{40}|(?=[0-9a-f]*[a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{7,12})"
    r"(?:-[0-9]{8,14})?(-dirty)?$"
)
"""At the end of a tag, but for the time of its build. A short one has a letter and a digit, so that a date is
none.
"""
_IDENTITY = re.compile(r"[0-9a-fA-F]{7,64}(-dirty)?")


class Part(Value):
    """One thing that runs."""

    name: str
    share: float = 1.0
    since: datetime | None = None


def of_labels(
    part: Part,
    labels: Mapping[str, str],
    names: Iterable[str] = (),
    *,
    weak: bool = False,
    kind: str = "label",
) -> Iterator[Revision]:
    """The words of labels: of those that are asked for by name, else of those that convention knows."""
    yield from _named(part, labels, tuple(names), LABELS, kind, weak=weak)


def of_whole(
    part: Part, labels: Mapping[str, str], names: Iterable[str], whole: str, *, kind: str = "label"
) -> Iterator[Revision]:
    """The words of labels that a whole has, not this part of it: weak, since they may be older or younger."""
    for word in of_labels(part, labels, names, weak=True, kind=kind):
        yield word._replace(said_by=f"{word.said_by} of the {whole}")


def of_variables(part: Part, variables: Mapping[str, str], names: Iterable[str] = ()) -> Iterator[Revision]:
    """The words of environment variables, likewise."""
    yield from _named(part, variables, tuple(names), VARIABLES, "variable", weak=False)


def of_image(part: Part, image: str) -> Iterator[Revision]:
    """The commit that an image is tagged with, where the tag is one: `api:3f2c1d0`, `api:main-3f2c1d0`. What
    was started by its own id has no tag.
    """
    tag = None if image.startswith("sha256:") else _TAG.search(image.partition("@")[0])
    if tag and (commit := _COMMIT.search(tag[1])):
        said = Revision(commit[1], dirty=bool(commit[2]))
        yield word(part, said, f"tag of image {shown(image)}", weak=False)


def of_text(part: Part, text: str, said_by: str) -> Iterator[Revision]:
    """The commit that a free text is, where it is nothing else."""
    if _IDENTITY.fullmatch(text.strip()):
        yield word(part, revision(text, said_by), said_by, weak=False)


def of_containers(
    heard: Iterable[Revision],
    counts: steps.Table,
    containers: Sequence[steps.Table],
    said: Callable[[steps.Table], Iterable[Revision]],
) -> Iterator[Revision]:
    """What is heard of the whole, and the words of the container that counts. Where none of that is a proof
    those of the others as well, which are weak: what runs beside it may be of another repository.
    """
    own = [*heard, *said(counts)]
    yield from own
    if all(one.weak for one in own):
        beside = (one for other in containers if other is not counts for one in said(other))
        yield from (one._replace(weak=True) for one in beside)


def _named(
    part: Part,
    values: Mapping[str, str],
    asked: tuple[str, ...],
    usual: tuple[str, ...],
    kind: str,
    *,
    weak: bool,
) -> Iterator[Revision]:
    for name in asked or usual:
        value = values.get(name, "").strip()
        # What was not asked for may mean something else: only what looks like a commit id is a word.
        if value and (asked or _IDENTITY.fullmatch(value)):
            said = revision(value, f"{kind} {name} of {shown(part.name)}")
            yield word(part, said, f"{kind} {name}", weak=weak)


def word(part: Part, said: Revision, said_by: str, *, weak: bool) -> Revision:
    return said._replace(share=part.share, part=part.name, said_by=said_by, weak=weak, since=part.since)


def heard(said: Iterable[tuple[Part, Iterable[Revision]]], whose: str, hint: str) -> tuple[Revision, ...]:
    """Everything that is said of the parts. Raises `SourceError` where one with traffic says nothing: what
    it runs may be anything.
    """
    found: list[Revision] = []
    for part, words in said:
        own = list(words)
        if part.share > 0 and not own:
            message = f"{whose}: {shown(part.name)} says nowhere which commit it is"
            raise SourceError(Code.NO_REVISION, message, hint)
        found += own
    if not found:
        raise SourceError(Code.NO_REVISION, f"{whose} runs nothing that says which commit it is", hint)
    return tuple(found)
