"""Cloud Build: the steps of its files, and the triggers that say for which paths and services they run.
A step that hands a text to a shell, the deploy commands read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from unshipped.core.model import Build
from unshipped.discovery.documents import Table, documents, table, tables, texts
from unshipped.discovery.finders._builds import beside, directory_build, image_build
from unshipped.discovery.finders._names import directory_in, files, image_name, known, last_part, slug
from unshipped.discovery.finders._patterns import imported
from unshipped.discovery.finders._words import filled, option, options
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Found, Place

_FILE = re.compile(r"(^|/)cloudbuild[\w.-]*\.(ya?ml|json)$")
_TRIGGERS = re.compile(r"^(?=.*\.(?:ya?ml|json)$).*?(?:trigger|cloud-?build)")
_KINDS = {"run": "cloud-run", "functions": "cloud-function"}
_NAMES = ("_SERVICE", "_SERVICE_NAME", "_APP", "_APP_NAME", "_NAME")
_TOOLS = {"docker": "docker", "kaniko": "kaniko", "executor": "kaniko", "pack": "pack", "gcloud": "gcloud"}


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """Every step that builds an image or deploys, with the substitutions of the file and of each trigger
    that runs it; and the paths of each trigger.
    """
    triggers = [(path, one) for path in files(snapshot, _TRIGGERS) for one in _triggers(snapshot, path)]
    for path in files(snapshot, _FILE):
        mine = [trigger for _, trigger in triggers if trigger.get("filename") == path]
        for given in [table(trigger.get("substitutions")) for trigger in mine] or [Table()]:
            yield from _steps(snapshot, path, given)
    for path, trigger in triggers:
        yield from _map(snapshot, path, trigger)


def _triggers(snapshot: Snapshot, path: str) -> Iterator[Table]:
    for document in documents(snapshot, path):
        for one in tables(document) or [table(document)]:
            if one.get("includedFiles") or (one.get("filename") and one.get("name")):
                yield one


def _map(snapshot: Snapshot, path: str, trigger: Table) -> Iterator[Found]:
    """What a trigger watches, as the map of the one service that it deploys."""
    given = table(trigger.get("substitutions"))
    file = trigger.get("filename")
    steps = _steps(snapshot, file, given) if isinstance(file, str) else iter(())
    made = [one for one in steps if isinstance(one, Found) and one.name]
    names = {one.name for one in made if one.runs_on} or {one.name for one in made}
    told = (known(given.get(name)) for name in _NAMES)
    name = names.pop() if len(names) == 1 else next(filter(None, told), "") or known(trigger.get("name"))
    found = imported(
        [*texts(trigger.get("includedFiles")), *(f"!{one}" for one in texts(trigger.get("ignoredFiles")))]
    )
    if slug(name) and found.paths:
        place = Place(path, trigger.lines.get("includedFiles", 0))
        yield Found(slug(name), place, paths=found.paths, ignore=found.ignore)


def _steps(snapshot: Snapshot, path: str, given: Mapping[str, object]) -> Iterator[Found | Doubt]:
    for document in documents(snapshot, path):
        top = table(document)
        values = {
            name: value
            for name, value in {**table(top.get("substitutions")), **given}.items()
            if isinstance(value, str)
        }
        for step in tables(top.get("steps")):
            words = [filled(word, values) for word in texts(step.get("args"))]
            base = directory_in(snapshot, "", filled(str(step.get("dir") or ""), values))
            place = Place(path, step.lines.get("args", 0))
            tool = _tool(step)
            if tool == "gcloud":
                yield from _gcloud(snapshot, words, base, place)
            elif tool and base is not None:
                yield from _built(snapshot, tool, words, base, place)


def _tool(step: Table) -> str:
    """What a step runs: its entry point, else the last part of its builder's name."""
    for key in ("entrypoint", "name"):
        named = str(step.get(key) or "").partition(":")[0].partition("@")[0].rpartition("/")[2]
        if named:
            return _TOOLS.get(named, "gcloud" if named == "cloud-sdk" else "")
    return ""


def _built(snapshot: Snapshot, tool: str, words: Sequence[str], base: str, place: Place) -> Iterator[Found]:
    if tool == "kaniko":
        tags, file = options(words, "--destination", "-d"), option(words, "--dockerfile", "-f")
        where = option(words, "--context", "-c").removeprefix("dir://").removeprefix("/workspace").lstrip("/")
    elif "build" in words[:2]:
        tags = options(words, "-t", "--tag") if tool == "docker" else iter(words[1:2])
        file = option(words, "-f", "--file") if tool == "docker" else ""
        where = words[-1] if tool == "docker" else option(words, "--path", "-p")
    else:
        return
    context = None if "$" in where else directory_in(snapshot, base, where)
    image = next(filter(None, map(image_name, tags)), "")
    build: Build | None = None
    if tool == "pack":
        build = None if context is None else Build(source=context)
    elif context is not None and "$" not in file:
        # kaniko looks for it in the context, docker in the directory where it is called.
        home = context if tool == "kaniko" else base
        dockerfile = inside(home, file) if file else beside(context)
        arguments = (one.partition("=")[::2] for one in options(words, "--build-arg"))
        build = image_build(snapshot, dockerfile, context, option(words, "--target"), arguments)
    if build:
        yield Found(last_part(image), place, build, image)


def _gcloud(
    snapshot: Snapshot, words: Sequence[str], base: str | None, place: Place
) -> Iterator[Found | Doubt]:
    words = [word for word in words if word not in ("gcloud", "beta", "alpha")]
    runs_on = _KINDS.get(words[0], "") if words else ""
    at = words.index("deploy") + 1 if "deploy" in words[1:3] else 0
    if not runs_on or not at:
        return
    name = next(iter(words[at : at + 1]), "")
    if "$" in name:
        yield Doubt(place, f"it deploys {name}: the name depends on a substitution")
        return
    source = option(words, "--source")
    directory = None
    if source and "$" not in source and base is not None:
        directory = directory_in(snapshot, base, source)
    build = directory_build(snapshot, directory)
    if build and runs_on == "cloud-function":
        build = Build(source=directory or "")
    if not name.startswith("-") and slug(name):
        yield Found(slug(name), place, build, image_name(option(words, "--image")), runs_on=runs_on)
