"""The actions of GitHub that build an image or deploy: what their inputs say of a service."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from unshipped.core.model import Build
from unshipped.core.value import Value
from unshipped.discovery.documents import at, documents, tables
from unshipped.discovery.finders import bake
from unshipped.discovery.finders._builds import beside, directory_build, image_build
from unshipped.discovery.finders._names import directory_in, image_name, last_part, slug
from unshipped.discovery.finders.dockerfiles import guess_context
from unshipped.discovery.finders.packages import Packages
from unshipped.discovery.finders.prepared import USUAL, prepared
from unshipped.discovery.shell import TOP
from unshipped.discovery.shell import place as place_of
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Found, Place

Given = Mapping[str, str]
"""The texts of the inputs, as far as they can be filled in."""


_BUILDS = {
    *("docker/build-push-action", "useblacksmith/build-push-action", "depot/build-push-action"),
    "docker/github-builder/.github/workflows/build.yml",
}
"""Those that build one image: the builders of others take the inputs of Docker's own."""
_BAKES = {"docker/bake-action", "depot/bake-action"}
_EXPRESSION = re.compile(r"\$\{\{(?:(?!\$\{\{|\}\}).)*+\}\}")
_ITEM = re.compile(rf"(?:{_EXPRESSION.pattern}|[^\n,])+")
"""One of a list; what separates them may stand in an expression, too."""


class _Deploy(Value):
    """The inputs of an action that deploys, each by the names that it may have."""

    runs_on: str
    name: tuple[str, ...]
    source: tuple[str, ...] = ()
    image: tuple[str, ...] = ()
    task: str = ""
    """The file with the definition of a task."""


_DEPLOYS = {
    "google-github-actions/deploy-cloudrun": _Deploy(
        "cloud-run", ("service", "job"), ("source",), ("image",)
    ),
    "google-github-actions/deploy-cloud-functions": _Deploy("cloud-function", ("name",), ("source_dir",)),
    "aws-actions/amazon-ecs-deploy-task-definition": _Deploy("ecs", ("service",), task="task-definition"),
    "aws-actions/aws-lambda-deploy": _Deploy(
        "lambda", ("function-name",), ("code-artifacts-dir",), ("image-uri",)
    ),
    "azure/webapps-deploy": _Deploy("azure-app-service", ("app-name",), ("package",), ("images",)),
    "azure/functions-action": _Deploy("azure-function", ("app-name",), ("package",)),
    "azure/container-apps-deploy-action": _Deploy(
        "azure-container-apps", ("containerAppName",), ("appSourcePath",), ("imageToDeploy", "imageToBuild")
    ),
    "akhileshns/heroku-deploy": _Deploy("heroku", ("heroku_app_name",), ("appdir",)),
}


def action(
    snapshot: Snapshot, uses: str, given: Given, place: Place, packages: Packages
) -> Iterator[Found | Doubt]:
    """What one step says, if it uses an action that is known; `packages` is what those before it copied."""
    name = uses.partition("@")[0].lower()
    if name in _BUILDS:
        yield from _image(snapshot, given, place, packages)
    elif name in _BAKES:
        home = given.get("workdir", "")
        for file in _ITEM.findall(given.get("files", "")) or USUAL:
            path = inside(home, file.strip()) or ""
            yield from bake.named(snapshot, path)
            yield from prepared(snapshot, packages, path, place_of(TOP, path.rpartition("/")[0] or "."))
    elif name in _DEPLOYS:
        yield from _deployed(snapshot, _DEPLOYS[name], given, place)


def _image(snapshot: Snapshot, given: Given, place: Place, packages: Packages) -> Iterator[Found | Doubt]:
    # `{{defaultContext}}:directory` is the checkout, and what is filled in is read as `$`.
    where, file = given.get("context", ""), given.get("file", "")
    where = where.removeprefix("$:") if where != "$" else ""
    is_known = "$" not in where
    if "$" in file or not (is_known or file):
        yield Doubt(place, f"it builds {file or where}: where that is depends on an expression")
        return
    context = directory_in(snapshot, "", where) if is_known else None
    dockerfile = inside("", file) if file else beside(context or "")
    if not is_known and dockerfile in snapshot.entries:
        context = guess_context(snapshot, dockerfile)
        yield Doubt(
            place, f"the context of {file} depends on an expression; {context or 'the top'} is a guess"
        )
    arguments = (line.partition("=")[::2] for line in given.get("build-args", "").splitlines())
    build = image_build(snapshot, dockerfile, context, given.get("target", ""), arguments)
    if build:
        images = _images(given.get("tags", "") or given.get("meta-images", "")) or [""]
        put = packages.put(build.context, place_of(TOP, build.context or "."))
        yield from (Found(last_part(images[0]), place, build, image, put=put) for image in images)


def _images(tags: str) -> list[str]:
    """What an image is called: it may be put into the registry of each environment by a name of its own. What
    an expression may come to is not known.
    """
    found: dict[str, str] = {}
    for tag in _ITEM.findall(tags):
        if name := image_name(_EXPRESSION.sub("$", tag)) and image_name(tag):
            found.setdefault(last_part(name), name)
    return list(found.values())


def _deployed(snapshot: Snapshot, deploy: _Deploy, given: Given, place: Place) -> Iterator[Found | Doubt]:
    name = next(filter(None, (given.get(one) for one in deploy.name)), "")
    source = next(filter(None, (given.get(one) for one in deploy.source)), "")
    image = next(filter(None, (image_name(given.get(one, "")) for one in deploy.image)), "")
    if "$" in name:
        yield Doubt(place, f"it deploys {name}: the name depends on an expression")
        return
    build = _source(snapshot, source, deploy)
    if not image and deploy.task:
        image = _image_of_task(snapshot, given.get(deploy.task, ""))
    if slug(name):
        yield Found(slug(name), place, build, image, runs_on=deploy.runs_on)


def _source(snapshot: Snapshot, source: str, deploy: _Deploy) -> Build | None:
    directory = directory_in(snapshot, "", source) if source and "$" not in source else None
    if deploy.runs_on == "cloud-run":
        return directory_build(snapshot, directory)
    return None if directory is None else Build(source=directory)


def _image_of_task(snapshot: Snapshot, path: str) -> str:
    """The first image of a task of ECS that its file names."""
    for document in documents(snapshot, inside("", path) or ""):
        images = (image_name(one.get("image")) for one in tables(at(document, "containerDefinitions")))
        return next(filter(None, images), "")
    return ""
