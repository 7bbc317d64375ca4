"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from unshipped.cache import Cache, default_directory
from unshipped.core.model import Rule, Severity, Target
from unshipped.errors import UsageError
from unshipped.wiring import Fleet, open_fleet, single

Command = Callable[..., Any]


class Moment(click.ParamType[datetime]):
    """An ISO 8601 time; without a zone it is UTC."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no ISO 8601 time, such as 2026-02-05T16:37:00Z", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def fleet_options(command: Command) -> Command:
    """Which repository, which configuration, and whether answers may be remembered."""
    for option in reversed(
        (
            click.option(
                "--repo",
                type=click.Path(path_type=Path),
                help="Repository to look at: a checkout, a bare repository or a worktree.  [default: .]",
            ),
            click.option(
                "--config",
                type=click.Path(path_type=Path),
                help="Configuration file.  [default: the nearest unshipped.yaml]",
            ),
            click.option("--no-cache", is_flag=True, help="Compute everything anew and remember nothing."),
        )
    ):
        command = option(command)
    return command


def check_options(command: Command) -> Command:
    """Which targets, and against what."""
    for option in reversed(
        (
            click.option(
                "--environment",
                "-e",
                "environments",
                multiple=True,
                metavar="NAME",
                help="Only this environment.",
            ),
            click.option(
                "--expected", metavar="REV", help="What should serve, in place of the configured rules."
            ),
            click.option("--now", type=Moment(), help="The time to judge by.  [default: the clock]"),
            click.option(
                "--deployed", metavar="REV", help="Ask without a configuration: this commit serves."
            ),
            click.option(
                "--path",
                "paths",
                multiple=True,
                metavar="PATTERN",
                help="With --deployed: what the service is made of.",
            ),
            click.option("--fetch", is_flag=True, help="Fetch from the remote before looking."),
        )
    ):
        command = option(command)
    return command


def judge_options(command: Command) -> Command:
    """What makes the exit code, and whether colour is used."""
    for option in reversed(
        (
            click.option(
                "--fail-on",
                type=click.Choice([severity.word for severity in Severity if severity]),
                default="warning",
                show_default=True,
                help="Exit with 1 from this severity on.",
            ),
            click.option(
                "--exit-zero", is_flag=True, help="Exit with 0 whatever was found; errors keep their codes."
            ),
            colour_option,
        )
    ):
        command = option(command)
    return command


colour_option = click.option(
    "--color",
    "colour",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour: on a terminal, always, or never.",
)


def open_from(
    repo: Path | None,
    config: Path | None,
    *,
    no_cache: bool,
    deployed: str | None = None,
    paths: tuple[str, ...] = (),
) -> Fleet:
    """The fleet that the options name."""
    cache = Cache(None if no_cache else default_directory())
    if deployed is None:
        if paths:
            raise UsageError("--path goes with --deployed")
        return open_fleet(config, repo, cache)
    if config:
        raise UsageError("--deployed asks without a configuration: leave out --config")
    name = (repo or Path()).resolve().name.removesuffix(".git") or "service"
    return single(name, deployed, paths or ("",), repo, cache)


def select(fleet: Fleet, services: tuple[str, ...], environments: tuple[str, ...]) -> tuple[Target, ...]:
    """The named targets. Raises `UsageError` for a name that the configuration does not have."""
    targets = fleet.config.targets
    _known(services, {target.service for target in targets}, "service")
    _known(environments, {target.environment for target in targets}, "environment")
    return tuple(
        target
        for target in targets
        if (not services or target.service in services)
        and (not environments or target.environment in environments)
    )


def _known(asked: tuple[str, ...], known: set[str], noun: str) -> None:
    from difflib import get_close_matches

    for name in asked:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            raise UsageError(f"no {noun} {name!r}" + (f"; did you mean {close[0]!r}?" if close else ""))


def rule_from(expected: str | None) -> Rule | None:
    """The rule that `--expected REV` stands for."""
    if expected == "":
        raise UsageError("--expected needs a revision; it was given an empty text")
    return Rule("revision", expected) if expected else None


def clock(now: datetime | None) -> datetime:
    """The time to judge by: the only place of this program that asks the machine's clock for it."""
    return now or datetime.now(UTC)
