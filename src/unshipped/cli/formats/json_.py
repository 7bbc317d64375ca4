"""The JSON contract, version 1 (`docs/reference/json.md`): fields may be added, none changes its meaning."""

from __future__ import annotations

import json
from collections.abc import Iterator

from unshipped.cli.formats import Style
from unshipped.core.model import Change, Drift, Expected, Report, Served, State, Verdict
from unshipped.core.texts.signal_documents import signal
from unshipped.core.words import stamp

TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import Any

SCHEMA_VERSION = 1


def write(report: Report, style: Style) -> str:
    """The whole report as one JSON object: indented for a person, in one line for a program."""
    return "".join(pieces(report, style))


def pieces(report: Report, style: Style) -> Iterator[str]:
    """The same bit by bit: of ten thousand targets never more than one stands in memory as text."""
    if style.screen.interactive:
        yield _clean(json.dumps(document(report), indent=2, ensure_ascii=False)) + "\n"
        return
    yield _text(_head(report) | {"targets": []}).removesuffix("]}")
    for at, verdict in enumerate(report.verdicts):
        yield (", " if at else "") + _text(target(verdict))
    yield "]}\n"


def document(report: Report) -> dict[str, Any]:
    """The report as plain data."""
    return _head(report) | {"targets": [target(verdict) for verdict in report.verdicts]}


def _head(report: Report) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "checked_at": stamp(report.checked_at),
        "expected": _common_expected(report),
        "summary": summary(report),
        "notes": list(report.notes),
        "unmapped": [one._asdict() for one in report.unmapped],
    }


def _text(plain: dict[str, Any]) -> str:
    return _clean(json.dumps(plain, ensure_ascii=False))


def _clean(text: str) -> str:
    """What is no text, such as half of a surrogate pair, has no place in JSON."""
    return text.encode("utf-8", "replace").decode()


def summary(report: Report) -> dict[str, Any]:
    """How many targets are in which state, and the worst severity."""
    states = [verdict.drift.state for verdict in report.verdicts]
    worst = max((verdict.severity for verdict in report.verdicts), default=None)
    return {
        "targets": len(states),
        "declared": report.declared,
        **{state.value: states.count(state) for state in State},
        "worst": worst.word if worst is not None else None,
    }


def target(verdict: Verdict) -> dict[str, Any]:
    """One target. What an unknown target cannot know is null."""
    drift, facts = verdict.drift, verdict.drift.facts
    oldest = facts.oldest if facts else None
    return {
        "service": drift.target.service,
        "environment": drift.target.environment,
        "owner": drift.target.owner or None,
        "state": drift.state.value,
        "flags": [flag.value for flag in verdict.flags],
        "severity": verdict.severity.word,
        "reasons": list(verdict.reasons),
        "remarks": [{"code": remark.sign.value, "message": remark.message} for remark in drift.remarks],
        "reason_code": drift.problem.code.value if drift.problem else None,
        "hint": drift.problem.hint or None if drift.problem else None,
        "deployed": _deployed(drift),
        "expected": _expected(drift.expected),
        "behind": facts.behind if facts else None,
        "changes_behind": facts.changes if facts else None,
        "ahead": len(facts.ahead) if facts else None,
        "cancelled": facts.cancelled if facts else None,
        "behind_since": stamp(oldest.landed_at) if oldest else None,
        "age_seconds": int(drift.age) if drift.age is not None else None,
        "oldest": {"commit": oldest.commit, "landed_at": stamp(oldest.landed_at)} if oldest else None,
        "changes": [change(one) for one in facts.listed] if facts else [],
        "ahead_commits": list(facts.ahead) if facts else [],
        "already_landed": list(facts.landed_elsewhere) if facts else [],
    }


def change(one: Change) -> dict[str, Any]:
    """One undeployed change."""
    return {
        "commit": one.commit,
        "subject": one.subject,
        "author": one.author,
        "landed_at": stamp(one.landed_at),
        "paths": list(one.paths),
        "commits": list(one.commits),
        "pull_request": one.pull_request,
        "cancelled": one.cancelled,
    }


def _deployed(drift: Drift) -> dict[str, Any]:
    worst = drift.worst or (drift.served[0] if drift.served else None)
    return {
        "commit": worst.commit if worst else None,
        "share": worst.share if worst else None,
        "signals": [signal(one) for one in drift.signals],
        "revisions": [_revision(served) for served in drift.served],
    }


def _revision(served: Served) -> dict[str, Any]:
    return {"commit": served.commit, "share": served.share, "dirty": served.dirty}


def _expected(expected: Expected | None) -> dict[str, Any]:
    return {
        "commit": expected.commit if expected else None,
        "ref": expected.ref if expected else None,
    }


def _common_expected(report: Report) -> dict[str, Any]:
    """What should serve, where that is one and the same for all targets."""
    found = {(e.ref, e.commit) for v in report.verdicts if (e := v.drift.expected)}
    ref, commit = found.pop() if len(found) == 1 else (None, None)
    return {"ref": ref, "commit": commit}
