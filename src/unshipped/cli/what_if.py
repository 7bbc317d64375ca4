"""When an incident would have opened by other thresholds, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from unshipped.app.explain import Explanation
from unshipped.app.what_if import Over
from unshipped.cli.terminal import Screen, safe
from unshipped.core import words
from unshipped.core.model import Policy
from unshipped.core.replaying.what_if import Turn, course


def what_if(
    explanation: Explanation, policies: Mapping[str, Policy], name: str, now: datetime, screen: Screen
) -> str:
    """When each severity was reached, and when the next one is: by the own thresholds, and by others."""
    drift = explanation.verdict.drift
    sets = [("By its thresholds", drift.target.policy)]
    if drift.target.name in policies:
        sets.append((f"By those of {name}", policies[drift.target.name]))
    lines = []
    for title, policy in sets:
        turns = course(drift, [one.change for one in explanation.changes], policy)
        if turns:
            lines += ["", screen.paint(safe(title), "bold"), *(_turn(one, now) for one in turns)]
    return "".join(f"{line}\n" for line in lines)


def _turn(turn: Turn, now: datetime) -> str:
    when = words.moment(turn.at)
    if turn.at > now:
        when += f" (in {words.age((turn.at - now).total_seconds())})"
    return f"  {turn.severity.word:<9} from {when}: {safe('; '.join(turn.reasons))}"


def over_text(past: Sequence[Over], name: str, screen: Screen) -> str:
    """The same for incidents that are over: when they would have opened, or that they would not have."""
    if not past:
        return ""
    lines = ["", screen.paint(safe(f"Incidents that are over, by those of {name}"), "bold")]
    for one in past:
        incident = one.incident
        opened, ended = (
            words.moment(incident.opened_at),
            words.moment(incident.resolved_at or incident.opened_at),
        )
        lines.append(f"  opened {opened}, over {ended}, at worst {incident.peak.word}")
        if not one.turns:
            lines.append("    would not have opened")
        for at, turn in enumerate(one.turns):
            what = "would have got worse" if at else "would have opened"
            why = safe("; ".join(turn.reasons))
            lines.append(f"    {what} {words.moment(turn.at)}: {turn.severity.word}, {why}")
    return "".join(f"{line}\n" for line in lines)
