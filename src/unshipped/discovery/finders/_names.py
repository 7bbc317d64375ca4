"""Names that several finders share: of files, of services, of images and of environments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from unshipped.core.closures.patterns import encode, is_glob
from unshipped.discovery.snapshot import Snapshot, inside

_NOT_OURS = {"node_modules", "vendor", "testdata", "fixtures", "third_party", ".venv", "site-packages"}
_NOT_RUN = {
    *("docs", "doc", "archive", "archived", "examples", "example", "deprecated", "legacy", "samples"),
    *("test", "tests", "testing", "e2e", "playground", "sandbox", ".devcontainer", ".gitpod"),
}
_TOOLS = {"hack", "tools", "tool", "ci", ".ci", ".github", ".circleci", ".devcontainer", ".gitpod"}
_ENVIRONMENTS = {
    **dict.fromkeys(("prod", "production", "prd", "live"), "production"),
    **dict.fromkeys(("staging", "stage", "stg", "preprod", "uat"), "staging"),
    **dict.fromkeys(("dev", "develop", "development"), "development"),
    **dict.fromkeys(("qa", "test", "testing"), "test"),
    "preview": "preview",
}
_PIPELINE = re.compile(r"^\.(github|circleci)(/|$)|^\.gitlab-ci|(^|/)cloudbuild[\w.-]*\.(ya?ml|json)$")
_LAST_WORD = re.compile(r"[-_.]([A-Za-z]+)$")


def slug(text: str) -> str:
    """A name that a service may have."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")[:100]


def is_ours(path: str) -> bool:
    """Whether a file belongs to the repository's own code, and not to what it carries along."""
    return _NOT_OURS.isdisjoint(path.split("/"))


def is_run(path: str) -> bool:
    """Whether a file lies where what is really run lies, and no documentation or archive does."""
    return is_ours(path) and not any(part.lower() in _NOT_RUN for part in path.split("/")[:-1])


def is_tool(path: str) -> bool:
    """Whether a file lies where what people and pipelines work with lies, and no service does by itself."""
    return not _TOOLS.isdisjoint(path.split("/")[:-1])


def is_pipeline(path: str) -> bool:
    """Whether a path is of what builds and deploys, and ends up in nothing that is deployed."""
    return _PIPELINE.search(path) is not None


def files(
    snapshot: Snapshot, name: re.Pattern[str], is_meant: Callable[[str], bool] = is_run
) -> Iterator[str]:
    """The files whose path has the pattern, as a rule those that lie where what is really run lies."""
    return (path for path in snapshot.files() if name.search(path) and is_meant(path))


def known(value: Any) -> str:
    """The text, or an empty one where there is none or a variable is in it."""
    return value.strip() if isinstance(value, str) and "$" not in value else ""


def unversioned(image: str) -> str:
    """An image's name without tag and digest."""
    name = image.partition("@")[0]
    head, _, last = name.rpartition("/")
    return f"{head}/{last.partition(':')[0]}".strip("/")


def image_name(value: Any) -> str:
    """An image as a file names it, without tag and digest; empty where its last part is not known. That
    the registry is a variable says nothing about which image it is.
    """
    name = unversioned(value.strip()) if isinstance(value, str) else ""
    last = name.rpartition("/")[2]
    return "" if not last or any(char in last for char in "$<> \t\n") else name


def last_part(image: str) -> str:
    """What an image is called in its registry."""
    return slug(image.rpartition("/")[2])


def environment_of(path: str) -> str:
    """The environment that a directory or the end of a file's name speaks of; empty where none does."""
    *directories, file = path.split("/")
    ending = _LAST_WORD.search(file.rpartition(".")[0])
    words = [*directories, ending[1] if ending else ""]
    return next(
        (_ENVIRONMENTS[word.lower()] for word in reversed(words) if word.lower() in _ENVIRONMENTS), ""
    )


def without_environment(name: str) -> str:
    """A service's name without an environment at its end: `api` of `api-staging`."""
    ending = _LAST_WORD.search(name)
    return name[: ending.start()] if ending and ending[1].lower() in _ENVIRONMENTS else name


def directory_in(snapshot: Snapshot, base: str, relative: str) -> str | None:
    """A directory of the repository as it is named from another; None where there is none."""
    found = inside(base, relative or ".")
    if found is None or is_glob(encode(found)) or not snapshot.is_directory(found):
        return None
    return found
