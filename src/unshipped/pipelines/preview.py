"""What a merge would deploy, as the text of one comment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from unshipped.core.model import Problem, State, Verdict
from unshipped.core.texts.harmless import markdown as plain
from unshipped.core.value import Value
from unshipped.core.words import age, count

MARK = "<!-- unshipped: what this merge deploys -->"
"""Which comment it is: no reader sees it."""

LARGEST = 60_000
"""The most characters of a comment: a host takes 65,536 of them, and GitLab more."""
_LISTED = 5


class Touched(Value):
    """A service that a merge deploys, and by what; or why nobody knows whether it does."""

    service: str
    paths: tuple[str, ...]
    problem: Problem | None = None


def comment(touched: Sequence[Touched], verdicts: Iterable[Verdict]) -> str:
    """The comment. What waits already goes live with the merge: it rides along."""
    if not touched:
        return f"{MARK}\n### This merge deploys no service\n"
    by_service: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_service.setdefault(verdict.drift.target.service, []).append(verdict)
    sure = len([one for one in touched if not one.problem])
    deploys = count(sure, "service") if sure else "no service that is known"
    head = f"{MARK}\n### This merge deploys {deploys}\n"
    parts = [_part(one, by_service.get(one.service, [])) for one in touched]
    shown: list[str] = []
    for part in parts:
        if sum(map(len, shown)) + len(part) > LARGEST - 1000:
            shown.append(f"- and {count(len(parts) - len(shown), 'further service')}\n")
            break
        shown.append(part)
    return "\n".join([head, *shown])


def _part(one: Touched, verdicts: Sequence[Verdict]) -> str:
    if one.problem:
        return f"- **{plain(one.service)}**: not known, {plain(one.problem.message)}"
    more = f" and {len(one.paths) - 1} more" if len(one.paths) > 1 else ""
    lines = [f"- **{plain(one.service)}**, by {plain(one.paths[0])}{more}"]
    for verdict in verdicts:
        lines += _rides(verdict)
    return "\n".join(lines)


def _rides(verdict: Verdict) -> Iterable[str]:
    drift, where = verdict.drift, plain(verdict.drift.target.environment)
    if drift.state is State.UNKNOWN:
        code = drift.problem.code.value if drift.problem else "unknown"
        yield f"  - {where}: what serves could not be determined ({code}), so what rides along is not known"
        return
    if drift.state in (State.AHEAD, State.DIVERGED):
        yield f"  - {where}: it runs code that the branch lacks, which a deploy would take away"
    facts = drift.facts
    if not facts or not facts.changes:
        yield f"  - {where}: nothing else rides along"
        return
    since = f", the oldest for {age(drift.age)}" if drift.age else ""
    rides = "rides" if facts.changes == 1 else "ride"
    yield f"  - {where}: {count(facts.changes, 'change')} {rides} along{since}"
    waiting = [change for change in facts.listed if not change.cancelled][:_LISTED]
    for change in waiting:
        yield f"    - {plain(change.subject)} ({plain(change.author)})"
    if facts.changes > len(waiting):
        yield f"    - and {facts.changes - len(waiting)} more"
