"""A replay says what the real watch would have written down, looking at every moment of the schedule."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from tests.support.repo import Repo, git, link
from tests.support.stored import notices, steps
from unshipped.app.observe import observe
from unshipped.app.replay import gather
from unshipped.app.watch import Shard, Watched, check
from unshipped.cache import Cache
from unshipped.core.alerting import Route
from unshipped.core.counting.figures import Span
from unshipped.core.hours import WorkingHours
from unshipped.core.incidents import Incident, Kind, Transition
from unshipped.core.logged.past import Past
from unshipped.core.model import Closure, Level, Origin, Policy, Report, Rule, Severity, SourceSpec, Target
from unshipped.core.replaying.record import Deployed
from unshipped.core.replaying.replay import Setting, replay
from unshipped.core.replaying.what_if import until_over
from unshipped.core.rules import Rules
from unshipped.git.repository import Repository
from unshipped.schedule import Schedule
from unshipped.sources.bare import BareCommit
from unshipped.stores.memory import MemoryStore

MONDAY = datetime(2026, 2, 2, 0, 0, tzinfo=UTC)
SCHEDULE, EVERY = Schedule(["*/20 * * * *"]), timedelta(minutes=20)
MAIN = Rule()
CLOSURES = {
    "api": Closure(("api", "shared"), ("**/*.md",)),
    "worker": Closure(("worker",)),
    "mail": Closure(("mail", "shared/text"), optional=("shared/text",)),
}
OFFICE = WorkingHours((0, 1, 2, 3, 4), 9 * 60, 17 * 60, "Europe/Berlin")
POLICIES = {
    "api": Policy(),
    "worker": Policy(grace=3600, warning=Level(2, 3600), critical=Level(3, 4 * 3600)),
    "mail": Policy(working_hours=OFFICE),
}
ROUTES = (
    Route(("chat",)),
    Route(("pager",), Severity.CRITICAL, hours=OFFICE),
    Route(("mail",), Severity.WARNING),
)
RULES = Rules(reopen_within=4 * 3600, flapping_from=1, settle=3600)


@dataclass
class Story:
    """What landed and what was deployed, at which minute."""

    repo: Repo
    random: Random
    tips: list[tuple[datetime, str]] = field(default_factory=list)
    beside: list[tuple[datetime, str]] = field(default_factory=list)
    releases: bool = False
    """Whether commits of release branches are deployed, too."""
    deploys: list[Deployed] = field(default_factory=list)

    def tell(self, until: datetime) -> None:
        files = {f"{name}/main.py": "0" for name in ("api", "worker", "mail", "shared")}
        start = MONDAY - timedelta(hours=1)
        first = self.repo.commit({**files, "shared/text": "0", "worker/config": link("../far/a")}, at=start)
        self.tips.append((start, first))
        self.deploys += [Deployed(f"{name}/production", first, start) for name in CLOSURES]
        now = MONDAY
        while now < until:
            now += timedelta(minutes=self.random.randint(5, 90))
            self.happen(now)

    def happen(self, now: datetime) -> None:
        chance = self.random.random()
        if self.releases and chance < 0.2:
            self.release(now)
        elif chance < 0.45:
            place = self.random.choice(
                ["api/main.py", "worker/main.py", "mail/main.py", "shared/main.py", "shared/text", "far/a",
                 "far/b", "docs/page.md", "api/README.md"]
            )  # fmt: skip
            self.land(self.repo.commit({place: str(self.random.randint(0, 2))}, at=now), now)
        elif chance < 0.5:
            self.land(self.repo.commit({"worker/config": link(self.random.choice(["../far/a", "../far/b"]))},
                                       at=now), now)  # fmt: skip
        elif chance < 0.6:
            side = f"side-{now:%d%H%M}"
            self.repo.branch(side, self.random.choice(self.tips)[1])
            self.repo.commit({f"api/{side}.py": "1"}, at=now, on=side)
            self.land(self.repo.merge(side, at=now), now)
        elif chance < 0.7 and len(self.tips) > 2:
            self.land(self.repo.revert(self.tips[-1][1], at=now), now)
        else:
            back = self.random.random() < 0.2
            commit = self.random.choice(self.tips)[1] if back else self.tips[-1][1]
            self.deploys.append(Deployed(f"{self.random.choice([*CLOSURES])}/production", commit, now))

    def release(self, now: datetime) -> None:
        """A fix on a release branch, which is deployed from there; some of them land later, or did before."""
        start = self.random.choice([*self.tips[-6:], *self.beside[-2:]])[1]
        name = f"release-{now:%d%H%M}"
        place = self.random.choice(["api/main.py", "worker/main.py", "mail/main.py", "shared/main.py"])
        files = {place: str(self.random.randint(0, 2)), f"mail/{name}.txt": "1"}
        commit = self.repo.branch(name, start).commit(files, at=now, on=name)
        self.beside.append((now, commit))
        self.deploys.append(Deployed(f"{self.random.choice([*CLOSURES])}/production", commit, now))
        if self.random.random() < 0.4:
            later = now + timedelta(minutes=2)
            self.land(self.repo.commit(files, at=later), later)

    def land(self, commit: str, now: datetime) -> None:
        self.tips.append((now, commit))

    def tag(self) -> None:
        """Releases of what landed, some of them of an older line, and one kind that begins late."""
        for at, (now, commit) in enumerate(self.tips):
            if at % 3 == 0:
                line = 1 if self.random.random() < 0.3 else 2
                self.repo.tag(f"v{line}.{at}", commit, annotated=True, at=now + timedelta(minutes=at % 7))
            if self.beside and at % 4 == 1:
                self.repo.tag(f"v3.{at}", self.random.choice(self.beside)[1], annotated=True, at=now)
            if at % 5 == 4 and at > 10:
                self.repo.tag(f"late-{at}", commit)


def target(name: str, rule: Rule = MAIN) -> Target:
    source = SourceSpec("static", {"commit": "0" * 40})
    return Target(name, "production", (Origin("main", CLOSURES[name], rule, (source,)),), POLICIES[name])


def sorted_tags(repo: Repo, rule: Rule) -> list[tuple[datetime, str]]:
    """Git's own answer: when each was made, the newest first."""
    sort = "-version:refname" if rule.order == "version" else "-creatordate"
    form = "%(creatordate:unix) %(refname:short)"
    listed = git(
        repo.path, "for-each-ref", f"--sort={sort}", f"--format={form}", f"refs/tags/{rule.value}"
    ).decode()
    tags = (line.split() for line in listed.splitlines())
    return [(datetime.fromtimestamp(int(at), UTC), name) for at, name in tags]


