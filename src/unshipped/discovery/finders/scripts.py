"""What scripts, Makefiles and justfiles deploy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unshipped.discovery.finders._homes import Homes, setting
from unshipped.discovery.finders._names import is_run
from unshipped.discovery.finders.commands import Submitted, told
from unshipped.discovery.finders.makefile import justfile, recipes
from unshipped.discovery.shell import TOP, commands, place
from unshipped.discovery.snapshot import Snapshot
from unshipped.discovery.values import Doubt, Found

_SCRIPT = re.compile(r"\.(sh|bash)$")
_MAKEFILE = re.compile(r"(^|/)(GNUm|M|m)akefile$|\.mk$")
_JUSTFILE = re.compile(r"(^|/)\.?[Jj]ustfile$")
_DEPLOYS = re.compile(
    r"\bgcloud\b[^\n]*\b(deploy|submit|triggers create|jobs (create|update))\b"
    r"|\b(docker|podman|nerdctl|buildah)\s[^\n]*\b(build|bud)\b|\bhelm\b[^\n]*\b(upgrade|install)\b"
    r"|update-function-code|update-service|\bset image\b|\bfly(ctl)? deploy\b|\bwebapp\b|\bcontainerapp\b"
)
_NAMED = re.compile(r"[\w.-]+\.(?:sh|bash)\b")


def read_scripts(snapshot: Snapshot, submitted: Submitted) -> Iterator[Found | Doubt]:
    """What each of them deploys; one that neither deploys nor runs one that does is not looked at closely."""
    kinds = (_SCRIPT, _MAKEFILE, _JUSTFILE)
    paths = [path for path in snapshot.files() if is_run(path) and any(kind.search(path) for kind in kinds)]
    snapshot.load(paths)
    texts = {path: snapshot.text(path) or "" for path in paths}
    deploying = {path for path in paths if _DEPLOYS.search(texts[path])}
    names = {path.rpartition("/")[2] for path in deploying if _SCRIPT.search(path)}
    for path in paths:
        if path in deploying or not names.isdisjoint(_NAMED.findall(texts[path])):
            yield from _script(snapshot, path, texts[path], submitted)


def _script(snapshot: Snapshot, path: str, text: str, submitted: Submitted) -> Iterator[Found | Doubt]:
    """A script is run from the top or from where it lies; make and just run where their files lie."""
    own = path.rpartition("/")[0]
    if _SCRIPT.search(path) or path.endswith(".mk"):
        homes = Homes(snapshot, tuple(dict.fromkeys(("", own))))
    else:
        homes = Homes(snapshot, (own,))
    if _MAKEFILE.search(path):
        read = [one for line in recipes(text) for one in commands(line.text, setting(homes, line.line))]
    elif _JUSTFILE.search(path):
        read = commands(justfile(text), setting(homes))
    else:
        read = commands(text, setting(homes)._replace(name=place(TOP, path)))
    yield from told(path, homes, read, submitted)
