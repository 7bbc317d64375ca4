"""What a notice says: sentences that a person understands at night, from values alone."""

from __future__ import annotations

import pytest

from tests.core.watched import FIX, NEW, OLD, Watch, at, behind, in_sync, unknown
from unshipped.core.alerting import Notice, Topic
from unshipped.core.history.web import commit_page, comparison_page, web_of
from unshipped.core.incidents import Ending
from unshipped.core.messages import ENDINGS, MOST_ITEMS, Message, compose
from unshipped.core.model import Change, Flag, Severity, State

SHOP = "https://github.com/acme/shop"


def last(watch: Watch) -> Message:
    """The newest message, as it would be composed now."""
    notice = watch.notices[-1]
    incidents = [one for one in watch.incidents.values() if one.group == notice.group]
    return compose(notice, incidents, watch.standings, notice.at)


def story(*seen, minutes: float = 0) -> Watch:
    watch = Watch()
    watch.look(minutes, *(in_sync(one.service, deployed=OLD) for one in seen))
    watch.look(minutes + 10, *seen)
    return watch


def test_a_drift_is_one_sentence_with_what_runs_what_should_and_what_to_do():
    message = last(story(behind(severity=Severity.WARNING, changes=3, since=-60)._replace(web=SHOP)))
    assert message.title == "worker in production: 3 changes behind for 1 h 10 min"
    assert (message.severity, message.resolved, message.why) == (Severity.WARNING, False, "it began")
    (item,) = message.items
    assert item.runs == (OLD[:9], f"{SHOP}/commit/{OLD}")
    assert item.should == (NEW[:9], f"{SHOP}/commit/{NEW}")
    assert item.compare.address == f"{SHOP}/compare/{OLD}...{NEW}"
    assert item.command == "unshipped explain worker -e production"
    assert item.evidence == "http, looked at 2026-02-05 12:10:00 UTC"
    assert item.missing == (
        ((FIX[:9], f"{SHOP}/commit/{FIX}"), "Keep prices in cents", "Ben", "1 h", ("", ""), FIX),
    )
    assert item.more == 2


def test_what_is_over_says_how_long_it_lasted_and_what_ended_it():
    watch = story(behind())
    watch.look(45, in_sync(deployed=NEW))
    message = last(watch)
    assert message.title == "worker in production: resolved after 35 min: it was deployed"
    assert message.resolved
    assert message.items[0].command == "" and message.items[0].missing == ()


def test_what_is_held_is_not_said_to_be_over():
    watch = story(behind())
    watch.look(45, behind(flags=(Flag.HELD,)))
    message = last(watch)
    assert (message.title, message.why) == ("worker in production: held after 35 min", "it is held")
    assert message.resolved
    watch.look(50, behind())
    assert (last(watch).title, last(watch).why) == (
        "worker in production: 1 change behind for 1 h 50 min",
        "its hold is over",
    )


def test_what_does_not_wait_is_not_said_to_wait_for_a_deploy():
    watch = Watch()
    ahead = behind("web", changes=0)._replace(state=State.AHEAD, ahead=2, waiting=(), behind_since=None)
    set_otherwise = in_sync("site")._replace(severity=Severity.WARNING, quiet=False)
    watch.look(0, behind("api"), ahead, set_otherwise, unknown("worker"))
    watch.look(60, behind("api"), ahead, set_otherwise, unknown("worker"))
    first = next(one for one in watch.notices if len(one.told) == 3)
    message = compose(first, list(watch.incidents.values()), watch.standings, first.at)
    waits, otherwise = "1 target waits for a deploy", "2 targets are not as they should be"
    assert message.title == f"{waits}, {otherwise}, 1 target cannot be determined"


@pytest.mark.parametrize("ahead", [0, 1])
def test_what_is_in_sync_and_not_as_it_should_be_is_told_by_what_is_the_matter(ahead: int):
    found = "api-1: min_instances is 0, declared is 1"
    seen = in_sync()._replace(severity=Severity.WARNING, quiet=False, ahead=ahead)
    message = last(story(seen._replace(reasons=(*seen.reasons, found, "the tag latest moves"))))
    assert message.title == f"worker in production: {found}"
    assert message.items[0].reasons[0] == "same content as expected"


def test_what_one_of_them_has_by_now_is_not_what_all_of_them_wait_for():
    watch = story(behind("api"), behind("worker"))
    began = last(watch).cause
    assert began and began.id == FIX
    later = Change("9" * 40, at(5), "Round half a cent to even", "Ana")
    api = behind("api", since=5)._replace(waiting=(later,))
    worker = behind("worker", Severity.CRITICAL)
    watch.look(20, api, worker._replace(waiting=(later, *worker.waiting)))
    message = last(watch)
    assert [item.service for item in message.items] == ["worker", "api"] and message.cause is None


def test_what_is_unknown_says_why():
    watch = story(unknown())
    watch.look(41, unknown())
    assert last(watch).title == "worker in production: unknown for 31 min: the source refused to answer"


