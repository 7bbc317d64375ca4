"""Everything that is known about one target."""

from __future__ import annotations

from tests.formats.reports import NOW, change, unknown
from tests.formats.reports import target as some_target
from tests.support.fakes import IN_SYNC, FakeRepository
from unshipped.app.explain import Explanation, Own, explain
from unshipped.cli.explain import _told
from unshipped.cli.terminal import Screen
from unshipped.core.closures.evidence import Why
from unshipped.core.model import (
    Change,
    Closure,
    Code,
    Drift,
    Expected,
    Facts,
    Origin,
    Problem,
    Rule,
    Served,
    State,
    Target,
    Verdict,
)
from unshipped.core.policy import judge

DEPLOYED, TIP = "a" * 40, "b" * 40
PATHS = ("api", "shared")
CLOSURE = Closure(PATHS, ignore=("**/*.md",))


def landing(number: int, *paths: str) -> Change:
    return change(number)._replace(paths=paths)


def listing(*changes: Change) -> Facts:
    return Facts(differs=bool(changes), changes=len(changes), cancelled=0, behind=0, listed=changes)


MINE = landing(1, "api/app.py", "vendor/x.py")
README = landing(2, "api/README.md")
OTHERS = (landing(3, "web/app.py"), landing(4, "docs/x.txt"))


class Told(FakeRepository):
    """Answers by what a closure ignores as well."""

    def measure(self, tip, questions, *, now, limit, commits):
        answers = {CLOSURE.ignore: listing(MINE), (): listing(MINE, README)}
        whole = listing(MINE, README, *OTHERS)
        return [whole if one.closure.paths == ("",) else answers[one.closure.ignore] for one in questions]


def verdict() -> Verdict:
    origin = Origin("main", CLOSURE, Rule(), ())
    served = Served(DEPLOYED, 1.0, ())
    facts = listing(MINE)._replace(oldest=MINE)
    drift = Drift(
        Target("api", "production", (origin,)),
        State.BEHIND,
        Expected(TIP, "origin/main", "tip of the default branch"),
        (served,),
        served,
        facts,
        3600,
        origin=origin,
    )
    return judge(drift, drift.target.policy, NOW)


def explained(history: FakeRepository) -> Explanation:
    return explain(verdict(), {"main": history}.__getitem__, "the repo", NOW)


def test_every_path_of_a_missing_change_has_its_reason() -> None:
    (counted,) = explained(Told(links={PATHS: {"vendor": "api/lib"}})).changes
    assert counted.change == MINE
    assert counted.paths == (Why("api/app.py", "api"), Why("vendor/x.py", "api", "api/lib"))


def test_what_was_ignored_is_listed_with_the_pattern_that_took_it_out() -> None:
    (counted,) = explained(Told()).ignored
    assert counted.change == README
    assert counted.paths == (Why("api/README.md", "api", ignored_by="**/*.md"),)


def test_what_touches_nothing_of_it_is_counted() -> None:
    assert explained(Told()).elsewhere == len(OTHERS)


def test_links_are_shown_from_link_to_target() -> None:
    found = explained(Told(links={PATHS: {"vendor": "api/lib", "common": "api/common"}}))
    assert found.links == (("api/common", "common"), ("api/lib", "vendor"))


def test_the_commands_name_the_repository_the_commits_and_the_closure() -> None:
    found = explained(Told(links={PATHS: {"vendor": "api/lib"}})).reproduce
    assert found[-1] == (
        "git -C 'the repo' rev-list --count --full-history --no-merges aaaaaaaaaaaa..bbbbbbbbbbbb"
        " -- api shared ':(literal)vendor' ':(exclude,glob)**/*.md'"
    )


def test_commands_that_nobody_would_read_are_named_and_not_dropped() -> None:
    many = {f"a-folder/with-quite-a-long-name/{number}": "api/lib" for number in range(100)}
    told = explained(Told(links={PATHS: many}))
    assert told.reproduce[0].count("with-quite-a-long-name") == 100
    _, _, shown = _told(told, NOW, Screen(colour="never"), 50).partition("The same with git\n")
    assert shown.startswith("  its paths are too many to be read here: `--format json` has the commands")
    assert "git diff" not in shown


def test_commits_that_only_production_has_are_named_as_people_know_them() -> None:
    many = tuple(f"{number:040x}" for number in range(30))
    known = verdict()
    facts = listing(MINE)._replace(ahead=many, landed_elsewhere=many[:1])
    told = explain(
        known._replace(drift=known.drift._replace(facts=facts)), {"main": Told()}.__getitem__, ".", NOW
    )
    assert [one.commit for one in told.ahead] == list(many[:20])
    assert told.already == (Own(many[0], "Title of 0000000", "Ana"),)
    text = _told(told, NOW, Screen(colour="never"), 50)
    assert "Only in production (30)\n  000000000  Title of 0000000 (Ana)\n" in text
    assert "\n  and 10 more\n" in text


def test_of_what_is_unknown_there_is_nothing_to_explain() -> None:
    silent = unknown(some_target())
    assert explain(silent, lambda _name: Told(), ".", NOW) == Explanation(silent)


def test_what_history_cannot_say_is_left_out() -> None:
    denied = Problem(Code.SHALLOW_HISTORY, "its history ends")
    found = explained(FakeRepository(facts={(PATHS, DEPLOYED): denied, (("",), DEPLOYED): IN_SYNC}))
    assert (found.changes, found.ignored, found.elsewhere) == ((), (), 0)
