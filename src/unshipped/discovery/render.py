"""Proposed services as `unshipped.yaml`: a new file, or what is new added to one that a person wrote."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import yaml

from unshipped.core.model import Build, Closure, Target
from unshipped.core.words import count
from unshipped.discovery.finders._builds import ANY
from unshipped.discovery.propose import Proposed
from unshipped.discovery.values import Doubt

_PLAIN = re.compile(r"^[A-Za-z][A-Za-z0-9_./-]*$")
_NOT_TEXT = {"true", "false", "null", "yes", "no", "on", "off"}
_MOST_PLACES = 4
_COMMENTS = re.compile(r"(\n(#[^\n]*)?)+\Z")
_HEAD = """\
# What is deployed, and which paths end up in it. Every line was found in the repository; correct what is not
# so and run `unshipped init` again whenever there are new services: it only adds.
# Why a file counts: unshipped explain SERVICE --path FILE

"""
_ENVIRONMENTS = """\
environments:
  production:
    # How to read what serves, for every service that does not say so itself: set this first.
    deployed: %s

services:
"""
_HTTP = '{source: http, url: "https://{service}.example.com/__version__"}'
_LIVE = {
    "kubernetes": "{source: kubernetes}",
    "cloud-run": "{source: cloud-run, project: my-project, region: us-central1}",
    "cloud-run-job": "{source: cloud-run-job, project: my-project, region: us-central1}",
    "cloud-function": "{source: cloud-function, project: my-project, region: us-central1}",
    "ecs": "{source: ecs, region: us-east-1, cluster: default}",
    "lambda": "{source: lambda, region: us-east-1}",
    "systemd": "{source: systemd}",
}
"""How to read what serves, by what it runs on; whatever is not here is asked over HTTP."""


def fresh(services: Sequence[Proposed], doubts: Sequence[Doubt] = ()) -> str:
    """A new file. What most services run on says how to read what serves; the others name an anchor. At its
    end stands what could not be known.
    """
    counted = Counter(one.runs_on if one.runs_on in _LIVE else "" for one in services)
    usual = max(counted, key=lambda kind: (counted[kind], not kind), default="")
    anchors = {kind: kind or "http" for kind in sorted(counted) if kind != usual}
    head = "".join(f"x-{anchor}: &{anchor} {_LIVE.get(kind, _HTTP)}\n" for kind, anchor in anchors.items())
    blocks = (
        block(one, "  ", anchors.get(one.runs_on if one.runs_on in _LIVE else "", "")) for one in services
    )
    environments = _ENVIRONMENTS % _LIVE.get(usual, _HTTP)
    open_questions = "".join(f"#   {_comment(f'{one.place}: {one.why}')}\n" for one in doubts)
    tail = f"\n# Not certain when this was written:\n{open_questions}" if doubts else ""
    return _HEAD + (head and f"{head}\n") + environments + "\n".join(blocks) + tail


def added(text: str, services: Sequence[Proposed]) -> str:
    """The text with further services at the end of `services:`; nothing that stands there is touched.

    Raises `ValueError` where the text has no place for them.
    """
    end, indent = _end_of_services(text)
    blocks = "\n".join(block(one, indent) for one in services)
    before = text[:end].rstrip("\n")
    after = text[end:].lstrip("\n")
    return f"{before}\n\n{blocks}" + (f"\n{after}" if after else "")


def is_known(one: Proposed, targets: Iterable[Target]) -> bool:
    """Whether a configuration has a service already: by its name, its build, or its paths."""
    return any(
        target.service == one.name
        or any(is_that(one, target.service, origin.closure) for origin in target.origins)
        for target in targets
    )


def is_that(one: Proposed, service: str, closure: Closure) -> bool:
    """Whether a service of a configuration is meant: by its build; where one of them has none, by its name or
    its paths.
    """
    if one.build and closure.build:
        return _same_build(one.build, closure.build)
    return service == one.name or _same_paths(one, closure)


def block(one: Proposed, indent: str, live: str = "") -> str:
    """One service, with where it was found, and the anchor that says how to read what serves."""
    lines = [f"{scalar(one.name)}:"]
    lines += [f"  # found in {_comment(str(place))}" for place in one.places[:_MOST_PLACES]]
    if (further := len(one.places) - _MOST_PLACES) > 0:
        lines.append(f"  # and in {count(further, 'more place')}")
    if one.runs_on:
        where = f" in {', '.join(one.environments)}" if one.environments else ""
        lines.append(f"  # runs on {_comment(one.runs_on + where)}")
    if one.build:
        lines.append(f"  build: {_build(one.build)}")
    if one.paths:
        lines.append(f"  paths: [{', '.join(scalar(path) for path in one.paths)}]")
    if one.ignore:
        lines.append(f"  ignore: [{', '.join(scalar(path) for path in one.ignore)}]")
    if live:
        lines.append(f"  deployed: *{live}")
    if one.owner:
        lines.append(f"  owner: {scalar(one.owner)}")
    return "".join(f"{indent}{line}\n" for line in lines)


def scalar(text: str) -> str:
    """A text as YAML reads it back, whatever is in it."""
    if _PLAIN.match(text) and text.lower() not in _NOT_TEXT:
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    if char.isprintable():
        return char
    return f"\\U{ord(char):08x}" if ord(char) > 0xFFFF else f"\\u{ord(char):04x}"


def _comment(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)


def _build(build: Build) -> str:
    if not build.dockerfile:
        return f"{{source: {scalar(build.source or '.')}{_entries(build)}}}"
    if not (build.context or build.target or build.arguments or build.entries):
        return scalar(build.dockerfile)
    parts = [f"dockerfile: {scalar(build.dockerfile)}"]
    if build.context:
        parts.append(f"context: {scalar(build.context)}")
    if build.target:
        parts.append(f"target: {scalar(build.target)}")
    if build.arguments:
        given = ", ".join(f"{scalar(name)}: {scalar(value)}" for name, value in build.arguments)
        parts.append(f"arguments: {{{given}}}")
    return "{" + ", ".join(parts) + _entries(build) + "}"


def _entries(build: Build) -> str:
    if not build.entries:
        return ""
    return f", entries: [{', '.join(scalar(path) for path in build.entries)}]"


def _same_build(one: Build, other: Build) -> bool:
    if one.arguments and other.arguments and not _may_be_same(dict(one.arguments), dict(other.arguments)):
        return False  # several services may be built of one Dockerfile
    return (one.dockerfile, one.target, one.source) == (other.dockerfile, other.target, other.source)


def _may_be_same(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    if one.keys() != other.keys():
        return False
    return all(ANY in (value, other[name]) or value == other[name] for name, value in one.items())


def _same_paths(one: Proposed, closure: Closure) -> bool:
    """Whether a hand-written map has the directory that a service is built in."""
    if one.build:
        home = one.build.source or one.build.dockerfile.rpartition("/")[0]
    else:
        told = (place.path.rpartition("/")[0] for place in one.places)
        home = next((place for place in told if place in one.paths), one.paths[0])
    return bool(home) and home in closure.paths and closure.build is None


def _end_of_services(text: str) -> tuple[int, str]:
    """Where `services:` ends, and how its entries are indented."""
    top = yaml.compose(text, Loader=yaml.SafeLoader)
    for key, value in top.value if isinstance(top, yaml.MappingNode) else ():
        if key.value == "services" and isinstance(value, yaml.MappingNode) and value.value:
            if value.flow_style:
                raise ValueError("`services` is written in braces")
            last = value.value[-1][1]
            indent = " " * value.value[0][0].start_mark.column
            return _line_after(text, last.end_mark.index), indent
    raise ValueError("`services` is empty or missing")


def _line_after(text: str, index: int) -> int:
    """The beginning of the first line that is not part of what ends at `index`."""
    # A comment that is not indented belongs to the whole file.
    trimmed = len(_COMMENTS.sub("", text[:index]).rstrip())
    found = text.find("\n", trimmed)
    return len(text) if found < 0 else found + 1
