"""What commands have in common by which somebody decides something."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from unshipped.carried.rule import LONGEST_REASON
from unshipped.cli.grammar import Grammar, OptionError
from unshipped.cli.options import environments_argument, known, length, moment
from unshipped.cli.output import aside
from unshipped.cli.terminal import safe
from unshipped.core.names import fits
from unshipped.core.rules import RESTS
from unshipped.errors import UsageError
from unshipped.gate.questions import person as here
from unshipped.ports.keeping import Store
from unshipped.wiring import Fleet


def person_arguments(grammar: Grammar) -> None:
    """Who decides, why, and where."""
    add = grammar.add_argument
    environments_argument(add)
    add("--reason", metavar="TEXT", default="", type=reason, help="why")
    add("--by", metavar="WHO", default="", help="who says so [default: UNSHIPPED_USER, or the user here]")
    add("--now", metavar="TIME", type=moment, help="when [default: the clock]")


def person(by: str) -> str:
    """Who it is: as given, as the environment says, or the user of this machine."""
    if found := by.strip() or here():
        return found
    raise UsageError("nothing says who you are", "say it with --by WHO")


def reason(text: str) -> str:
    """A reason that people can read: one line, not without end."""
    plain = " ".join(text.split())
    if not plain.isprintable():
        raise OptionError("the reason holds control characters")
    if len(plain) > LONGEST_REASON:
        raise OptionError(f"the reason is longer than {LONGEST_REASON} characters")
    return plain


def lasting(text: str) -> timedelta:
    """For how long something holds."""
    if not (found := length(text)):
        raise OptionError("what lasts for no time is over at once")
    return found


def end(now: datetime, lasts: timedelta | None, until: datetime | None) -> datetime | None:
    """When it ends. Raises `UsageError` where that has passed."""
    if lasts and until:
        raise UsageError("--for and --until say the same thing: give one of the two")
    found = now + lasts if lasts else until
    if found and found <= now:
        raise UsageError("it would have ended already", "give an end in the future")
    return found


def declared(
    fleet: Fleet, services: Sequence[str], environments: Sequence[str], owners: Sequence[str] = ()
) -> None:
    """Raises `UsageError` where a name or a glob fits nothing that is declared, or nothing fits all of them:
    what is decided would fall on nothing.
    """
    targets = fleet.config.targets
    for noun, globs, names in (
        ("service", services, {one.service for one in targets}),
        ("environment", environments, {one.environment for one in targets}),
        ("owner", owners, {one.owner for one in targets if one.owner}),
    ):
        known([glob for glob in globs if not any(fits((name, (glob,))) for name in names)], names, noun)
    if not any(
        fits((one.service, services), (one.environment, environments), (one.owner, owners)) for one in targets
    ):
        raise UsageError("no target is all of that", "unshipped check --all lists the targets")


def mention_no_watch(fleet: Fleet, store: Store, now: datetime) -> None:
    """Say so where the log is a file that no watch writes into: one that runs elsewhere does not read it."""
    if fleet.config.store.url or store.rounds(since=now - RESTS):
        return
    where = f"no watch has written into {safe(fleet.log_file())} for {RESTS.days} days"
    aside(f"{where}: one that runs elsewhere does not know of this")
    aside("hint: run this where the watch runs, or name one database for both: `store.url`")
