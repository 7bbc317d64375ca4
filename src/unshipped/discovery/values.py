"""What the rooms of discovery hand to each other. Paths are text from the repository's top, without a
leading slash; a directory has no trailing one, and the top itself is the empty string.
"""

from __future__ import annotations

from collections.abc import Mapping

from unshipped.core.model import Build, Closure
from unshipped.core.value import Value


class Place(Value):
    """Where something was read. Lines start at 1; 0 is the file as a whole."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


class Doubt(Value):
    """Something that could not be known, where, and what was taken in so that nothing is missed."""

    place: Place
    why: str
    widened: tuple[str, ...] = ()
    """The paths that count because of it."""
    of_name: bool = False
    """Whether it is the name of a service that is not known: another way to the same line may know it."""


class Reason(Value):
    """Why a path counts: the file that brings it, the line there, and in which way.

    `by` is the path of another reason, so that reasons make a chain; it is empty where the service's own
    declaration brings it.
    """

    by: str
    line: int
    how: str
    """In the reader's words: `COPY shared/ /app/shared`, `import shared.clock`, `symbolic link`."""


class Derived(Value):
    """The closure of one service in one tree, with its evidence."""

    closure: Closure
    reasons: Mapping[str, Reason]
    """For each path of the closure, and for the files in between."""
    doubts: tuple[Doubt, ...] = ()
    recipe: frozenset[str] = frozenset()
    """The files that say how the service is built, and those that would, if they were there: any change of
    them may change the answer.
    """
    inputs: frozenset[str] = frozenset()
    """The source files whose imports the answer hangs on."""
    asked: frozenset[str] = frozenset()
    """The words in what these ask for: a file of such a name that comes or goes may change the answer."""
    widened: frozenset[str] = frozenset()
    """The directories in which every file that comes or goes changes it."""
    awaited: frozenset[str] = frozenset()
    """Where something would lie that it takes and that is not there."""
    outer: Closure | None = None
    """All that imports can lead to, where it is narrowed by them: what comes or goes elsewhere is nothing to
    it.
    """


class Put(Value):
    """Something that is copied somewhere in the repository before a build."""

    at: tuple[str, ...]
    """Where it may lie then."""
    path: str
    """Where it comes from: of the repository or, where that has nothing there, made by a build."""


class Found(Value):
    """One finder's word that there is a service, as it was declared in one place."""

    name: str
    place: Place
    build: Build | None = None
    """How it is built, where the place says so."""
    image: str = ""
    """The image that it runs, without tag and digest: what joins a manifest to the build that makes it."""
    paths: tuple[str, ...] = ()
    """Paths that a hand-written map or its packaging gives it, besides what its build takes in."""
    lent: tuple[str, ...] = ()
    """Paths that its build is given beside its context."""
    mounted: tuple[str, ...] = ()
    """Paths that it is started with from the repository itself, over what its image has."""
    tried: tuple[str, ...] = ()
    """The same, where people work on it."""
    ignore: tuple[str, ...] = ()
    owner: str = ""
    runs_on: str = ""
    """`cloud-run`, `cloud-function`, `kubernetes`, `ecs`, `lambda`, …: where it is deployed, if said."""
    environment: str = ""
    also: tuple[str, ...] = ()
    """Other names that the same service goes by, for example that of its workspace package."""
    guessed: bool = False
    """Whether its paths were worked out from manifests of packages: what an image copies says it better."""
    is_weak: bool = False
    """Whether it is a service only where nothing else tells of one, as a filter of a workflow is."""
    put: tuple[Put, ...] = ()
    """What is copied into the context of its build before that."""
