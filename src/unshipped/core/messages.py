"""What a notice says, before any receiver's own form: the same sentences in chat, mail and webhook.

Texts of others (titles, names, what a source said) are put in as they are: whoever writes them into a form
of its own escapes them there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from unshipped.core import words
from unshipped.core.alerting import BACK, KEPT, OVER, Notice, Told, Topic
from unshipped.core.history.web import commit_page, comparison_page, request_page
from unshipped.core.incidents import Ending, Incident, Kind, Step
from unshipped.core.logged.observations import Observation, Standing
from unshipped.core.model import Change, Severity, State
from unshipped.core.value import Value

MOST_CHANGES = 5
"""How many missing changes are listed for one target."""
MOST_ITEMS = 10
"""How many targets one message describes; the others are named."""

ENDINGS = {
    Ending.DEPLOYED: "it was deployed",
    Ending.HELD: "it is held",
    Ending.REMAPPED: "the map was changed",
    Ending.RETIRED: "it was retired",
    Ending.LANDED: "what is merged is what runs again",
    Ending.PASSED: "it can be determined again",
}
"""What ended an incident, in a few words."""


class Link(Value):
    """A text, and the page that it leads to; no page is known where the address is empty."""

    text: str
    address: str = ""


class Missing(Value):
    """One change that is not live."""

    commit: Link
    subject: str
    author: str
    waiting: str
    """For how long, such as `20 h`."""
    request: Link = Link("")
    """The pull or merge request that brought it, where it is known: `#9`."""
    id: str = ""
    """The whole id of the commit."""


class Item(Value):
    """One target in a message."""

    incident: str
    service: str
    environment: str
    severity: Severity
    step: Step
    headline: str
    """What is the matter in a few words: `3 changes behind for 20 h`."""
    resolved: bool = False
    fresh: bool = False
    """Whether the message is because of this one; the others are in the same conversation."""
    reasons: tuple[str, ...] = ()
    runs: Link = Link("")
    should: Link = Link("")
    compare: Link = Link("")
    since: datetime | None = None
    lasting: str = ""
    """For how long it has been so by now, such as `20 h`."""
    missing: tuple[Missing, ...] = ()
    more: int = 0
    """How many missing changes are not listed."""
    deployed: str = ""
    """The whole id of the commit that serves."""
    expected: str = ""
    owner: str = ""
    acknowledged_by: str = ""
    evidence: str = ""
    """How what runs is known, and when it was looked at."""
    command: str = ""
    """The exact command to run next."""

    @property
    def target(self) -> str:
        return f"{self.service}/{self.environment}"


class Message(Value):
    """One thing to say to one receiver."""

    id: str
    """The same at each attempt, so that a receiver can tell a repetition."""
    topic: Topic
    at: datetime
    severity: Severity
    resolved: bool
    title: str
    """One complete sentence, without any markup: what a phone shows."""
    why: str = ""
    items: tuple[Item, ...] = ()
    news: tuple[Item, ...] = ()
    """All that it is because of."""
    further: tuple[str, ...] = ()
    """Targets that are only named."""
    loud: bool = True
    group: str = ""
    cause: Missing | None = None
    """The change that several targets wait for, where it is the same for all of them."""
    body: str = ""
    """For what is not about incidents: text in Markdown."""
    authors: tuple[str, ...] = ()
    """Whose changes it is about, where that is not said by its items."""


def compose(
    notice: Notice,
    incidents: Sequence[Incident],
    standings: Mapping[str, Standing],
    now: datetime,
    authors: Sequence[str] = (),
) -> Message:
    """The message of a notice as of `now`, with the incidents of its group as they are, the worst first."""
    if notice.topic is not Topic.INCIDENTS:
        made = Message(notice.id, notice.topic, notice.at, Severity.NONE, resolved=False, title=notice.why)
        return made._replace(body=notice.body, authors=tuple(authors))
    steps = {told.incident: told for told in notice.told}
    ordered = sorted(incidents, key=lambda one: (not one.open, -one.severity, one.opened_at, one.target))
    shown = {one.id for one in sorted(ordered, key=lambda one: one.id not in steps)[:MOST_ITEMS]}
    known = [one for one in ordered if one.id in shown or one.id in steps]
    items = [_item(one, steps.get(one.id), standings.get(one.target), now) for one in known]
    still = [one for one in ordered if one.open]
    held = all(one.ending is Ending.HELD for one in ordered)
    severity = max((one.severity for one in still), default=max(one.severity for one in ordered))
    return Message(
        id=notice.id,
        topic=notice.topic,
        at=notice.at,
        severity=severity,
        resolved=not still,
        title=_title(ordered, standings, now),
        why=_why(notice, {one.id for one in still}, KEPT if held else OVER),
        items=tuple(one for one in items if one.incident in shown),
        news=tuple(one for one in items if one.fresh),
        further=tuple(one.target for one in ordered if one.id not in shown),
        loud=notice.loud,
        group=notice.group,
        cause=_cause(still, standings, now) if len(still) > 1 else None,
    )


def _why(notice: Notice, still: set[str], ended: str) -> str:
    """Why it is said, where those are `still` open: what began may be over, and the other way round."""
    if notice.why not in (OVER, KEPT):
        return notice.why if still else ended
    if not still:
        return notice.why
    over = {told.incident for told in notice.told if told.step is Step.RESOLVED}
    return BACK if over <= still else f"a part of {notice.why}"


def subject(message: Message) -> str:
    """The message in one line, as a complete sentence that says how bad it is."""
    if message.resolved or message.topic is not Topic.INCIDENTS:
        return message.title
    return f"{message.severity.word}: {message.title}"


def _cause(still: Sequence[Incident], standings: Mapping[str, Standing], now: datetime) -> Missing | None:
    """The oldest missing change, where it is the same for all of them by now."""
    seen = [standings[one.target].seen for one in still if one.target in standings]
    if len(seen) < len(still) or len({one.oldest for one in seen}) > 1 or not seen[0].waiting:
        return None
    return _missing(seen[0].waiting[-1], seen[0].web, now)


def _title(incidents: Sequence[Incident], standings: Mapping[str, Standing], now: datetime) -> str:
    if len(incidents) == 1:
        only = incidents[0]
        standing = standings.get(only.target)
        return f"{only.service} in {only.environment}: {headline(only, standing and standing.seen, now)}"
    still = [one for one in incidents if one.open]
    if not still:
        return f"{words.count(len(incidents), 'target')}: {_ended(incidents)}"
    unknown = sum(one.kind is Kind.UNKNOWN for one in still)
    drifting = [one.target for one in still if one.kind is Kind.DRIFT and one.target in standings]
    otherwise = sum(standings[target].seen.changes == 0 for target in drifting)
    said = {
        ("waits for a deploy", "wait for a deploy"): len(still) - unknown - otherwise,
        ("is not as it should be", "are not as they should be"): otherwise,
        ("cannot be determined", "cannot be determined"): unknown,
    }
    parts = ", ".join(f"{words.count(n, 'target')} {verb[n != 1]}" for verb, n in said.items() if n)
    return f"{parts}; {_ended(incidents)}" if len(still) < len(incidents) else parts


def _ended(incidents: Sequence[Incident]) -> str:
    """How many are over and how many are held, where these are not all of them."""
    held = sum(one.ending is Ending.HELD for one in incidents)
    counted = {"resolved": sum(not one.open for one in incidents) - held, "held": held}
    return ", ".join(
        word if many == len(incidents) else f"{many:,} {word}" for word, many in counted.items() if many
    )


def stands(seen: Observation, now: datetime) -> str:
    """How a target stands, in the words of `words.headline`."""
    if seen.code:
        return f"unknown: {words.REASONS[seen.code.value]}"
    if seen.state is State.IN_SYNC:
        return "in sync (unproven)" if seen.unproven else "in sync"
    since = (now - seen.behind_since).total_seconds() if seen.behind_since else None
    return _differing(seen, words.age(since)) or "differs, and no change explains it"


def headline(incident: Incident, seen: Observation | None, now: datetime) -> str:
    """What is the matter with an incident's target, in a few words."""
    if incident.resolved_at:
        lasted = words.age((incident.resolved_at - incident.opened_at).total_seconds())
        if incident.ending is Ending.HELD:
            return f"held after {lasted}"
        return f"resolved after {lasted}: {ENDINGS[incident.ending] if incident.ending else OVER}"
    since = words.age((now - incident.since).total_seconds()) if incident.since else ""
    if incident.kind is Kind.UNKNOWN:
        reason = words.REASONS[seen.code.value] if seen and seen.code else "it cannot be determined"
        return f"unknown for {since}: {reason}" if since else f"unknown: {reason}"
    return _drifting(seen, since)


