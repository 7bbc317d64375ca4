"""What scripts, Makefiles, justfiles and the scripts of `package.json` deploy."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice

from unshipped.discovery.documents import at, documents, table
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
_MANIFEST = re.compile(r"(^|/)package\.json$")
_DEPLOYS = re.compile(
    r"\bgcloud\b[^\n]{0,1000}\b(deploy|submit|triggers create|jobs (create|update))\b"
    r"|\b(docker|podman|nerdctl|buildah)\s[^\n]{0,1000}\b(build|bud|bake)\b|\bcompose\b[^\n]{0,1000}\b(build|up)\b|\bhelm\b[^\n]{0,1000}\b(upgrade|install)\b"
    r"|\b(rsync|scp)\s[^\n]{0,1000}:|\bsystemctl\b"
    r"|update-function-code|update-service|\bset image\b|\bfly(ctl)? deploy\b|\bwebapp\b|\bcontainerapp\b"
)
_MOST_SCRIPTS = 1_000
_NAMED = re.compile(r"(?<![\w.-])[\w.-]+\.(?:sh|bash)\b")


def read_scripts(snapshot: Snapshot, submitted: Submitted) -> Iterator[Found | Doubt]:
    """What each of them deploys; one that neither deploys nor runs one that does is not looked at closely."""
    kinds = (_SCRIPT, _MAKEFILE, _JUSTFILE, _MANIFEST)
    paths = [path for path in snapshot.files() if is_run(path) and any(kind.search(path) for kind in kinds)]
    snapshot.load(paths)
    texts = {path: snapshot.text(path) or "" for path in paths}
    deploying = {path for path in paths if _DEPLOYS.search(texts[path])}
    names = {path.rpartition("/")[2] for path in deploying if _SCRIPT.search(path)}
    for path in paths:
        if path in deploying or not names.isdisjoint(_NAMED.findall(texts[path])):
            yield from _script(snapshot, path, texts[path], submitted)


def _script(snapshot: Snapshot, path: str, text: str, submitted: Submitted) -> Iterator[Found | Doubt]:
    """A script is run from the top or from where it lies; make, just and npm run where their files lie."""
    own = path.rpartition("/")[0]
    if _SCRIPT.search(path) or path.endswith(".mk"):
        homes = Homes(snapshot, tuple(dict.fromkeys(("", own))))
    else:
        homes = Homes(snapshot, (own,))
    if _MAKEFILE.search(path):
        read = [one for line in recipes(text) for one in commands(line.text, setting(homes, line.line))]
    elif _JUSTFILE.search(path):
        read = commands(justfile(text), setting(homes))
    elif _MANIFEST.search(path):
        scripts = _scripts(snapshot, path, text)
        read = [one for line, script in scripts for one in commands(script, setting(homes, line))]
    else:
        read = commands(text, setting(homes)._replace(name=place(TOP, path)))
    yield from told(path, homes, read, submitted)


def _scripts(snapshot: Snapshot, path: str, text: str) -> Iterator[tuple[int, str]]:
    """The scripts of a `package.json`, each with the line that it stands in."""
    scripts = table(at(next(iter(documents(snapshot, path)), None), "scripts"))
    here, line = max(text.find('"scripts"'), 0), 1
    line += text.count("\n", 0, here)
    for name, script in islice(scripts.items(), _MOST_SCRIPTS):
        found = text.find(json.dumps(name, ensure_ascii=False), here)
        if found >= 0:
            line += text.count("\n", here, found)
            here = found
        if isinstance(script, str):
            yield line, script