def test_a_drift_that_cannot_be_determined_any_more_says_so():
    watch = story(behind())
    watch.look(20, unknown())
    assert last(watch).title == "worker in production: was drifting when it could last be determined"


def test_several_are_counted_in_the_title_and_described_one_by_one():
    watch = story(behind("api"), behind("worker", Severity.CRITICAL, changes=9))
    message = last(watch)
    assert message.title == "2 targets wait for a deploy"
    assert [(one.service, one.severity) for one in message.items] == [
        ("worker", Severity.CRITICAL),
        ("api", Severity.INFO),
    ]
    watch.look(30, behind("api"), in_sync("worker"))
    assert last(watch).title == "1 target waits for a deploy; 1 resolved"
    assert last(watch).why == "a part of it is over"
    assert last(watch).severity is Severity.INFO


def test_what_came_back_before_its_end_was_said_is_not_said_to_be_over():
    watch = story(behind())
    watch.look(20, in_sync())
    notice = watch.notices[-1]
    watch.look(30, behind())
    message = compose(notice, list(watch.incidents.values()), watch.standings, notice.at)
    assert (message.why, message.resolved) == ("it came back", False)
    assert [item.step.value for item in message.news] == ["reopened"]


def test_a_group_says_how_many_are_over_and_how_many_are_held():
    held = behind("api", flags=(Flag.HELD,))
    watch = story(behind("api"), behind("worker"), behind("web"))
    watch.look(20, held, behind("worker"), in_sync("web"))
    assert last(watch).title == "1 target waits for a deploy; 1 resolved, 1 held"
    watch.look(30, held, in_sync("worker"), in_sync("web"))
    assert last(watch).title == "3 targets: 2 resolved, 1 held"
    watch = story(behind("api"), behind("worker"))
    watch.look(20, held, behind("worker", flags=(Flag.HELD,)))
    assert last(watch).title == "2 targets: held"
    assert last(watch).resolved, "nothing is to be done"


def test_of_a_fleet_some_are_described_and_the_others_named():
    watch = Watch()
    watch.look(0, *(behind(f"service-{number:03}") for number in range(400)))
    message = last(watch)
    assert message.title == "400 targets wait for a deploy"
    assert len(message.items) == MOST_ITEMS
    assert len(message.further) == 400 - MOST_ITEMS


def test_what_is_news_is_described_also_where_others_are_worse():
    names = [f"service-{number:02}" for number in range(15)]
    watch = story(*(behind(one) for one in names))
    assert [one.service for one in last(watch).news] == names
    watch.look(20, in_sync("service-03"), *(behind(one) for one in names if one != "service-03"))
    message = last(watch)
    assert [one.service for one in message.news] == ["service-03"]
    assert message.items[-1] == message.news[0] and len(message.items) == MOST_ITEMS
    assert "service-03/production" not in message.further and len(message.further) == 5


def test_texts_of_others_are_handed_on_as_they_are():
    title = 'say "<!channel>" \u202e & <b>\n'
    seen = behind()._replace(waiting=(Change(FIX, at(0), title, "Ana <a@b>"),))
    assert last(story(seen)).items[0].missing[0].subject == title


def test_what_is_not_about_incidents_brings_its_own_words():
    notice = Notice("1", "chat", Topic.TEST, at(0), why="This is a test.", body="It works.")
    message = compose(notice, (), {}, notice.at)
    assert (message.title, message.body, message.items) == ("This is a test.", "It works.", ())


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("https://github.com/acme/shop.git", "https://github.com/acme/shop"),
        ("git@github.com:Acme/Shop.git", "https://github.com/acme/shop"),
        ("ssh://git@git.example.org:2222/team/shop", "https://git.example.org/team/shop"),
        ("https://ana:hunter2@gitlab.com/team/group/shop.git", "https://gitlab.com/team/group/shop"),
        ("/srv/git/shop.git", ""),
        ("../shop", ""),
        ("shop", ""),
        ("", ""),
        ("file:///srv/git/shop.git", ""),
    ],
)
def test_the_page_of_a_repository_comes_from_its_address(address: str, page: str):
    assert web_of(address) == page


@pytest.mark.parametrize(
    ("web", "commit", "comparison"),
    [
        ("https://github.com/a/b", "/commit/ff", "/compare/ee...ff"),
        ("https://gitlab.com/a/b", "/-/commit/ff", "/-/compare/ee...ff"),
        ("https://bitbucket.org/a/b", "/commits/ff", "/branches/compare/ff..ee"),
    ],
)
def test_each_host_has_its_own_pages(web: str, commit: str, comparison: str):
    assert commit_page(web, "ff") == web + commit
    assert comparison_page(web, "ee", "ff") == web + comparison


def test_without_a_page_or_a_commit_there_is_no_link():
    assert commit_page("", "ff") == commit_page("https://github.com/a/b", "") == ""
    assert comparison_page("https://github.com/a/b", "", "ff") == ""


def test_every_ending_has_its_words():
    assert ENDINGS.keys() == set(Ending)
