"""The question to a file of verdicts: who may have written it, what it says, and what follows from that."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from unshipped.carried.rule import Answer, Bypass, Excuse, Gate, Mode, Purpose, Seen, Work, decided, tidy
from unshipped.gate.answers import gate_over, shown
from unshipped.gate.values import SCHEMA, Decision, Question

_LARGEST = 50_000_000


class Verdicts(NamedTuple):
    """What a file says."""

    targets: dict[tuple[str, str], Seen]
    gates: dict[str, tuple[Gate, tuple[str, ...], str]]
    """By name: the rule, the services and the environment."""
    bypasses: tuple[Bypass, ...]


_kept: dict[tuple[str, str], tuple[tuple[int, ...], Verdicts]] = {}
"""By path and key: what was read, and of which file."""


def ask(path: str, key: str, question: Question, now: datetime) -> Decision:
    """What the file says. Raises `ValueError` or `OSError` where it cannot be believed."""
    verdicts = read(path, key)
    given, services, environment = verdicts.gates.get(question.gate, (None, (), ""))
    if question.gate and given is None:
        raise ValueError(f"the file knows no gate {tidy(question.gate, 60)!r}")
    gate = gate_over(question, given)
    where = question.environment or environment
    targets = [_seen(verdicts, name, where) for name in question.services or services]
    work = Work(Purpose(question.purpose), question.deploys, question.by)
    return shown(decided(targets, gate, verdicts.bypasses, now, work), "file")


def _seen(verdicts: Verdicts, service: str, environment: str) -> Seen:
    """What is known of a service: where nothing says in which environment, in its first one."""
    if not environment:
        environment = next((where for name, where in verdicts.targets if name == service), "production")
    missing = Seen(service, environment, reasons=(f"the file knows no {service} in {environment}",))
    return verdicts.targets.get((service, environment), missing)


def read(path: str, key: str) -> Verdicts:
    """The verdicts of a file; taken from memory where it is the file that was read last."""
    found = os.stat(path)
    known = _kept.get((path, key))
    if known and known[0] == _identity(found):
        return known[1]
    if not stat.S_ISREG(found.st_mode):
        raise ValueError("the file of verdicts is no plain file")
    with open(path, "rb") as file:
        found = os.fstat(file.fileno())
        if not key:
            _trusted(path, found)
        text = file.read(_LARGEST + 1)
    verdicts = _understood(_signed(text, key))
    _kept[path, key] = (_identity(found), verdicts)
    return verdicts


def _identity(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _trusted(path: str, found: os.stat_result) -> None:
    """Without a signature it counts who could have written it. Raises `ValueError`."""
    folder = os.stat(os.path.dirname(os.path.realpath(path)))
    if found.st_uid not in (0, os.geteuid()):
        raise ValueError("the file of verdicts belongs to somebody else: sign it")
    if found.st_mode & stat.S_IWOTH or (folder.st_mode & stat.S_IWOTH and not folder.st_mode & stat.S_ISVTX):
        raise ValueError("anybody can write the file of verdicts: chmod o-w, or sign it")


def _signed(text: bytes, key: str) -> bytes:
    """The document of the file, in its first line; its signature stands in the second."""
    document, _, rest = text.partition(b"\n")
    if len(text) > _LARGEST:
        raise ValueError("the file of verdicts is larger than it can be")
    if key:
        import hmac  # most files are trusted by permission

        right = b"sha256=" + hmac.digest(key.encode(), document, "sha256").hex().encode()
        if not hmac.compare_digest(right, rest.strip()):
            raise ValueError("the file of verdicts is not signed with this key")
    return document


def _understood(document: bytes) -> Verdicts:
    from json import loads  # a file that did not change is not read again

    try:
        found = loads(document)
    except (ValueError, RecursionError):
        raise ValueError("the file of verdicts is not whole") from None
    version = found.get("schema_version") if isinstance(found, dict) else None
    if version != SCHEMA:
        raise ValueError(f"the file has version {tidy(str(version), 20)}; this program reads {SCHEMA}")
    try:
        targets = [_target(row) for row in found["targets"]]
        return Verdicts(
            {(one.service, one.environment): one for one in targets},
            {name: _gate(name, row) for name, row in found["gates"].items()},
            tuple(_bypass(row) for row in found["bypasses"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ValueError(f"the file of verdicts lacks what it must have: {type(error).__name__}") from None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def _sure(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _target(row: Mapping[str, Any]) -> Seen:
    return Seen(
        str(row["service"]),
        str(row["environment"]),
        _moment(row["checked_at"]),
        bool(row["known"]),
        int(row["severity"]),
        None if row["behind"] is None else int(row["behind"]),
        _moment(row["behind_since"]),
        Excuse(row["excuse"]) if row["excuse"] else None,
        tuple(str(reason) for reason in row["reasons"]),
        str(row["deployed"]),
    )


def _gate(name: str, row: Mapping[str, Any]) -> tuple[Gate, tuple[str, ...], str]:
    gate = Gate(
        name,
        Mode(row["mode"]),
        None if row["max_behind"] is None else int(row["max_behind"]),
        None if row["max_age"] is None else float(row["max_age"]),
        int(row["severity"]),
        Answer[row["on_unknown"].upper()],
        float(row["max_verdict_age"]),
    )
    return gate, tuple(map(str, row["services"])), str(row["environment"])


def _bypass(row: Mapping[str, Any]) -> Bypass:
    return Bypass(
        str(row["id"]),
        str(row["gate"]),
        str(row["service"]),
        str(row["by"]),
        str(row["reason"]),
        _sure(row["since"]),
        _sure(row["until"]),
    )