def _drifting(seen: Observation | None, since: str) -> str:
    if seen is None or seen.state is State.UNKNOWN:
        return "was drifting when it could last be determined"
    differing = "" if seen.state is State.IN_SYNC else _differing(seen, since)
    return differing or seen.matter or "differs from what it should be"


def _differing(seen: Observation, since: str) -> str:
    behind = f"{words.count(seen.changes, 'change')} behind for {since}" if seen.changes else ""
    ahead = f"{words.count(seen.ahead, 'commit')} ahead" if seen.ahead else ""
    return ", ".join(filter(None, (behind, ahead)))


def _item(incident: Incident, told: Told | None, standing: Standing | None, now: datetime) -> Item:
    seen = standing.seen if standing else None
    step = told.step if told else Step.OPENED
    known = Item(
        incident=incident.id,
        service=incident.service,
        environment=incident.environment,
        severity=incident.severity,
        step=Step.REOPENED if step is Step.RESOLVED and incident.open else step,
        fresh=told is not None,
        headline=headline(incident, seen, now),
        resolved=not incident.open,
        since=incident.since,
        lasting=words.age((now - incident.since).total_seconds()) if incident.since else "",
        owner=incident.owner,
        acknowledged_by=incident.acknowledged_by,
        command=f"unshipped explain {incident.service} -e {incident.environment}" if incident.open else "",
    )
    if seen is None or standing is None:
        return known
    listed = seen.waiting[:MOST_CHANGES] if incident.open else ()
    return known._replace(
        reasons=seen.reasons,
        deployed=seen.deployed,
        expected=seen.expected,
        runs=_commit(seen.deployed, seen.web),
        should=_commit(seen.expected, seen.web),
        compare=Link("compare", comparison_page(seen.web, seen.deployed, seen.expected)),
        missing=tuple(_missing(change, seen.web, now) for change in listed),
        more=(seen.changes or 0) - len(listed) if incident.open else 0,
        evidence=f"{seen.source}, looked at {words.moment(standing.checked_at)}",
    )


def _missing(change: Change, web: str, now: datetime) -> Missing:
    waiting = words.short_age((now - change.landed_at).total_seconds())
    number = change.pull_request
    request = Link(f"#{number}", request_page(web, number)) if number else Link("")
    return Missing(
        _commit(change.commit, web), change.subject, change.author, waiting, request, change.commit
    )


def _commit(commit: str, web: str) -> Link:
    return Link(commit[:9], commit_page(web, commit))
