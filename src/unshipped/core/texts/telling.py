"""What is said of a rollout's end: to people in chat and mail, the same as on the terminal."""

from __future__ import annotations

from unshipped.core.model import Change
from unshipped.core.rollout import End, Outcome, Plan
from unshipped.core.texts.harmless import markdown

MOST_CHANGES = 20
_WORDS = {
    End.PROVEN: "was deployed",
    End.ROLLED_BACK: "was rolled back",
    End.STOPPED: "stopped halfway: a person has to look",
    End.REFUSED: "was not deployed",
}


def title(plan: Plan, outcome: Outcome) -> str:
    """One sentence."""
    if plan.rollback and outcome.end is End.PROVEN:
        return f"{plan.target} was rolled back to {plan.commit[:9]}"
    return f"{plan.target}: {plan.commit[:9]} {_WORDS[outcome.end]}"


def body(plan: Plan, outcome: Outcome) -> str:
    """The rest, in Markdown: why, who asked for it, and the changes that are concerned with their authors."""
    asked = f"Asked for by {plan.by}{f': {plan.reason}' if plan.reason else ''}."
    lines = [markdown(f"{outcome.reason}."), "", markdown(asked)]
    if plan.ships:
        head = {
            End.PROVEN: "What is live now:",
            End.ROLLED_BACK: "What went out and came back:",
            End.STOPPED: "What may or may not be live:",
            End.REFUSED: "What still waits:",
        }[outcome.end]
        lines += ["", head, "", *(_line(one) for one in plan.ships[:MOST_CHANGES])]
        if len(plan.ships) > MOST_CHANGES:
            lines.append(f"- and {len(plan.ships) - MOST_CHANGES} more")
    if outcome.holds:
        command = f"unshipped unhold {plan.service} -e {plan.environment}"
        lines += ["", f"What was done, step by step: `unshipped rollouts {plan.id}`."]
        lines += ["", f"{plan.target} is held: nothing is deployed to it by itself until `{command}`."]
    return "\n".join(lines) + "\n"


def concerned(plan: Plan, outcome: Outcome | None) -> tuple[str, ...]:
    """Whose changes went out and came back, or stopped halfway: each author once."""
    if outcome is None or not outcome.holds:
        return ()
    return tuple(dict.fromkeys(one.author for one in plan.ships if one.author))


def _line(change: Change) -> str:
    author = f" ({change.author})" if change.author else ""
    return f"- `{change.commit[:9]}` {markdown(change.subject + author)}"
