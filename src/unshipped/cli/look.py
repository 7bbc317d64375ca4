"""What `check`, `status`, `explain` and `where` have in common: look at the fleet once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime

from unshipped.app.observe import observe
from unshipped.app.verdicts import moving
from unshipped.cli.grammar import Options
from unshipped.cli.options import clock, open_from, rule_from, select
from unshipped.cli.progress import watched
from unshipped.core.holds import with_placed
from unshipped.core.model import Hold, Remark, Report, Verdict
from unshipped.core.policy import order
from unshipped.core.value import Value
from unshipped.wiring import Fleet
from unshipped.wiring.hooks import keep_for_the_hook


class Seen(Value):
    """The fleet that was looked at, the time that was judged by, and what was found."""

    fleet: Fleet
    now: datetime
    report: Report


def opened(asked: Options) -> Fleet:
    """The fleet that is looked at."""
    return open_from(
        asked.repo, asked.config, no_cache=asked.no_cache, deployed=asked.deployed, paths=asked.paths
    )


def look(
    services: Sequence[str],
    asked: Options,
    *,
    limit: int = 0,
    commits: bool = False,
    fleet: Fleet | None = None,
) -> Seen:
    """One look at the selected targets, of a fleet that may be open already. `asked` has what
    `fleet_arguments` and `check_arguments` declare.
    """
    fleet = fleet or opened(asked)
    targets = select(fleet, services, asked.environments)
    if asked.fetch:
        fleet.fetch(targets)
    now = clock(asked.now)
    kept, deploys = _kept(fleet, now, database=asked.holds)
    if recipes := fleet.config.deploying.recipes:
        from unshipped.app.around import frozen

        targets = tuple(frozen(targets, recipes, now))
    targets = tuple(with_placed(targets, kept, now)) if kept else targets
    with watched("reading") as progress:
        report = observe(
            targets,
            fleet.repository,
            fleet.source,
            now=now,
            declared=len(fleet.config.targets),
            override=rule_from(asked.expected),
            allowed=fleet.config.unmapped,
            limit=limit,
            commits=commits,
            make_object=fleet.beside,
            progress=progress,
        )
    if _has_file(fleet):
        report = _again(report, _dated(fleet, report.verdicts, now))
    if deploys:
        report = _again(report, [moving(one, deploys, now) for one in report.verdicts])
    if fleet.path and not asked.expected and not asked.no_cache:
        keep_for_the_hook(fleet, report)
    return Seen(fleet, now, report)


def _kept(fleet: Fleet, now: datetime, *, database: bool) -> tuple[dict[str, Hold], dict[str, Remark]]:
    """The holds of the log and the rollouts that are under way, where it is a file that is there. A database
    is asked where somebody wants that: not everybody who checks can reach it. Raises `StoreError`.
    """
    if fleet.path and fleet.config.store.url and database:
        from unshipped.app.around import by_target, under_way

        with fleet.store() as store:
            return by_target(store.holds(now)), under_way(store.rollouts(open_only=True), now)
    if not _has_file(fleet):
        return {}, {}
    from unshipped.stores.glance import holds, rollouts

    return holds(fleet.log_file(), now), rollouts(fleet.log_file(), now)


def _has_file(fleet: Fleet) -> bool:
    """Whether there is a log, in a file."""
    return bool(fleet.path and not fleet.config.store.url and os.path.exists(fleet.log_file()))


def _again(report: Report, verdicts: Sequence[Verdict]) -> Report:
    """The report with what was judged once more, the worst first."""
    return report._replace(verdicts=tuple(sorted(verdicts, key=order)))


def _dated(fleet: Fleet, verdicts: Sequence[Verdict], now: datetime) -> Sequence[Verdict]:
    """With each change waiting since the watch saw it first: both say the same."""
    lacking = [one for one in verdicts if any(map(_waits, (one, *one.others)))]
    if not lacking:
        return verdicts
    from unshipped.core.logged.arrival import first_seen
    from unshipped.stores.glance import standings

    stood = standings(fleet.log_file(), [one.drift.target for one in lacking])
    return [first_seen(one, stood.get(one.drift.target.name), now) for one in verdicts]


def _waits(verdict: Verdict) -> bool:
    facts = verdict.drift.facts
    return facts is not None and facts.oldest is not None
