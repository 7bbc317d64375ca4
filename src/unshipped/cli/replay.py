"""`unshipped replay`: what the rules would have said of a time that is over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from unshipped.app.deploy_records import Told, of_log, of_tags, of_text, since_long
from unshipped.app.map_truth import map_truth
from unshipped.app.replay import gather, gather_habit
from unshipped.app.report import past as read_back
from unshipped.app.watch import described
from unshipped.cli import replay_json
from unshipped.cli.grammar import Grammar, Options
from unshipped.cli.options import (
    clock,
    fleet_arguments,
    length,
    moment,
    open_from,
    report_arguments,
    select,
)
from unshipped.cli.progress import watched
from unshipped.cli.summaries import put
from unshipped.core import words
from unshipped.core.alerting import Route
from unshipped.core.counting.figures import Span
from unshipped.core.model import Level, Policy, Severity, Target
from unshipped.core.replaying import evidence
from unshipped.core.replaying.map_truth import section
from unshipped.core.replaying.record import Record
from unshipped.core.replaying.replay import Setting, replay
from unshipped.core.replaying.replay_summary import advise, summary
from unshipped.core.replaying.replayed import FACTORS, GRACES, Replayed, Tried, figures
from unshipped.core.texts.foreign import shown
from unshipped.core.value import Value
from unshipped.errors import UsageError
from unshipped.schedule import Schedule
from unshipped.wiring import Fleet, open_fleet
from unshipped.wiring.watching import page, schedule

HELP = """What the watch would have said of a time that is over: the repository's history and a record of
deployments, judged by the rules of the configuration, or of another one beside it. Nobody is told
anything and nothing is written down.