def served(story: Story, name: str, now: datetime) -> list[str]:
    """What served until then, in order."""
    return [one.commit for one in story.deploys if one.target == f"{name}/production" and one.at <= now]


def watched_step_by_step(story: Story, until: datetime, rule: Rule = MAIN) -> MemoryStore:
    store = MemoryStore()
    repository = Repository(story.repo.path, Cache(story.repo.path.with_name("cache")))
    tips = story.tips[::-1] if rule is MAIN else sorted_tags(story.repo, rule)
    now = MONDAY - timedelta(seconds=1)
    while (now := SCHEDULE.next(now)) < until:
        tip = next((name for at, name in tips if at <= now), "")

        def seen(
            chosen: Sequence[Target],
            before: Mapping[str, Sequence[str]],
            tip: str = tip,
            now: datetime = now,
        ) -> Report:
            def source(one: Target, *_: object) -> BareCommit:
                return BareCommit(served(story, one.service, now)[-1])

            return observe(
                chosen,
                lambda _: repository,
                source,
                now=now,
                declared=3,
                override=Rule("revision", tip) if tip else Rule("tag", "none-*"),
                limit=20,
                commits=False,
                before=before,
            )

        watched = Watched([target(name, rule) for name in CLOSURES], seen, RULES, ROUTES)
        check(store, watched, Shard(), now, now=now, clock=lambda: 0.0)
    return store


def replayed(story: Story, until: datetime, rule: Rule = MAIN) -> Past:
    repository = Repository(story.repo.path, Cache(None))
    targets = [target(name, rule) for name in CLOSURES]
    record = gather(targets, lambda _: repository, Span(MONDAY, until), story.deploys, now=until)
    return replay(record, Setting(SCHEDULE.next, RULES, ROUTES))


def _plain(one: Incident) -> Incident:
    """Without what a record of deployments cannot say: the map, and which source gave no answer."""
    return one._replace(map="", cause=one.cause.removesuffix("static"))


