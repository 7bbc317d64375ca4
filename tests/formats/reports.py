"""Reports made by hand: what the formats are tested with."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

from unshipped.cli.formats import Style
from unshipped.cli.terminal import Screen
from unshipped.core.drift import state_of
from unshipped.core.model import (
    Change,
    Code,
    Drift,
    Expected,
    Facts,
    Flag,
    Hold,
    Policy,
    Problem,
    Report,
    Revision,
    Served,
    Severity,
    Signal,
    State,
    Target,
    Verdict,
)
from unshipped.core.policy import judge

NOW = datetime(2026, 2, 5, 16, 37, tzinfo=UTC)
DEPLOYED, TIP = "eb7ce85b" * 5, "0123abcd" * 5

HOSTILE = {
    "html": "<script>alert(1)</script><!-- --></details>",
    "pipe": "a | b || c",
    "backticks": "`one` ``two`` ```three",
    "command": "x\n::error::owned\r\n##[add-mask]secret ::stop-commands::x",
    "cdata": "<![CDATA[ x ]]> & &amp;",
    "control": "\x00\x1b[31mred\x07\x7f\x85\u2028\ufeff\ufffe",
    "bidi": "\u202egnp.exe\u2066\u200f",
    "emoji": "🚀 👩\u200d🚀 日本語",
    "long": "y" * 5_000,
    "slack": "<!channel> <@U123> <https://evil.example|ok>",
    "mention": "@everyone @org/team fixes #1 GH-2 org/repo#3 !4 https://github.com/o/r/issues/5",
    "surrogate": "name-\udcff-\ud800",
    "markdown": "**b** _i_ ~~s~~ [x](javascript:alert(1)) ![y](z) \\ # h $m$",
    "percent": "100% %0A::error::x, a:b",
}
"""Text from outside that breaks a careless format, by what it attacks."""


def screen(columns: int = 100, colour: str = "never") -> Screen:
    made = Screen(io.StringIO(), colour)
    made.columns = columns
    return made


def style(
    columns: int = 100, *, fail_on: Severity = Severity.WARNING, config: str = "", **more: bool
) -> Style:
    return Style(screen(columns), fail_on, config, **more)


def change(number: int, subject: str = "", *, hours: float = 1, cancelled: bool = False) -> Change:
    """A change that landed so many hours ago."""
    return Change(
        commit=f"{number:040x}",
        landed_at=NOW - timedelta(hours=hours),
        subject=subject or f"Change {number}",
        author="Ana",
        paths=("api/main.py",),
        cancelled=cancelled,
        commits=(f"{number:040x}",),
    )


def target(
    service: str = "api",
    environment: str = "production",
    *,
    hold: Hold | None = None,
    retired: bool = False,
    line: int = 0,
) -> Target:
    return Target(service, environment, (), Policy(), hold, retired=retired, line=line)


def of(
    where: Target,
    changes: int = 0,
    *,
    hours: float = 1,
    ahead: int = 0,
    cancelled: int = 0,
    listed: tuple[Change, ...] | None = None,
    notes: tuple[str, ...] = (),
    flags: tuple[Flag, ...] = (),
) -> Verdict:
    """The verdict on a target that lacks so many changes, the oldest of them so many hours old."""
    all_listed = tuple(change(at + 1, hours=hours) for at in reversed(range(min(changes, 20))))
    facts = Facts(
        differs=bool(changes or ahead),
        changes=changes,
        cancelled=cancelled,
        behind=changes,
        ahead=tuple(f"{at + 900:040x}" for at in range(ahead)),
        oldest=change(1, hours=hours) if changes else None,
        listed=all_listed if listed is None else listed,
    )
    served = Served(DEPLOYED, 1.0, (("static", DEPLOYED[:8]),))
    drift = Drift(
        where,
        state_of(facts),
        expected=Expected(TIP, "origin/main", "tip of the default branch"),
        served=(served,),
        worst=served,
        facts=facts,
        age=hours * 3600 if changes else None,
        signals=(Signal("static", (Revision(DEPLOYED[:8]),)),),
        flags=flags,
        notes=notes,
    )
    return judge(drift, where.policy, NOW)


def unknown(
    where: Target, message: str = "GET health answers 503", code: Code = Code.SOURCE_ERROR
) -> Verdict:
    problem = Problem(code, message, "see whether the service is up")
    drift = Drift(where, State.UNKNOWN, problem=problem, signals=(Signal("http", problem=problem),))
    return judge(drift, where.policy, NOW)


def report(*verdicts: Verdict, declared: int | None = None, notes: tuple[str, ...] = ()) -> Report:
    return Report(NOW, verdicts, len(verdicts) if declared is None else declared, notes)


def fleet() -> Report:
    """One target of every kind, worst first."""
    frozen = Hold("feature freeze", "Ben", NOW + timedelta(days=1))
    return report(
        of(target("worker", line=12), 7, hours=50),
        unknown(target("search", line=20)),
        of(target("billing", line=16), 4, hours=8, ahead=2),
        of(target("web", line=9), ahead=1),
        of(target("mail", hold=frozen, line=24), 3, hours=2),
        of(target("jobs", line=30), 1, hours=2),
        of(target("cron", line=33), 1, hours=0.1),
        of(target("api", line=3)),
        of(target("admin", line=40), cancelled=2),
        of(target("legacy", retired=True, line=50), 9, hours=900),
        notes=("origin/main as last fetched, 3 h ago",),
    )


def hostile(text: str) -> Report:
    """A report in which everything that comes from outside is that text."""
    held = Hold(text, text)
    return report(
        of(target(text, text), 2, listed=(change(2, text), change(1, text)), notes=(text,)),
        unknown(target(text + "2", text), text),
        of(target(text + "3", text, hold=held), 4, listed=(change(1, text),)),
        of(target(text + "4", text)),
        of(target(text + "5", text, retired=True), 1),
        notes=(text,),
    )
