"""Applications of a workspace: what runs, of npm, pnpm, yarn, Nx, Turborepo, Go, Cargo, uv and Poetry."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from unshipped.discovery.documents import texts
from unshipped.discovery.finders._names import is_run, slug
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Found, Place

_APPLICATIONS = {"apps", "app", "services", "service", "functions", "workers", "backends", "frontends"}
_NODE_LOCKS = ("package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb")
_NODE_SHARED = (
    *_NODE_LOCKS,
    *("package.json", "pnpm-workspace.yaml", "nx.json", "turbo.json", "tsconfig.base.json"),
)
_MAIN_PACKAGE = re.compile(rb"^package main\b", re.MULTILINE)
_WORKSPACE_NAME = re.compile(r"[^A-Za-z0-9_.-]")


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """Each application with its own directory, those of the local packages it needs, and the lock files."""
    yield from _node(snapshot)
    yield from _python(snapshot)
    yield from _rust(snapshot)
    yield from _go(snapshot)


def _closed(directory: str, needs: dict[str, set[str]]) -> set[str]:
    """A package's directory with those of everything that it needs."""
    found, waiting = set[str](), [directory]
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting += needs.get(here, ())
    return found


def _node(snapshot: Snapshot) -> Iterator[Found]:
    manifests = [path for path in snapshot.files() if path.endswith("package.json") and is_run(path)]
    manifests = [path for path in manifests if path.rpartition("/")[2] == "package.json"]
    snapshot.load(manifests)
    read = {path.rpartition("/")[0]: _json(snapshot, path) for path in manifests}
    named = {
        data["name"]: where for where, data in read.items() if isinstance(data.get("name"), str) and where
    }
    needs = {where: _node_needs(snapshot, where, data, named) for where, data in read.items()}
    for where, data in read.items():
        if not where or not _runs(snapshot, where, data):
            continue
        shared = [name for name in _NODE_SHARED if name in snapshot.entries]
        name = str(data.get("name") or where).rpartition("/")[2]
        paths = (*sorted(_closed(where, needs)), *shared)
        yield Found(slug(name), Place(f"{where}/package.json"), paths=paths, also=(where,))


def _node_needs(snapshot: Snapshot, where: str, data: dict[str, Any], named: dict[str, str]) -> set[str]:
    found = set()
    for key in ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies"):
        listed = data.get(key)
        for name, version in listed.items() if isinstance(listed, dict) else ():
            linked = isinstance(version, str) and version.startswith(("file:", "link:"))
            local = inside(where, version.partition(":")[2]) if linked else named.get(name)
            if local and local != where:
                found.add(local)
    project = _json(snapshot, f"{where}/project.json")
    implicit = project.get("implicitDependencies")
    found |= {named[name] for name in texts(implicit) if name in named}
    return found


def _runs(snapshot: Snapshot, where: str, data: dict[str, Any]) -> bool:
    """Whether a package is something that runs, and no library."""
    project = _json(snapshot, f"{where}/project.json")
    if project.get("projectType"):
        return bool(project["projectType"] == "application") and not where.endswith("-e2e")
    scripts = data.get("scripts")
    started = isinstance(scripts, dict) and "start" in scripts
    return (where.split("/")[-2:-1] != [] and where.split("/")[-2] in _APPLICATIONS) or (
        started and data.get("private") is True and "exports" not in data and "main" not in data
    )


def _python(snapshot: Snapshot) -> Iterator[Found]:
    manifests = [path for path in snapshot.files() if path.endswith("/pyproject.toml") and is_run(path)]
    if "pyproject.toml" not in snapshot.entries:
        return
    top = _toml(snapshot, "pyproject.toml")
    members = texts(_at(top, "tool", "uv", "workspace", "members"))
    read = {path.rpartition("/")[0]: _toml(snapshot, path) for path in manifests}
    named = {_canonical(_python_name(data)): where for where, data in read.items() if _python_name(data)}
    needs = {where: _python_needs(where, data, named) for where, data in read.items()}
    locks = [name for name in ("uv.lock", "poetry.lock", "pyproject.toml") if name in snapshot.entries]
    for where, data in read.items():
        scripts = _at(data, "project", "scripts") or _at(data, "tool", "poetry", "scripts")
        home = where.split("/")[-2:-1]
        if (members or home) and (scripts or (home and home[0] in _APPLICATIONS)):
            paths = (*sorted(_closed(where, needs)), *locks)
            name = _python_name(data) or where.rpartition("/")[2]
            yield Found(slug(name), Place(f"{where}/pyproject.toml"), paths=paths, also=(where,))


