"""Options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from unshipped.cache import Cache, default_directory
from unshipped.carried.lengths import LONGEST, parsed
from unshipped.cli.commands import meant
from unshipped.cli.grammar import Grammar, OptionError, Options
from unshipped.core.model import Rule, Severity, Target
from unshipped.errors import UsageError
from unshipped.wiring import Fleet, open_fleet, single

TYPE_CHECKING = False

if TYPE_CHECKING:
    from pathlib import Path

_MOST_NAMED = 12


def moment(text: str) -> datetime:
    """An ISO 8601 time; without a zone it is UTC."""
    try:
        when = datetime.fromisoformat(text)
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise OptionError(f"{text!r} is no ISO 8601 time, such as 2026-02-05T16:37:00Z") from None


def amount(text: str) -> int:
    """A whole number, 0 or more."""
    if not text.isdecimal() or len(text) > 9:
        raise OptionError(f"{text!r} is no whole number from 0 on")
    return int(text)


def length(text: str) -> timedelta:
    """A length of time, such as `2h`."""
    found = parsed(text)
    if found is None or found > LONGEST:
        raise OptionError(f"{text!r} is no length of time, such as 15m, 6h or 2d; at most ten years")
    return timedelta(seconds=found)


def given(text: str) -> str:
    """A path. An empty one is where one stands: it was given, and is not taken for none."""
    return text or "."


def topmost(repository: str, name: str, *others: str) -> Path:
    """Where a file belongs that a repository has at its top, wherever in it one stands: the nearest place
    that has it already, by whichever of its names, else the top.
    """
    from pathlib import Path

    here = Path(repository)
    above = () if (here / "HEAD").is_file() else here.resolve().parents  # a bare one is its own top
    marks = (name, *others, ".git")
    tops = (one for one in (here, *above) if any((one / mark).exists() for mark in marks))
    return next(tops, here) / name


def fleet_arguments(grammar: Grammar) -> None:
    """Which repository, which configuration, and whether answers may be remembered."""
    add = grammar.add_argument_group("where to look").add_argument
    add("--repo", metavar="DIR", type=given, help="a checkout, a bare repository or a worktree [default: .]")
    add("--config", metavar="FILE", type=given, help="configuration [default: the nearest unshipped.yaml]")
    add("--no-cache", action="store_true", help="compute everything anew and remember nothing")


def environments_argument(add: Callable[..., object], default: str = "") -> None:
    """In which environments; `default` says in which without a word about it, where that is not in all."""
    add(
        "-e",
        "--environment",
        dest="environments",
        action="append",
        default=[],
        metavar="NAME",
        help=f"only this environment (may be repeated){default}",
    )


def environments_or_first(options: Options, fleet: Fleet) -> list[str]:
    """The environments that are named, or the first one: where a deploy goes without a word about it."""
    named: list[str] = options.environments
    return named or [target.environment for target in fleet.config.targets[:1]]


def check_arguments(
    grammar: Grammar, path: str = "with --deployed: what the service is made of (may be repeated)"
) -> None:
    """Which targets, and against what. `path` says what `--path` means to the command."""
    add = grammar.add_argument_group("what to look at").add_argument
    environments_argument(add)
    add("--expected", metavar="REV", help="what should serve, in place of the configured rules")
    add("--now", metavar="TIME", type=moment, help="the time to judge by [default: the clock]")
    add("--deployed", metavar="REV", help="ask without a configuration: this commit serves")
    add(
        "--path",
        dest="paths",
        action="append",
        default=[],
        metavar="PATTERN",
        help=path,
    )
    add("--fetch", action="store_true", help="fetch from the remote before looking")
    add(
        "--holds",
        action="store_true",
        help="ask the log what is held or being rolled out, also where it is a database",
    )


def judge_arguments(grammar: Grammar) -> None:
    """What makes the exit code, and whether colour is used."""
    add = grammar.add_argument_group("exit code and colour").add_argument
    grades = [severity.word for severity in Severity if severity]
    add("--fail-on", choices=grades, default="warning", help="exit with 1 from this severity on [warning]")
    add("--exit-zero", action="store_true", help="exit with 0 whatever was found; errors keep their codes")
    colour_argument(add)


def report_arguments(grammar: Grammar, *, send: bool = True) -> None:
    """How a report is written, and to whom it is sent."""
    add = grammar.add_argument_group("what to write").add_argument
    formats = ["text", "markdown", "json", "html"]
    add("--format", choices=formats, default="text", help="how to write it [text]")
    add("-o", "--output", metavar="FILE", help="write it there [default: standard output]")
    if send:
        add("--send", metavar="RECEIVER", help="hand it to the watch, which says it to that receiver, once")
    colour_argument(add)


def colour_argument(add: Callable[..., object]) -> None:
    """Whether colour is used."""
    choices = ["auto", "always", "never"]
    add("--color", dest="colour", choices=choices, default="auto", help="colour [auto: on a terminal]")


def _below_top(path: str) -> str:
    """`.` is the whole repository and `./api` is `api`, as in a configuration."""
    parts = path.split("/")
    if ".." in parts or path.startswith("/"):
        hint = "name it as it is seen from there: api, or shared/**/*.py"
        raise UsageError(f"--path {path[:80]!r} does not begin at the top of the repository", hint)
    return "/".join(part for part in parts if part not in ("", "."))


def open_from(
    repo: str | None,
    config: str | None,
    *,
    no_cache: bool,
    deployed: str | None = None,
    paths: Sequence[str] = (),
) -> Fleet:
    """The fleet that the options name."""
    cache = Cache(None if no_cache else default_directory())
    if deployed is None:
        if paths:
            raise UsageError("--path goes with --deployed")
        return open_fleet(config, repo, cache)
    if config:
        raise UsageError("--deployed asks without a configuration: leave out --config")
    name = os.path.basename(os.path.realpath(repo or ".")).removesuffix(".git") or "service"
    closure = tuple(map(_below_top, paths)) or ("",)
    # Here any name that git knows will do; as a source's word only an id or a tag would.
    [commit] = single(name, deployed, closure, repo, cache).repository("main").revisions([deployed])
    return single(name, commit, closure, repo, cache)


def select(fleet: Fleet, services: Sequence[str], environments: Sequence[str]) -> tuple[Target, ...]:
    """The named targets. Raises `UsageError` for a name that the configuration does not have."""
    targets = fleet.config.targets
    known(services, {target.service for target in targets}, "service")
    known(environments, {target.environment for target in targets}, "environment")
    return tuple(
        target
        for target in targets
        if (not services or target.service in services)
        and (not environments or target.environment in environments)
    )


def known(asked: Sequence[str], names: set[str], noun: str) -> None:
    """Raises `UsageError` for a name that is none of them."""
    for name in asked:
        if name not in names:
            listed = ", ".join(sorted(names)[:_MOST_NAMED]) + (", …" if len(names) > _MOST_NAMED else "")
            raise UsageError(f"no {noun} {name!r}{meant(name, sorted(names))}", f"the {noun}s are {listed}")


def rule_from(expected: str | None) -> Rule | None:
    """The rule that `--expected REV` stands for."""
    if expected == "":
        raise UsageError("--expected needs a revision; it was given an empty text")
    return Rule("revision", expected) if expected else None


def clock(now: datetime | None) -> datetime:
    """The time to judge by: the only place of this program that asks the machine's clock for it."""
    return now or datetime.now(UTC)
