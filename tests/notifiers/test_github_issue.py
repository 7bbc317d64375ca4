"""GitHub: one issue a conversation, on a double that keeps issues as GitHub does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from tests.notifiers.benches import Room, made
from tests.notifiers.doubles import asked, query, saying
from tests.notifiers.hostile import NOW, SAMPLES, TEXTS, hostile
from unshipped.core.messages import Message
from unshipped.core.words import instant
from unshipped.errors import NotifyError
from unshipped.notifiers.github_issue import GithubIssueNotifier
from unshipped.notifiers.samples import test_message as a_test


@dataclass
class Issues:
    """The issues of a repository, the newest first."""

    kept: list[dict[str, Any]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        assert handler.path.startswith("/repos/acme/shop/issues")
        assert handler.headers["Authorization"] == "Bearer of-the-test"
        rest = handler.path.partition("?")[0].removeprefix("/repos/acme/shop/issues").strip("/").split("/")
        if handler.command == "GET":
            return saying(self._listed(query(handler.path)))(handler)
        sent = asked(handler)
        if rest == [""]:
            self.kept.insert(0, {"number": len(self.kept) + 1, "state": "open", "closed_at": None, **sent})
            return saying(self.kept[0], 201)(handler)
        found = next((one for one in self.kept if str(one["number"]) == rest[0]), None)
        if found is None:
            return saying({"message": "Not Found"}, 404)(handler)
        if rest[1:] == ["comments"]:
            self.comments.append(sent["body"])
            return saying({"id": 1}, 201)(handler)
        found.update(sent)
        return saying(found)(handler)

    def _listed(self, asked_for: dict[str, str]) -> list[dict[str, Any]]:
        assert (asked_for["state"], asked_for["labels"]) == ("all", "deployment-drift")
        assert datetime.fromisoformat(asked_for["since"]) == NOW - timedelta(days=30)
        return [one for one in self.kept if "deployment-drift" in one["labels"]]


@pytest.fixture
def issues() -> Issues:
    return Issues()


@pytest.fixture
def notifier(room: Room, issues: Issues) -> GithubIssueNotifier:
    token = room.secret("of-the-test")
    found = made("github-issue", repository="acme/shop", token=token, endpoint=room.serve(issues))
    assert isinstance(found, GithubIssueNotifier)
    return found


def number(reference: str) -> str:
    """Of the issue that a conversation has."""
    return reference.rpartition("/")[2]


def test_a_conversation_is_one_issue_that_is_closed_when_it_is_over(
    notifier: GithubIssueNotifier, issues: Issues
):
    one = notifier.say(SAMPLES["opened"], "")
    assert number(one) == "1"
    assert notifier.say(SAMPLES["escalated"], one) == notifier.say(SAMPLES["resolved"], one) == one
    (issue,) = issues.kept
    assert issue["title"] == "worker in production: resolved after 20 h: it was deployed"
    assert (issue["state"], issue["state_reason"]) == ("closed", "completed")
    assert issue["labels"] == ["deployment-drift"]
    assert issues.comments == [
        "**worker/production**: it became worse; 3 changes behind for 20 h",
        "**worker/production**: resolved after 20 h: it was deployed",
    ]


def test_without_a_reference_the_issue_is_found_by_its_mark(notifier: GithubIssueNotifier, issues: Issues):
    notifier.say(SAMPLES["opened"], "")
    assert number(notifier.say(SAMPLES["escalated"], "")) == "1"
    assert len(issues.kept) == 1


@pytest.mark.parametrize(("days", "expected"), [(29, "1"), (31, "2")])
def test_one_that_was_closed_not_long_ago_is_opened_again(
    notifier: GithubIssueNotifier, issues: Issues, days: int, expected: str
):
    notifier.say(SAMPLES["opened"], "")
    issues.kept[0] |= {"state": "closed", "closed_at": instant(NOW - timedelta(days=days))}
    later = SAMPLES["opened"]._replace(group="drift:worker/production:20260206T000000Z")
    assert number(notifier.say(later, "")) == expected
    assert issues.kept[0]["state"] == "open"


def test_two_conversations_about_the_same_have_an_issue_each_while_they_go_on(
    notifier: GithubIssueNotifier, issues: Issues
):
    notifier.say(SAMPLES["grouped"], "")
    later = SAMPLES["opened"]._replace(group="drift:worker/production:20260206T000000Z")
    assert number(notifier.say(later, "")) == "2"
    assert number(notifier.say(SAMPLES["grouped"], "")) == "1"


def test_another_target_has_another_issue(notifier: GithubIssueNotifier, issues: Issues):
    notifier.say(SAMPLES["opened"], "")
    notifier.say(SAMPLES["unknown"], "")
    assert len(issues.kept) == 2


def test_one_that_somebody_closed_is_opened_again_while_it_goes_on(
    notifier: GithubIssueNotifier, issues: Issues
):
    one = notifier.say(SAMPLES["opened"], "")
    issues.kept[0]["state"] = "closed"
    notifier.say(SAMPLES["escalated"], one)
    assert issues.kept[0]["state"] == "open"


def test_one_that_was_deleted_is_opened_anew(notifier: GithubIssueNotifier, issues: Issues):
    one = notifier.say(SAMPLES["opened"], "")
    issues.kept.clear()
    assert number(notifier.say(SAMPLES["escalated"], one)) == "1"
    assert issues.comments == []


def test_an_issue_of_the_same_number_elsewhere_is_somebody_elses(
    notifier: GithubIssueNotifier, issues: Issues
):
    theirs = {"number": 1, "title": "Cannot log in", "body": "…", "state": "open", "labels": ["bug"]}
    issues.kept.append(dict(theirs))
    for reference in (f"{notifier.endpoint}/repos/acme/other/issues/1", "1"):
        assert number(notifier.say(SAMPLES["escalated"], reference)) == "2"
    assert issues.kept[1:] == [theirs]


def test_small_news_change_the_text_and_are_no_comment(notifier: GithubIssueNotifier, issues: Issues):
    one = notifier.say(SAMPLES["opened"], "")
    notifier.say(SAMPLES["escalated"]._replace(loud=False), one)
    assert issues.comments == [] and "critical" in issues.kept[0]["title"]


def test_what_is_over_before_anybody_was_told_opens_nothing(notifier: GithubIssueNotifier, issues: Issues):
    assert notifier.say(SAMPLES["resolved"], "") == ""
    assert issues.kept == []


def test_a_test_leaves_no_open_issue(notifier: GithubIssueNotifier, issues: Issues):
    assert notifier.say(a_test("issues", "test/1", NOW), "") == ""
    assert [one["state"] for one in issues.kept] == ["closed"]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_no_text_of_others_is_markdown_or_a_mark(notifier: GithubIssueNotifier, text: str):
    from markdown_it import MarkdownIt

    body = notifier.preview(hostile(text))["body"]
    assert body.count("<!--") == 1
    rendered = MarkdownIt("gfm-like", {"linkify": False}).render(body.partition("\n")[2])
    for element in ("<script", "<img", "<em>", "<del>", "<table", "<h1", "<blockquote", "<strong>bold"):
        assert element not in rendered
    assert "@everyone" not in body and "@acme" not in body


def pages(message: Message) -> str:
    return str(made("github-issue", repository="a/b", token={"env": "T"}).preview(message)["body"])  # type: ignore[attr-defined]


def test_it_leads_to_what_is_missing():
    assert "9](<https://github.com/acme/shop/pull/9>)" in pages(SAMPLES["escalated"])
    assert "```sh\nunshipped explain worker -e production\n```" in pages(SAMPLES["escalated"])


def test_too_often_is_no_end(room: Room):
    limit = {"X_RateLimit_Remaining": "0", "Retry_After": "60"}
    answer = saying({"message": "You have exceeded a secondary rate limit"}, 403, **limit)
    notifier = made("github-issue", repository="a/b", token=room.secret(), endpoint=room.serve(answer))
    with pytest.raises(NotifyError) as caught:
        notifier.say(SAMPLES["opened"], "")
    assert (caught.value.final, caught.value.again_after) == (False, 60)
