"""`unshipped notify`: what would be said, and whether anybody is reached."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.sources.served import body, serving
from tests.support.run import CompletedRun, run
from unshipped.notifiers import KINDS
from unshipped.notifiers.samples import samples

FILE = """\
services:
  api: {{paths: [api], deployed: abcdef0}}
receivers:
  here: {{notifier: console}}
  hook: {{notifier: webhook, url: "{url}", private: true}}
  chat: {{notifier: slack-webhook, url: {{env: UNSHIPPED_NO_SUCH_VARIABLE}}}}
routes:
  - {{to: [here, hook]}}
people:
  Ben: {{slack: U024BE7LH}}
"""


def written(folder: Path, url: str = "http://127.0.0.1:1/") -> Path:
    (folder / "unshipped.yaml").write_text(FILE.format(url=url), encoding="utf-8")
    return folder


def notify(folder: Path, *arguments: str) -> CompletedRun:
    return run(["notify", *arguments], folder)


def test_every_receiver_gets_one_message_and_is_told_apart(tmp_path: Path):
    with serving(body("")) as served:
        done = notify(written(tmp_path, served.url("/in")), "test")
    assert done.code == 3
    assert done.stdout.splitlines() == [
        "here: reached",
        "hook: reached",
        "chat: not reached: environment variable UNSHIPPED_NO_SUCH_VARIABLE is not set",
        "  hint: set UNSHIPPED_NO_SUCH_VARIABLE where the check runs",
    ]
    assert "This is a test of unshipped: receiver here is reached" in done.stderr
    (asked,) = served.asked
    assert json.loads(asked.body)["type"] == "unshipped.test"


def test_those_that_are_named_are_tested(tmp_path: Path):
    assert notify(written(tmp_path), "test", "here").code == 0
    done = notify(written(tmp_path), "test", "heer")
    assert (done.code, "the receivers are here, hook, chat" in done.stderr) == (2, True)


def test_without_a_receiver_there_is_nothing_to_test(tmp_path: Path):
    (tmp_path / "unshipped.yaml").write_text("services: {api: {paths: [api], deployed: abcdef0}}\n")
    done = notify(tmp_path, "test")
    assert (done.code, "there is no receiver" in done.stderr) == (2, True)


def test_a_preview_shows_every_sort_and_sends_nothing(tmp_path: Path):
    done = notify(tmp_path, "preview", "--now=2026-02-05T16:37:00Z")
    assert done.code == 0
    heads = [line for line in done.stdout.splitlines() if line.startswith("--- ")]
    assert heads == [f"--- {name}" for name in samples_by_name()]


def samples_by_name() -> list[str]:
    from tests.notifiers.hostile import NOW

    return list(samples(NOW))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "github-deployment"])
def test_a_preview_is_what_the_vendor_s_tool_takes(tmp_path: Path, kind: str):
    done = notify(tmp_path, "preview", "--as", kind, "--format=json", "--message=opened")
    assert done.code == 0, done.stderr
    assert json.loads(done.stdout)


def test_who_hears_of_deployments_alone_has_nothing_to_show_of_an_incident(tmp_path: Path):
    done = notify(tmp_path, "preview", "--as", "github-deployment", "--format=json", "--message=opened")
    assert (done.code, done.stdout) == (0, "[]\n")


def test_a_preview_of_a_receiver_mentions_whom_the_file_names(tmp_path: Path):
    done = notify(written(tmp_path), "preview", "--receiver=chat", "--format=json", "--message=opened")
    assert "U024BE7LH" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["preview", "here"], "--receiver here"),
        (["preview", "--receiver=here", "--as=slack"], "exclude each other"),
        (["preview", "--format=json"], "as which receiver?"),
        (["preview", "--as=slak", "--format=json"], "no notifier kind 'slak'"),
        (["shout"], "invalid choice"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, arguments: list[str], message: str):
    done = notify(written(tmp_path), *arguments)
    assert (done.code, message in done.stderr) == (2, True), done.stderr


def test_validate_names_a_receiver_that_no_route_reaches(tmp_path: Path):
    done = run(["validate"], written(tmp_path))
    assert (done.code, done.stdout.splitlines()[1]) == (
        0,
        "note: no route leads to receiver chat: it is never told",
    )


def test_validate_names_what_routes_ask_for_and_nothing_has(tmp_path: Path):
    config = tmp_path / "unshipped.yaml"
    config.write_text(
        "services: {api: {paths: [api], deployed: abcdef0, owner: team-api}}\n"
        "receivers: {log: {notifier: console}}\n"
        "routes:\n"
        "  - {to: [log], services: ['a*'], environments: [production], owners: ['*']}\n"
        "  - {to: [log], services: [api, apii], environments: [prod], owners: ['ops-*']}\n"
    )
    done = run(["validate"], tmp_path)
    assert (done.code, done.stdout.splitlines()[1:]) == (
        0,
        [
            "note: routes[1].services: no service fits `apii`, did you mean `api`?",
            "note: routes[1].environments: no environment fits `prod`, did you mean `production`?",
            "note: routes[1].owners: no owner fits `ops-*`; there are: `team-api`",
        ],
    )


def test_validate_names_the_targets_that_no_route_fits(tmp_path: Path):
    config = tmp_path / "unshipped.yaml"
    head = (
        "services:\n"
        "  api: {paths: [api], deployed: abcdef0, owner: team-a}\n"
        "  other: {paths: [other], deployed: abcdef0, owner: team-b}\n"
        "  old: {paths: [old], deployed: abcdef0, retired: true}\n"
    )
    tail = (
        "receivers: {log: {notifier: console}}\n"
        "routes:\n"
        "  - {to: [log], from: critical, owners: [team-a]}\n"
        "  - {to: [log], kinds: [unknown]}\n"
    )
    config.write_text(head + tail)
    done = run(["validate"], tmp_path)
    assert (done.code, done.stdout.splitlines()[1:]) == (
        0,
        ["note: nobody is told of a drift of other/production: no route fits"],
    )
    many = "".join(f"  more-{at}: {{paths: [more], deployed: abcdef0}}\n" for at in range(6))
    config.write_text(head + many + tail)
    named = ", ".join(["other/production", *(f"more-{at}/production" for at in range(4))])
    assert run(["validate"], tmp_path).stdout.splitlines()[1:] == [
        f"note: nobody is told of a drift of {named} and 2 others: no route fits"
    ]
