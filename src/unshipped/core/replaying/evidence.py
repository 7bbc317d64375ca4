"""What the figures of a replay were counted from: each incident, with the change that it began with."""

from __future__ import annotations

from collections.abc import Mapping

from unshipped.core import words
from unshipped.core.counting.summary import Line, Section
from unshipped.core.history.web import commit_page
from unshipped.core.incidents import Incident, Kind
from unshipped.core.messages import ENDINGS, Link
from unshipped.core.replaying.replayed import Replayed
from unshipped.core.texts.listing import more

_MOST = 100
_LANDING = "landing:"


def section(found: Replayed, pages: Mapping[str, str]) -> Section:
    """Every drift incident, the first one first. `pages` has by target the page of its repository."""
    drifts = sorted(
        (one for one in found.past.incidents if one.kind is Kind.DRIFT),
        key=lambda one: (one.opened_at, one.target),
    )
    subjects = {
        change.commit: change.subject
        for course in found.past.courses.values()
        for standing in course
        for change in standing.seen.waiting
    }
    lines: list[str | Line] = [_incident(one, subjects, pages) for one in drifts[:_MOST]]
    if len(drifts) > _MOST:
        lines.append(f"{more(len(drifts) - _MOST)}: --format json has them all")
    return Section("Drift incidents, one by one", lines=tuple(lines))


def _incident(one: Incident, subjects: Mapping[str, str], pages: Mapping[str, str]) -> Line:
    said = f"{one.target}: opened {words.moment(one.opened_at)}, at worst {one.peak.word}, {_over(one)}"
    commit = one.cause.removeprefix(_LANDING) if one.cause.startswith(_LANDING) else ""
    return began(said, commit, subjects.get(commit, ""), pages.get(one.target, ""))


def began(said: str, commit: str, subject: str, web: str) -> Line:
    """A sentence, and the change that it began with."""
    if not commit:
        return (Link(said),)
    title = (Link(f" {subject}"),) if subject else ()
    return Link(f"{said}, from "), Link(commit[:9], commit_page(web, commit)), *title


def _over(one: Incident) -> str:
    if one.resolved_at is None:
        return "not over"
    lasted = words.age((one.resolved_at - one.opened_at).total_seconds())
    return f"over after {lasted}" + (f": {ENDINGS[one.ending]}" if one.ending else "")
