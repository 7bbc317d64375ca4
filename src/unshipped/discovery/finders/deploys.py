"""Services that a script, a Makefile, a workflow or Cloud Build deploys."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unshipped.core.model import Build
from unshipped.discovery.documents import documents, table, tables, texts
from unshipped.discovery.finders._names import directory_in, is_run, slug, unversioned
from unshipped.discovery.finders.shell import Command, commands
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Found, Place

_SCRIPT = (".sh", ".bash", "/Makefile", "/justfile", ".mk")
_WORKFLOW = re.compile(r"^\.github/workflows/[^/]+\.ya?ml$|^\.gitlab-ci\.ya?ml$|^\.circleci/config\.yml$")
_CLOUD_BUILD = re.compile(r"(^|/)cloudbuild[\w.-]*\.(ya?ml|json)$")


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """Every deploying command whose service has a name that the text tells."""
    for path in snapshot.files():
        if not is_run(path):
            continue
        if f"/{path}".endswith(_SCRIPT) or _WORKFLOW.match(path):
            text = snapshot.text(path)
            if text is not None:
                yield from _told(snapshot, path, commands(text))
        if _CLOUD_BUILD.search(path):
            yield from _cloud_build(snapshot, path)


def _told(snapshot: Snapshot, path: str, found: Iterator[Command]) -> Iterator[Found | Doubt]:
    for command in found:
        words, place = command.words, Place(path, command.line)
        if words[:1] == ("gcloud",):
            yield from _gcloud(snapshot, command, place)
        elif words[:1] and words[0] in ("docker", "podman", "buildah") and "build" in words[1:4]:
            yield from _image(snapshot, command, place)


def _gcloud(snapshot: Snapshot, command: Command, place: Place) -> Iterator[Found | Doubt]:
    words = [word for word in command.words if word not in ("beta", "alpha")]
    kind = {"run": "cloud-run", "functions": "cloud-function"}.get(words[1] if len(words) > 1 else "", "")
    if not kind or "deploy" not in words[2:4]:
        return
    at = words.index("deploy") + 1
    name = words[at] if at < len(words) and not words[at].startswith("-") else ""
    if not name or "$" in name or "<" in name or "{" in name:
        if name:
            yield Doubt(place, f"it deploys {name}: the name depends on a variable")
        return
    source = command.value("--source")
    directory = directory_in(snapshot, "", source) if source and "$" not in source else None
    build = Build(source=directory) if directory else None
    dockerfile = f"{directory}/Dockerfile".lstrip("/") if directory is not None else ""
    if dockerfile in snapshot.entries and kind == "cloud-run":
        build = Build(dockerfile, directory or "")
    image = command.value("--image")
    yield Found(slug(name), place, build, unversioned(image) if "$" not in image else "", runs_on=kind)


def _image(snapshot: Snapshot, command: Command, place: Place) -> Iterator[Found | Doubt]:
    """`docker build -f FILE -t IMAGE CONTEXT`."""
    tag, file = command.value("-t", "--tag"), command.value("-f", "--file")
    target = command.value("--target")
    context = next((word for word in reversed(command.words) if not word.startswith("-")), ".")
    if "$" in context or "$" in file:
        return
    base = inside("", context) if not context.startswith("/") else None
    if base is None or not snapshot.is_directory(base):
        return
    dockerfile = inside("", file) if file else f"{base}/Dockerfile".lstrip("/")
    if not dockerfile or dockerfile not in snapshot.entries:
        return
    image = unversioned(tag) if "$" not in unversioned(tag) else ""
    name = slug(image.rpartition("/")[2]) if image else ""
    yield Found(name, place, Build(dockerfile, base, "" if "$" in target else target), image)


def _cloud_build(snapshot: Snapshot, path: str) -> Iterator[Found | Doubt]:
    """The shell texts of Cloud Build, with the defaults of its substitutions."""
    for document in documents(snapshot, path):
        given = table(table(document).get("substitutions"))
        values = {name: value for name, value in given.items() if isinstance(value, str)}
        for step in tables(table(document).get("steps")):
            words = [_substituted(word, values) for word in texts(step.get("args"))]
            if len(words) == 2 and words[0] == "-c":
                yield from _told(snapshot, path, commands(words[1], step.lines.get("args", 0)))


def _substituted(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace("${" + name + "}", value).replace(f"${name}", value)
    return text
