"""What a compose file says of one service, with what that takes over from others by `extends`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from posixpath import relpath
from typing import Any

from unshipped.core.value import Value
from unshipped.discovery.documents import Table, documents, table, texts
from unshipped.discovery.finders._words import filled
from unshipped.discovery.snapshot import Snapshot, inside
from unshipped.discovery.values import Place

_DEEPEST = 10
_ELSEWHERE = ("/", "~", "$")
"""How a context begins that is not seen from the directory of the file."""


class Told(Value):
    """One service of a compose file."""

    place: Place
    name: str
    services: Table
    configs: Table
    values: Mapping[str, str]

    @property
    def settings(self) -> Table:
        """What the file says of it."""
        return table(self.services.get(self.name))

    @property
    def directory(self) -> str:
        """That of the file."""
        return self.place.path.rpartition("/")[0]


def services(snapshot: Snapshot, path: str, values: Mapping[str, str]) -> Iterator[Told]:
    """The services of a file."""
    for document in documents(snapshot, path):
        listed, configs = (table(table(document).get(key)) for key in ("services", "configs"))
        for name in listed:
            yield Told(Place(path, listed.lines.get(name, 0)), name, listed, configs, values)


def whole(snapshot: Snapshot, one: Told) -> list[Told]:
    """A service, and those that it extends, the nearest first."""
    found = [one]
    while len(found) < _DEEPEST and (above := _extended(snapshot, found[-1])):
        found.append(above)
    return found


def _extended(snapshot: Snapshot, one: Told) -> Told | None:
    said = one.settings.get("extends")
    name = said if isinstance(said, str) else table(said).get("service")
    file = table(said).get("file")
    path = inside(one.directory, filled(file, one.values)) if isinstance(file, str) else one.place.path
    for document in documents(snapshot, path or ""):
        listed, configs = (table(table(document).get(key)) for key in ("services", "configs"))
        if isinstance(name, str) and name in listed:
            return Told(Place(path or "", listed.lines.get(name, 0)), name, listed, configs, one.values)
    return None


def build_of(parts: Sequence[Told]) -> Any:
    """How a service is built: what it says itself, over what those say that it extends. Its places are seen
    from its own file.
    """
    said = [one for one in parts if "build" in one.settings]
    if said == list(parts[:1]) or not said:
        return parts[0].settings.get("build")
    directory = parts[0].directory
    found: dict[str, Any] = {"context": _moved(".", said[-1], directory)}
    for one in reversed(said):
        own = _seen_from(directory, one)
        both = {key: {**table(found.get(key)), **own[key]} for key in ("args", "additional_contexts")}
        found = {**found, **own, **both}
    return found


def _seen_from(directory: str, one: Told) -> dict[str, Any]:
    build = one.settings["build"]
    own: dict[str, Any] = dict(table({"context": build} if isinstance(build, str) else build))
    if isinstance(own.get("context"), str):
        own["context"] = _moved(own["context"], one, directory)
    own["args"] = dict(arguments(own.get("args")))
    given = arguments(own.get("additional_contexts"))
    own["additional_contexts"] = {name: _moved(text, one, directory) for name, text in given}
    return own


def _moved(text: str, one: Told, directory: str) -> str:
    """A place that a service names, seen from another directory."""
    text = filled(text, one.values)
    if one.directory == directory or text.startswith(_ELSEWHERE) or ":" in text:
        return text
    return relpath(f"/{one.directory}/{text}", f"/{directory}")


def arguments(given: Any) -> Iterator[tuple[str, str]]:
    """Build arguments, as a mapping or as a list of `NAME=value`; a name alone has its value from outside."""
    if isinstance(given, dict):
        yield from ((name, value) for name, value in given.items() if isinstance(value, str))
    for one in texts(given):
        name, is_given, value = one.partition("=")
        yield name, value if is_given else f"${{{name}}}"
