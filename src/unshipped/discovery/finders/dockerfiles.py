"""Every Dockerfile is a service, until something else says what it is called."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unshipped.core.model import Build
from unshipped.discovery.finders._names import is_run, is_tool, slug
from unshipped.discovery.finders._packages import name_of_top
from unshipped.discovery.images.image import image_of
from unshipped.discovery.images.made_before import is_made_before
from unshipped.discovery.index import SOURCES, suffix
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Found, Place

_NAME = re.compile(r"^([Dd]ockerfile|[Cc]ontainerfile)(\.[\w.-]+)?$|^[\w.-]+\.[Dd]ockerfile$")
_BEGINS = re.compile(r"\ufeff?(?:[ \t]*(?:[#{%<].*)?\r?\n)*[ \t]*(?:FROM|ARG)\s", re.IGNORECASE)
"""How a Dockerfile begins, after comments and what fills in a template."""
_NO_DOCKERFILE = (".dockerignore", ".containerignore", ".md", ".py", ".sh", ".txt", ".j2", ".tmpl")
_VARIANTS = {
    *("prod", "production", "release", "dev", "develop", "development", "local", "debug", "ci", "tilt"),
    *("test", "tests", "testing"),
}
"""What the end of a Dockerfile's name says of the same service."""
_UNFINISHED = re.compile(
    r"(base|build(er)?|deps|(.*[-_.])?(tests?|testing|dev(elop(ment)?)?|debug|local|ci|lint(er)?))\d*",
    re.IGNORECASE,
)
"""Stages that others are made from, or that are built to work on a service or to test it."""
_GENERIC = {"dockerfiles", "docker", "deployment", "deploy", "build", "services", "apps", "packages",
            "images", "cmd", "src", "containers"}  # fmt: skip


def is_dockerfile(snapshot: Snapshot, path: str) -> bool:
    """Whether a file is a Dockerfile by its name. One in lower case, or that is called like source, has to
    begin as one: what reads or writes Dockerfiles is called so, too.
    """
    name = path.rpartition("/")[2]
    if _NAME.match(name) is None or name.endswith(_NO_DOCKERFILE):
        return False
    is_plain = name[0].isupper() and suffix(name) not in SOURCES
    return is_plain or _BEGINS.match(snapshot.text(path) or "") is not None


def is_variant(path: str) -> bool:
    """Whether a Dockerfile is by its name one to work or test with, and not one to run."""
    return path.rpartition("/")[2].rpartition(".")[2].lower() in _VARIANTS - {"prod", "production", "release"}


def is_unfinished(stage: str) -> bool:
    """Whether a stage is by its name none that is run."""
    return _UNFINISHED.fullmatch(stage) is not None


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """One service for each Dockerfile; those of documentation and tools are left out, and counted."""
    left_out: dict[str, int] = {}
    for path in snapshot.files():
        if not is_dockerfile(snapshot, path):
            continue
        if is_run(path) and not is_tool(path) and not path.rpartition("/")[2].startswith("."):
            build = Build(path, guess_context(snapshot, path))
            yield Found(_name(path) or name_of_top(snapshot), Place(path), build=build)
        else:
            top = path.partition("/")[0]
            left_out[top] = left_out.get(top, 0) + 1
    for top, count in left_out.items():
        yield Doubt(Place(top), _left_out(count))


def _left_out(count: int) -> str:
    if count == 1:
        return "a Dockerfile below it is left out: it looks like no service"
    return f"{count} Dockerfiles below it are left out: they look like no service"


def guess_context(snapshot: Snapshot, dockerfile: str) -> str:
    """Where most of what it copies is found: the top of the repository, its own directory, or between."""
    own = dockerfile.rpartition("/")[0]
    parts = own.split("/") if own else []
    candidates = ["", own, *("/".join(parts[:count]) for count in range(len(parts) - 1, 0, -1))]
    text = snapshot.text(dockerfile) or ""

    def absent(context: str) -> int:
        image = image_of(snapshot, Build(dockerfile, context))
        # Where everything is copied, the directory of the Dockerfile is what is meant, unless it calls that
        # by the way that leads to it from elsewhere. What is not in the repository says neither.
        everything = [copy for copy in image.copies if not {"**", context}.isdisjoint(copy.paths)]
        is_meant = _calls_itself(text, dockerfile, context) and not any(map(is_made_before, everything))
        return 2 * len(image.missing) + (1 if everything and context != own and not is_meant else 0)

    return min(dict.fromkeys(candidates), key=absent)


def _calls_itself(text: str, dockerfile: str, context: str) -> bool:
    """Whether a Dockerfile names its own directory, or itself, as seen from a directory above. One name alone
    may be that of anything.
    """
    way = dockerfile.removeprefix(f"{context}/")
    home = way.rpartition("/")[0]
    return (home if "/" in home else way) in text


def _name(path: str) -> str:
    directory, _, file = path.rpartition("/")
    ending = file.removesuffix(".Dockerfile").removesuffix(".dockerfile")
    if ending == file:
        ending = file.partition(".")[2]
    parts = [part for part in directory.split("/") if part and part.lower() not in _GENERIC]
    if ending and ending.lower() not in _VARIANTS:
        parts = [*parts[-1:], ending] if parts else [ending]
    return slug("-".join(parts[-2:]))