--deploys says where the record of deployments comes from:
  log             what the log of the watch saw, and what was told to `unshipped record`
  tags[:GLOB]     each tag that fits deploys every service; with {service} in it the one that it names
  simulate[:CRON] as if every service were deployed then [0 10 * * 1-5: at 10 on weekdays]
  FILE            a table with the columns service, environment, commit, deployed_at, or JSON of the same"""

_MOST_NAMED = 3
_WITH_EVIDENCE = ("markdown", "html")
"""What is kept and followed; JSON has it anyway, and a terminal is for the figures."""
_HABIT = "0 10 * * 1-5"
_ROUTES = (Route(("chat",)), Route(("mail",), Severity.WARNING), Route(("pager",), Severity.CRITICAL))
_ASSUMED = "no route is declared: chat for all, mail from warning on, pager for what is critical"


def arguments(grammar: Grammar) -> None:
    """The options of the command."""
    grammar.add_argument("services", nargs="*", metavar="SERVICE", help="only these services")
    fleet_arguments(grammar)
    add = grammar.add_argument_group("what to replay").add_argument
    add(
        "--since", metavar="LENGTH", type=length, default=timedelta(days=90), help="from so long ago on [90d]"
    )
    add("--until", metavar="TIME", type=moment, help="up to then [default: now]")
    add("--deploys", metavar="WHAT", default="simulate", help="what was deployed when [simulate]")
    add("--now", metavar="TIME", type=moment, help="the time to judge by [default: the clock]")
    add = grammar.add_argument_group("by which rules").add_argument
    add("--policy", metavar="FILE", type=Path, help="the rules of that configuration in place of this one's")
    add("--compare", metavar="FILE", type=Path, help="the rules of that one, too, side by side")
    add("--budget", metavar="NUMBER", type=float, help="find thresholds that keep to so many messages a week")
    add("--untold", metavar="LENGTH", type=length, default=timedelta(days=1),
        help="with --budget: nothing may go untold for longer [24h]")  # fmt: skip
    add("--maps", action="store_true", help="say, too, how often each way of drawing the map would be wrong")
    report_arguments(grammar, send=False)


class _Rules(Value):
    """One set of rules, and where it is from."""

    name: str
    setting: Setting
    policies: dict[str, Policy]
    zone: str
    assumed: bool

    def of(self, record: Record) -> Record:
        """The record with these policies in place of its own."""
        return _with(record, lambda target: self.policies.get(target.name, target.policy))


def run(options: Options) -> int:
    """Replay it, and write what it comes to."""
    fleet = open_from(options.repo, options.config, no_cache=options.no_cache)
    targets = [one for one in select(fleet, options.services, ()) if not one.retired]
    present = clock(options.now)
    until = options.until or present
    span = Span(until - options.since, until)
    with watched("replaying history and rules"):
        record = _record(fleet, options.deploys, targets, span, present)
        own = _rules(open_fleet(options.policy, None, fleet.cache) if options.policy else fleet)
        other = _rules(open_fleet(options.compare, None, fleet.cache)) if options.compare else None
        now, before = _figures(record, own), _figures(record, other) if other else None
        tried = _try(record, own, options.untold.total_seconds()) if options.budget is not None else []
    pages = _pages(fleet, targets)
    told = summary(
        now,
        before,
        deploys=_named(options.deploys),
        pages=pages,
        compared=f"by the rules of {options.compare}" if before else "",
        notes=_notes(own, record),
        advice=advise(tried, options.budget, options.untold.total_seconds()) if tried else (),
    )
    with watched("drawing each map at every landing"):
        maps = map_truth(targets, fleet.repository, span, now=present) if options.maps else None
    if maps:
        told = told._replace(sections=(*told.sections, section(maps)))
    if options.format in _WITH_EVIDENCE:
        told = told._replace(sections=(*told.sections, evidence.section(now, pages)))
    put(options, told, lambda: replay_json.replayed(now, before, tried, maps, record))
    return 0


def _pages(fleet: Fleet, targets: Sequence[Target]) -> dict[str, str]:
    """By target the page of its repository; of one with several nobody says here which a commit is of."""
    known = {target.name: {origin.repository for origin in target.origins} for target in targets}
    webs = {name: page(fleet, name) for name in set().union(*known.values())}
    return {name: webs[next(iter(own))] for name, own in known.items() if len(own) == 1}


def _record(fleet: Fleet, asked: str, targets: Sequence[Target], span: Span, now: datetime) -> Record:
    kind, _, value = asked.partition(":")
    if kind == "simulate":
        try:
            habit = Schedule([value or _HABIT], fleet.config.watch.zone)
        except ValueError as error:
            raise UsageError(f"--deploys: {error}", "such as simulate:0 10 * * 1-5") from None
        return gather_habit(targets, fleet.repository, span, habit.next, now=now)
    if kind == "tags":
        tags = of_tags(value or "*", targets, fleet.repository)
        return gather(targets, fleet.repository, span, tags, now=now)
    if asked == "log":
        with fleet.store() as log:
            told = of_log(read_back(log, since_long(span)), targets, fleet.config.targets)
        return _told(fleet, told, targets, span, now)
    try:
        text = Path(asked).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise UsageError(f"--deploys {asked}: {reason}", "log, tags, simulate, or a file") from None
    return _told(fleet, of_text(text, asked, targets, fleet.config.targets), targets, span, now)


def _told(fleet: Fleet, told: Told, targets: Sequence[Target], span: Span, now: datetime) -> Record:
    record = gather(targets, fleet.repository, span, told.deployed, now=now)
    return record._replace(strangers=told.strangers, undone=told.undone)


def _rules(fleet: Fleet) -> _Rules:
    config = fleet.config
    setting = Setting(schedule(config).next, config.watch.rules, config.routes or _ROUTES, config.guards)
    policies = {target.name: target.policy for target in config.targets}
    return _Rules(str(fleet.path or ""), setting, policies, config.watch.zone, not config.routes)


def _figures(record: Record, rules: _Rules) -> Replayed:
    log = replay(rules.of(record), rules.setting, described)
    return figures(log, record.span, rules.setting.guards, rules.zone)


def _try(record: Record, rules: _Rules, limit: float) -> list[Tried]:
    """The same time by other thresholds."""
    tried = []
    for factor in FACTORS:
        for grace in GRACES:
            changed = _with(rules.of(record), partial(_scaled, factor=factor, grace=grace))
            found = figures(replay(changed, rules.setting), record.span, (), rules.zone)
            tried.append(Tried(grace, factor, found.a_week, found.untold(limit)))
    return tried


def _scaled(target: Target, *, factor: float, grace: float) -> Policy:
    policy = target.policy

    def level(one: Level) -> Level:
        return Level(round(one.changes * factor), one.age * factor)

    return policy._replace(
        warning=level(policy.warning), critical=level(policy.critical), grace=max(policy.grace, grace)
    )


def _with(record: Record, policy: Callable[[Target], Policy]) -> Record:
    parts = [one._replace(target=one.target._replace(policy=policy(one.target))) for one in record.parts]
    return record._replace(parts=tuple(parts))


def _named(asked: str) -> str:
    kind, _, value = asked.partition(":")
    if kind == "simulate":
        return f"simulated ({value or _HABIT})"
    return f"from {asked}"


def _times(record: Record) -> list[str]:
    """What is taken for the time of what."""
    told = ["a change landed at its committer's time"]
    kinds = ("default", "branch", "tag")
    origins = [(one.target.name, one.origin) for one in record.parts]
    otherwise = {name for name, one in origins if one.told_by or one.rule.kind not in kinds}
    if otherwise:
        services = words.count(len(otherwise), "target")
        told.append(
            f"{services} with a pin, or told what should serve, held against the default branch: what that "
            f"was then is not known ({_few(sorted(otherwise))})"
        )
    heads = [head for line in record.lines for head in line.heads or ()]
    beside = len({served for line in record.lines for _, served, _ in line.beside} - _on_branch(record))
    if heads:
        away = sum(head.place is None for head in heads)
        tags = f"{words.count(len(heads), 'tag')} by the time when they were made"
        told.append(tags + (f", {away} of them beside the branch" if away else ""))
    if beside:
        told.append(
            f"{words.count(beside, 'deployed commit')} beside the branch, each judged as a check does"
        )
    if record.strangers:
        rows, names = len(record.strangers), sorted(set(record.strangers))
        told.append(f"{words.count(rows, 'row')} of the record name no declared target: {_few(names)}")
    if record.undone:
        rows, states = len(record.undone), sorted(set(record.undone))
        told.append(f"{words.count(rows, 'row')} of the record left out, by their state: {_few(states)}")
    return told


def _on_branch(record: Record) -> set[str]:
    return {landed.commit for line in record.lines for landed in line.chronicle.landings}


def _few(names: Sequence[str]) -> str:
    """The first of some names, and how many there are beside them."""
    more = len(names) - _MOST_NAMED
    return ", ".join(map(shown, names[:_MOST_NAMED])) + (f" and {more} more" if more > 0 else "")


def _notes(rules: _Rules, record: Record) -> list[str]:
    landings = sum(record.span.holds(one.at) for line in record.lines for one in line.chronicle.landings)
    counted = (landings, len(record.deploys), len({one.target.name for one in record.parts}))
    notes = [
        ", ".join(map(words.count, counted, ("landing", "deployment", "target"))),
        *_times(record),
        "a pattern that matched nothing yet is no problem here; what nobody deployed yet is not watched",
    ]
    return notes + [_ASSUMED] * rules.assumed
