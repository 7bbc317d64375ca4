"""A file of records: what people and deploy steps say that they deployed, one event a line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from unshipped.core.logged.deployments import Deployment, understood
from unshipped.core.model import Code, Reading, Target
from unshipped.errors import SourceError
from unshipped.platforms.settings import check_no_nul, fill
from unshipped.ports import Look
from unshipped.sources.shared import hearing
from unshipped.sources.shared.local import content
from unshipped.sources.shared.parse import revision, shown

_LARGEST = 64 * 1024 * 1024
_MOST_PAST = 5
"""How many commits that served before are told."""
_HINT = "unshipped record SERVICE --environment E --commit REV"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordSource:
    """Reads what `unshipped record` wrote: CDEvents of services, as JSON lines. The newest event counts.

    It is weak: somebody says so.
    """

    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "forbid", "use_attribute_docstrings": True}
    relative: ClassVar[str] = "path"

    path: str
    """The file, such as `.unshipped/records.jsonl`, relative to the configuration file. `{service}` and
    `{environment}` are replaced, here and in the next two."""

    service: str = "{service}"
    """What the service is called in the records."""

    environment: str = "{environment}"
    """What the environment is called in the records."""

    def __post_init__(self) -> None:
        check_no_nul(self.path)

    def read(self, target: Target, look: Look) -> Reading:
        path = fill(self.path, target)
        whose = f"file {shown(path)}"
        lines = look.once(("record", path), lambda: _lines(path, whose))
        service, environment = fill(self.service, target), fill(self.environment, target)
        own = _own(lines, service, environment, whose)
        at, newest = own[0]
        said_by = f"record in line {at}"
        if newest.removed:
            raise SourceError(Code.NO_REVISION, f"{whose}, line {at}: the service was removed")
        said = revision(newest.commit, f"{whose}, line {at}")
        part = hearing.Part(f"{service} in {environment}", since=newest.when)
        return Reading((hearing.word(part, said, said_by, weak=True),), past=_past(own, whose))


def _lines(path: str, whose: str) -> list[Deployment | str | None]:
    """Each line: a deployment, what is wrong with it, or None for what is none."""
    text = content(path, whose, _LARGEST)
    if len(text) > _LARGEST:
        raise SourceError(Code.SOURCE_ERROR, f"{whose} is larger than {_LARGEST // 2**20} MiB")
    return [_read(line) for line in text.split(b"\n")]


def _read(line: bytes) -> Deployment | str | None:
    if not line.strip():
        return None
    try:
        return understood(json.loads(line))
    except RecursionError:
        return "it is nested too deeply"
    except ValueError as error:
        # What JSON objects to would show what stands there.
        return "it is no JSON" if isinstance(error, json.JSONDecodeError | UnicodeError) else str(error)


def _own(
    lines: Sequence[Deployment | str | None], service: str, environment: str, whose: str
) -> list[tuple[int, Deployment]]:
    """The deployments of a service, newest first, with their lines. What cannot be read could be a newer one,
    unless a later line is there that can.
    """
    own = [
        (at, line)
        for at, line in enumerate(lines, start=1)
        if isinstance(line, Deployment) and (line.service, line.environment) == (service, environment)
    ]
    last = own[-1][0] if own else 0
    for at, line in enumerate(lines, start=1):
        if isinstance(line, str) and at > last:
            hint = "mend the line, take it out, or record the service anew"
            raise SourceError(Code.SOURCE_ERROR, f"{whose}, line {at}, cannot be read: {line}", hint)
    if not own:
        message = f"{whose} has no record of {shown(service)} in {shown(environment)}"
        raise SourceError(Code.NOT_FOUND, message, _HINT)
    return sorted(own, key=lambda pair: (pair[1].when, pair[0]), reverse=True)


def _past(own: Sequence[tuple[int, Deployment]], whose: str) -> tuple[str, ...]:
    """What served before the newest, newest first; a line that names no commit is passed over."""
    found: dict[str, None] = {}
    for _at, one in own[1:]:
        with suppress(SourceError):
            found[revision(one.commit, whose).text] = None
        if len(found) == _MOST_PAST:
            break
    return tuple(found)
