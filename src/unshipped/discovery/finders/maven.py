"""Programs of Maven."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from unshipped.core.value import Value
from unshipped.discovery.finders._builds import beside
from unshipped.discovery.finders._elements import below, elements, said
from unshipped.discovery.finders._java import TESTS, images, is_started, parts, told
from unshipped.discovery.finders._names import files, is_ours, is_run, is_tool, slug
from unshipped.discovery.finders._packages import closed
from unshipped.discovery.images.rules import covering
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Doubt, Found, Place

_MANIFEST = re.compile(r"(^|/)pom\.xml$")
_RUNS = {"spring-boot-maven-plugin", "quarkus-maven-plugin", "jib-maven-plugin", "micronaut-maven-plugin"}
_NOT_NEEDED = frozenset({"dependencyManagement", "pluginManagement", "parent", "exclusions", "modules"})
_SHARED = (".mvn", "lombok.config")


class _Module(Value):
    root: Element
    group: str
    name: str
    packaging: str


Modules = Mapping[str, _Module]
"""By where they lie."""


def find(snapshot: Snapshot) -> Iterator[Found | Doubt]:
    """Each module that is a program: its directory, those of the local modules that it needs, and the files
    of its parents.
    """
    manifests = files(snapshot, _MANIFEST, is_ours)
    modules = {path.rpartition("/")[0]: _module(elements(snapshot, path)) for path in manifests}
    named: dict[str, set[str]] = {}
    for where, module in modules.items():
        named.setdefault(module.name, set()).add(where)
    needs = {where: _needs(where, modules, named) for where in modules}
    for where, module in modules.items():
        manifest = beside(where, "pom.xml")
        if is_run(manifest) and not is_tool(manifest) and _is_program(snapshot, where, module):
            needed = (one for one in closed(where, needs) if one != where)
            paths = {path for one in needed for path in _parts(snapshot, one, modules[one])}
            paths.update(_own(snapshot, where, module))
            shared = filter(snapshot.has, _SHARED)
            found = (*sorted(paths), *shared)
            name = slug(module.name or where.rpartition("/")[2])
            program = Found(name, Place(manifest), paths=found, ignore=TESTS, guessed=True)
            yield from told(snapshot, program, where)


def _module(root: Element) -> _Module:
    group = said(root, "groupId") or said(root, "parent", "groupId")
    return _Module(root, group, said(root, "artifactId"), said(root, "packaging") or "jar")


def _is_program(snapshot: Snapshot, where: str, module: _Module) -> bool:
    if module.packaging in ("war", "ear") or images(snapshot, where):
        return True
    plugins = {said(one, "artifactId") for one in module.root.findall("build/plugins/plugin")}
    return module.packaging == "jar" and (not _RUNS.isdisjoint(plugins) or is_started(snapshot, where))


def _parts(snapshot: Snapshot, where: str, module: _Module) -> list[str]:
    manifest = beside(where, "pom.xml")
    return [manifest] if module.packaging == "pom" else parts(snapshot, where, (manifest,))


def _own(snapshot: Snapshot, where: str, module: _Module) -> list[str]:
    """What a program is made of itself: where it is only packed, by something other than a compiler, whatever
    lies there.
    """
    return covering(where) if module.packaging == "pom" else _parts(snapshot, where, module)


def _needs(where: str, modules: Modules, named: Mapping[str, set[str]]) -> set[str]:
    root, found = modules[where].root, set[str]()
    imported = root.findall("dependencyManagement/dependencies/dependency")
    for one in (
        *(one for one in below(root, without=_NOT_NEEDED) if said(one, "scope") != "test"),
        *(one for one in imported if said(one, "scope") == "import"),
    ):
        found |= _meant(one, modules, named)
    parent = root.find("parent")
    if parent is not None:
        meant = _meant(parent, modules, named)
        found |= _above_it(where, parent, meant) or meant
    return found - {where}


def _meant(one: Element, modules: Modules, named: Mapping[str, set[str]]) -> set[str]:
    """The modules that an element can mean: several where it leaves out, or puts together, of which group."""
    group, places = said(one, "groupId"), named.get(said(one, "artifactId"), set())
    return {place for place in places if not group or modules[place].group in ("", group)}


def _above_it(where: str, parent: Element, meant: set[str]) -> set[str]:
    """The one of them to which the path of a parent leads."""
    place = inside(where, said(parent, "relativePath") or "..")
    return {place, place.rpartition("/")[0]} & meant if place is not None else set()