def _python_name(data: dict[str, Any]) -> str:
    name = _at(data, "project", "name") or _at(data, "tool", "poetry", "name")
    return name if isinstance(name, str) else ""


def _python_needs(where: str, data: dict[str, Any], named: dict[str, str]) -> set[str]:
    found = set()
    listed = _at(data, "project", "dependencies")
    for requirement in texts(listed):
        name = _WORKSPACE_NAME.split(requirement.strip())[0]
        if _canonical(name) in named:
            found.add(named[_canonical(name)])
    for section in (("tool", "uv", "sources"), ("tool", "poetry", "dependencies")):
        sources = _at(data, *section)
        for source in sources.values() if isinstance(sources, dict) else ():
            path = source.get("path") if isinstance(source, dict) else None
            if isinstance(path, str) and (local := inside(where, path)):
                found.add(local)
    return found - {where}


def _rust(snapshot: Snapshot) -> Iterator[Found]:
    manifests = [path for path in snapshot.files() if path.endswith("/Cargo.toml") and is_run(path)]
    read = {path.rpartition("/")[0]: _toml(snapshot, path) for path in manifests}
    shared = _at(_toml(snapshot, "Cargo.toml"), "workspace", "dependencies")
    needs = {where: _rust_needs(where, data, shared) for where, data in read.items()}
    locks = [name for name in ("Cargo.lock", "Cargo.toml", "rust-toolchain.toml") if name in snapshot.entries]
    for where, data in read.items():
        if f"{where}/src/main.rs" in snapshot.entries or data.get("bin"):
            name = _at(data, "package", "name")
            paths = (*sorted(_closed(where, needs)), *locks)
            found = name if isinstance(name, str) else where.rpartition("/")[2]
            yield Found(slug(found), Place(f"{where}/Cargo.toml"), paths=paths, also=(where,))


def _rust_needs(where: str, data: dict[str, Any], shared: Any) -> set[str]:
    found = set()
    for section in ("dependencies", "build-dependencies"):
        listed = data.get(section)
        for name, value in listed.items() if isinstance(listed, dict) else ():
            inherited = isinstance(value, dict) and value.get("workspace") is True
            origin = _at(shared, name) if inherited and isinstance(shared, dict) else value
            path = origin.get("path") if isinstance(origin, dict) else None
            if isinstance(path, str) and (local := inside("" if inherited else where, path)):
                found.add(local)
    return found


def _go(snapshot: Snapshot) -> Iterator[Found]:
    """Programs of a Go module: `cmd/NAME` and what else has `package main`. Imports are not read here, so the
    whole module counts.
    """
    modules = [path.rpartition("/")[0] for path in snapshot.files() if f"/{path}".endswith("/go.mod")]
    for path in snapshot.files():
        if not f"/{path}".endswith("/main.go") or not is_run(path):
            continue
        directory = path.rpartition("/")[0]
        module = max((one for one in modules if not one or _within(directory, one)), key=len, default=None)
        content = snapshot.content(path) or b""
        if module is None or not _MAIN_PACKAGE.search(content):
            continue
        name = directory.rpartition("/")[2] or module.rpartition("/")[2] or "main"
        if "cmd" in directory.split("/") or directory == module:
            prefix = f"{module}/" if module else ""
            paths = (f"{prefix}**/*.go", f"{prefix}go.mod", f"{prefix}go.sum")
            yield Found(slug(name), Place(path), paths=paths, ignore=("**/*_test.go",), also=(directory,))


def _within(path: str, directory: str) -> bool:
    return path == directory or path.startswith(directory + "/")


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _json(snapshot: Snapshot, path: str) -> dict[str, Any]:
    try:
        read = json.loads(snapshot.text(path) or "{}")
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def _toml(snapshot: Snapshot, path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(snapshot.text(path) or "")
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def _at(data: Any, *keys: str) -> Any:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data