def _named(step: Transition, rule: Rule) -> Transition:
    """The step of one who was asked for a pattern that nothing has, or for a commit, as of one who asked for
    the rule's.
    """
    reasons = (reason.replace("none-*", rule.value) for reason in step.reasons)
    return step._replace(reasons=tuple(re.sub(r"\b[0-9a-f]{40}\b", "main", reason) for reason in reasons))


@pytest.mark.parametrize(
    ("seed", "rule", "releases"),
    [
        (0, MAIN, False),
        (1, MAIN, True),
        (2, Rule("tag", "v*", "date"), False),
        (3, Rule("tag", "v*", "date"), True),
        (4, Rule("tag", "v*", "version"), True),
        (5, Rule("tag", "late-*"), False),
    ],
)
@pytest.mark.slow
def test_a_replay_equals_the_watch_with_a_frozen_clock(
    tmp_path: Path, seed: int, rule: Rule, *, releases: bool
):
    until = MONDAY + timedelta(days=2)
    story = Story(Repo.init(tmp_path / "repo"), Random(seed), releases=releases)
    story.tell(until)
    story.tag()
    assert bool(story.beside) is releases

    watched, past = watched_step_by_step(story, until, rule), replayed(story, until, rule)

    assert [*past.transitions] == [_named(step, rule) for step in steps(watched)]
    assert {one.id: one for one in map(_plain, past.incidents)} == {
        one.id: one for one in map(_plain, watched.incidents())
    }
    assert [notice for notice, _ in past.deliveries] == notices(watched)
    assert len(past.transitions) > (10 if rule is MAIN else 3), "a time in which something happens"


def test_an_incident_that_is_over_would_have_opened_when_a_replay_by_those_thresholds_opens_it(
    tmp_path: Path,
):
    until = MONDAY + timedelta(days=2)
    story = Story(Repo.init(tmp_path / "repo"), Random(6))
    story.tell(until)
    past, others = quick(story, until, Policy(grace=0)), Policy(grace=5 * 3600, warning=Level(2, 6 * 3600))
    by_others = [one for one in quick(story, until, others).incidents if one.kind is Kind.DRIFT]
    opened = []
    for one in past.incidents:
        end = one.resolved_at
        if end is None or one.kind is not Kind.DRIFT:
            continue
        # As the log has it: until when it was last seen so.
        stood = [x._replace(checked_at=max(x.since, x.checked_at - EVERY)) for x in past.courses[one.target]]
        turns = until_over(target(one.service), one, stood, others) or ()
        same = [x for x in by_others if x.target == one.target and one.opened_at <= x.opened_at < end]
        assert [SCHEDULE.next(turn.at - timedelta(seconds=1)) for turn in turns[:1]] == [
            x.opened_at for x in same
        ]
        assert max((turn.severity for turn in turns), default=None) == max(
            (x.peak for x in same), default=None
        )
        opened.append(bool(turns))
    assert set(opened) == {True, False}, "some would have opened, some not"


def quick(story: Story, until: datetime, policy: Policy) -> Past:
    """Replayed by one policy for all, with nothing that joins incidents."""
    repository = Repository(story.repo.path, Cache(None))
    targets = [target(name)._replace(policy=policy) for name in CLOSURES]
    record = gather(targets, lambda _: repository, Span(MONDAY, until), story.deploys, now=until)
    return replay(record, Setting(SCHEDULE.next, Rules(reopen_within=0, flapping_from=99)))


def test_the_same_time_replayed_twice_is_the_same(tmp_path: Path):
    until = MONDAY + timedelta(days=2)
    story = Story(Repo.init(tmp_path / "repo"), Random(20))
    story.tell(until)
    assert replayed(story, until) == replayed(story, until)


def test_what_was_deployed_from_elsewhere_is_unknown_and_says_so(tmp_path: Path):
    until = MONDAY + timedelta(days=1)
    story = Story(Repo.init(tmp_path / "repo"), Random(0))
    story.tell(MONDAY)
    story.deploys.append(Deployed("api/production", "f" * 40, MONDAY + timedelta(hours=1)))
    past = replayed(story, until)
    assert [one.kind.value for one in past.incidents] == ["unknown"]
    assert "is not on the branch that is replayed" in past.transitions[0].reasons[0]
