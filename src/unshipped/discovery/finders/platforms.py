"""Manifests of platforms: what is declared to run, from which directory or Dockerfile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from unshipped.core.model import Build
from unshipped.discovery.documents import at, documents, table, tables, texts, toml
from unshipped.discovery.finders._builds import directory_build, image_build
from unshipped.discovery.finders._names import (
    directory_in,
    environment_of,
    image_name,
    is_run,
    known,
    last_part,
    slug,
)
from unshipped.discovery.finders._patterns import imported
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Found, Place

_STORES = ("keyvalue", "redis")
"""What Render runs of its own."""


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """One for each manifest of Heroku, App Engine, Fly, Render, Railway, Vercel, Netlify, Cloudflare and
    Firebase.
    """
    for path in snapshot.files():
        directory, _, name = path.rpartition("/")
        read = _MANIFESTS.get(name)
        if name == "Procfile" and is_run(path):
            # At the top it may serve for any of the services, or to start all of them on one machine.
            yield Found(_here(path)[1], Place(path), Build(source=directory), is_weak=not directory)
        elif read and is_run(path):
            yield from (one for one in read(snapshot, path) if one.name)


def _here(path: str) -> tuple[str, str]:
    """The directory of a manifest, and the name that a service has from it."""
    directory = path.rpartition("/")[0]
    return directory, slug(directory.rpartition("/")[2]) or "app"


def _document(snapshot: Snapshot, path: str) -> Any:
    if path.endswith(".toml"):
        return toml(snapshot, path)
    return next(iter(documents(snapshot, path)), None)


def _heroku(snapshot: Snapshot, path: str) -> Iterator[Found]:
    """`heroku.yml`: one Dockerfile for each process; its context is its own directory."""
    directory, name = _here(path)
    processes = table(at(_document(snapshot, path), "build", "docker"))
    for process, file in processes.items():
        dockerfile = inside(directory, known(file) or ".")
        build = image_build(snapshot, dockerfile, (dockerfile or "").rpartition("/")[0])
        called = name if process == "web" else slug(f"{name}-{process}")
        if build:
            yield Found(called, Place(path, processes.lines.get(process, 0)), build, runs_on="heroku")


def _app_engine(snapshot: Snapshot, path: str) -> Iterator[Found]:
    directory, _ = _here(path)
    top = table(_document(snapshot, path))
    if "runtime" in top:
        name = slug(known(top.get("service"))) or slug(directory.rpartition("/")[2]) or "default"
        custom = directory_build(snapshot, directory) if top["runtime"] == "custom" else None
        yield Found(
            name, Place(path, top.lines["runtime"]), custom or Build(source=directory), runs_on="app-engine",
            environment=environment_of(path),
        )  # fmt: skip


def _fly(snapshot: Snapshot, path: str) -> Iterator[Found]:
    directory, name = _here(path)
    top = _document(snapshot, path)
    name = slug(known(at(top, "app"))) or name
    image, file = image_name(at(top, "build", "image")), known(at(top, "build", "dockerfile"))
    built = image_build(snapshot, inside(directory, file), directory) if file else None
    build = None if image else built or directory_build(snapshot, directory)
    yield Found(name, Place(path), build, image, runs_on="fly")


def _render(snapshot: Snapshot, path: str) -> Iterator[Found]:
    """`render.yaml`: paths are seen from `rootDir`, but those of the filter from the top."""
    services = tables(at(_document(snapshot, path), "services"))
    for one in (one for one in services if one.get("type") not in _STORES):
        name, place = slug(known(one.get("name"))), Place(path, one.lines.get("name", 0))
        image = image_name(at(one, "image", "url"))
        root = directory_in(snapshot, "", known(one.get("rootDir")))
        file = known(one.get("dockerfilePath"))
        kind = one.get("runtime") or one.get("env")
        build = None
        if kind == "docker" and not image:
            context = directory_in(snapshot, root or "", known(one.get("dockerContext")))
            build = image_build(snapshot, inside(root or "", file or "Dockerfile"), context)
        elif root is not None and not image:
            build = Build(source=root)
        watched = imported([*texts(at(one, "buildFilter", "paths"))])
        yield Found(name, place, build, image, watched.paths, runs_on="render")


def _railway(snapshot: Snapshot, path: str) -> Iterator[Found]:
    directory, name = _here(path)
    build = at(_document(snapshot, path), "build")
    file = known(at(build, "dockerfilePath"))
    # With a slash before it, it is seen from the top of the repository.
    dockerfile = file.lstrip("/") if file.startswith("/") else inside(directory, file)
    made = image_build(snapshot, dockerfile, directory) if file else None
    paths = imported(texts(at(build, "watchPatterns"))).paths
    yield Found(
        name, Place(path), made or directory_build(snapshot, directory), paths=paths, runs_on="railway"
    )


def _vercel(snapshot: Snapshot, path: str) -> Iterator[Found]:
    directory, name = _here(path)
    top = _document(snapshot, path)
    yield Found(slug(known(at(top, "name"))) or name, Place(path), Build(source=directory), runs_on="vercel")


def _netlify(snapshot: Snapshot, path: str) -> Iterator[Found]:
    directory, name = _here(path)
    base = directory_in(snapshot, directory, known(at(_document(snapshot, path), "build", "base")))
    source = directory if base is None else base
    called = slug(source.rpartition("/")[2]) or name
    yield Found(called, Place(path), Build(source=source), runs_on="netlify")


def _cloudflare(snapshot: Snapshot, path: str) -> Iterator[Found]:
    directory, name = _here(path)
    called = slug(known(at(_document(snapshot, path), "name"))) or name
    yield Found(called, Place(path), Build(source=directory), runs_on="cloudflare-worker")


def _firebase(snapshot: Snapshot, path: str) -> Iterator[Found]:
    """`firebase.json`: a codebase of functions is deployed as one; there may be several."""
    directory = path.rpartition("/")[0]
    said = at(_document(snapshot, path), "functions")
    for one in tables(said) or ([table(said)] if isinstance(said, dict) else []):
        source = directory_in(snapshot, directory, known(one.get("source")) or "functions")
        named = known(one.get("codebase")).removeprefix("default")
        if source is not None:
            name = slug(named) or slug(source.rpartition("/")[2]) or "functions"
            place = Place(path, one.lines.get("source", 0))
            yield Found(name, place, Build(source=source), runs_on="cloud-function")


def _ecs(snapshot: Snapshot, path: str) -> Iterator[Found]:
    """The definition of a task: its family, for each image."""
    top = _document(snapshot, path)
    containers = tables(at(top, "containerDefinitions"))
    for count, one in enumerate(containers):
        image = image_name(one.get("image"))
        own = slug(known(one.get("name"))) if count else slug(known(at(top, "family")))
        yield Found(own or last_part(image), Place(path), image=image, runs_on="ecs",
                    environment=environment_of(path))  # fmt: skip


_MANIFESTS: dict[str, Callable[[Snapshot, str], Iterator[Found]]] = {
    "heroku.yml": _heroku,
    **dict.fromkeys(("app.yaml", "app.yml"), _app_engine),
    "fly.toml": _fly,
    **dict.fromkeys(("render.yaml", "render.yml"), _render),
    **dict.fromkeys(("railway.json", "railway.toml"), _railway),
    "vercel.json": _vercel,
    "netlify.toml": _netlify,
    "wrangler.toml": _cloudflare,
    "firebase.json": _firebase,
    **dict.fromkeys(("task-definition.json", "taskdef.json", "ecs-task-definition.json"), _ecs),
}
"""By the name of the file."""
