"""Where what serves is read: one small file a kind, imported when its kind is first used.

A new kind is one file, one line in `KINDS`, one entry in `tests/contract/test_sources.py`. Another
package adds its own through the entry point group `unshipped.sources`, without a change here: it uses
`kit`, and tests itself with `contract`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING

from unshipped.errors import UsageError

if TYPE_CHECKING:
    from unshipped.ports import Source

KINDS: dict[str, str] = {
    "static": "unshipped.sources.plain.static:StaticSource",
    "ref": "unshipped.sources.plain.ref:RefSource",
    "command": "unshipped.sources.plain.command:CommandSource",
    "file": "unshipped.sources.plain.file:FileSource",
    "http": "unshipped.sources.plain.http:HttpSource",
    "cloud-run": "unshipped.sources.google.cloud_run:CloudRunSource",
    "cloud-function": "unshipped.sources.google.cloud_function:CloudFunctionSource",
    "cloud-run-job": "unshipped.sources.google.cloud_run_job:CloudRunJobSource",
    "ecs": "unshipped.sources.aws.ecs:EcsSource",
    "lambda": "unshipped.sources.aws.aws_lambda:LambdaSource",
    "kubernetes": "unshipped.sources.clusters.kubernetes:KubernetesSource",
    "argocd": "unshipped.sources.clusters.argocd:ArgocdSource",
    "flux": "unshipped.sources.clusters.flux:FluxSource",
    "oci": "unshipped.sources.containers.oci:OciSource",
    "docker": "unshipped.sources.containers.docker:DockerSource",
    "systemd": "unshipped.sources.plain.systemd:SystemdSource",
    "github": "unshipped.sources.forges.github:GithubSource",
    "gitlab": "unshipped.sources.forges.gitlab:GitlabSource",
    "record": "unshipped.sources.plain.record:RecordSource",
}
"""Kind -> where its class is, `module:Class`."""

OBJECTS = {
    "http": "unshipped.sources.plain._object:HttpObject",
    "https": "unshipped.sources.plain._object:HttpObject",
    "gs": "unshipped.sources.google._object:StorageObject",
}
"""How an address begins -> what knows which object lies there, beside the code of what serves."""

GROUP = "unshipped.sources"
"""The entry point group of kinds that other packages bring. A name in `KINDS` wins over one of these."""


def kind(name: str) -> type[Source]:
    """The class of a kind. Raises `UsageError` where there is no such kind, or it cannot be loaded."""
    place = KINDS.get(name) or _foreign(name)
    module, _, attribute = place.partition(":")
    try:
        found: type[Source] = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise UsageError(f"source kind {name!r} cannot be loaded from {place}: {error}") from error
    return found


def beside(place: str, measure: str) -> Source:
    """What tells which object lies at an address: it says that as other sources say a revision."""
    module, _, attribute = OBJECTS[place.partition("://")[0]].partition(":")
    made: Source = getattr(import_module(module), attribute)(place, measure)
    return made


class Kinds(Mapping[str, "type[Source]"]):
    """Every kind by its name. A class is imported when it is asked for, since most files name one or two."""

    def __getitem__(self, name: str) -> type[Source]:
        if name not in self:
            raise KeyError(name)
        return kind(name)

    def __contains__(self, name: object) -> bool:
        return name in KINDS or name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    @cached_property
    def _names(self) -> list[str]:
        return names()


def names() -> list[str]:
    """Every kind there is: those of the table, and those that other packages bring."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - costs more than every built-in kind together

    return [*KINDS, *sorted({entry.name for entry in entry_points(group=GROUP)} - KINDS.keys())]


def _foreign(name: str) -> str:
    from importlib.metadata import entry_points  # noqa: PLC0415 - costs more than every built-in kind together

    places = sorted({entry.value for entry in entry_points(group=GROUP, name=name)})
    if not places:
        raise UsageError(f"there is no source kind {name!r}", hint=f"the kinds are {', '.join(KINDS)}")
    if len(places) > 1:
        raise UsageError(f"source kind {name!r} is offered by more than one package: {', '.join(places)}")
    return places[0]
