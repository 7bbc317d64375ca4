"""What tells of a program of Java or Kotlin, whatever builds it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unshipped.core.model import Build
from unshipped.discovery.derive import image_in
from unshipped.discovery.finders._names import is_run, is_tool
from unshipped.discovery.finders._packages import nearest
from unshipped.discovery.finders.dockerfiles import guess_context, is_dockerfile
from unshipped.discovery.further import tells_all
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Found

GRADLE = ("build.gradle.kts", "build.gradle")
"""What says how a project of Gradle is built: one of these."""
_MANIFESTS = tuple(f"/{name}" for name in ("pom.xml", *GRADLE))
TESTS = ("**/src/test/**",)
"""What no program takes along."""
_NAMED_SO = re.compile(r"(?:Application|Main|App|Server)(?:Kt)?\.(?:java|kt)$")
_STARTS = re.compile(
    r"@SpringBootApplication\b|\bstatic void main\(|^fun main\(|@QuarkusMain\b", re.MULTILINE
)


def is_started(snapshot: Snapshot, directory: str) -> bool:
    """Whether a module has what is started, in a file that is called so."""
    sources = snapshot.below(f"{directory}/src/main".lstrip("/"))
    return any(_NAMED_SO.search(path) and _STARTS.search(snapshot.text(path) or "") for path in sources)


def images(snapshot: Snapshot, directory: str) -> list[str]:
    """Where a module keeps the Dockerfiles of its images: by the conventions of its plugins, or wherever in
    it one lies that takes what is made before.
    """
    places = (f"{directory}/{one}".strip("/") for one in ("", "docker", "src/main/docker"))
    usual = [at for at in places if any(name.startswith("Dockerfile") for name in snapshot.names(at))]
    return [*dict.fromkeys((*usual, *_elsewhere(snapshot).get(directory, ())))]


def _elsewhere(snapshot: Snapshot) -> dict[str, list[str]]:
    """By the module that they lie in, below the top, the directories with Dockerfiles that take what is made
    before.
    """
    if _elsewhere not in snapshot.memo:
        modules = {path.rpartition("/")[0] for path in snapshot.files() if path.endswith(_MANIFESTS)} - {""}
        found: dict[str, list[str]] = {}
        for path in snapshot.files():
            home = path.rpartition("/")[0]
            module = nearest(home, modules) if is_dockerfile(snapshot, path) else None
            if module is not None and is_run(path) and not is_tool(path):
                build = Build(path, guess_context(snapshot, path))
                if not tells_all(build, image_in(snapshot, build)):
                    found.setdefault(module, []).append(home)
        snapshot.memo[_elsewhere] = found
    known: dict[str, list[str]] = snapshot.memo[_elsewhere]
    return known


def told(snapshot: Snapshot, found: Found, where: str) -> Iterator[Found]:
    """A program of a module, once for each place that has a Dockerfile of it."""
    for home in images(snapshot, where) or [where]:
        yield found._replace(also=(home, where))


def parts(snapshot: Snapshot, directory: str, files: tuple[str, ...]) -> list[str]:
    """What a module consists of: its directory. That of the top has all others below it: of that, its sources
    and these files.
    """
    if directory:
        return [directory]
    return [path for path in ("src", *files) if snapshot.has(path)]
