"""Text into a `Config`, or into every problem that it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from pydantic import ValidationError

from unshipped.config.build import build
from unshipped.config.checks import check, unguarded
from unshipped.config.deploying import circles
from unshipped.config.document import Document, Finding, Path, Place, dotted
from unshipped.config.findings import findings
from unshipped.config.schema import File
from unshipped.config.strict import Strict
from unshipped.config.telling import unheard
from unshipped.config.tree import Refused
from unshipped.config.values import Config
from unshipped.config.wording import kind, printable
from unshipped.config.yaml import read
from unshipped.errors import ConfigError, ConfigProblem

_EXTENSION = "x-"


def load_config(text: str | bytes, path: str, context: dict[str, Mapping[str, type]]) -> Config:
    """The configuration of a text, by the kinds that there are. Raises `ConfigError` with every problem, in
    the order of the file.
    """
    try:
        document = read(text)
    except Refused as refused:
        flaw = refused.flaw
        raise ConfigError([_problem(path, flaw.place, flaw.path, flaw.message)]) from None
    if not isinstance(document.data, dict):
        raise ConfigError([_problem(path, document.start, (), _no_settings(document.data))])
    return _config(document, path, context)


Model = TypeVar("Model", bound=Strict)


def load_model(text: str | bytes, path: str, model: type[Model]) -> Model:
    """The settings of another file than `unshipped.yaml`, as strictly. Raises `ConfigError`."""
    try:
        document = read(text)
    except Refused as refused:
        flaw = refused.flaw
        raise ConfigError([_problem(path, flaw.place, flaw.path, flaw.message)]) from None
    found: list[Finding] = []
    made = None
    try:
        made = model.model_validate(document.data if document.data is not None else {})
    except ValidationError as error:
        found = findings(error, document)
    if made is None or document.flaws:
        raise _wrong(document, found, path)
    return made


def _no_settings(data: object) -> str:
    if data is None:
        return "the file is empty; declare at least `services:`"
    return f"the file is a mapping of settings that begins with `services:`, not {kind(data)}"


def _config(document: Document, path: str, context: dict[str, Mapping[str, type]]) -> Config:
    data = _settings(document.data)
    found = list(check(data, context["notifiers"]))
    try:
        file = File.model_validate(data, context=context)
    except ValidationError as error:
        # What holds nothing was said to hold nothing: that it is also of the wrong type says no more.
        nothing = {finding.path for finding in found if document.at(finding.path) is None}
        found += [finding for finding in findings(error, document) if finding.path not in nothing]
    made = None
    if not (found or document.flaws):
        notifiers = context["notifiers"]
        made = build(file, document, notifiers)
        found += [*unguarded(made), *circles(made, document), *unheard(made, notifiers)]
    if made is None or found:
        raise _wrong(document, found, path)
    return made


def _settings(data: object) -> dict[str, object]:
    """The settings without what is there only to be referred to: `x-…` keeps anchors for aliases."""
    entries = data.items() if isinstance(data, dict) else ()
    return {key: value for key, value in entries if not key.startswith(_EXTENSION)}


def _wrong(document: Document, found: list[Finding], path: str) -> ConfigError:
    """Every problem, in the order of the file. What is merged or referred to in many places is wrong once."""
    ordered = sorted(_problems(document, found, path), key=_order)
    once = {(one.line, one.column, one.message): one for one in reversed(ordered)}
    return ConfigError([*reversed(once.values())])


def _problems(document: Document, found: list[Finding], path: str) -> Iterator[ConfigProblem]:
    for flaw in document.flaws:
        yield _problem(path, flaw.place, flaw.path, flaw.message)
    for finding in found:
        place = document.place(finding.path, on_key=finding.on_key)
        shown = finding.path[:-1] if finding.inside else finding.path
        yield _problem(path, place, shown, finding.message)


def _problem(path: str, place: Place, where: Path, message: str) -> ConfigProblem:
    return ConfigProblem(path, place.line, place.column, dotted(where), printable(message))


def _order(problem: ConfigProblem) -> tuple[int, int, str, str]:
    return problem.line, problem.column, problem.where, problem.message
