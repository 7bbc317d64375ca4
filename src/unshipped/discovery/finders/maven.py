"""Programs of Maven."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from unshipped.core.value import Value
from unshipped.discovery.finders._elements import below, elements, said
from unshipped.discovery.finders._java import TESTS, is_started, parts
from unshipped.discovery.finders._names import files, is_ours, is_run, is_tool, slug
from unshipped.discovery.finders._packages import closed
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Found, Place

_MANIFEST = re.compile(r"(^|/)pom\.xml$")
_RUNS = {"spring-boot-maven-plugin", "quarkus-maven-plugin", "jib-maven-plugin", "micronaut-maven-plugin"}
_NOT_NEEDED = frozenset({"dependencyManagement", "pluginManagement", "parent", "exclusions", "modules"})
_SHARED = ".mvn"


class _Module(Value):
    root: Element
    name: str
    packaging: str


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """Each module that is a program: its directory, those of the local modules that it needs, and the files
    of its parents.
    """
    modules = {
        _above(path): _module(elements(snapshot, path)) for path in files(snapshot, _MANIFEST, is_ours)
    }
    named: dict[str, set[str]] = {}
    for where, module in modules.items():
        named.setdefault(module.name, set()).add(where)
    needs = {where: _needs(where, module, modules, named) for where, module in modules.items()}
    for where, module in modules.items():
        manifest = f"{where}/pom.xml".lstrip("/")
        if is_run(manifest) and not is_tool(manifest) and _is_program(snapshot, where, module):
            paths = sorted(
                path for one in closed(where, needs) for path in _parts(snapshot, one, modules[one])
            )
            shared = [_SHARED] if snapshot.is_directory(_SHARED) else []
            name = slug(module.name or where.rpartition("/")[2])
            found = (*paths, *shared)
            yield Found(name, Place(manifest), paths=found, ignore=TESTS, also=(where,), guessed=True)


def _above(path: str) -> str:
    return path.rpartition("/")[0]


def _module(root: Element) -> _Module:
    return _Module(root, said(root, "artifactId"), said(root, "packaging") or "jar")


def _is_program(snapshot: Snapshot, where: str, module: _Module) -> bool:
    if module.packaging == "war":
        return True
    plugins = {said(one, "artifactId") for one in module.root.findall("build/plugins/plugin")}
    return module.packaging == "jar" and (not _RUNS.isdisjoint(plugins) or is_started(snapshot, where))


def _parts(snapshot: Snapshot, where: str, module: _Module) -> list[str]:
    manifest = f"{where}/pom.xml".lstrip("/")
    return [manifest] if module.packaging == "pom" else parts(snapshot, where, (manifest,))


def _needs(
    where: str, module: _Module, modules: Mapping[str, _Module], named: Mapping[str, set[str]]
) -> set[str]:
    found = set[str]()
    for one in below(module.root, without=_NOT_NEEDED):
        if said(one, "scope") != "test":
            found |= named.get(said(one, "artifactId"), set())
    for one in module.root.findall("dependencyManagement/dependencies/dependency"):
        if said(one, "scope") == "import":
            found |= named.get(said(one, "artifactId"), set())
    parent = module.root.find("parent")
    if parent is not None:
        found |= _parent(where, parent, modules) or named.get(said(parent, "artifactId"), set())
    return found - {where}


def _parent(where: str, parent: Element, modules: Mapping[str, _Module]) -> set[str]:
    """The module that a parent's path leads to, if it is the one that is meant."""
    place = inside(where, said(parent, "relativePath") or "..")
    at = None if place is None else _above(place) if _MANIFEST.search(place) else place
    meant = at is not None and at in modules and modules[at].name == said(parent, "artifactId")
    return {at} if meant and at is not None else set()
