"""What tells of a program of Java or Kotlin, whatever builds it."""

from __future__ import annotations

import re

from unshipped.discovery.snapshot import Snapshot

GRADLE = ("build.gradle.kts", "build.gradle")
"""What says how a project of Gradle is built: one of these."""
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
    """Where a module keeps the Dockerfiles of its image, by the conventions of its plugins."""
    places = (f"{directory}/{one}".strip("/") for one in ("", "docker", "src/main/docker"))
    return [at for at in places if any(name.startswith("Dockerfile") for name in snapshot.names(at))]


def parts(snapshot: Snapshot, directory: str, files: tuple[str, ...]) -> list[str]:
    """What a module consists of: its directory. That of the top has all others below it: of that, its sources
    and these files.
    """
    if directory:
        return [directory]
    return [path for path in ("src", *files) if snapshot.has(path)]
